"""How SOAP clients prove themselves: the hash, its time, and its one use."""

import base64
import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from app.exchange import credentials, header_hashes
from app.exchange.header_hashes import Shown
from app.exchange.models import SpentAssertion
from app.platform.errors import DancuError, UnauthenticatedError

ADDRESS = "http://127.0.0.1:8000/soap/dancuquocgia"
PROVINCE = "ha-noi"
NOW = 1_767_225_600_000


@pytest.fixture(scope="module")
def world(exchange_reader):
    return exchange_reader


@pytest.fixture
def prove(world, access):
    """Show headers and return who they are of."""

    def call(authorization, timestamp, *addresses, now_ms=NOW):
        shown = Shown(authorization, timestamp, addresses or (ADDRESS,))
        return header_hashes.authenticate(world, access.snapshot(), shown, now_ms=now_ms)

    return call


def made(world, timestamp, *, client_id=PROVINCE, address=ADDRESS, secret=None):
    secret = secret or credentials.client_secret(world, client_id, 1)
    return header_hashes.made(address, client_id, timestamp, secret)


def test_the_header_is_that_of_public_client_code():
    """A known answer, worked out with `sha256sum`: address, user, timestamp, secret, joined."""
    hashed = "dd527d5f85c24ff5dcfbc2e43e67b42539fb8a8d49c4c4bc8772557ffe643748"
    expected = base64.b64encode(f"ha-noi:{hashed}".encode()).decode()
    said = header_hashes.made("http://x.invalid/a", "ha-noi", "1767225600000", "s3cret")
    assert said == f"Basic {expected}"


def test_who_knows_the_secret_is_let_in_once(world, prove):
    header = made(world, str(NOW))
    assert prove(header, str(NOW)).client_id == PROVINCE
    with pytest.raises(UnauthenticatedError) as refused:
        prove(header, str(NOW))
    assert refused.value.code == "soap-credentials-used"


def test_a_hash_in_capitals_is_the_same_hash(world, prove):
    stamp = str(NOW + 1)
    pair = base64.b64decode(made(world, stamp).removeprefix("Basic ")).decode()
    user, _, hexed = pair.partition(":")
    again = base64.b64encode(f"{user}:{hexed.upper()}".encode()).decode()
    assert prove(f"basic {again}", stamp).client_id == PROVINCE
    with pytest.raises(UnauthenticatedError) as refused:
        prove(made(world, stamp), stamp)
    assert refused.value.code == "soap-credentials-used"


def test_of_many_at_once_one_is_let_in(world, prove):
    header = made(world, str(NOW + 2))

    def attempt(_):
        try:
            return prove(header, str(NOW + 2)).client_id
        except UnauthenticatedError as error:
            return error.code

    with ThreadPoolExecutor(4) as pool:
        told = sorted(pool.map(attempt, range(4)))
    assert told == [PROVINCE] + ["soap-credentials-used"] * 3


def test_any_of_the_addresses_may_have_been_hashed(world, prove):
    other = f"{ADDRESS}?purpose=civil-status"
    header = made(world, str(NOW + 3), address=other)
    assert prove(header, str(NOW + 3), ADDRESS, other).client_id == PROVINCE


@pytest.mark.parametrize("off", [-300_000, 300_000])
def test_the_window_is_five_minutes_either_way(world, prove, off):
    stamp = str(NOW + off)
    assert prove(made(world, stamp), stamp).client_id == PROVINCE


@pytest.mark.parametrize("off", [-300_001, 300_001])
def test_beyond_it_the_timestamp_is_told_to_be_wrong(world, prove, off):
    stamp = str(NOW + off)
    with pytest.raises(UnauthenticatedError) as refused:
        prove(made(world, stamp), stamp)
    assert refused.value.code == "soap-timestamp-outside"


def test_what_was_used_is_kept_until_its_window_has_passed(world, prove):
    stamp = str(NOW + 4)
    prove(made(world, stamp), stamp)
    hashed = base64.b64decode(made(world, stamp).removeprefix("Basic ")).partition(b":")[2]
    with world.session() as session:
        kept = session.scalar(
            select(SpentAssertion.expires_at).where(
                SpentAssertion.jti == f"soap:{hashed.decode()}"
            )
        )
    ends = dt.datetime.fromtimestamp((NOW + 4) / 1_000, dt.UTC) + dt.timedelta(seconds=310)
    assert abs(kept - ends) < dt.timedelta(milliseconds=2)


def test_all_who_do_not_prove_themselves_are_told_one_thing(world, prove):
    stamp = str(NOW + 5)
    right = made(world, stamp)
    wrong = [
        ("Basic", stamp),
        ("Basic !!!", stamp),
        (f"Basic {base64.b64encode(bytes([255, 254])).decode()}", stamp),
        (f"Basic {base64.b64encode(b'ha-noi').decode()}", stamp),
        (f"Digest {right.removeprefix('Basic ')}", stamp),
        (right, "0" + stamp),
        (right, str(NOW + 6)),
        (right, "١٧٦٧٢٢٥٦٠٠٠٠٠"),
        (made(world, stamp, client_id="nobody"), stamp),
        (made(world, stamp, client_id="vietcombank"), stamp),
        (made(world, stamp, secret="sim_wrong"), stamp),
        (made(world, stamp, address="http://127.0.0.1:8000/soap/other"), stamp),
    ]
    told = set()
    for authorization, timestamp in wrong:
        with pytest.raises(UnauthenticatedError) as refused:
            prove(authorization, timestamp)
        told.add((refused.value.code, refused.value.message))
    assert len(told) == 1
    assert told.pop()[0] == "soap-credentials-invalid"


@pytest.mark.parametrize(
    ("authorization", "timestamp", "absent"),
    [
        ("", "", "Authorization, Timestamp"),
        ("", str(NOW), "Authorization"),
        ("Basic YTpi", "", "Timestamp"),
    ],
)
def test_who_shows_no_credentials_is_not_told_that_they_are_wrong(
    prove, authorization, timestamp, absent
):
    with pytest.raises(UnauthenticatedError) as refused:
        prove(authorization, timestamp)
    assert refused.value.code == "soap-credentials-missing"
    assert refused.value.message == f"there is no {absent}"


def test_no_header_is_anything_but_refused(prove):
    @given(st.text(min_size=1), st.text(min_size=1))
    def holds(authorization, timestamp):
        with pytest.raises(DancuError) as refused:
            prove(authorization, timestamp)
        assert refused.value.code == "soap-credentials-invalid"

    holds()
