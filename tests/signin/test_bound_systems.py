"""A system's own token that is bound to a key by DPoP (RFC 9449), at every address it opens."""

from concurrent.futures import ThreadPoolExecutor

import jwt
import msgspec
import pytest

from app.exchange import access
from app.signin import registrations
from tests.signin.keys import Key
from tests.signin.party import BASIC, FAPI, Party, Somebody

OWN = {"grant_type": "client_credentials"}
VERIFY = "/v1/verifications"


@pytest.fixture
def key():
    return Key()


@pytest.fixture(scope="module")
def question(world):
    person = Somebody(world, "adult-level-2")
    claims = {"full_name": person.view.full_name}
    return {"number": person.pin, "claims": claims, "purpose": "ekyc"}


@pytest.fixture
def with_nonces(world):
    """Have the bank's proofs need nonces, until the test is over."""
    caller = access.of(world).poll().callers[BASIC]
    wanted = msgspec.structs.replace(registrations.unregistered(caller), dpop_nonce=True)
    world.writer.submit(lambda session: registrations.register(session, caller, wanted))
    yield
    world.writer.submit(lambda session: registrations.forget(session, caller))


def bound(party, key, **changes):
    """Get a token for this key."""
    headers = {"DPoP": key.proof("/oidc/token", **changes)}
    return party.post("/oidc/token", OWN, headers=headers)


def shown(token, proof, scheme="DPoP"):
    return {"Authorization": f"{scheme} {token}", "DPoP": proof}


@pytest.mark.parametrize("client_id", [BASIC, FAPI])
def test_a_system_binds_its_own_token_and_shows_it_with_a_proof(
    client, world, key, question, client_id
):
    party = Party(client, world, client_id)
    told = bound(party, key).json()
    assert (told["token_type"], told["expires_in"], told["scope"]) == ("DPoP", 600, "exchange")
    token = told["access_token"]
    said = jwt.decode(token, options={"verify_signature": False})
    assert said["cnf"] == {"jkt": key.jkt}
    answer = client.post(
        VERIFY, json=question, headers=shown(token, key.proof(VERIFY, token=token))
    )
    assert (answer.status_code, answer.json()["outcome"]) == (200, "match")
    proof = key.proof("/v1/me", "GET", token)
    assert client.get("/v1/me", headers=shown(token, proof, "dpop")).status_code == 200
    known = party.post("/oidc/introspect", {"token": token}).json()
    assert (known["active"], known["token_type"]) == (True, "DPoP")
    assert known["cnf"] == {"jkt": key.jkt}


def test_a_bound_token_is_worth_nothing_without_its_key(client, party, key, question):
    token = bound(party, key).json()["access_token"]
    thief = Key()
    for headers, code in (
        ({"Authorization": f"Bearer {token}"}, "token-bound"),
        (shown(token, key.proof(VERIFY, token=token), "Bearer"), "token-bound"),
        ({"Authorization": f"DPoP {token}"}, "token-bound"),
        (shown(token, thief.proof(VERIFY, token=token)), "token-bound"),
        (shown(token, key.proof(VERIFY)), "dpop-proof-invalid"),
        (shown(token, key.proof(VERIFY, token="another")), "dpop-proof-invalid"),
        (shown(token, key.proof(VERIFY, "GET", token)), "dpop-proof-invalid"),
        (shown(token, key.proof("/v1/searches", token=token)), "dpop-proof-invalid"),
        (shown(token, key.proof(VERIFY, token=token, iat=1)), "dpop-proof-invalid"),
        (shown(token, "x"), "dpop-proof-invalid"),
        (shown(token + "x", key.proof(VERIFY, token=token + "x")), "token-invalid"),
    ):
        for language in ("en", "vi"):
            answer = client.post(
                VERIFY, json=question, headers=headers | {"Accept-Language": language}
            )
            assert (answer.status_code, answer.json()["code"]) == (401, code)
        asked = answer.headers["www-authenticate"]
        error = "invalid_dpop_proof" if code == "dpop-proof-invalid" else "invalid_token"
        assert asked.startswith(f'DPoP realm="dancu", error="{error}"')
        assert "ES256" in asked


def test_a_bearer_token_does_not_go_by_dpop(client, party, key, question):
    token = party.post("/oidc/token", OWN).json()["access_token"]
    assert client.get("/v1/me", headers={"Authorization": f"Bearer {token}"}).status_code == 200
    answer = client.post(
        VERIFY, json=question, headers=shown(token, key.proof(VERIFY, token=token))
    )
    assert (answer.status_code, answer.json()["code"]) == (401, "token-invalid")


def test_a_proof_gets_one_token_and_one_answer(client, party, key, question):
    proof = key.proof("/oidc/token")
    token = party.post("/oidc/token", OWN, headers={"DPoP": proof}).json()["access_token"]
    again = party.post("/oidc/token", OWN, headers={"DPoP": proof})
    assert (again.status_code, again.json()["error"]) == (400, "invalid_dpop_proof")
    headers = shown(token, key.proof(VERIFY, token=token))
    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(lambda _: client.post(VERIFY, json=question, headers=headers), range(40))
        )
    codes = [answer.json().get("code") for answer in answers]
    assert codes.count(None) == 1
    assert codes.count("dpop-proof-invalid") == 39


@pytest.mark.usefixtures("with_nonces")
def test_nonces_go_with_a_systems_own_token_too(client, party, key, question):
    first = bound(party, key)
    assert first.json()["error"] == "use_dpop_nonce"
    token = bound(party, key, nonce=first.headers["dpop-nonce"]).json()["access_token"]
    proof = key.proof(VERIFY, token=token)
    asked = client.post(VERIFY, json=question, headers=shown(token, proof))
    assert (asked.status_code, asked.json()["code"]) == (401, "dpop-nonce-required")
    assert 'error="use_dpop_nonce"' in asked.headers["www-authenticate"]
    proof = key.proof(VERIFY, token=token, nonce=asked.headers["dpop-nonce"])
    answer = client.post(VERIFY, json=question, headers=shown(token, proof))
    assert answer.status_code == 200


def test_a_bound_token_ends_as_any_other(client, party, key):
    token = bound(party, key).json()["access_token"]
    assert party.post("/oidc/revoke", {"token": token}).status_code == 200
    headers = shown(token, key.proof("/v1/me", "GET", token))
    answer = client.get("/v1/me", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "token-invalid")
    assert party.post("/oidc/introspect", {"token": token}).json() == {"active": False}


def test_a_fapi_system_gets_no_token_without_a_key(client, world, key):
    party = Party(client, world, FAPI)
    refused = party.post("/oidc/token", OWN)
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_dpop_proof")
    assert bound(party, key).json()["token_type"] == "DPoP"


@pytest.mark.parametrize("changes", [{"htm": "GET"}, {"iat": 1}, {"header": {"typ": "JWT"}}])
def test_a_wrong_proof_gets_no_token(party, key, changes):
    wrong = bound(party, key, **changes)
    assert (wrong.status_code, wrong.json()["error"]) == (400, "invalid_dpop_proof")


def test_another_credential_is_not_taken_for_a_token(client):
    for authorization in ("DPoP", "DPoP ", "Basic eDp5", "dpop\t"):
        answer = client.get("/v1/me", headers={"Authorization": authorization})
        assert (answer.status_code, answer.json()["code"]) == (401, "token-missing")
