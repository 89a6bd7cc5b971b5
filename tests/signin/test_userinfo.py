"""Userinfo: its forms (JSON, signed, sealed), opened by libraries that are not ours."""

import json
import re
import time

import jwt
import pytest
from joserfc import jwe
from joserfc.jwk import ECKey, RSAKey
from sqlalchemy import select

from app.exchange.models import LogHead
from app.platform import fetching
from tests.signin.keys import Key
from tests.signin.party import BASIC, FAPI, ISSUER, Party, answered
from tests.support.publishing import published

EC = ECKey.generate_key("P-256", parameters={"kid": "ec-1"})
RSA = RSAKey.generate_key(2048, parameters={"kid": "rsa-1"})
JWT = {"Accept": "application/jwt"}


@pytest.fixture
def register(client):
    """Register how a system's answers are sealed, until the test is over."""
    address = "/control/v1/agencies/systems/{}/sealing"
    operator = {"Authorization": f"Bearer {client.app._server.operator_token}"}
    used = []

    def put(client_id=BASIC, **how):
        used.append(address.format(client_id))
        answer = client.put(used[-1], json=how, headers=operator)
        assert answer.status_code == 200, answer.text

    yield put
    for each in used:
        client.delete(each, headers=operator)


def public(key):
    return key.as_dict(private=False)


def opened(client, text, client_id=BASIC):
    """Check a signed answer as OpenID Connect Core §5.3.4 has it; return header and claims."""
    keys = jwt.PyJWKSet.from_dict(client.get("/oidc/jwks").json())
    header = jwt.get_unverified_header(text)
    claims = jwt.decode(
        text, keys[header["kid"]], [header["alg"]], audience=client_id, issuer=ISSUER
    )
    return header, claims


def unsealed(answer, key):
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/jwt"
    algorithms = ["ECDH-ES+A256KW", "RSA-OAEP-256", "A256GCM"]
    found = jwe.decrypt_compact(answer.text, key, algorithms=algorithms)
    header = found.headers()
    assert (header["enc"], header["cty"], header["kid"]) == ("A256GCM", "JWT", key.kid)
    return found.plaintext.decode()


def test_whoever_accepts_a_jwt_gets_the_claims_signed(client, party, person):
    told = party.tokens(person)
    plain = party.userinfo(told["access_token"])
    assert plain.headers["content-type"] == "application/json"
    answer = party.userinfo(told["access_token"], **JWT)
    assert answer.headers["content-type"] == "application/jwt"
    assert answer.headers["cache-control"] == "no-store"
    header, claims = opened(client, answer.text)
    assert (header["alg"], header["typ"]) == ("RS256", "JWT")
    assert claims == plain.json() | {"iss": ISSUER, "aud": BASIC}
    id_claims = jwt.decode(told["id_token"], options={"verify_signature": False})
    assert claims["sub"] == id_claims["sub"]
    rather_json = "application/json, application/jwt;q=0.5"
    answer = party.userinfo(told["access_token"], Accept=rather_json)
    assert answer.headers["content-type"] == "application/json"


def test_a_userinfo_answer_is_no_hint_and_no_token(party, person):
    signed = party.userinfo(party.tokens(person)["access_token"], **JWT).text
    refused = answered(party.open(prompt="none", id_token_hint=signed))
    assert refused["error"] == "invalid_request"
    assert party.userinfo(signed).status_code == 401


@pytest.mark.parametrize("key", [EC, RSA], ids=["EC", "RSA"])
def test_to_a_system_with_a_key_the_jwt_is_sealed(client, party, person, register, key):
    token = party.tokens(person)["access_token"]
    register(keys=[public(key)])
    assert party.userinfo(token).headers["content-type"] == "application/json"
    _, claims = opened(client, unsealed(party.userinfo(token, **JWT), key))
    assert claims["name"] == person.view.full_name


def test_where_every_answer_is_sealed_userinfo_is(client, party, person, register):
    token = party.tokens(person)["access_token"]
    register(keys=[public(EC)], always=True)
    for accept in ("application/json", "application/jwt", "*/*"):
        answer = party.userinfo(token, Accept=accept)
        assert opened(client, unsealed(answer, EC))[1]["name"] == person.view.full_name
    posted = client.post("/oidc/userinfo", data={"access_token": token})
    assert opened(client, unsealed(posted, EC))[1]["sub"]


def test_a_refusal_is_told_openly(party, register):
    register(keys=[public(EC)], always=True)
    answer = party.userinfo("forged", **JWT)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_token")


def test_a_fapi_system_gets_its_bound_userinfo_sealed(client, world, person, register):
    client.cookies.clear()
    party, key = Party(client, world, FAPI), Key()
    register(FAPI, keys=[public(EC)], always=True)
    pushed = party.post("/oidc/par", party.request())
    query = {"client_id": FAPI, "request_uri": pushed.json()["request_uri"]}
    who = f"adult-level-2; token={party.operator_token}"
    answer = client.get(
        "/oidc/authorize",
        params=query,
        headers={"Dancu-Sign-In": who},
        follow_redirects=False,
    )
    code = answered(answer)["code"]
    token = party.redeem(code, headers={"DPoP": key.proof("/oidc/token")}).json()["access_token"]
    proof = key.proof("/oidc/userinfo", "GET", token)
    answer = client.get(
        "/oidc/userinfo", headers={"Authorization": f"DPoP {token}", "DPoP": proof}
    )
    header, claims = opened(client, unsealed(answer, EC), FAPI)
    assert header["alg"] == "ES256"
    assert claims["name"] == person.view.full_name


def size(world):
    with world.session() as session:
        return session.scalar(select(LogHead.size))


def test_without_a_key_to_be_had_nothing_is_told_and_nothing_logged(
    party, person, register, world, monkeypatch
):
    token = party.tokens(person)["access_token"]
    with published() as site:
        register(jwks_uri=site.put("/keys", json.dumps({"keys": [public(EC)]}).encode()))
        monkeypatch.setattr("app.exchange.key_addresses._known", {})
        site.put("/keys", b"no", 503)
        before = size(world)
        answer = party.userinfo(token, **JWT)
        assert (answer.status_code, answer.json()["code"]) == (503, "sealing-keys-unreachable")
        assert answer.headers["retry-after"]
        assert size(world) == before
    assert party.userinfo(token).status_code == 200


@pytest.mark.parametrize(
    ("page", "status"),
    [
        ((200, {}, b"<html>"), 503),
        ((200, {}, b'{"keys": "' + b"x" * 70_000 + b'"}'), 503),
        ((302, {"Location": "http://192.0.2.1/keys"}, b""), 503),
        ((302, {"Location": "/keys"}, b""), 503),
        (lambda connection: time.sleep(0.5) or connection.connection.close(), 503),
        ((200, {}, b'{"keys": []}'), 409),
    ],
    ids=["no JSON", "too large", "elsewhere", "in a circle", "slow", "empty"],
)
def test_an_address_of_keys_that_is_ill_is_told_and_hangs_nothing(
    party, person, register, monkeypatch, page, status
):
    monkeypatch.setattr(fetching, "MOST_SECONDS", 0.3)
    token = party.tokens(person)["access_token"]
    with published() as site:
        register(jwks_uri=site.put("/keys", json.dumps({"keys": [public(EC)]}).encode()))
        monkeypatch.setattr("app.exchange.key_addresses._known", {})
        site.pages["/keys"] = page
        answer = party.userinfo(token, **JWT)
        assert answer.status_code == status, answer.text
        assert answer.json()["code"].startswith("sealing-key")


def test_discovery_says_how_userinfo_is_signed_and_sealed(client):
    told = client.get("/.well-known/openid-configuration").json()
    assert set(told["userinfo_signing_alg_values_supported"]) == {"ES256", "RS256"}
    algorithms = {"ECDH-ES+A256KW", "RSA-OAEP-256"}
    assert set(told["userinfo_encryption_alg_values_supported"]) == algorithms
    assert told["userinfo_encryption_enc_values_supported"] == ["A256GCM"]


def test_a_phone_number_is_told_in_the_international_form(party, person):
    told = party.tokens(person, scope="openid phone", prompt="consent")
    known = party.userinfo(told["access_token"]).json()
    assert re.fullmatch(r"\+84999990\d{3}", known["phone_number"])
    assert known["phone_number_verified"] is True
