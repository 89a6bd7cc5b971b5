"""Claims to registers, over HTTP: typed by what each names, logged, charged, limited, sealed."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.exchange import fees
from app.exchange.models import Leaf
from app.registry import fields
from app.sandbox import personas
from app.sectors import health_insurance, subscribers
from tests.api.conftest import bearer, token, told

ADDRESS = "/v1/register-verifications"


@pytest.fixture(scope="module")
def client(town_client):
    return town_client


@pytest.fixture(scope="module")
def adult(town):
    """The number and the telephone of a persona, and the code of their insurance."""
    with town.session() as session:
        citizen_id = personas.find(session, "adult-level-2").citizen_id
        [known] = fields.read(session, [citizen_id], ("pin", "phone"), town.today)
        cards = health_insurance.of_citizen(session, citizen_id, known["pin"])
        assert subscribers.is_own_name(session, known["phone"], citizen_id)
    return known["pin"], known["phone"], cards[0].number


def _as(world, client_id):
    return {"Authorization": f"Bearer {token(world, client_id)}"}


def test_a_claim_is_answered_logged_and_charged(client, town, adult):
    number, phone, insurance = adult
    body = {"number": number, "purpose": "ekyc", "claims": {"phone": phone}}
    answer = told(client.post(f"{ADDRESS}/phone-owner", headers=bearer(client, town), json=body))
    assert (answer["outcome"], answer["reason"], answer["simulated"]) == ("yes", None, True)
    with town.session() as session:
        leaf = session.scalars(select(Leaf.body).where(Leaf.seq == answer["leaf"]["seq"])).one()
    assert '"kind":"register_verification"' in leaf
    assert phone not in leaf
    fees.settle(town)
    with town.session() as session:
        [line] = [each for each in fees.report(session).lines if each.kind != "sign_in"]
    assert (line.kind, line.fields, line.spent) == ("register_verification", 1, fees.TARIFF)
    body = {"number": number, "purpose": "health-care"}
    health = told(
        client.post(f"{ADDRESS}/health-insurance-in-force", headers=_as(town, "byt"), json=body)
    )
    assert (health["outcome"], health["reason"]) == ("yes", "holds")
    named = body | {"claims": {"insurance_number": insurance}}
    address = f"{ADDRESS}/health-insurance-in-force"
    assert told(client.post(address, headers=_as(town, "byt"), json=named))["outcome"] == "yes"


@pytest.mark.parametrize(
    ("claims", "loc"),
    [
        ({}, "claims.phone"),
        ({"phone": "84-12"}, "claims.phone"),
        ({"phone": "0590000001", "plate": "x"}, "claims.plate"),
        (None, "claims"),
    ],
)
def test_a_claim_of_another_form_is_told_what_is_wrong(client, town, adult, claims, loc):
    body = {"number": adult[0], "purpose": "ekyc", "claims": claims}
    answer = client.post(f"{ADDRESS}/phone-owner", headers=bearer(client, town), json=body)
    assert answer.status_code == 400
    assert [each["name"] for each in answer.json()["invalid_params"]] == [f"body.{loc}"]


def test_who_has_no_grant_is_refused_with_a_receipt(client, town, adult):
    body = {"number": adult[0], "purpose": "ekyc", "claims": {"plate": "10A1-00009"}}
    refused = client.post(f"{ADDRESS}/vehicle-owner", headers=bearer(client, town), json=body)
    assert (refused.status_code, refused.json()["code"]) == (403, "field-not-allowed")
    assert refused.json()["receipt"]


def test_the_claims_there_are_are_listed(client, town):
    listed = told(client.get(ADDRESS, headers=bearer(client, town)))
    assert {"phone-owner", "no-conviction"} <= {each["name"] for each in listed}
    [convicted] = [each for each in listed if each["name"] == "no-conviction"]
    assert (convicted["field"], convicted["sensitivity"]) == ("no_conviction", "sensitive")
    assert convicted["claims"] == []
