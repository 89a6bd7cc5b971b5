"""Verification over HTTP: the answer, its proof, and what is refused."""

import jwt
import pytest

from app.exchange.log import leaves
from tests.api.conftest import bearer
from tests.exchange import people

QUESTION = {"number": people.AN_PIN, "claims": people.AN_CLAIM, "purpose": "ekyc"}


@pytest.fixture(scope="module")
def bank(shared, shared_world):
    return bearer(shared, shared_world)


def test_a_claim_that_fits_is_answered_with_a_receipt(shared, bank):
    answer = shared.post("/v1/verifications", json=QUESTION, headers=bank)
    assert answer.status_code == 200
    told = answer.json()
    assert told["outcome"] == "match"
    assert told["simulated"] is True
    assert told["request_id"] == answer.headers["x-request-id"]
    assert "attributes" not in told
    jwks = jwt.PyJWKSet.from_dict(shared.get("/oidc/jwks").json())
    kid = jwt.get_unverified_header(told["receipt"])["kid"]
    receipt = jwt.decode(
        told["receipt"], jwks[kid], algorithms=["ES256"], options={"verify_aud": False}
    )
    leaf = leaves.parse(receipt["leaf"])
    assert leaf.request_id == told["request_id"]
    assert leaf.seq == told["leaf"]["seq"]
    assert people.AN_PIN not in receipt["leaf"]
