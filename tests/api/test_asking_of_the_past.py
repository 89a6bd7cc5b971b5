"""Disclosures and verifications as of an earlier day, over HTTP."""

from tests.api.conftest import bearer
from tests.api.test_exchanges import ASK
from tests.exchange import people


def test_the_past_is_asked_for_by_a_day(shared, shared_world):
    ministry = bearer(shared, shared_world, "bca")
    asked = ASK | {"purpose": "linked-procedures", "fields": ["full_name"], "as_of": "2024-05-01"}
    told = shared.post("/v1/disclosures/identity", json=asked, headers=ministry).json()
    assert (told["as_of"], told["data"]) == ("2024-05-01", {"full_name": "Nguyễn Văn An"})
    late = shared.post(
        "/v1/disclosures/identity", json=asked | {"as_of": "2030-01-01"}, headers=ministry
    )
    assert (late.status_code, late.json()["code"]) == (400, "as-of-impossible")


def test_a_claim_is_verified_as_of_a_day(shared, shared_world):
    asked = {
        "number": people.AN_PIN,
        "claims": people.AN_CLAIM,
        "purpose": "linked-procedures",
        "as_of": "2024-05-01",
    }
    ministry = bearer(shared, shared_world, "bca")
    told = shared.post("/v1/verifications", json=asked, headers=ministry).json()
    assert (told["outcome"], told["as_of"]) == ("match", "2024-05-01")
    now = {name: said for name, said in asked.items() if name != "as_of"}
    assert "as_of" not in shared.post("/v1/verifications", json=now, headers=ministry).json()
    late = shared.post("/v1/verifications", json=asked | {"as_of": "2030-01-01"}, headers=ministry)
    assert (late.status_code, late.json()["code"]) == (400, "as-of-impossible")
    bank = bearer(shared, shared_world)
    refused = shared.post("/v1/verifications", json=asked | {"purpose": "ekyc"}, headers=bank)
    assert (refused.status_code, refused.json()["code"]) == (403, "past-not-allowed")
