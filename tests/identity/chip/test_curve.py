"""Points: the arithmetic beside OpenSSL's, and the keys with their parameters spelled out."""

import pytest
from asn1crypto import keys
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from app.identity import tlv
from app.identity.chip import curve
from app.identity.chip.curve import P256

SCALARS = st.integers(2, P256.n - 2)


@settings(max_examples=25)
@given(SCALARS, SCALARS)
def test_two_sides_come_to_the_same_point(one, other):
    a, b = (curve.multiply(P256, d, P256.base) for d in (one, other))
    assert curve.multiply(P256, one, b) == curve.multiply(P256, other, a)
    assert curve.shared(P256, one, b) == curve.shared(P256, other, a)


@settings(max_examples=25)
@given(SCALARS)
def test_what_multiplies_another_point_multiplies_the_base_point_alike(d):
    """2·(d·G) by way of the general path is (2·d)·G by OpenSSL's own."""
    point = curve.multiply(P256, d, P256.base)
    doubled = 2 * d % P256.n
    if doubled not in {0, 1, P256.n - 1}:
        assert curve.multiply(P256, 2, point) == curve.multiply(P256, doubled, P256.base)


def test_a_scalar_is_one_that_can_be_multiplied_by():
    assert curve.scalar(P256, bytes) == 2
    assert 2 <= curve.scalar(P256, lambda count: b"\xff" * count) <= P256.n - 2


def test_what_is_no_point_is_refused():
    for wrong in (b"", b"\x04" + bytes(64), b"\x02" + bytes(32), b"\x03" + bytes(64)):
        with pytest.raises(ValueError):  # noqa: PT011 - the library's own words
            curve.decode(P256, wrong)
    with pytest.raises(ValueError, match="invertible"):
        curve.add(P256, P256.base, P256.base)


def test_a_key_with_its_parameters_spelled_out_is_read_by_another_library():
    point = curve.multiply(P256, 7, P256.base)
    spki = curve.explicit_spki(P256, point)
    told = keys.PublicKeyInfo.load(spki)
    assert told["algorithm"]["parameters"].name == "specified"
    parameters = told["algorithm"]["parameters"].chosen.native
    assert parameters["order"] == P256.n
    assert told["public_key"].to_coords() == point
    assert curve.read_spki(P256, spki) == point


def test_a_key_is_of_this_curve_whether_it_is_named_or_spelled_out():
    public = curve.public_key(P256, curve.multiply(P256, 9, P256.base))
    named = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    assert curve.read_spki(P256, named) == curve.point_of(public)
    point = curve.encode(P256, curve.point_of(public))
    other = tlv.sequence(tlv.oid("1.2.840.10045.2.1"), tlv.oid("1.3.132.0.34"))
    with pytest.raises(ValueError, match="another curve"):
        curve.read_spki(P256, tlv.sequence(other, tlv.encode(0x03, b"\0", point)))
    with pytest.raises(ValueError, match="whole number"):
        curve.read_spki(P256, tlv.sequence(other, tlv.encode(0x03, b"\1", point)))
