"""OpenID4VCI 1.0: another wallet gets a credential by a pre-authorised code."""

import datetime as dt
import json
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import update

from app.identity.credentials import forgetting, key_binding, nonces, offers, sd_jwt
from app.identity.models import CredentialOffer, SpentNonce
from app.platform import clock
from app.platform.signing import base64url, derive_signer
from tests.api.conftest import served
from tests.api.wallets import NAME, Wallet, system
from tests.support.copies import copy

HOLDER = derive_signer(b"another wallet", "holder", 1)
JWK = {name: HOLDER.jwk[name] for name in ("kty", "crv", "x", "y")}


def offered(client, licence, **asked):
    answer = Wallet(client).post(f"/{licence}/offers", asked)
    assert answer.status_code == 201, answer.text
    return answer.json()


def grant(offer):
    return offer["credential_offer"]["grants"][offers.GRANT_TYPE]


def token(client, offer, **more):
    form = {"grant_type": offers.GRANT_TYPE, **more}
    if offer is not None:
        form["pre-authorized_code"] = grant(offer)["pre-authorized_code"]
    return client.post("/oidc/token", data=form)


def proof(client, nonce=None, *, jwk=JWK, signer=HOLDER, header=None, **claims):
    issuer = client.get("/.well-known/openid-credential-issuer").json()["credential_issuer"]
    if nonce is None:
        nonce = client.post("/oidc/nonce").json()["c_nonce"]
    head = {"alg": "ES256", "typ": offers.PROOF_TYPE, "jwk": jwk, **(header or {})}
    said = {"aud": issuer, "iat": clock.epoch(), "nonce": nonce, **claims}
    encoded = base64url(json.dumps(head).encode())
    return signer.compact(encoded, json.dumps(said).encode()).decode()


def credential(client, access_token, jwt, configuration="driver-licence-sd-jwt"):
    return client.post(
        "/oidc/credential",
        json={"credential_configuration_id": configuration, "proofs": {"jwt": [jwt]}},
        headers={"Authorization": f"Bearer {access_token}"},
    )


def test_a_wallet_goes_the_whole_way(shared, shared_world, licence):
    offer = offered(shared, licence)
    told = parse_qs(urlsplit(offer["uri"]).query)["credential_offer"][0]
    assert json.loads(told) == offer["credential_offer"]
    issuer = shared.get("/.well-known/openid-credential-issuer").json()
    [configuration] = offer["credential_offer"]["credential_configuration_ids"]
    supported = issuer["credential_configurations_supported"][configuration]
    assert supported["format"] == "dc+sd-jwt"
    server = shared.get("/.well-known/oauth-authorization-server").json()
    assert offers.GRANT_TYPE in server["grant_types_supported"]
    assert server["pre-authorized_grant_anonymous_access_supported"] is True
    given = token(shared, offer)
    assert given.status_code == 200, given.text
    assert given.headers["cache-control"] == "no-store"
    answer = credential(shared, given.json()["access_token"], proof(shared), configuration)
    assert answer.status_code == 200, answer.text
    [issued] = answer.json()["credentials"]
    # The wallet shows it to somebody who asks.
    ministry = system(shared, shared_world)
    ask = {"documents": ["driver-licence"], "claims": ["full_name"]}
    request = shared.post(
        "/v1/presentation-requests", json=ask | {"purpose": "linked-procedures"}, headers=ministry
    ).json()
    chosen = sd_jwt.choose(issued["credential"], ["full_name"])
    how = {"nonce": request["nonce"], "audience": request["audience"], "now": clock.epoch()}
    shown = {"request": request["id"], "presentation": key_binding.bind(HOLDER, chosen, **how)}
    told = shared.post("/v1/presentations", json=shown, headers=ministry).json()
    assert (told["outcome"], told["claims"]) == ("genuine", {"full_name": NAME})


def test_the_metadata_of_another_world_is_its_own(settings, worlds, small_start):
    with copy(worlds, small_start) as world, served(settings, world) as client:
        for address in (
            f"/w/{world.name}/.well-known/openid-credential-issuer",
            f"/.well-known/openid-credential-issuer/w/{world.name}",
            f"/.well-known/jwt-vc-issuer/w/{world.name}",
        ):
            assert client.get(address).status_code == 200


def test_a_transaction_code_is_asked_for_and_cannot_be_guessed(shared, licence):
    offer = offered(shared, licence, tx_code=True)
    assert grant(offer)["tx_code"] == {"input_mode": "numeric", "length": 6}
    assert token(shared, offer).json()["error"] == "invalid_request"
    wrong = "000000" if offer["tx_code"] != "000000" else "111111"
    assert token(shared, offer, tx_code=wrong).json()["error"] == "invalid_grant"
    assert token(shared, offer, tx_code=offer["tx_code"]).status_code == 200
    guessed = offered(shared, licence, tx_code=True)
    wrong = "000000" if guessed["tx_code"] != "000000" else "111111"
    for _ in range(offers.MOST_WRONG_CODES):
        token(shared, guessed, tx_code=wrong)
    answer = token(shared, guessed, tx_code=guessed["tx_code"])
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    plain = offered(shared, licence)
    assert token(shared, plain, tx_code="123456").json()["error"] == "invalid_request"


def test_of_many_who_redeem_one_code_at_once_one_has_it(shared, licence):
    offer = offered(shared, licence)
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: token(shared, offer).status_code, range(40)))
    assert (answers.count(200), answers.count(400)) == (1, 39)


def test_a_code_that_is_missing_unknown_or_late_gives_nothing(shared, shared_world, licence):
    assert token(shared, None).json()["error"] == "invalid_request"
    unknown = {"pre-authorized_code": "x" * 43}
    assert token(shared, None, **unknown).json()["error"] == "invalid_grant"
    offer = offered(shared, licence)
    _write(shared_world, CredentialOffer, expires_at=clock.now())
    assert token(shared, offer).json()["error"] == "invalid_grant"


def test_a_nonce_is_good_once(shared, licence):
    access = token(shared, offered(shared, licence)).json()["access_token"]
    nonce = shared.post("/oidc/nonce").json()["c_nonce"]
    assert credential(shared, access, proof(shared, nonce)).status_code == 200
    again = credential(shared, access, proof(shared, nonce))
    assert (again.status_code, again.json()["error"]) == (400, "invalid_nonce")
    assert again.headers["cache-control"] == "no-store"


def test_of_many_who_use_one_nonce_at_once_one_has_it(shared, licence):
    access = token(shared, offered(shared, licence)).json()["access_token"]
    jwt = proof(shared)
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda _: credential(shared, access, jwt).status_code, range(20)))
    assert (answers.count(200), answers.count(400)) == (1, 19)


def test_a_token_is_good_for_three_credentials(shared, licence):
    access = token(shared, offered(shared, licence)).json()["access_token"]
    for _ in range(offers.MOST_CREDENTIALS):
        assert credential(shared, access, proof(shared)).status_code == 200
    over = credential(shared, access, proof(shared))
    assert (over.status_code, over.json()["error"]) == (401, "invalid_token")
    assert "invalid_token" in over.headers["www-authenticate"]


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"[]", "invalid_credential_request"),
        (b'{"proofs": {"jwt": ["x"]}}', "invalid_credential_request"),
        (b'{"credential_configuration_id": 7}', "invalid_credential_request"),
        (b'{"credential_configuration_id": "a"}', "invalid_proof"),
        (b'{"credential_configuration_id": "a", "proofs": 7}', "invalid_proof"),
        (b'{"credential_configuration_id": "a", "proofs": {"di_vp": []}}', "invalid_proof"),
        (b'{"credential_configuration_id": "a", "proofs": {"jwt": ["x", "y"]}}', "invalid_proof"),
    ],
)
def test_a_wrong_request_is_told_in_the_words_of_the_standard(shared, licence, body, error):
    json_type = {"Content-Type": "application/json"}
    nobody = shared.post("/oidc/credential", content=body, headers=json_type)
    assert nobody.status_code == 401
    assert nobody.headers["www-authenticate"] == 'Bearer realm="dancu"'
    access = token(shared, offered(shared, licence)).json()["access_token"]
    headers = json_type | {"Authorization": f"Bearer {access}"}
    answer = shared.post("/oidc/credential", content=body, headers=headers)
    assert (answer.status_code, answer.json()["error"]) == (400, error)
    assert answer.headers["cache-control"] == "no-store"


def test_what_an_issuer_does_not_know_is_ignored(shared, licence):
    access = token(shared, offered(shared, licence)).json()["access_token"]
    body = {
        "credential_configuration_id": "driver-licence-sd-jwt",
        "proofs": {"jwt": [proof(shared)], "other": 1},
        "foo": 1,
    }
    headers = {"Authorization": f"Bearer {access}"}
    assert shared.post("/oidc/credential", json=body, headers=headers).status_code == 200


def test_without_a_good_token_there_is_nothing(shared):
    for access in ("", "x" * 43):
        answer = credential(shared, access, proof(shared))
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_token")


@pytest.mark.parametrize(
    ("how", "error"),
    [
        ({"header": {"alg": "none"}}, "invalid_proof"),
        ({"header": {"typ": "JWT"}}, "invalid_proof"),
        ({"jwk": None}, "invalid_proof"),
        ({"jwk": {**JWK, "d": "AA"}}, "invalid_proof"),
        ({"signer": derive_signer(b"x", "y", 1)}, "invalid_proof"),
        ({"aud": "https://another.invalid"}, "invalid_proof"),
        ({"iss": "a-client"}, "invalid_proof"),
        ({"iat": 1}, "invalid_proof"),
        ({"iat": "now"}, "invalid_proof"),
        ({"nonce": "another"}, "invalid_nonce"),
        ({"nonce": "*"}, "invalid_nonce"),
        ({"nonce": "A" * 54}, "invalid_nonce"),
    ],
)
def test_a_proof_that_proves_nothing_is_refused(shared, licence, how, error):
    access = token(shared, offered(shared, licence)).json()["access_token"]
    answer = credential(shared, access, proof(shared, **how))
    assert (answer.status_code, answer.json()["error"]) == (400, error)
    assert credential(shared, access, proof(shared)).status_code == 200


def test_another_configuration_than_was_offered_is_refused(shared, licence):
    access = token(shared, offered(shared, licence)).json()["access_token"]
    answer = credential(shared, access, proof(shared), "residence-sd-jwt")
    assert answer.json()["error"] == "unknown_credential_configuration"


def test_a_document_that_was_removed_meanwhile_is_not_given(settings, worlds, small_start):
    with copy(worlds, small_start) as world, served(settings, world) as client:
        licence = Wallet(client).integrated("driver-licence")
        access = token(client, offered(client, licence)).json()["access_token"]
        Wallet(client).delete(licence)
        answer = credential(client, access, proof(client))
        assert (answer.status_code, answer.json()["code"]) == (409, "document-not-integrated")


def test_a_nonce_expires_and_all_of_it_is_forgotten(settings, worlds, small_start):
    with copy(worlds, small_start) as world, served(settings, world) as client:
        licence = Wallet(client).integrated("driver-licence")
        access = token(client, offered(client, licence)).json()["access_token"]
        assert credential(client, access, proof(client)).status_code == 200
        later = clock.now() + dt.timedelta(seconds=nonces.SECONDS)
        nonce = nonces.make(world, clock.now())

        def spend(session):
            return nonces.spend(session, world, nonce, later)

        assert world.writer.submit(spend) is False
        much_later = later + dt.timedelta(days=1)
        world.writer.submit(lambda session: forgetting.sweep(session, much_later))
        with world.session() as session:
            assert session.query(CredentialOffer).count() == 0
            assert session.query(SpentNonce).count() == 0


def _write(world, model, **columns):
    world.writer.submit(lambda session: session.execute(update(model).values(**columns)))
