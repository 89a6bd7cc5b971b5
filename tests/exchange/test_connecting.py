"""New agencies, systems and grants, and that what they say is checked."""

from __future__ import annotations

import datetime as dt

import msgspec
import pytest

from app.exchange import agencies, connecting, credentials, grants
from app.exchange.callers import usual_pace
from app.exchange.connecting import NewAgency, NewSystem, SystemChange
from app.exchange.grants import NewGrant
from app.platform.errors import ConflictError, InvalidError, NotFoundError
from tests.exchange.people import TODAY

SYSTEM = NewSystem(client_id="clinic", name="Phần mềm khám bệnh", inspected_until=TODAY)
CLINIC = NewAgency(
    code="X99",
    slug="phong-kham",
    name="Phòng khám (mô phỏng)",
    name_en="Clinic (simulated)",
    kind="enterprise",
    systems=(SYSTEM,),
)
GRANT = NewGrant(
    agency_id=0,
    service="verification",
    purpose="health-care",
    fields=("full_name",),
    legal_basis="a law",
    valid_from=TODAY,
)


@pytest.fixture
def run(world):
    """Run a function of the room in the world's writer."""

    def submit(function, *arguments):
        return world.writer.submit(lambda session: function(session, *arguments))

    return submit


@pytest.fixture
def clinic(run):
    return run(connecting.add, CLINIC)


def changed(struct, **columns):
    return msgspec.structs.replace(struct, **columns)


def test_a_new_agency_is_connected_with_its_systems_and_without_grants(world, access, clinic):
    with world.session() as session:
        found = agencies.find(session, "clinic")
        assert agencies.secret(session, world, "clinic") == credentials.client_secret(
            world, "clinic", 1
        )
    assert (found.id, found.slug, found.simulated) == (clinic, "phong-kham", True)
    caller = access.poll().callers["clinic"]
    assert caller.grants == {}
    assert caller.state == "connected"


def test_a_grant_is_in_force_as_soon_as_it_is_known(run, access, clinic):
    grant_id = run(grants.add, changed(GRANT, agency_id=clinic))
    [grant] = access.poll().callers["clinic"].grants["verification", "health-care"]
    assert (grant.id, grant.fields) == (grant_id, frozenset({"full_name"}))
    [row] = run(grants.of_agency, clinic)
    assert (row.id, row.legal_basis, row.valid_to) == (grant_id, "a law", None)


def test_a_grant_ends_on_its_last_day_and_another_may_follow(run, access, clinic):
    first = run(grants.add, changed(GRANT, agency_id=clinic))
    with pytest.raises(ConflictError) as raised:
        run(grants.add, changed(GRANT, agency_id=clinic, valid_from=TODAY + dt.timedelta(9)))
    assert raised.value.code == "grant-overlaps"
    run(grants.end, first, TODAY)
    tomorrow = TODAY + dt.timedelta(days=1)
    assert (
        not access.poll()
        .callers["clinic"]
        .grants["verification", "health-care"][0]
        .is_in_force(tomorrow)
    )
    run(grants.add, changed(GRANT, agency_id=clinic, valid_from=tomorrow))
    with pytest.raises(ConflictError):
        run(grants.add, changed(GRANT, agency_id=clinic, valid_to=TODAY))
    assert len(access.poll().callers["clinic"].grants["verification", "health-care"]) == 2


@pytest.mark.parametrize(
    ("columns", "names"),
    [
        ({"service": "horoscope"}, ["service"]),
        ({"fields": ()}, ["fields"]),
        ({"fields": ("phone",)}, ["fields"]),
        ({"service": "contact", "fields": ("full_name",)}, ["fields"]),
        ({"service": "search", "fields": ("horoscope",)}, ["fields"]),
        ({"valid_to": TODAY - dt.timedelta(days=1)}, ["valid_to"]),
        ({"kinds": ("registration",), "provinces": ("01",)}, ["kinds", "provinces"]),
        ({"service": "changes", "consent_required": True}, ["consent_required"]),
        ({"service": "changes", "kinds": ("horoscope",)}, ["kinds"]),
        ({"service": "changes", "fields": ("children",)}, ["fields"]),
    ],
)
def test_a_grant_is_for_what_there_is(run, clinic, columns, names):
    with pytest.raises(InvalidError) as raised:
        run(grants.add, changed(GRANT, agency_id=clinic, **columns))
    assert raised.value.code == "grant-invalid"
    assert [param.name for param in raised.value.params] == names


def test_a_grant_for_the_feed_has_its_slice(run, clinic, access, world):
    said = {"service": "changes", "kinds": ("registration",), "provinces": ("01", "79")}
    run(grants.add, changed(GRANT, agency_id=clinic, **said))
    [held] = access.poll().callers["clinic"].grants["changes", "health-care"]
    assert (held.kinds, held.provinces) == ({"registration"}, {"01", "79"})
    with world.session() as session:
        [row] = grants.of_agency(session, clinic)
    assert (row.kinds, row.provinces) == (("registration",), ("01", "79"))
    [shown] = agencies.me(access, access.snapshot().callers["clinic"], TODAY).grants
    assert (shown.kinds, shown.provinces) == (("registration",), ("01", "79"))


def test_ending_what_is_not_there_or_before_it_began_is_an_error(run, clinic):
    with pytest.raises(NotFoundError) as raised:
        run(grants.end, 999_999, TODAY)
    assert raised.value.code == "grant-unknown"
    grant_id = run(grants.add, changed(GRANT, agency_id=clinic))
    with pytest.raises(InvalidError):
        run(grants.end, grant_id, TODAY - dt.timedelta(days=1))


@pytest.mark.parametrize(
    "taken",
    [
        {"code": "X31"},
        {"slug": "vietcombank"},
        {"systems": (changed(SYSTEM, client_id="vietcombank-basic"),)},
    ],
)
def test_codes_slugs_and_client_ids_are_given_once(run, taken):
    with pytest.raises(ConflictError) as raised:
        run(connecting.add, changed(CLINIC, **taken))
    assert raised.value.code == "agency-taken"
    with pytest.raises(NotFoundError):
        run(agencies.find, "phong-kham")


@pytest.mark.parametrize(
    ("columns", "name"),
    [
        ({"auth_method": "none"}, "auth_method"),
        ({"state": "asleep"}, "state"),
        ({"security_level": 6}, "security_level"),
        ({"daily_quota": -1}, "daily_quota"),
    ],
)
def test_a_system_is_checked_before_it_is_connected(run, clinic, columns, name):
    with pytest.raises(InvalidError) as raised:
        run(connecting.add_system, clinic, changed(SYSTEM, client_id="other", **columns))
    assert raised.value.code == "system-invalid"
    assert [param.name for param in raised.value.params] == [name]


def test_a_system_needs_its_agency(run):
    with pytest.raises(NotFoundError):
        run(connecting.add_system, 999_999, SYSTEM)


@pytest.mark.usefixtures("clinic")
def test_a_change_leaves_the_rest_as_it_is(run, access):
    before = access.poll().callers["clinic"]
    run(connecting.change, "clinic", SystemChange(daily_quota=7, cleansing=True))
    after = access.poll().callers["clinic"]
    assert after == changed(before, daily_quota=7, cleansing=True, pace=usual_pace(7))
    version = access.snapshot().version
    run(connecting.change, "clinic", SystemChange())
    assert access.poll().version == version


def test_a_key_set_is_registered_and_taken_back(run, access):
    jwks = {"keys": [{"kty": "OKP", "crv": "Ed25519", "x": "AA", "kid": "k1"}]}
    run(connecting.change, "vib-fapi", SystemChange(jwks=jwks))
    assert access.poll().callers["vib-fapi"].jwks == jwks
    run(connecting.change, "vib-fapi", SystemChange(jwks=None))
    assert access.poll().callers["vib-fapi"].jwks is None


def test_a_change_is_checked_too(run):
    with pytest.raises(InvalidError):
        run(connecting.change, "clinic", SystemChange(security_level=0))
    with pytest.raises(NotFoundError):
        run(connecting.change, "no-such-client", SystemChange(daily_quota=7))
