"""Faults, the rotation of keys and headless sign-in: what a client is tried with."""

from types import SimpleNamespace
from urllib.parse import urlencode

import jwt
import pytest

from app.platform import clock
from app.signin import faults, issuing, keys
from app.signin.faults import FAULTS
from tests.signin.party import BASIC, ISSUER, answered

WHO = "adult-level-2"


@pytest.fixture
def control(client):
    return {"Authorization": f"Bearer {client.app._server.operator_token}"}


@pytest.fixture
def wrong(client, control):
    """Give the system faults, and take them away again."""

    def put(*names):
        address = "/control/v1/faults/tokens"
        if not names:
            return client.delete("/control/v1/faults", headers=control)
        said = {"client_id": BASIC, "tokens": list(names)}
        answer = client.put(address, json=said, headers=control)
        assert answer.status_code == 200, answer.text
        return answer.json()

    yield put
    put()


def tokens(party, **changes):
    answer = party.redeem(answered(party.headless(WHO, **changes))["code"])
    assert answer.status_code == 200, answer.text
    return answer.json()


def verify(party, token, nonce="n-1"):
    """Check an ID token as a careful client does (OpenID Connect Core §3.1.3.7)."""
    header = jwt.get_unverified_header(token)
    jwks = jwt.PyJWKSet.from_dict(party.client.get("/oidc/jwks").json())
    claims = jwt.decode(
        token,
        jwks[header["kid"]],
        ["RS256", "ES256"],
        audience=BASIC,
        issuer=ISSUER,
        options={"require": ["iss", "sub", "aud", "exp", "iat"]},
    )
    if claims["nonce"] != nonce:
        raise jwt.InvalidTokenError("nonce")
    if claims["acr"] not in {"urn:dancu:acr:level1", "urn:dancu:acr:level2"}:
        raise jwt.InvalidTokenError("acr")
    return claims


NOT_IN_THE_ID_TOKEN = {
    "wrong-at-hash",
    "wrong-userinfo-subject",
    "wrong-state",
    "wrong-answer-issuer",
    "replayed-code",
    "slow-token",
    "token-unavailable",
    "token-no-json",
}


@pytest.mark.parametrize("name", sorted(FAULTS.keys() - NOT_IN_THE_ID_TOKEN))
def test_a_careful_client_notices_each_fault_of_an_id_token(party, wrong, name):
    wrong(name)
    told = tokens(party)
    if name == "unknown-key":  # the algorithm gives nothing away: the client has to look for kid
        assert jwt.get_unverified_header(told["id_token"])["alg"] == "RS256"
    with pytest.raises((jwt.PyJWTError, KeyError)):
        verify(party, told["id_token"])
    wrong()
    assert verify(party, tokens(party)["id_token"])


@pytest.mark.parametrize("algorithm", ["RS256", "ES256"])
def test_a_wrong_id_token_is_well_formed(world, algorithm):
    """What does not check signatures is to read it: its other checks are tried, too."""
    now = clock.epoch()
    said = {"iss": ISSUER, "sub": "s", "aud": BASIC, "iat": now, "exp": now + 60, "nonce": "n"}
    for name in FAULTS:
        token = faults.id_token(world, algorithm, said, frozenset({name}))
        assert jwt.decode(token, options={"verify_signature": False}).keys() >= {"iss", "aud"}
    token = faults.id_token(world, algorithm, said, frozenset({"bad-signature"}))
    assert jwt.decode(token, options={"verify_signature": False}) == said
    with pytest.raises(jwt.InvalidSignatureError):
        jwt.decode(
            token, keys.signers(world, algorithm)[0].public_key, [algorithm], audience=BASIC
        )


def test_faults_of_other_legs(party, wrong):
    wrong("wrong-state", "wrong-answer-issuer")
    answer = answered(party.headless(WHO))
    assert answer["state"] != "st-1"
    assert answer["iss"] != ISSUER
    wrong("replayed-code")
    code = answered(party.headless(WHO))["code"]
    assert party.redeem(code).json()["error"] == "invalid_grant"
    wrong("wrong-userinfo-subject", "wrong-at-hash")
    told = tokens(party)
    claims = verify(party, told["id_token"])
    assert party.userinfo(told["access_token"]).json()["sub"] != claims["sub"]
    assert claims["at_hash"] == "AAAAAAAAAAAAAAAAAAAAAA"


def test_a_slow_token_comes_late(party, wrong, monkeypatch):
    waited = []
    wrong("slow-token")
    code = answered(party.headless(WHO))["code"]
    monkeypatch.setattr(issuing, "time", SimpleNamespace(sleep=waited.append))
    assert party.redeem(code).status_code == 200
    assert waited == [5.0]


@pytest.mark.parametrize(
    ("name", "status", "media_type"),
    [("token-unavailable", 503, "application/json"), ("token-no-json", 200, "text/html")],
)
def test_a_code_outlives_a_token_endpoint_that_is_away(party, wrong, name, status, media_type):
    wrong(name)
    code = answered(party.headless(WHO))["code"]
    for _ in range(2):
        answer = party.redeem(code)
        assert answer.status_code == status
        assert answer.headers["content-type"].startswith(media_type)
        assert ("retry-after" in answer.headers) is (status == 503)
        assert "access_token" not in answer.text
    wrong()
    assert party.redeem(code).status_code == 200


def test_faults_are_listed_and_unknown_ones_refused(client, control):
    told = client.get("/control/v1/faults/kinds", headers=control).json()
    assert {each["name"] for each in told if each["of"] == "token"} == FAULTS.keys()
    address = "/control/v1/faults/tokens"
    said = {"client_id": BASIC, "tokens": ["nonsense"]}
    refused = client.put(address, json=said, headers=control)
    assert refused.json()["code"] == "sign-in-fault-unknown"
    assert client.get("/control/v1/faults", headers=control).json() == []
    said = {"client_id": "nobody", "tokens": ["expired"]}
    assert client.put(address, json=said, headers=control).status_code == 404
    assert client.get("/control/v1/faults").status_code == 401


def test_a_rotation_of_keys_leaves_what_was_signed_before_it_good(party, world, control):
    before = tokens(party)
    known = {key["kid"] for key in party.client.get("/oidc/jwks").json()["keys"]}
    rotated = party.client.post(
        f"/control/v1/worlds/{world.name}/rotate-keys", headers=control, json={}
    )
    assert rotated.status_code == 200, rotated.text
    after = tokens(party)
    kids = [jwt.get_unverified_header(each["id_token"])["kid"] for each in (before, after)]
    assert kids[0] != kids[1]
    assert {*kids} <= {key["kid"] for key in party.client.get("/oidc/jwks").json()["keys"]}
    assert kids[1] not in known
    for told in (before, after):
        assert verify(party, told["id_token"])
        assert party.userinfo(told["access_token"]).status_code == 200


# ClientRegistration


def test_a_system_is_registered_and_its_answers_go_where_it_said(client, control, party):
    address = f"/control/v1/systems/{BASIC}/sign-in"
    uri = "https://bank.example/cb?tenant=1"
    wanted = {"redirect_uris": [uri], "id_token_alg": "ES256"}
    told = client.put(address, json=wanted, headers=control).json()
    assert told["redirect_uris"] == [uri]
    answer = party.headless(WHO, redirect_uri=uri)
    assert answer.headers["location"].startswith(f"{uri}&code=")
    assert party.open().status_code == 400  # the loopback address is registered no more
    for wrong in (
        "http://bank.example/cb",
        "https://bank.example/#x",
        "https://user@bank.example/",
        "javascript:alert(1)",
        "https://bank.example/a b",
        "https://bank.example\\@evil.example/",
    ):
        refused = client.put(address, json={"redirect_uris": [wrong]}, headers=control)
        assert refused.json()["code"] == "sign-in-registration-invalid", wrong
    for right in ("com.example.app:/cb", "http://[::1]/cb", "https://bank.example:8443/cb"):
        assert client.put(address, json={"redirect_uris": [right]}, headers=control).is_success
    assert client.delete(address, headers=control).status_code == 204
    assert client.get(address, headers=control).json()["id_token_alg"] == "RS256"
    fapi = "/control/v1/systems/vietcombank-fapi/sign-in"
    weak = client.put(fapi, json={"id_token_alg": "RS256"}, headers=control)
    assert weak.json()["code"] == "sign-in-registration-invalid"
    kept = client.put(fapi, json={"require_par": False}, headers=control).json()
    assert kept["require_par"]
    assert client.delete(fapi, headers=control).status_code == 204


# Headless


def test_a_test_signs_a_persona_in_without_a_page(party):
    said = f"{WHO}; factors=pin otp; fields=full_name"
    answer = answered(party.headless(said, prompt="consent"))
    told = party.redeem(answer["code"]).json()
    claims = verify(party, told["id_token"])
    assert (claims["acr"], claims["amr"]) == ("urn:dancu:acr:level2", ["pin", "otp", "mfa"])
    known = party.userinfo(told["access_token"]).json()
    assert "name" in known
    assert "birthdate" not in known
    party.redeem(answered(party.headless(WHO, prompt="consent"))["code"])
    for fields, names in (("full_name", {"name"}), ("none", set())):  # whatever was agreed before
        answer = answered(party.headless(f"{WHO}; fields={fields}"))
        known = party.userinfo(party.redeem(answer["code"]).json()["access_token"]).json()
        assert known.keys() & {"name", "birthdate", "gender"} == names
    assert answered(party.headless(f"{WHO}; refuse"))["error"] == "access_denied"
    level_2 = "urn:dancu:acr:level2"
    lacking = answered(party.headless(WHO, acr_values=level_2))
    assert lacking["error"] == "interaction_required"
    assert answered(party.headless("deceased"))["error"] == "access_denied"


def test_the_parameter_says_the_same_with_the_worlds_token(party):
    query = urlencode(party.request(dancu_sign_in=f"{WHO}; token={party.operator_token}"))
    answer = party.client.get(f"/oidc/authorize?{query}", follow_redirects=False)
    assert "code" in answered(answer)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("nobody", "persona-unknown"),
        ("901090999999", "sign-in-headless-unreadable"),
        (f"{WHO}; factors=magic", "sign-in-headless-unreadable"),
        (f"{WHO}; factors=", "sign-in-headless-unreadable"),
        (f"{WHO}; nonsense=1", "sign-in-headless-unreadable"),
        (f"{WHO}; fields=full_name bogus", "sign-in-headless-unreadable"),
        (f"{WHO}; token=wrong", "sign-in-headless-refused"),
    ],
)
def test_what_is_wrong_with_it_is_told(party, said, code):
    assert party.headless(said).json()["code"] == code


def test_without_the_operators_token_it_is_refused(party):
    answer = party.client.get(
        f"/oidc/authorize?{urlencode(party.request())}",
        headers={"Dancu-Sign-In": WHO},
        follow_redirects=False,
    )
    assert answer.json()["code"] == "sign-in-headless-refused"


def test_the_servers_token_opens_too_much_to_stand_in_an_address_or_a_test(party):
    token = party.client.app._server.operator_token
    for parameters, headers in (
        ({"dancu_sign_in": f"{WHO}; token={token}"}, {}),
        ({}, {"Dancu-Sign-In": f"{WHO}; token={token}"}),
        ({}, {"Dancu-Sign-In": WHO, "Authorization": f"Bearer {token}"}),
    ):
        answer = party.client.get(
            f"/oidc/authorize?{urlencode(party.request(**parameters))}",
            headers=headers,
            follow_redirects=False,
        )
        told = answer.json()
        assert (answer.status_code, told["code"]) == (403, "sign-in-headless-server-token")
        assert "operator-token --world" in told["next"]
        assert token not in answer.text
