"""Commands in bytes: every case of ISO/IEC 7816-4 there and back, everything else refused."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.identity.chip import apdu
from app.identity.chip.apdu import Command, StatusError

LES = st.none() | st.integers(1, 65_536)


@given(st.binary(max_size=600), LES, st.tuples(*[st.integers(0, 255)] * 4))
def test_a_command_is_read_as_it_was_written(data, le, head):
    assert apdu.parse(Command(*head, data, le).encode()) == Command(*head, data, le)


@pytest.mark.parametrize(
    ("raw", "le"),
    [
        ("00B00000", None),
        ("00B0000000", 256),
        ("00B00000000100", 256),
        ("00B00000000000", 65_536),
        ("00B00000000001000100", 256),
    ],
)
def test_what_is_expected_of_the_answer(raw, le):
    assert apdu.parse(bytes.fromhex(raw)).le == le


@given(st.binary(max_size=300))
def test_anything_is_a_command_or_of_the_wrong_length(raw):
    with contextlib.suppress(StatusError):
        assert apdu.parse(raw).header == raw[:4]


@pytest.mark.parametrize(
    "raw",
    ["", "00A404", "00A4040C0201", "00A4040C02010203040506", "00B0000000000000"],
)
def test_lengths_that_do_not_fit(raw):
    with pytest.raises(StatusError) as refused:
        apdu.parse(bytes.fromhex(raw))
    assert refused.value.status == apdu.Status.WRONG_LENGTH
    assert str(refused.value) == "6700"


def test_responses():
    assert apdu.read_response(apdu.response(0x9000, b"ab")) == (b"ab", 0x9000)
    with pytest.raises(ValueError, match="two bytes"):
        apdu.read_response(b"\x90")
