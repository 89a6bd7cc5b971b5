"""Without paper and without a phone of one's own: confirmations of residence, and clerks."""

from __future__ import annotations

import jwt
import pytest

from app.procedures import confirming
from app.registry.models import Residence
from tests.api.conftest import bearer, told
from tests.api.phones import Phones
from tests.api.services.test_dossiers import kept, problem, suspended
from tests.exchange import people
from tests.registry import country

CARD = {"reason": "Thẻ bị hỏng", "place_of_reception": "Ba Đình"}
HELP = {"number": people.AN_PIN, "service": "identity-card", "officer": "buu-ta-3"}


@pytest.fixture(scope="module")
def counter(client, world):
    """The system at whose counter the clerk sits."""
    return bearer(client, world, "ha-noi")


# Confirmations of residence


def test_a_confirmation_is_signed_and_found_by_its_code(client, world, portal, counter):
    paper = told(client.post("/v1/residence-confirmations", headers=portal), 201)
    assert "Hàng Bún" in paper["said"]["permanent_residence"]["place"]["text"]
    assert (paper["issued_on"], paper["valid_until"]) == ("2026-01-01", "2027-01-01")
    keys = jwt.PyJWKSet.from_dict(client.get("/oidc/jwks").json())
    kid = jwt.get_unverified_header(paper["signed"])["kid"]
    opened = jwt.decode(paper["signed"], keys[kid], ["ES256"])
    assert (opened["code"], opened["said"]) == (paper["code"], paper["said"])
    address = f"/v1/residence-confirmations/{paper['code']}"
    checked = told(client.get(address, headers=counter))
    assert (checked["holds"], checked["said"]) == (True, paper["said"])
    with world.session() as session:
        moved = session.query(Residence).filter_by(citizen_id=country.AN, household_id=1).one().id
    world.writer.submit(lambda session: _move(session, moved))
    checked = told(client.get(address, headers=counter))
    assert (checked["holds"], checked["said"]) == (False, paper["said"])


def _move(session, residence_id):
    session.get(Residence, residence_id).address = "14 ngõ 5 Hàng Bún"


def test_a_code_that_is_nobodys_tells_nothing(client, world, counter):
    code = confirming._fresh()
    address = f"/v1/residence-confirmations/{code}"
    problem(client.get(address, headers=counter), "residence-confirmation-unknown", 404)
    problem(
        client.get("/v1/residence-confirmations/XNCT", headers=counter), "invalid-request", 400
    )
    with suspended(client, world, "ha-noi"):
        problem(client.get(address, headers=counter), "connection-suspended", 403)


def test_a_portal_that_is_suspended_is_shown_nothing(client, world, portal):
    with suspended(client, world, "vpcp"):
        problem(client.get("/v1/dossiers", headers=portal), "connection-suspended", 403)


# Clerks


def ask(client, counter, **said):
    return told(client.post("/v1/assistance", json={**HELP, **said}, headers=counter), 201)["id"]


def submit(client, counter, question, **said):
    body = {"number": people.AN_PIN, "officer": "buu-ta-3", "answers": CARD, **said}
    return client.post(f"/v1/assistance/{question}/dossier", json=body, headers=counter)


def test_a_clerk_submits_once_for_a_citizen_who_agrees(client, world, counter):
    question = ask(client, counter)
    problem(submit(client, counter, question), "assistance-not-agreed", 409)
    told(Phones(client).post(people.AN_PIN, f"/approvals/{question}/accept"))
    police = bearer(client, world, "bca")
    problem(submit(client, police, question), "assistance-not-agreed", 409)
    got = told(submit(client, counter, question), 201)["dossier"]
    assert (got["channel"], got["clerk"], got["state"]) == (
        "assisted",
        "ha-noi/buu-ta-3",
        "submitted",
    )
    assert (got["agency"], got["prefilled"]) == ("bca", 8)
    leaf = kept(world, got["code"])[-1]
    assert (leaf.officer, leaf.consent) == ("buu-ta-3", got["consent"])
    problem(submit(client, counter, question), "assistance-not-agreed", 409)


def test_the_consent_counts_where_the_agency_needs_one(client, counter):
    question = ask(client, counter, service="power-supply")
    told(Phones(client).post(people.AN_PIN, f"/approvals/{question}/accept"))
    answers = {"place_of_use": "12 ngõ 5", "use": "sinh hoạt"}
    got = told(submit(client, counter, question, answers=answers), 201)["dossier"]
    assert (got["agency"], got["prefilled"]) == ("evn", 2)


def test_who_refuses_and_who_is_nobody_look_alike_to_a_clerk(client, counter):
    question = ask(client, counter)
    told(Phones(client).post(people.AN_PIN, f"/approvals/{question}/refuse"))
    problem(submit(client, counter, question), "assistance-not-agreed", 409)
    question = ask(client, counter, number=people.NOBODYS)
    nobodys = submit(client, counter, question, number=people.NOBODYS)
    problem(nobodys, "assistance-not-agreed", 409)


def test_a_bank_has_no_counter_and_a_closed_connection_neither(client, world, counter):
    bank = bearer(client, world)
    problem(client.post("/v1/assistance", json=HELP, headers=bank), "assistance-no-counter", 403)
    with suspended(client, world, "ha-noi"):
        refused = client.post("/v1/assistance", json=HELP, headers=counter)
        problem(refused, "connection-suspended", 403)


# Houses


def test_an_address_has_one_identifier_however_it_is_written(client, counter):
    find = "/v1/houses?unit=00004&address="
    [house] = told(client.get(f"{find}12 ngõ 5 Hàng Bún", headers=counter))
    [same] = told(client.get(f"{find}12 NGO 5, HANG BUN", headers=counter))
    assert same == house
    assert house == {
        "id": country.HANG_BUN,
        "address": "12 ngõ 5 Hàng Bún",
        "units": ["Phường Ba Đình", "Thành phố Hà Nội"],
        "simulated": True,
    }
    assert told(client.get(f"/v1/houses/{house['id']}", headers=counter)) == house
    assert told(client.get(f"{find}999 Không Có", headers=counter)) == []
    problem(client.get("/v1/houses/00004999999", headers=counter), "house-unknown", 404)
    nowhere = client.get("/v1/houses?unit=99999&address=1", headers=counter)
    problem(nowhere, "unit-unknown", 404)
