"""Life events that agencies report: entered and logged together, or refused and logged."""

from __future__ import annotations

import jwt
import pytest
from sqlalchemy import func, select

from app.exchange import access, grants, reporting
from app.exchange.log import leaves
from app.exchange.models import Leaf
from app.platform import clock, sequences
from app.platform.errors import DancuError
from app.registry.models import Citizen, LifeEvent
from tests.api.conftest import bearer, served
from tests.exchange import people
from tests.registry.registering import report as circumstances

ERRAND = {"reason": "trích lục khai tử", "officer": "can-bo-1", "dossier": "H26-1"}
DEATH = {**ERRAND, "event": {"pin": people.AN_PIN, "cause": "tuổi già"}}
BIRTH = {
    "name": "Nguyễn Văn Bé",
    "sex": "M",
    "birth_date": "2025-12-30",
    "registration_place": {"unit": "00004"},
    "mother": {"pin": people.BINH_PIN},
    "father": {"pin": people.AN_PIN},
}


@pytest.fixture
def justice(client, world):
    """Reports as the ministry of justice's system."""
    return reporter(client, world, "btp")


def reporter(client, world, system):
    headers = bearer(client, world, system)

    def report(kind, **said):
        more = said.pop("headers", {})
        return client.post(f"/v1/life-events/{kind}", json=said, headers={**headers, **more})

    return report


def leaf_of(client, told):
    """The leaf of which the receipt is."""
    jwks = jwt.PyJWKSet.from_dict(client.get("/oidc/jwks").json())
    kid = jwt.get_unverified_header(told["receipt"])["kid"]
    receipt = jwt.decode(told["receipt"], jwks[kid], ["ES256"], options={"verify_aud": False})
    return leaves.parse(receipt["leaf"])


def counted(world):
    with world.session() as session:
        return [session.scalar(select(func.count()).select_from(t)) for t in (LifeEvent, Leaf)]


def test_a_death_is_entered_logged_and_known_to_the_next_who_asks(client, world, justice):
    answer = justice("death", **DEATH)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert told["pin"] == people.AN_PIN
    assert told["chosen"] == {"new_head": people.BINH_PIN}
    assert "60/2014/QH13" in told["legal_basis"]
    leaf = leaf_of(client, told)
    assert (leaf.kind, leaf.outcome, list(leaf.fields)) == ("life_event", "entered", ["death"])
    assert (leaf.officer, leaf.dossier) == ("can-bo-1", "H26-1")
    with world.session() as session:
        event = session.get(LifeEvent, told["event_id"])
        assert (event.kind, event.reported_by, event.officer) == ("death", "btp", "can-bo-1")
        assert session.scalar(select(Citizen.state).where(Citizen.pin == people.AN_PIN)) == "dead"
    asked = {
        "number": people.AN_PIN,
        "claims": people.AN_CLAIM,
        "purpose": "linked-procedures",
    }
    ministry = bearer(client, world, "bca")
    verified = client.post("/v1/verifications", json=asked, headers=ministry).json()
    assert verified["outcome"] == "deceased"


def test_a_newborn_gets_a_number_from_a_provinces_report(client, world):
    province = reporter(client, world, "ha-noi")
    told = province("birth", **ERRAND, event=BIRTH).json()
    assert told["chosen"]["household.relationship"] == "04"
    with world.session() as session:
        child = session.scalars(select(Citizen).where(Citizen.pin == told["pin"])).one()
        assert child.full_name == "Nguyễn Văn Bé"


def test_what_the_registry_has_against_it_is_told_and_logged(client, world, justice):
    before = counted(world)
    answer = justice("marriage", **ERRAND, event={"pin": people.AN_PIN, "spouse": {}})
    told = answer.json()
    assert (answer.status_code, told["code"]) == (400, "life-event-refused")
    assert {each["name"] for each in told["invalid_params"]} == {"event.pin", "event.spouse"}
    assert leaf_of(client, told).outcome == "refused:life-event-refused"
    assert counted(world) == [before[0], before[1] + 1]


def test_a_refused_birth_is_logged_by_its_mother_or_by_nobody(client, justice):
    late = {**BIRTH, "birth_date": "2026-12-30"}
    of_mother = justice("birth", **ERRAND, event=late).json()
    assert leaf_of(client, of_mother).subject is not None
    foundling = {name: late[name] for name in ("name", "sex", "birth_date", "registration_place")}
    assert leaf_of(client, justice("birth", **ERRAND, event=foundling).json()).subject is None


@pytest.mark.parametrize(
    ("system", "kind", "said", "code"),
    [
        ("bca", "death", {}, "purpose-not-allowed"),
        ("btp", "death", {"officer": None}, "officer-required"),
        ("btp", "death", {"dossier": None}, "dossier-required"),
        ("btp", "death", {"purpose": "identity-registration"}, "purpose-not-allowed"),
        ("vietcombank-basic", "death", {}, "purpose-not-allowed"),
        ("ha-noi", "correction", {}, "purpose-not-allowed"),
    ],
)
def test_who_may_not_report_is_refused_with_a_leaf(client, world, system, kind, said, code):
    before = counted(world)
    event = {"pin": people.AN_PIN}
    whole = {name: text for name, text in {**ERRAND, **said}.items() if text is not None}
    answer = reporter(client, world, system)(kind, **whole, event=event)
    told = answer.json()
    assert (answer.status_code, told["code"]) == (403, code)
    assert leaf_of(client, told).outcome.startswith("refused:")
    assert counted(world) == [before[0], before[1] + 1]


def test_a_correction_is_reported_by_the_police(client, world):
    police = reporter(client, world, "bca")
    event = {"pin": people.LUA_PIN, "birth_date": "1950-03-08"}
    told = police("correction", **ERRAND, event=event).json()
    assert told["pin"] == people.LUA_PIN


def test_a_report_that_is_not_in_its_form_says_nothing_of_anybody(world, justice):
    before = counted(world)
    answer = justice("name-change", **ERRAND, event={"pin": people.AN_PIN, "name": {"given": 1}})
    told = answer.json()
    assert (answer.status_code, told["code"]) == (400, "invalid-request")
    assert told["invalid_params"][0]["name"] == "body.event.name.given"
    assert counted(world) == before


def test_a_report_that_is_sent_again_happened_once(justice):
    key = {"Idempotency-Key": "death-1"}
    first = justice("death", **DEATH, headers=key)
    again = justice("death", **DEATH, headers=key)
    assert again.json() == first.json()
    assert again.headers["idempotency-replayed"] == "true"
    assert justice("death", **DEATH).json()["code"] == "life-event-refused"


def test_without_a_token_nobody_reports(client):
    assert client.post("/v1/life-events/death", json=DEATH).status_code == 401


def test_what_is_not_in_its_form_is_an_error_and_no_refusal(world):
    at, before = access.of(world), counted(world)
    caller = at.poll().callers["btp"]
    purpose = "civil-status-registration"
    told = reporting.Told(
        errand=people.errand(purpose, officer="can-bo-1", dossier="H26-1"),
        kind="death",
        payload={},
        report=circumstances(),
    )
    with pytest.raises(DancuError, match="life-event-malformed"):
        world.writer.submit(
            lambda session: reporting.carry_out(session, at, caller, told, clock.now())
        )
    assert counted(world) == before


def test_a_grant_may_name_kinds_one_by_one(settings, world):
    caller = access.of(world).poll().callers["bhxh"]
    grant = grants.NewGrant(
        agency_id=caller.agency_id,
        service="reporting",
        purpose="civil-status-registration",
        fields=("death",),
        legal_basis="thử",
        valid_from=world.today,
    )

    def give(session):
        sequences.count_on(session, ["access_grant"])
        grants.add(session, grant)

    world.writer.submit(give)
    event = {"pin": people.BINH_PIN, "name": "Đỗ Thị Bính"}
    with served(settings, world) as client:
        insurance = reporter(client, world, "bhxh")
        assert insurance("death", **DEATH).status_code == 200
        told = insurance("name-change", **ERRAND, event=event).json()
    assert told["code"] == "field-not-allowed"
