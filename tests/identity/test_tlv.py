"""Tag, length, value: what is written is read back, and what is malformed is an error."""

import contextlib

import pytest
from asn1crypto import core
from hypothesis import given
from hypothesis import strategies as st

from app.identity import tlv

TAGS = st.sampled_from([0x30, 0x5C, 0x5F1F, 0x7F61, 0x02, 0xA0])


@given(st.lists(st.tuples(TAGS, st.binary(max_size=300)), max_size=6))
def test_what_is_written_is_read_back(objects):
    data = b"".join(tlv.encode(tag, value) for tag, value in objects)
    assert list(tlv.items(data)) == objects


@given(st.binary(max_size=64))
def test_anything_is_read_or_refused(data):
    for read in (lambda: list(tlv.items(data)), lambda: tlv.values(data)):
        with contextlib.suppress(ValueError):
            read()


@pytest.mark.parametrize(
    ("count", "written"), [(0, "00"), (127, "7f"), (128, "8180"), (255, "81ff"), (256, "820100")]
)
def test_lengths_are_as_short_as_they_can_be(count, written):
    assert tlv.length(count).hex() == written


@pytest.mark.parametrize(
    "data",
    ["30", "3001", "308000", "3085000000000100", "5f", "5f8181811f00", "30820001", "1f"],
)
def test_what_is_cut_short_or_indefinite_is_malformed(data):
    with pytest.raises(tlv.MalformedError):
        list(tlv.items(bytes.fromhex(data)))


def test_one_object_is_one_object():
    assert tlv.only(b"\x30\x00", 0x30) == b""
    for wrong in (b"", b"\x31\x00", b"\x30\x00\x30\x00"):
        with pytest.raises(tlv.MalformedError):
            tlv.only(wrong, 0x30)
    with pytest.raises(tlv.MalformedError):
        tlv.values(b"\x80\x00\x80\x00")


def test_the_length_of_a_whole_object_is_told_by_its_beginning():
    assert tlv.whole_length(tlv.encode(0x7F61, bytes(300))[:6]) == 2 + 3 + 300


@given(st.integers(0, 2**256))
def test_integers_are_those_of_another_library(number):
    assert core.Integer.load(tlv.integer(number)).native == number


@pytest.mark.parametrize(
    "dotted", ["2.23.136.1.1.1", "0.4.0.127.0.7.2.2.4.2.2", "1.2.840.10045.2.1"]
)
def test_identifiers_are_those_of_another_library(dotted):
    assert tlv.oid(dotted) == core.ObjectIdentifier(dotted).dump()


def test_the_members_of_a_set_stand_in_their_order():
    assert tlv.set_of(b"\x02\x01\x02", b"\x02\x01\x01").hex() == "3106020101020102"
    assert tlv.printable("ID").hex() == "13024944"
