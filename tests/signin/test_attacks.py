"""What an attacker tries: redirects, other people's pages, forged forms, confused algorithms."""

import base64
import hmac
import json
import re
from hashlib import sha256
from urllib.parse import urlencode

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from app.exchange import access, tokens
from app.signin import access_tokens, id_tokens, keys, registrations, requests
from app.signin.requests import AuthorizationRequest, Mistake
from tests.signin.keys import Key
from tests.signin.party import BASIC, CALLBACK, FAPI, Party, Somebody, answered, csrf_of
from tests.support.together import at_once, wins

# Redirects

STRANGE = [
    "http://127.0.0.1:9999/callback/",
    "http://127.0.0.1:9999/callback?x=1",
    "http://127.0.0.1:9999/callback#x",
    "http://127.0.0.1:9999/Callback",
    "http://127.0.0.1:9999/../callback",
    "http://127.0.0.1.evil.example/callback",
    "http://127.0.0.1:9999@evil.example/callback",
    "http://evil.example\\@127.0.0.1/callback",
    "http://127.0.0.1:999999/callback",
    "http://127.0.0.1:99999/callback",
    "http://127.0.0.1:0/callback",
    "http://127.0.0.2/callback",
    "https://127.0.0.1/callback",
    "//127.0.0.1/callback",
    "/callback",
    "javascript:alert(1)//callback",
    "http://localhost:9999/callback\r\nSet-Cookie: x=1",
    "http://[::1]:9999/callback%00",
    "http://2130706433/callback",
    "",
]


@pytest.mark.parametrize("uri", STRANGE)
@pytest.mark.parametrize("more", [{}, {"scope": "nonsense"}, {"prompt": "none"}])
def test_no_browser_is_sent_to_an_unregistered_address(party, uri, more):
    answer = party.open(redirect_uri=uri, **more)
    assert answer.status_code == 400
    assert "location" not in answer.headers
    assert 'data-testid="error"' in answer.text


def test_an_unknown_client_and_a_repeated_parameter_go_nowhere(party):
    assert party.open(client_id="nobody").status_code == 400
    query = urlencode(party.request()) + f"&redirect_uri={CALLBACK}"
    assert party.client.get(f"/oidc/authorize?{query}").status_code == 400
    assert party.client.get("/oidc/authorize?%ff").status_code == 400


def test_what_is_said_in_a_request_stands_escaped_on_the_page(party):
    answer = party.open(redirect_uri="http://evil.example/<script>alert(1)</script>")
    assert "<script" not in answer.text
    page = party.follow(party.open(login_hint='"><script>', ui_locales="<script>"))
    assert "<script" not in page.text
    device = party.client.get("/oidc/device", params={"user_code": '"><script>alert(1)'})
    assert "<script" not in device.text


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": None}, "invalid_request"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"prompt": "nonsense"}, "invalid_request"),
        ({"max_age": "-1"}, "invalid_request"),
        ({"claims": "[]"}, "invalid_request"),
        ({"claims": "{" * 2000}, "invalid_request"),
        ({"request": "eyJ"}, "request_not_supported"),
        ({"request_uri": "https://evil.example/"}, "request_uri_not_supported"),
        ({"registration": "{}"}, "registration_not_supported"),
        ({"id_token_hint": "nonsense"}, "invalid_request"),
        ({"dpop_jkt": "x"}, "invalid_request"),
        ({"nonce": "n" * 2001}, "invalid_request"),
        ({"purpose": "no-such-purpose"}, "unauthorized_client"),
        (
            {"claims": '{"id_token":{"sub":{"value":"a"}},"userinfo":{"sub":{"value":"b"}}}'},
            "invalid_request",
        ),
    ],
)
def test_a_wrong_request_is_told_to_the_system_in_its_own_words(party, changes, error):
    answer = answered(party.open(**changes))
    assert answer["error"] == error
    assert answer["state"] == "st-1"
    assert answer["iss"] == "http://127.0.0.1:8000"


def test_a_system_without_a_grant_signs_nobody_in(client, world):
    party = Party(client, world, "bca")
    assert answered(party.open())["error"] == "unauthorized_client"
    refused = party.post("/oidc/par", party.request())
    assert refused.json()["error"] == "unauthorized_client"


@given(st.dictionaries(st.sampled_from(requests.PARAMETERS), st.text(max_size=60)))
@settings(max_examples=200, deadline=None)
def test_whatever_is_asked_is_read_or_is_a_mistake(parameters):
    shown = {"client_id": "x", "redirect_uri": "y"} | parameters
    assert isinstance(requests.read(shown), (AuthorizationRequest, Mistake))


# Pages


def test_every_page_forbids_frames_scripts_and_foreign_forms(party, person):
    pages = [party.follow(party.open(prompt="consent"))]
    pages.append(party.follow(party.prove(pages[0], person.pin, person.passcode)))
    pages.append(party.client.get("/oidc/device"))
    pages.append(party.client.get("/oidc/end_session"))
    for page in pages:
        policy = page.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert "script" not in policy
        assert page.headers["x-frame-options"] == "DENY"
        assert page.headers["cache-control"] == "no-store"
        assert page.headers["x-content-type-options"] == "nosniff"
        assert not re.search(r"<script|\son[a-z]+=|style=|https?://", page.text.split("<main")[1])
    forms = re.search("form-action ([^;]+);", pages[0].headers["content-security-policy"])[1]
    assert forms == "'self' http://127.0.0.1:9999"


def test_cookies_are_out_of_reach_of_scripts_and_other_worlds(party, person):
    answer = party.open()
    cookie = answer.headers["set-cookie"]
    name = f"dancu-page-{party.world.name}="
    assert cookie.startswith(name)
    assert {"HttpOnly", "SameSite=lax"} <= {part.strip() for part in cookie.split(";")}
    assert f"Path={answer.headers['location']}" in cookie
    session = party.prove(party.follow(answer), person.pin, person.passcode)
    assert "HttpOnly" in session.headers["set-cookie"]
    assert "Path=/oidc;" in session.headers["set-cookie"]


def test_a_page_belongs_to_one_browser(party, person, client):
    """An attacker begins a sign-in, proves who they are, and has a victim finish it."""
    answer = party.open()
    page = party.follow(answer)
    csrf = csrf_of(page)
    address = answer.headers["location"]
    client.cookies.clear()
    assert client.get(address).status_code == 404
    form = {"csrf": csrf, "act": "passcode", "number": person.pin, "passcode": person.passcode}
    assert client.post(address, data=form).status_code == 403


def test_a_form_without_the_pages_own_secret_does_nothing(party, person):
    page = party.follow(party.open())
    for csrf in ("", "0" * 64, "x"):
        form = {"csrf": csrf, "act": "cancel", "number": person.pin}
        answer = party.client.post(str(page.url), data=form, follow_redirects=False)
        assert answer.status_code == 403
        assert 'data-testid="problem"' in answer.text
    assert party.client.post(str(page.url), content=b"%ff").status_code in {403, 415}


def test_another_sites_form_is_refused_at_the_door(party):
    page = party.follow(party.open())
    form = {"csrf": csrf_of(page), "act": "cancel"}
    for origin in ("https://evil.example", "null"):
        headers = {"Origin": origin}
        answer = party.client.post(str(page.url), data=form, headers=headers)
        assert answer.json()["code"] == "origin-not-allowed"


def test_the_authorisation_endpoint_takes_forms_of_other_sites(party):
    """OpenID Connect Core §3.1.2.1: by POST as well, and a system's page has another origin."""
    answer = party.client.post(
        "/oidc/authorize",
        data=party.request(),
        headers={"Origin": "https://bank.example"},
        follow_redirects=False,
    )
    page = party.follow(answer)  # by GET, so that cookies come along
    assert page.headers["location"].startswith("/oidc/sign-in/")


def test_a_session_is_new_with_each_proof(party, person):
    """A session that an attacker planted is nobody's (fixation)."""
    name = f"dancu-session-{party.world.name}"
    party.client.cookies.set(name, "planted", path="/oidc")
    page = party.follow(party.open(scope="openid"))
    answer = party.prove(page, person.pin, person.passcode)
    first = re.search(rf"{name}=([^;]+)", answer.headers["set-cookie"])[1]
    assert first != "planted"
    party.client.cookies.clear()
    party.client.cookies.set(name, first, path="/oidc")
    page = party.follow(party.open(scope="openid", prompt="login"))
    answer = party.prove(page, person.pin, person.passcode)
    second = re.search(rf"{name}=([^;]+)", answer.headers["set-cookie"])[1]
    assert second != first


def test_going_back_leads_past_no_step(party, person):
    page = party.follow(party.open(prompt="consent"))
    form = {"csrf": csrf_of(page), "act": "agree-all"}
    early = party.client.post(str(page.url), data=form, follow_redirects=False)
    assert early.headers["location"].startswith("/oidc/sign-in/")  # nobody has proved anything
    page = party.follow(party.prove(page, person.pin, person.passcode))
    answered(party.act(page, "agree-all"))
    again = party.client.post(str(page.url), data=form)
    assert again.status_code == 404


def test_five_wrong_passcodes_and_nothing_more_is_heard(party, world):
    person = Somebody(world, "twin-a")
    for _ in range(5):
        page = party.follow(party.open(prompt="login"))
        party.prove(page, person.pin, "000000")
    page = party.follow(party.open(prompt="login"))
    page = party.follow(party.prove(page, person.pin, person.passcode))
    assert "locked" in re.search(r'data-code="([a-z-]+)"', page.text)[1]


# Tokens


def test_no_token_passes_for_another(party, person, world):
    told = party.tokens(person)
    system = party.post("/oidc/token", {"grant_type": "client_credentials"}).json()
    assert party.userinfo(system["access_token"]).status_code == 401
    assert party.userinfo(told["id_token"]).status_code == 401
    bearer = {"Authorization": f"Bearer {told['access_token']}"}
    assert party.client.get("/v1/me", headers=bearer).status_code == 401
    at = access.of(world)
    snapshot = at.snapshot()
    for token in (told["access_token"], told["id_token"]):
        assert tokens.caller_of(at, snapshot, token.encode()) is None
    for token in (told["access_token"], system["access_token"]):
        assert id_tokens.read_hint(world, token) is None


def forged(world, token):
    """The token again, signed as attackers sign."""
    head, body, _ = token.split(".")
    header = jwt.get_unverified_header(token)
    mine = Key()
    signer = keys.find(world, header["kid"]) or world.keys("token").find(header["kid"])
    pem = signer.public_key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    payload = jwt.decode(token, options={"verify_signature": False})

    def encoded(**changes):
        changed = json.dumps(header | changes).encode()
        return base64.urlsafe_b64encode(changed).rstrip(b"=").decode()

    yield f"{encoded(alg='none')}.{body}."
    confused = f"{encoded(alg='HS256')}.{body}"
    mac = hmac.digest(pem, confused.encode(), sha256)
    yield f"{confused}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"
    yield jwt.encode(payload, mine.private, "ES256", headers={"kid": header["kid"]})
    embedded = {"kid": mine.jkt, "jwk": mine.jwk, "jku": "https://evil.example/jwks"}
    yield jwt.encode(payload, mine.private, "ES256", headers=header | embedded | {"alg": "ES256"})
    yield f"{head}.{body}."
    yield f"{head}.{body}.AAAA"


def test_forged_tokens_are_worth_nothing(party, person, world):
    told = party.tokens(person)
    for token in forged(world, told["access_token"]):
        assert party.userinfo(token).status_code == 401
        assert access_tokens.verify(world, token, 0) is None
    for token in forged(world, told["id_token"]):
        assert id_tokens.read_hint(world, token) is None


@given(st.text(max_size=200))
@settings(max_examples=100, deadline=None)
def test_whatever_comes_as_a_token_is_refused(world, text):
    assert access_tokens.verify(world, text, 0) is None
    assert id_tokens.read_hint(world, text) is None


def test_the_key_in_an_assertion_is_never_the_systems_own(client, world):
    party = Party(client, world, FAPI)
    mine = ec.generate_private_key(ec.SECP256R1())
    claims = jwt.decode(party.assertion(), options={"verify_signature": False})
    signed = jwt.encode(claims, mine, "ES256", headers={"jwk": Key().jwk})
    form = party.request() | {
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": signed,
    }
    assert client.post("/oidc/par", data=form).status_code == 401


# Redirects, by themselves


@given(st.text(max_size=40))
@settings(max_examples=300, deadline=None)
def test_only_the_port_of_a_loopback_address_may_differ(caller, tail):
    registration = registrations.unregistered(caller)
    uri = f"http://127.0.0.1{tail}"
    port_alone = re.fullmatch(r"(:[0-9]{1,5})?/callback", tail) is not None
    assert registration.may_redirect(uri) is port_alone


@pytest.fixture(scope="module")
def caller(world):
    return access.of(world).poll().callers[BASIC]


# Many at once


def test_of_many_who_redeem_one_code_one_gets_tokens(party, person):
    code = party.sign_in(person)["code"]
    assert wins(at_once(24, lambda: party.redeem(code))) == 1


def test_of_many_who_refresh_at_once_one_gets_tokens(party, person):
    told = party.tokens(person, scope="openid offline_access")
    form = {"grant_type": "refresh_token", "refresh_token": told["refresh_token"]}
    assert wins(at_once(24, lambda: party.post("/oidc/token", form))) == 1


def test_of_many_who_agree_to_one_request_one_gets_a_code(party, person):
    uri = party.post("/oidc/par", party.request(prompt="consent")).json()["request_uri"]
    query = {"client_id": BASIC, "request_uri": uri}
    page = party.follow(party.client.get("/oidc/authorize", params=query, follow_redirects=False))
    page = party.follow(party.prove(page, person.pin, person.passcode))
    answers = at_once(12, lambda: party.act(page, "agree-all"))
    codes = [each for each in answers if "code=" in each.headers.get("location", "")]
    assert len(codes) == 1


def test_of_many_who_show_one_proof_one_is_answered(client, world, person):
    client.cookies.clear()
    party = Party(client, world, BASIC)
    key = Key()
    code = party.sign_in(person)["code"]
    told = party.redeem(code, headers={"DPoP": key.proof("/oidc/token")}).json()
    token = told["access_token"]
    headers = {
        "Authorization": f"DPoP {token}",
        "DPoP": key.proof("/oidc/userinfo", "GET", token),
    }
    answers = at_once(24, lambda: client.get("/oidc/userinfo", headers=headers))
    assert wins(answers) == 1


@pytest.mark.slow
@pytest.mark.parametrize("what", ["code", "refresh token", "assertion"])
def test_of_a_thousand_at_once_one_wins(client, world, person, what):
    client.cookies.clear()
    party = Party(client, world, BASIC if what != "assertion" else FAPI)
    if what == "code":
        code = party.sign_in(person)["code"]
        answers = at_once(1_000, lambda: party.redeem(code))
    elif what == "refresh token":
        told = party.tokens(person, scope="openid offline_access")
        form = {"grant_type": "refresh_token", "refresh_token": told["refresh_token"]}
        answers = at_once(1_000, lambda: party.post("/oidc/token", form))
    else:
        form = party.proof()["data"] | {"grant_type": "client_credentials"}
        key = Key()
        answers = at_once(
            1_000,
            lambda: client.post(
                "/oidc/token", data=form, headers={"DPoP": key.proof("/oidc/token")}
            ),
        )
    assert wins(answers) == 1
    assert {answer.status_code for answer in answers} <= {200, 400, 401}
