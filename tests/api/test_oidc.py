"""The token endpoint: RFC 6749 to the letter, and every way of getting it wrong."""

import base64
import uuid

import jwt
import pytest

from app.exchange import credentials
from app.platform import clock
from tests.api.conftest import bearer, secret
from tests.signin.keys import Key

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
ISSUER = "http://127.0.0.1:8000"


def error(answer, status, code):
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json().keys() == {"error", "error_description"}
    assert answer.json()["error"] == code
    assert ("www-authenticate" in answer.headers) is (status == 401)  # RFC 9110 §15.5.2


def assertion(world, **changes):
    client = "vietcombank-fapi"
    now = clock.epoch()
    claims = {
        "iss": client,
        "sub": client,
        "aud": ISSUER,
        "jti": uuid.uuid4().hex,
        "iat": now,
        "exp": now + 60,
        **changes,
    }
    signer = credentials.signer(world, client, 1)
    return jwt.encode(claims, signer.private_key, algorithm="ES256", headers={"kid": signer.kid})


def by_assertion(client, signed):
    form = {
        "grant_type": "client_credentials",
        "client_assertion_type": ASSERTION_TYPE,
        "client_assertion": signed,
    }
    headers = {"DPoP": Key().proof("/oidc/token")}  # of a FAPI system
    return client.post("/oidc/token", data=form, headers=headers)


def test_a_secret_gets_a_token_that_the_worlds_keys_verify(shared, shared_world):
    answer = shared.post(
        "/oidc/token",
        data={"grant_type": "client_credentials", "scope": "exchange"},
        auth=("vietcombank-basic", secret(shared_world, "vietcombank-basic")),
    )
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    told = answer.json()
    assert (told["token_type"], told["expires_in"]) == ("Bearer", 600)
    jwks = jwt.PyJWKSet.from_dict(shared.get("/oidc/jwks").json())
    header = jwt.get_unverified_header(told["access_token"])
    assert header["typ"] == "at+jwt"
    issuer = "http://127.0.0.1:8000"
    claims = jwt.decode(
        told["access_token"], jwks[header["kid"]], ["ES256"], audience=issuer, issuer=issuer
    )
    assert claims["client_id"] == "vietcombank-basic"


def test_a_signed_assertion_gets_a_token_once(client, world):
    signed = assertion(world)
    assert by_assertion(client, signed).status_code == 200
    error(by_assertion(client, signed), 401, "invalid_client")


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": 1},
        {"aud": "https://other.example"},
        {"iss": "bidv-fapi"},
        {"jti": None},
        {"exp": clock.epoch() + 10_000},
    ],
)
def test_a_wrong_assertion_proves_nobody(shared, shared_world, changes):
    error(by_assertion(shared, assertion(shared_world, **changes)), 401, "invalid_client")


def test_a_forged_assertion_proves_nobody(shared, shared_world):
    signed = assertion(shared_world)
    head, body, signature = signed.split(".")
    none = base64.urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode()
    for forged in (f"{head}.{body}.AAAA", f"{none}.{body}.", "a.b.c", "", signature):
        answer = by_assertion(shared, forged)
        assert answer.status_code in {400, 401}
        assert answer.json()["error"] in {"invalid_client", "invalid_request"}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "invalid_request"),
        (b"grant_type=password", "unsupported_grant_type"),
        (b"grant_type=client_credentials&grant_type=client_credentials", "invalid_request"),
        (b"grant_type=client_credentials&scope=admin", "invalid_scope"),
        (b"grant_type=%FF", "invalid_request"),
        (b"\xff\xfe", "invalid_request"),
        (b"grant_type=client_credentials%00", "invalid_request"),
        (b"nonsense", "invalid_request"),
        (b"&".join(b"p%d=1" % number for number in range(200)), "invalid_request"),
    ],
)
def test_a_wrong_form_is_an_oauth_error(shared, shared_world, body, code):
    auth = ("vietcombank-basic", secret(shared_world, "vietcombank-basic"))
    error(shared.post("/oidc/token", content=body, headers=FORM, auth=auth), 400, code)


@pytest.mark.parametrize(
    "authorization",
    [
        "Basic",
        "Basic !!!",
        "Basic " + base64.b64encode(b"nocolon").decode(),
        "Bearer x",
        "Basic /w==",
    ],
)
def test_a_wrong_authorization_header_is_challenged(shared, authorization):
    answer = shared.post(
        "/oidc/token",
        data={"grant_type": "client_credentials"},
        headers={"Authorization": authorization},
    )
    error(answer, 401, "invalid_client")
    assert answer.headers["www-authenticate"].startswith("Basic")


def test_a_wrong_secret_and_an_unknown_client_are_told_alike(shared):
    told = [
        shared.post(
            "/oidc/token",
            data={"grant_type": "client_credentials"},
            auth=(client, "sim_wrong"),
        )
        for client in ("vietcombank-basic", "nobody", "vietcombank-fapi")
    ]
    for answer in told:
        error(answer, 401, "invalid_client")
    assert len({answer.json()["error_description"] for answer in told}) == 1


def test_the_token_endpoint_reads_forms_only(shared):
    answer = shared.post("/oidc/token", json={"grant_type": "client_credentials"})
    assert answer.status_code == 415
    assert answer.json()["code"] == "unsupported-media-type"


def test_an_expired_a_forged_and_a_revoked_token_are_refused(client, world):
    auth = ("viettel", secret(world, "viettel"))
    token = client.post(
        "/oidc/token", data={"grant_type": "client_credentials"}, auth=auth
    ).json()["access_token"]
    head, body, signature = token.split(".")

    def me(sent):
        return client.get("/v1/me", headers={"Authorization": f"Bearer {sent}"}).status_code

    assert me(token) == 200
    assert me(f"{head}.{body}.{signature[:-4]}AAAA") == 401
    none = base64.urlsafe_b64encode(b'{"alg":"none","typ":"at+jwt"}').rstrip(b"=").decode()
    assert me(f"{none}.{body}.") == 401
    assert me("x" * 5000) == 401
    operator = {"Authorization": f"Bearer {operator_token(client)}"}
    rotated = client.post("/control/v1/agencies/systems/viettel/rotate-secret", headers=operator)
    assert rotated.json() == {"client_id": "viettel", "version": 2}
    assert me(token) == 401


def operator_token(client):
    return client.app._server.operator_token


def test_an_expired_assertion_is_told_that_it_has_expired(shared, shared_world):
    answer = by_assertion(shared, assertion(shared_world, exp=clock.epoch() - 60))
    assert "has expired" in answer.json()["error_description"]


def revoke(client, world, client_id="vietcombank-basic", **form):
    return client.post("/oidc/revoke", data=form, auth=(client_id, secret(world, client_id)))


def test_a_client_ends_its_own_token(client, world):
    headers = bearer(client, world)
    token = headers["Authorization"].removeprefix("Bearer ")
    assert client.get("/v1/me", headers=headers).status_code == 200
    answer = revoke(client, world, token=token, token_type_hint="access_token")
    assert (answer.status_code, answer.content) == (200, b"")
    assert client.get("/v1/me", headers=headers).status_code == 401
    assert revoke(client, world, token=token).status_code == 200  # again


def test_another_clients_token_stays_good(client, world):
    headers = bearer(client, world)
    token = headers["Authorization"].removeprefix("Bearer ")
    error(revoke(client, world, "bidv-basic", token=token), 400, "invalid_request")
    assert client.get("/v1/me", headers=headers).status_code == 200


def test_a_wrong_revocation_is_an_oauth_error(shared, shared_world):
    assert revoke(shared, shared_world, token="nonsense").status_code == 200
    error(revoke(shared, shared_world, other="x"), 400, "invalid_request")
    twice = shared.post("/oidc/revoke", content=b"token=a&token=b", headers=FORM)
    error(twice, 400, "invalid_request")
    error(shared.post("/oidc/revoke", data={"token": "a"}), 401, "invalid_client")
    forged = shared.post("/oidc/revoke", data={"token": "a"}, auth=("vietcombank-basic", "x"))
    error(forged, 401, "invalid_client")
    assert "Basic" in forged.headers["www-authenticate"]


def test_the_metadata_names_the_revocation_endpoint(shared):
    told = shared.get("/.well-known/oauth-authorization-server").json()
    assert told["revocation_endpoint"] == f"{told['issuer']}/oidc/revoke"
