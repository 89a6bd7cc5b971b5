"""DPoP to the letter of RFC 9449, and what the FAPI 2.0 Security Profile makes of it."""

import base64
import json

import jwt
import msgspec
import pytest

from app.exchange import access
from app.signin import registrations
from tests.signin.keys import Key
from tests.signin.party import BASIC, FAPI, ISSUER, Party, answered, is_ours


@pytest.fixture
def party(client, world):
    client.cookies.clear()
    return Party(client, world, FAPI)


@pytest.fixture
def key():
    return Key()


def pushed(party, key=None, **changes):
    """Push a request and open it; return the page or the answer."""
    headers = {} if key is None else {"DPoP": key.proof("/oidc/par")}
    answer = party.post("/oidc/par", party.request(**changes), headers=headers)
    assert answer.status_code == 201, answer.text
    query = {"client_id": party.client_id, "request_uri": answer.json()["request_uri"]}
    return party.client.get("/oidc/authorize", params=query, follow_redirects=False)


def code(party, person, key=None, **changes):
    answer = pushed(party, key, **changes)
    if is_ours(answer):
        page = party.follow(answer)
        answer = party.follow(party.prove(page, person.pin, person.passcode))
        if answer.status_code == 200:
            answer = party.act(answer, "agree-all")
    return answered(answer)["code"]


def redeem(party, code, key, **changes):
    return party.redeem(code, headers={"DPoP": key.proof("/oidc/token", **changes)})


def userinfo(party, token, key, **changes):
    proof = key.proof("/oidc/userinfo", "GET", token, **changes)
    return party.client.get(
        "/oidc/userinfo", headers={"Authorization": f"DPoP {token}", "DPoP": proof}
    )


def test_a_whole_sign_in_of_a_fapi_system(party, person, key):
    told = redeem(party, code(party, person, key), key).json()
    assert told["token_type"] == "DPoP"
    access = jwt.decode(told["access_token"], options={"verify_signature": False})
    assert access["cnf"] == {"jkt": key.jkt}
    assert jwt.get_unverified_header(told["id_token"])["alg"] == "ES256"
    answer = userinfo(party, told["access_token"], key)
    assert answer.status_code == 200, answer.text


def test_without_a_proof_a_fapi_system_gets_nothing(party, person):
    refused = party.redeem(code(party, person))
    assert refused.json()["error"] == "invalid_dpop_proof"


def test_a_code_is_good_for_the_key_of_the_pushed_request_alone(party, person, key):
    given = code(party, person, key)
    assert redeem(party, given, Key()).json()["error"] == "invalid_dpop_proof"
    assert redeem(party, given, key).status_code == 200


def test_dpop_jkt_binds_without_a_proof_and_contradicts_no_proof(party, person, key):
    given = code(party, person, dpop_jkt=key.jkt)
    assert redeem(party, given, Key()).json()["error"] == "invalid_dpop_proof"
    headers = {"DPoP": key.proof("/oidc/par")}
    other = party.request(dpop_jkt=Key().jkt)
    assert party.post("/oidc/par", other, headers=headers).json()["error"] == "invalid_dpop_proof"


def test_a_proof_is_used_once(party, person, key):
    given = code(party, person)
    proof = key.proof("/oidc/token")
    assert party.redeem(given, headers={"DPoP": proof}).status_code == 200
    again = party.redeem(code(party, person), headers={"DPoP": proof})
    assert again.json()["error"] == "invalid_dpop_proof"


def test_a_bound_token_is_worth_nothing_to_whoever_stole_it(party, person, key):
    token = redeem(party, code(party, person), key).json()["access_token"]
    assert party.userinfo(token).status_code == 401  # as a bearer token
    assert userinfo(party, token, Key()).status_code == 401
    assert userinfo(party, token, key, ath="x").status_code == 401
    challenge = party.userinfo(token).headers["www-authenticate"]
    assert 'DPoP realm="dancu", error="invalid_token"' in challenge
    assert userinfo(party, token, key).status_code == 200


def test_a_bearer_token_does_not_go_by_dpop(client, world, person, key):
    client.cookies.clear()
    party = Party(client, world, BASIC)
    token = party.tokens(person)["access_token"]
    assert userinfo(party, token, key).status_code == 401


PRIVATE = {"kty": "EC", "crv": "P-256", "x": "x", "y": "y", "d": "secret"}


@pytest.mark.parametrize(
    "changes",
    [
        {"htm": "GET"},
        {"htu": "https://evil.example/oidc/token"},
        {"htu": f"{ISSUER}/oidc/par"},
        {"htu": "http://[bad"},
        {"iat": 1},
        {"iat": 10**12},
        {"iat": None},
        {"jti": ""},
        {"jti": "x" * 300},
        {"jti": None},
        {"header": {"typ": "JWT"}},
        {"header": {"jwk": None}},
        {"header": {"jwk": [1]}},
        {"header": {"jwk": {"kty": []}}},
        {"header": {"jwk": {"kty": {"a": 1}, "crv": []}}},
        {"header": {"jwk": {"kty": "EC", "crv": ["P-256"], "x": "AAAA", "y": "AAAA"}}},
        {"header": {"jwk": PRIVATE}},
        {"header": {"jwk": {"kty": "oct", "k": "c2VjcmV0"}}},
        {"header": {"jwk": {"kty": "EC", "crv": "P-256"}}},
        {"header": {"jwk": {"kty": "EC", "crv": "P-256", "x": "AAAA", "y": "AAAA"}}},
    ],
)
def test_a_wrong_proof_proves_nothing(party, key, changes):
    wrong = redeem(party, "any", key, **changes)
    assert wrong.status_code == 400
    assert wrong.json()["error"] == "invalid_dpop_proof"


def test_a_proof_by_another_algorithm_than_its_keys_is_refused(party, key):
    forged = []
    signed = key.proof("/oidc/token")
    body = signed.split(".")[1]
    for alg in ("none", "HS256"):
        head = json.dumps({"typ": "dpop+jwt", "alg": alg, "jwk": key.jwk}).encode()
        encoded = base64.urlsafe_b64encode(head).rstrip(b"=").decode()
        forged.append(f"{encoded}.{body}.")
    forged += [f"{signed}, {signed}", "x", "a.b.c", signed[:-4] + "AAAA"]
    for proof in forged:
        answer = party.redeem("any", headers={"DPoP": proof})
        assert answer.json()["error"] == "invalid_dpop_proof", proof


def test_refresh_tokens_of_fapi_systems_stay_and_their_access_tokens_are_bound(party, person, key):
    given = code(party, person, scope="openid offline_access")
    told = redeem(party, given, key).json()
    form = {"grant_type": "refresh_token", "refresh_token": told["refresh_token"]}
    unproved = party.post("/oidc/token", form)
    assert unproved.json()["error"] == "invalid_dpop_proof"
    for _ in range(2):
        headers = {"DPoP": key.proof("/oidc/token")}
        again = party.post("/oidc/token", form, headers=headers).json()
        assert again["refresh_token"] == told["refresh_token"]
        assert again["token_type"] == "DPoP"


def test_a_system_may_ask_for_nonces(party, person, key, world):

    caller = access.of(world).poll().callers[FAPI]

    wanted = msgspec.structs.replace(registrations.unregistered(caller), dpop_nonce=True)
    world.writer.submit(lambda session: registrations.register(session, caller, wanted))
    given = code(party, person)
    first = redeem(party, given, key)
    assert first.json()["error"] == "use_dpop_nonce"
    nonce = first.headers["dpop-nonce"]
    told = redeem(party, given, key, nonce=nonce).json()
    assert told["token_type"] == "DPoP"
    asked = userinfo(party, told["access_token"], key)
    assert (asked.status_code, asked.json()["error"]) == (401, "use_dpop_nonce")
    assert userinfo(party, told["access_token"], key, nonce=asked.headers["dpop-nonce"]).is_success
    world.writer.submit(lambda session: registrations.forget(session, caller))


def test_any_system_may_bind_its_tokens(client, world, person, key):
    client.cookies.clear()
    party = Party(client, world, BASIC)
    told = redeem(party, party.sign_in(person)["code"], key).json()
    assert told["token_type"] == "DPoP"
    assert userinfo(party, told["access_token"], key).status_code == 200
