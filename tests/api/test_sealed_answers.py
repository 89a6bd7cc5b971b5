"""Answers that only the system which asked can read: JWE over the signed answer."""

import json

import jwt
import pytest
from joserfc import jwe
from joserfc.jwk import ECKey, OKPKey, RSAKey
from sqlalchemy import select

from app.exchange import key_addresses
from app.exchange.models import LogHead
from tests.api.conftest import bearer
from tests.api.test_exchanges import ASK, QUESTION, wait_for
from tests.exchange import people
from tests.support.publishing import published

KEYS = {
    "EC": ECKey.generate_key("P-256", parameters={"kid": "ec-1"}),
    "X25519": OKPKey.generate_key("X25519", parameters={"kid": "x-1"}),
    "RSA": RSAKey.generate_key(2048, parameters={"kid": "rsa-1"}),
}
EC = KEYS["EC"]
SEALED = {**QUESTION, "sealed": True}
OWN = "/v1/me/sealing"


def public(key):
    return key.as_dict(private=False)


def key_set(*keys):
    return json.dumps({"keys": [public(key) for key in keys]}).encode()


def unsealed(client, answer, key):
    """Open an answer as a system does, with a library that is not ours; return what it says."""
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/jose"
    opened = jwe.decrypt_compact(
        answer.text, key, algorithms=["ECDH-ES+A256KW", "RSA-OAEP-256", "A256GCM"]
    )
    header = opened.headers()
    assert (header["enc"], header["cty"]) == ("A256GCM", "JWT")
    assert header.get("kid") == key.kid
    jwks = jwt.PyJWKSet.from_dict(client.get("/oidc/jwks").json())
    inner = jwt.get_unverified_header(opened.plaintext)
    assert inner["typ"] == "dancu-answer+jwt"
    return jwt.decode(opened.plaintext, jwks[inner["kid"]], ["ES256"])


@pytest.fixture
def bank(client, world):
    return bearer(client, world)


@pytest.fixture(scope="module")
def site():
    with published() as opened:
        yield opened


def size(world):
    with world.session() as session:
        return session.scalar(select(LogHead.size))


def register(client, headers, **how):
    answer = client.put(OWN, json=how, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize("kind", list(KEYS))
def test_a_verification_is_sealed_to_the_systems_key(client, bank, kind):
    key = KEYS[kind]
    told = register(client, bank, keys=[public(key)])
    assert told["keys"][0]["kid"] == key.kid
    answer = client.post("/v1/verifications", json=SEALED, headers=bank)
    said = unsealed(client, answer, key)
    assert said["outcome"] == "match"
    assert said["request_id"] == answer.headers["x-request-id"]
    assert "leaf" in jwt.decode(said["receipt"], options={"verify_signature": False})


def test_a_key_without_an_id_is_named_nowhere(client, bank):
    plain = ECKey.generate_key("P-256")
    register(client, bank, keys=[public(plain) | {"kid": ""}])
    answer = client.post("/v1/verifications", json=SEALED, headers=bank)
    assert unsealed(client, answer, plain)["outcome"] == "match"


def test_only_a_sealed_form_is_kept_of_the_call(client, bank):
    register(client, bank, keys=[public(EC)])
    answer = client.post("/v1/verifications", json=SEALED, headers=bank)
    kept = wait_for(
        lambda: client.get(f"/v1/requests/{answer.headers['x-request-id']}", headers=bank)
    )
    assert kept["response_body"] == answer.text
    assert kept["outcome"] == "match"


def test_a_disclosure_a_batch_and_a_search_are_sealed(client, world):
    province, ministry = bearer(client, world, "ha-noi"), bearer(client, world, "bca")
    register(client, province, keys=[public(EC)])
    register(client, ministry, keys=[public(EC)])
    answer = client.post(
        "/v1/disclosures/residence",
        json={**ASK, "fields": ["permanent_residence"], "sealed": True},
        headers=province,
    )
    assert unsealed(client, answer, EC)["outcome"] == "disclosed"
    batch = {"purpose": "linked-procedures", "officer": "o", "dossier": "d", "sealed": True}
    item = {"number": people.AN_PIN, "claims": people.AN_CLAIM}
    answer = client.post(
        "/v1/verifications/batch", json={**batch, "items": [item]}, headers=ministry
    )
    assert unsealed(client, answer, EC)["simulated"] is True
    search = {
        "purpose": "population-search",
        "officer": "can-bo-1",
        "fields": ["pin"],
        "criteria": people.AN_CLAIM | {"birth_date": "1990-05-12"},
        "sealed": True,
    }
    answer = client.post("/v1/searches", json=search, headers=ministry)
    assert unsealed(client, answer, EC)["simulated"] is True


def test_a_system_may_have_every_answer_sealed(client, bank):
    register(client, bank, keys=[public(EC)], always=True)
    for asked in (QUESTION, {**QUESTION, "signed": True}, SEALED):
        for accept in ("application/json", "application/jose"):
            answer = client.post(
                "/v1/verifications", json=asked, headers={**bank, "Accept": accept}
            )
            assert unsealed(client, answer, EC)["outcome"] == "match"
    assert client.delete(OWN, headers=bank).json()["keys"] == []
    answer = client.post("/v1/verifications", json=QUESTION, headers=bank)
    assert answer.json()["outcome"] == "match"


def test_a_refusal_is_told_openly_for_it_says_nothing_about_a_person(client, bank):
    register(client, bank, keys=[public(EC)], always=True)
    asked = {**QUESTION, "purpose": "tax-code-link"}
    answer = client.post("/v1/verifications", json=asked, headers=bank)
    assert (answer.status_code, answer.json()["code"]) == (403, "purpose-not-allowed")
    assert answer.json()["receipt"]


def test_without_a_key_nothing_is_asked_and_nothing_logged(client, world, bank):
    before = size(world)
    answer = client.post("/v1/verifications", json=SEALED, headers=bank)
    assert (answer.status_code, answer.json()["code"]) == (409, "sealing-key-missing")
    assert "receipt" not in answer.json()
    assert size(world) == before


def test_a_repeated_question_is_answered_as_it_was_to_the_same_key_only(client, bank):
    again = {**bank, "Idempotency-Key": "sealed-1"}
    register(client, bank, keys=[public(EC)])
    first = client.post("/v1/verifications", json=SEALED, headers=again)
    second = client.post("/v1/verifications", json=SEALED, headers=again)
    assert first.text == second.text
    assert second.headers["idempotency-replayed"] == "true"
    register(client, bank, keys=[public(KEYS["RSA"])])
    third = client.post("/v1/verifications", json=SEALED, headers=again)
    assert "idempotency-replayed" not in third.headers
    assert unsealed(client, third, KEYS["RSA"])["outcome"] == "match"


def test_a_key_is_rotated_by_what_the_system_publishes(client, bank, site, monkeypatch):
    now = [0.0]
    monkeypatch.setattr(key_addresses.clock, "monotonic_ns", lambda: int(now[0] * 1e9))
    older = ECKey.generate_key("P-384", parameters={"kid": "older"})
    address = site.put("/rotating", key_set(older))
    register(client, bank, jwks_uri=address)
    answer = client.post("/v1/verifications", json=SEALED, headers=bank)
    assert unsealed(client, answer, older)["outcome"] == "match"
    site.put("/rotating", key_set(EC, older))
    asked = len(site.asked)
    answer = client.post("/v1/verifications", json=SEALED, headers=bank)
    assert unsealed(client, answer, older)["outcome"] == "match"
    assert len(site.asked) == asked
    now[0] = key_addresses.KEPT_SECONDS
    answer = client.post("/v1/verifications", json=SEALED, headers=bank)
    assert unsealed(client, answer, EC)["outcome"] == "match"


def test_an_address_where_nothing_is_had_is_told(client, bank, site, monkeypatch):
    now = [0.0]
    monkeypatch.setattr(key_addresses.clock, "monotonic_ns", lambda: int(now[0] * 1e9))
    address = site.put("/gone", key_set(EC))
    register(client, bank, jwks_uri=address)
    site.put("/gone", b"no", 503)
    now[0] = key_addresses.KEPT_SECONDS
    for _ in range(2):
        asked = len(site.asked)
        answer = client.post("/v1/verifications", json=SEALED, headers=bank)
        assert (answer.status_code, answer.json()["code"]) == (503, "sealing-keys-unreachable")
        assert "503" in answer.json()["detail"]
        assert answer.headers["retry-after"]
    assert len(site.asked) == asked  # it is not asked again at once
    site.put("/gone", b'{"keys": [{"kty": "oct"}]}')
    now[0] += key_addresses.FAILED_SECONDS
    answer = client.post("/v1/verifications", json=SEALED, headers=bank)
    assert answer.json()["code"] == "sealing-key-missing"


@pytest.mark.parametrize(
    ("how", "member"),
    [
        ({}, "body"),
        ({"keys": [public(EC)], "jwks_uri": "http://127.0.0.1/"}, "body"),
        ({"keys": [EC.as_dict(private=True)]}, "body.keys"),
        ({"keys": [{"kty": "EC"}]}, "body.keys"),
        ({"keys": [public(EC)], "alg": "RSA-OAEP-256"}, "body.keys"),
        ({"jwks_uri": "https://192.0.2.1/keys"}, "body.jwks_uri"),
        ({"jwks_uri": "http://127.0.0.1:1/keys"}, "body.jwks_uri"),
    ],
)
def test_what_cannot_be_sealed_to_is_not_registered(client, bank, how, member):
    answer = client.put(OWN, json=how, headers=bank)
    assert (answer.status_code, answer.json()["code"]) == (400, "sealing-invalid")
    assert [param["name"] for param in answer.json()["invalid_params"]] == [member]
    assert "AAAA" not in answer.text
    assert client.get(OWN, headers=bank).json()["keys"] == []


@pytest.mark.parametrize(
    "body", [b"[]", b"{}", b'{"keys": 1}', b"\xff", b'{"keys":' + b"[" * 5000]
)
def test_what_is_no_key_set_is_not_registered(client, bank, site, body):
    answer = client.put(OWN, json={"jwks_uri": site.put("/odd", body)}, headers=bank)
    assert answer.json()["code"] == "sealing-invalid"


def test_the_operator_registers_for_a_system(client, world, operator):
    address = "/control/v1/agencies/systems/{}/sealing"
    mine = address.format("vietcombank-basic")
    told = client.put(mine, json={"keys": [public(EC)]}, headers=operator).json()
    assert told["client_id"] == "vietcombank-basic"
    assert client.get(mine, headers=operator).json() == told
    bank = bearer(client, world)
    answer = client.post("/v1/verifications", json=SEALED, headers=bank)
    assert unsealed(client, answer, EC)["outcome"] == "match"
    assert client.delete(mine, headers=operator).json()["keys"] == []
    for method in ("get", "delete"):
        answer = getattr(client, method)(address.format("nobody"), headers=operator)
        assert answer.json()["code"] == "agency-unknown"
    answer = client.put(address.format("nobody"), json={"keys": [public(EC)]}, headers=operator)
    assert answer.json()["code"] == "agency-unknown"
    assert client.get(mine, headers=bank).status_code == 401


def test_many_key_sets_are_not_kept_for_ever(world, site, monkeypatch):
    monkeypatch.setattr(key_addresses, "_MOST_SETS", 2)
    monkeypatch.setattr(key_addresses, "_known", {})
    for number in range(4):
        key_addresses.keys_at(world, site.put(f"/set-{number}", b'{"keys": []}'))
        assert len(key_addresses._known) <= 2
