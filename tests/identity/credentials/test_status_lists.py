"""Token Status List: two bits a credential, compressed and signed."""

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.identity.credentials import sd_jwt, status_lists
from app.identity.credentials.sd_jwt import RejectedError
from app.identity.credentials.status_lists import Status
from app.platform.signing import base64url
from tests.identity.credentials.making import HOLDER, ISSUER, NOW

ADDRESS = "http://127.0.0.1:8000/v1/status-lists/0"


def a_list(**said):
    return {"bits": 2, "lst": status_lists.encode({}), **said}


def test_two_bits_stand_as_in_the_drafts_example():
    # draft-ietf-oauth-status-list §4.1, second example: 1 2 0 3 0 1 0 1 1 2 3 3.
    values = [1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3]
    text = status_lists.encode(dict(enumerate(values)))
    packed = zlib.decompress(sd_jwt.decoded(text))
    assert packed[:3] == bytes([0xC9, 0x44, 0xF9])
    assert not any(packed[3:])


@given(st.dictionaries(st.integers(0, status_lists.ENTRIES - 1), st.sampled_from(Status)))
def test_every_entry_is_read_as_it_was_written(statuses):
    found = a_list(lst=status_lists.encode(statuses))
    for index in [*statuses, 0, status_lists.ENTRIES - 1]:
        assert status_lists.status_at(found, index) == statuses.get(index, Status.VALID)


def test_a_list_is_small():
    revoked = {index * 100: Status.INVALID for index in range(1_300)}
    assert len(status_lists.encode(revoked)) < 6_000


@pytest.mark.parametrize(
    ("found", "index"),
    [
        (a_list(bits=1), 0),
        (a_list(), -1),
        (a_list(), status_lists.ENTRIES),
        (a_list(lst="AAAA"), 0),
        (a_list(lst=None), 0),
        (a_list(lst="*"), 0),
        (a_list(lst=base64url(zlib.compress(b"\0" * 9)).decode()), 0),
        (a_list(lst=base64url(zlib.compress(b"\0" * 10_000_000)).decode()), 0),
    ],
)
def test_a_malformed_list_is_refused(found, index):
    with pytest.raises(RejectedError):
        status_lists.status_at(found, index)


def test_a_signed_list_is_good_at_its_address_for_an_hour():
    token = status_lists.token(ISSUER, ADDRESS, {5: Status.SUSPENDED}, NOW)
    said = {"address": ADDRESS, "now": NOW}
    found = status_lists.check(token, ISSUER.public_key, **said)
    assert status_lists.status_at(found, 5) == Status.SUSPENDED
    for wrong in ({"address": ADDRESS + "1"}, {"now": NOW + status_lists.LIFETIME_SECONDS}):
        with pytest.raises(RejectedError):
            status_lists.check(token, ISSUER.public_key, **{**said, **wrong})
    with pytest.raises(RejectedError):
        status_lists.check(token, HOLDER.public_key, **said)


def test_a_list_without_a_list_is_refused():
    claims = b'{"sub":"a","exp":9999999999}'
    token = ISSUER.compact(ISSUER.protected(typ=status_lists.TYPE), claims).decode()
    with pytest.raises(RejectedError, match="no status list"):
        status_lists.check(token, ISSUER.public_key, address="a", now=NOW)
