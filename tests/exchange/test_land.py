"""Land: whose house it is, told field by field, and in yes or no."""

from __future__ import annotations

import json

import pytest

from app.exchange import consents, sharing
from app.exchange.consents import NewConsent
from app.exchange.gate import Reason
from app.exchange.sharing import Ask
from app.platform import clock
from app.sectors import land
from app.sectors.models import LandCertificate
from tests.exchange import people
from tests.exchange.people import TODAY, errand
from tests.registry.country import AN, BINH, DOI_CAN, HANG_BUN

OFFICIAL = {"purpose": "residence-registration", "officer": "cb-01", "dossier": "H26-2026-1"}
ELSEWHERE = "26740000009"


def certificate(number, house_id, holder, **said):
    return LandCertificate(
        **{
            "number": number,
            "house_id": house_id,
            "holder_number": holder,
            "holder_name": None,
            "kind": "house",
            "area": 62,
            "issued_on": TODAY.replace(year=2019),
            "state": "valid",
            **said,
        }
    )


ROWS = (
    lambda: certificate("ZA 000001", HANG_BUN, people.AN_OLD, co_holder_number=people.BINH_PIN),
    lambda: certificate("ZA 000002", ELSEWHERE, people.AN_CANCELLED, state="disputed"),
    lambda: certificate("ZA 000003", DOI_CAN, people.SHARED_OLD, state="mortgaged"),
)


@pytest.fixture(scope="module")
def world(exchange_reader):
    """A world in which three houses have certificates; nothing else is written."""
    exchange_reader.writer.submit(lambda session: session.add_all([row() for row in ROWS]))
    yield exchange_reader
    exchange_reader.writer.submit(lambda session: session.query(LandCertificate).delete())


@pytest.fixture
def put(world, access):
    """Ask as a client about a person's land, and return what was answered."""

    def ask(client_id, *fields, number=people.AN_PIN, **columns):
        caller = access.snapshot().callers[client_id]
        asked = Ask(errand=errand(**columns), disclosure="land", number=number, fields=fields)
        with world.session() as session:
            prepared = sharing.prepare(session, access, caller, asked)
        return world.writer.submit(
            lambda session: sharing.record(session, access, prepared, now=clock.now())
        )

    return ask


def data(answered):
    assert answered.body is not None, answered.verdict
    return json.loads(answered.body)["data"]


def test_certificates_are_found_under_old_and_cancelled_numbers(put):
    found = data(put("bca", "land_certificates", **OFFICIAL))["land_certificates"]
    assert {each["number"] for each in found} == {"ZA 000001", "ZA 000002"}
    [own] = [each for each in found if each["house_id"] == HANG_BUN]
    assert (own["with_spouse"], own["state"], own["area"]) == (True, "valid", 62)
    of_binh = data(put("bca", "land_certificates", number=people.BINH_PIN, **OFFICIAL))
    assert [each["number"] for each in of_binh["land_certificates"]] == ["ZA 000001"]


def test_who_has_none_is_told_so(put):
    found = data(put("bca", "land_certificates", number=people.LUA_PIN, **OFFICIAL))
    assert found == {"land_certificates": []}


def test_a_lender_hears_yes_or_no_and_on_consent_only(put, world, access):
    refused = put("mcredit", "lives_in_own_house", purpose="credit-scoring")
    assert refused.verdict.reason is Reason.CONSENT_REQUIRED
    caller = access.snapshot().callers["mcredit"]
    allowed = {
        who: world.writer.submit(
            lambda session, who=who: consents.create(
                session,
                NewConsent(
                    citizen_id=who,
                    agency_id=caller.agency_id,
                    purpose="credit-scoring",
                    fields=("lives_in_own_house",),
                    from_date=TODAY,
                    to_date=None,
                    evidence="test",
                ),
            )
        )
        for who in (AN, BINH)
    }
    for who, number in ((AN, people.AN_PIN), (BINH, people.BINH_PIN)):
        said = {"purpose": "credit-scoring", "consent": allowed[who], "number": number}
        assert data(put("mcredit", "lives_in_own_house", **said)) == {"lives_in_own_house": True}
    more = put("mcredit", "land_certificates", purpose="credit-scoring", consent=allowed[AN])
    assert more.verdict.reason is Reason.FIELD_NOT_ALLOWED


def test_who_lives_in_anothers_house_does_not_own_it(put):
    asked = {"number": people.LUA_PIN, **OFFICIAL}
    assert data(put("bca", "lives_in_own_house", **asked)) == {"lives_in_own_house": False}
    homeless = {"number": people.EM_PIN, **OFFICIAL}
    assert data(put("bca", "lives_in_own_house", **homeless)) == {"lives_in_own_house": False}


def test_owners_are_the_living_under_good_certificates_and_numbers_of_one_person(world):
    with world.session() as session:
        found = land.owners(session, [HANG_BUN, ELSEWHERE, DOI_CAN])
    assert found == {HANG_BUN: {AN, BINH}}  # disputed; a number that two people had
