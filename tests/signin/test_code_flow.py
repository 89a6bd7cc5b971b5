"""The authorisation-code flow over HTTP, from the first redirect to the claims."""

import json
import re

import jwt
import pytest

from app.exchange import access as accesses
from app.exchange import consents
from app.platform import clock
from tests.api.conftest import as_operator
from tests.api.test_exchanges import wait_for
from tests.signin.party import (
    CALLBACK,
    FAPI,
    ISSUER,
    Party,
    Somebody,
    answered,
    csrf_of,
)

LEVEL_1, LEVEL_2 = "urn:dancu:acr:level1", "urn:dancu:acr:level2"


def id_token(party, told):
    jwks = jwt.PyJWKSet.from_dict(party.client.get("/oidc/jwks").json())
    header = jwt.get_unverified_header(told["id_token"])
    key = jwks[header["kid"]]
    return header, jwt.decode(
        told["id_token"], key, [header["alg"]], audience=party.client_id, issuer=ISSUER
    )


def test_a_person_signs_in_and_the_system_learns_what_was_allowed(party, person):
    page = party.follow(party.open())
    page = party.follow(party.prove(page, person.pin, person.passcode))
    assert 'data-testid="consent-form"' in page.text
    answer = answered(party.act(page, "agree", field=["full_name", "birth_date"]))
    assert (answer["state"], answer["iss"]) == ("st-1", ISSUER)
    told = party.redeem(answer["code"]).json()
    header, claims = id_token(party, told)
    assert header["alg"] == "RS256"
    assert claims["nonce"] == "n-1"
    assert claims["acr"] == LEVEL_1
    assert (claims["amr"], claims["assurance"]) == (["pin"], 1)
    known = party.userinfo(told["access_token"]).json()
    assert known["sub"] == claims["sub"]
    assert known["name"] == person.view.full_name
    parts = {"family_name", "middle_name", "given_name"}  # a name says its parts
    assert known.keys() == {"sub", "name", *parts, "birthdate", "simulated"}


def test_one_agency_knows_a_person_by_one_name_and_no_other_agency_does(client, world, person):
    subs = {}
    for client_id in ("vietcombank-basic", "vib-basic", "vpcp"):
        client.cookies.clear()
        party = Party(client, world, client_id)
        subs[client_id] = id_token(party, party.tokens(person))[1]["sub"]
    assert len(set(subs.values())) == 3
    assert all(person.pin not in sub for sub in subs.values())


def test_who_is_signed_in_goes_straight_to_another_system(party, person, client, world):
    party.sign_in(person)
    again = answered(party.open())
    assert party.redeem(again["code"]).status_code == 200
    other = Party(client, world, "vpcp")
    page = other.follow(other.open(scope="openid address"))  # each has to be allowed by itself
    assert 'data-testid="consent-form"' in page.text


def test_without_a_page_a_system_is_told_what_is_lacking(party, person):
    assert answered(party.open(prompt="none"))["error"] == "login_required"
    party.sign_in(person, scope="openid phone")
    assert "code" in answered(party.open(prompt="none", scope="openid phone"))
    lacking = answered(party.open(prompt="none", scope="openid address"))
    assert lacking["error"] == "consent_required"
    assert lacking["iss"] == ISSUER
    stepped = answered(party.open(prompt="none", acr_values=LEVEL_2))
    assert stepped["error"] == "interaction_required"


@pytest.mark.parametrize("changes", [{"prompt": "login"}, {"max_age": "0"}])
def test_a_system_may_ask_for_a_new_proof(party, person, changes):
    party.sign_in(person)
    page = party.follow(party.open(**changes))
    assert 'data-testid="sign-in-form"' in page.text


def test_prompt_consent_asks_again(party, person):
    party.sign_in(person)
    page = party.follow(party.open(prompt="consent"))
    assert 'data-testid="consent-form"' in page.text


def test_a_step_up_takes_one_more_factor_and_not_the_first_again(party, person):
    first = party.tokens(person)
    assert id_token(party, first)[1]["acr"] == LEVEL_1
    page = party.follow(party.open(acr_values=LEVEL_2))
    assert 'data-testid="step-up-form"' in page.text
    page = party.follow(party.act(page, "send-code"))
    answer = party.act(page, "code", code=person.code())
    answer = party.client.get(answer.headers["location"], follow_redirects=False)
    _, claims = id_token(party, party.redeem(answered(answer)["code"]).json())
    assert claims["acr"] == LEVEL_2
    assert claims["amr"] == ["pin", "otp", "mfa"]
    assert claims["assurance"] == 2


def test_an_account_of_level_1_reaches_level_1_and_fails_where_that_will_not_do(party, world):
    person = Somebody(world, "adult-level-1")
    _, claims = id_token(party, party.tokens(person, acr_values=LEVEL_2))
    assert claims["acr"] == LEVEL_1
    essential = {"id_token": {"acr": {"essential": True, "values": [LEVEL_2]}}}
    answer = answered(party.open(claims=json.dumps(essential)))
    assert answer["error"] == "unmet_authentication_requirements"


def test_claims_go_where_they_are_asked_for(party, person):
    asked = {
        "id_token": {"pin": {"essential": True}, "auth_time": None},
        "userinfo": {"nationality": None, "unheard_of": None},
    }
    told = party.tokens(person, scope="openid", claims=json.dumps(asked), prompt="consent")
    _, claims = id_token(party, told)
    assert claims["pin"] == person.pin
    known = party.userinfo(told["access_token"]).json()
    assert known.keys() == {"sub", "nationality", "simulated"}


def test_a_claim_may_be_asked_for_with_any_value_and_words_that_nobody_knows(party, person):
    asked = {
        "userinfo": {
            "phone_number_verified": {"value": True, "values": [True, 1, None, {"a": []}]},
            "name": {"essential": True, "unheard_of": [1]},
            "sub": {"value": 7},
        },
        "id_token": {"acr": {"essential": True, "values": [1, LEVEL_1]}},
        "unheard_of": 1,
    }
    told = party.tokens(person, scope="openid", claims=json.dumps(asked), prompt="consent")
    assert id_token(party, told)[1]["acr"] == LEVEL_1
    assert party.userinfo(told["access_token"]).json()["name"] == person.view.full_name


def test_what_no_grant_gives_is_not_offered(party, person):
    asked = '{"userinfo": {"religion": null}}'
    page = party.follow(party.open(claims=asked, prompt="consent"))
    page = party.follow(party.prove(page, person.pin, person.passcode))
    assert "field-religion" not in page.text
    assert 'data-testid="withheld"' in page.text


def test_a_withdrawn_consent_ends_what_is_told_and_the_log_knows_of_it(party, person, world):
    told = party.tokens(person, scope="openid email", prompt="consent")
    assert party.userinfo(told["access_token"]).status_code == 200
    with world.session() as session:
        found = consents.of_citizen(session, person.citizen_id, world.today, clock.now())
    ids = [each.id for each in found if "email" in each.fields and each.state == "given"]
    assert ids

    def withdraw(session):
        for consent_id in ids:
            consents.end(session, accesses.of(world), consent_id, "withdrawn", clock.now())

    world.writer.submit(withdraw)
    refused = party.userinfo(told["access_token"])
    assert refused.status_code == 401
    assert refused.json()["error"] == "invalid_token"  # a new sign-in helps, a wider scope not


def test_a_wrong_passcode_is_told_and_an_unknown_number_alike(party, person):
    page = party.follow(party.open())
    page = party.follow(party.prove(page, person.pin, "000000"))
    unknown = party.follow(party.prove(page, "901090888888", "000000"))
    codes = [re.search(r'data-code="([a-z-]+)"', each.text)[1] for each in (page, unknown)]
    assert codes == ["passcode-wrong"] * 2


def test_cancelling_and_refusing_tell_the_system_the_same(party, person):
    page = party.follow(party.open())
    assert answered(party.act(page, "cancel"))["error"] == "access_denied"
    page = party.follow(party.open(prompt="consent"))
    page = party.follow(party.prove(page, person.pin, person.passcode))
    assert answered(party.act(page, "disagree"))["error"] == "access_denied"


def test_refresh_tokens_rotate_and_a_second_use_ends_the_sign_in(party, person):
    told = party.tokens(person, scope="openid profile offline_access")
    form = {"grant_type": "refresh_token", "refresh_token": told["refresh_token"]}
    second = party.post("/oidc/token", form).json()
    assert second["refresh_token"] != told["refresh_token"]
    assert "nonce" not in id_token(party, second)[1]
    assert party.userinfo(second["access_token"]).status_code == 200
    assert party.post("/oidc/token", form).json()["error"] == "invalid_grant"
    assert party.userinfo(second["access_token"]).status_code == 401
    last = form | {"refresh_token": second["refresh_token"]}
    assert party.post("/oidc/token", last).json()["error"] == "invalid_grant"


@pytest.fixture
def connection(client):
    """Suspend and open the connection of the system that tests sign in to."""

    def put(state):
        address = "/control/v1/agencies/systems/vietcombank-basic/state"
        wanted = {"state": state, "reason": "test"}
        assert client.post(address, json=wanted, headers=as_operator(client)).status_code == 200

    yield put
    put("exchanging")


def test_a_refresh_that_is_refused_leaves_the_token_good(party, person, connection):
    told = party.tokens(person, scope="openid profile offline_access")
    form = {"grant_type": "refresh_token", "refresh_token": told["refresh_token"]}
    connection("suspended")
    for _ in range(2):  # a client tries again
        refused = party.post("/oidc/token", form)
        assert (refused.status_code, refused.json()["error"]) == (400, "unauthorized_client")
        assert "connection-suspended" in refused.json()["error_description"]
    closed = party.userinfo(told["access_token"])
    assert (closed.status_code, closed.json()["error"]) == (403, "access_denied")
    assert "www-authenticate" not in closed.headers
    connection("exchanging")
    assert party.userinfo(told["access_token"]).status_code == 200
    again = party.post("/oidc/token", form)
    assert again.status_code == 200
    assert party.post("/oidc/token", form).json()["error"] == "invalid_grant"  # now it is theft
    assert party.userinfo(again.json()["access_token"]).status_code == 401


def test_a_sign_in_is_a_first_answer(client, party, person, connection):
    connection("connected")
    party.tokens(person)
    address = "/control/v1/connections/vietcombank-basic"
    wait_for(  # it is written beside the answer
        lambda: client.get(address, headers=as_operator(client)),
        lambda told: told["state"] == "exchanging",
    )


def test_a_code_outlives_a_refusal_that_may_pass(party, person, connection):
    code = party.sign_in(person)["code"]
    connection("suspended")
    assert party.redeem(code).json()["error"] == "unauthorized_client"
    connection("exchanging")
    told = party.redeem(code)
    assert told.status_code == 200
    assert party.redeem(code).json()["error"] == "invalid_grant"
    assert party.userinfo(told.json()["access_token"]).status_code == 401


def test_a_code_does_not_outlive_a_refusal_for_good(party, person, world):
    asked = {"prompt": "consent", "claims": '{"id_token": {"name": null}}'}
    code = party.sign_in(person, **asked)["code"]
    told = party.tokens(person, scope="openid offline_access", **asked)
    withdraw_all(world, person)
    assert party.redeem(code).json()["error"] == "invalid_grant"
    assert party.redeem(code).json()["error"] == "invalid_grant"
    form = {"grant_type": "refresh_token", "refresh_token": told["refresh_token"]}
    assert party.post("/oidc/token", form).json()["error"] == "invalid_grant"


def withdraw_all(world, person):
    def withdraw(session):
        for each in consents.of_citizen(session, person.citizen_id, world.today, clock.now()):
            if each.state == "given":
                consents.end(session, accesses.of(world), each.id, "withdrawn", clock.now())

    world.writer.submit(withdraw)


def test_a_replayed_code_ends_what_it_gave(party, person):
    code = party.sign_in(person)["code"]
    told = party.redeem(code).json()
    assert party.userinfo(told["access_token"]).status_code == 200
    assert party.redeem(code).json()["error"] == "invalid_grant"
    assert party.userinfo(told["access_token"]).status_code == 401


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code_verifier": "x" * 43}, "invalid_grant"),
        ({"code_verifier": ""}, "invalid_request"),
        ({"redirect_uri": CALLBACK + "2"}, "invalid_grant"),
        ({"redirect_uri": ""}, "invalid_request"),
        ({"code": "nonsense"}, "invalid_grant"),
        ({"code": ""}, "invalid_request"),
    ],
)
def test_a_code_is_good_for_what_it_was_asked_for_with(party, person, changes, error):
    code = party.sign_in(person)["code"]
    assert party.redeem(code, **changes).json()["error"] == error
    assert party.redeem(code).status_code == 200  # whoever does not know the rest cannot burn it


def test_another_systems_code_is_nobodys(client, world, party, person):
    code = party.sign_in(person)["code"]
    other = Party(client, world, "vib-basic")
    other.verifier = party.verifier
    assert other.redeem(code).json()["error"] == "invalid_grant"


def test_a_pushed_request_carries_everything_and_is_used_once(party, person):
    asked = party.request(prompt="consent")
    pushed = party.post("/oidc/par", asked)
    assert pushed.status_code == 201, pushed.text
    uri = pushed.json()["request_uri"]
    assert uri.startswith("urn:ietf:params:oauth:request_uri:")
    query = f"/oidc/authorize?client_id={party.client_id}&request_uri={uri}"
    page = party.follow(party.client.get(query, follow_redirects=False))
    page = party.follow(party.prove(page, person.pin, person.passcode))
    answer = answered(party.act(page, "agree-all"))
    assert party.redeem(answer["code"]).status_code == 200
    used = party.client.get(query, follow_redirects=False)
    assert used.status_code == 400
    assert "invalid_request_uri" in used.text


def test_a_person_may_begin_to_read_a_pushed_request_twice(party):
    uri = party.post("/oidc/par", party.request()).json()["request_uri"]
    query = f"/oidc/authorize?client_id={party.client_id}&request_uri={uri}"
    for _ in range(2):
        assert party.client.get(query, follow_redirects=False).status_code == 303


def test_introspection_and_revocation_are_for_the_systems_own_tokens(party, person, client, world):
    told = party.tokens(person, scope="openid offline_access")
    asked = {"token": told["access_token"]}
    active = party.post("/oidc/introspect", asked).json()
    assert active["active"]
    assert active["sub"] == id_token(party, told)[1]["sub"]
    refresh = party.post("/oidc/introspect", {"token": told["refresh_token"]}).json()
    assert (refresh["active"], refresh["token_type"]) == (True, "refresh_token")
    other = Party(client, world, "vib-basic")
    assert other.post("/oidc/introspect", asked).json() == {"active": False}
    assert other.post("/oidc/revoke", asked).json()["error"] == "invalid_request"
    assert party.post("/oidc/revoke", asked).status_code == 200
    assert party.post("/oidc/introspect", asked).json() == {"active": False}
    assert party.userinfo(told["access_token"]).status_code == 401
    form = {"grant_type": "refresh_token", "refresh_token": told["refresh_token"]}
    again = party.post("/oidc/token", form)
    assert again.status_code == 200  # the access token was ended by itself
    rotated = {"token": again.json()["refresh_token"]}
    assert party.post("/oidc/revoke", rotated).status_code == 200
    assert party.userinfo(again.json()["access_token"]).status_code == 401


def test_signing_out_asks_unless_the_system_shows_whose_session_it_ends(party, person):
    told = party.tokens(person)
    page = party.client.get("/oidc/end_session")
    assert 'data-testid="sign-out-form"' in page.text
    assert "code" in answered(party.open(prompt="none"))
    back = "http://127.0.0.1:9999/signed-out"
    query = {"id_token_hint": told["id_token"], "post_logout_redirect_uri": back, "state": "s"}
    left = party.client.get("/oidc/end_session", params=query, follow_redirects=False)
    assert left.headers["location"] == f"{back}?state=s"
    assert answered(party.open(prompt="none"))["error"] == "login_required"
    assert party.userinfo(told["access_token"]).status_code == 401


def test_the_person_signs_out_on_our_page_and_goes_nowhere_unregistered(party, person):
    party.sign_in(person)
    page = party.client.get(
        "/oidc/end_session?client_id=vietcombank-basic"
        "&post_logout_redirect_uri=https://evil.example/"
    )
    form = {"csrf": csrf_of(page), "post_logout_redirect_uri": "https://evil.example/"}
    gone = party.client.post("/oidc/end_session", data=form, follow_redirects=False)
    assert gone.status_code == 200
    assert 'data-testid="signed-out"' in gone.text
    assert answered(party.open(prompt="none"))["error"] == "login_required"


FOREIGN = {"Origin": "https://evil.example"}


def posted_from_elsewhere(party, path, form):
    """Post as a browser does from another site: without our cookies, which the GET gets."""
    kept = dict(party.client.cookies)
    jar = party.client.cookies.jar
    cookies = list(jar)
    jar.clear()
    answer = party.client.post(path, data=form, headers=FOREIGN, follow_redirects=False)
    assert answer.status_code == 303
    assert "set-cookie" not in answer.headers
    for cookie in cookies:
        jar.set_cookie(cookie)
    assert dict(party.client.cookies) == kept
    return party.client.get(answer.headers["location"], follow_redirects=False)


def test_a_systems_post_signs_out_as_its_get_does(party, person):
    told = party.tokens(person)
    page = posted_from_elsewhere(party, "/oidc/end_session", {"path": "/x", "self": "y"})
    assert 'data-testid="sign-out-form"' in page.text  # another site signs nobody out unseen
    assert party.userinfo(told["access_token"]).status_code == 200
    back = "http://127.0.0.1:9999/signed-out"
    form = {"id_token_hint": told["id_token"], "post_logout_redirect_uri": back, "state": "s"}
    left = posted_from_elsewhere(party, "/oidc/end_session", form)
    assert left.headers["location"] == f"{back}?state=s"
    assert party.userinfo(told["access_token"]).status_code == 401
    gone = party.client.get("/oidc/end_session")
    assert 'data-testid="signed-out"' in gone.text
    assert "set-cookie" not in gone.headers


def test_a_systems_post_finds_who_is_signed_in(party, person):
    party.sign_in(person)
    answer = posted_from_elsewhere(party, "/oidc/authorize", party.request(prompt="none"))
    assert "code" in answered(answer)


def test_a_page_whose_address_says_its_language_twice_is_shown(party):
    page = party.follow(party.open())
    assert party.client.get(f"{page.url}?lang=vi&lang=en").status_code == 200
    moved = party.client.post(
        f"{page.url}?lang=vi&lang=en",
        data={"csrf": csrf_of(page), "act": "phone", "number": "901090888888"},
        follow_redirects=False,
    )
    assert moved.headers["location"].endswith("?lang=en")


@pytest.mark.parametrize(
    "uri",
    ["https://[", "https://đ.vn/", "https://evil.example; script-src *; style-src *", "x"],
)
def test_an_unregistered_address_stands_in_no_header_of_the_page_that_asks(party, person, uri):
    party.sign_in(person)
    asked = {"client_id": party.client_id, "post_logout_redirect_uri": uri}
    page = party.client.get("/oidc/end_session", params=asked)
    assert 'data-testid="sign-out-form"' in page.text
    assert "form-action 'self';" in page.headers["content-security-policy"]
    asked["post_logout_redirect_uri"] = "http://127.0.0.1:9999/signed-out"
    page = party.client.get("/oidc/end_session", params=asked)
    policy = page.headers["content-security-policy"]
    assert "form-action 'self' http://127.0.0.1:9999;" in policy


def test_a_hint_names_the_person_and_no_other_will_do(party, person, world):
    told = party.tokens(person)
    hint = told["id_token"]
    assert "code" in answered(party.open(prompt="none", id_token_hint=hint))
    party.client.cookies.clear()
    other = Somebody(world, "adult-level-1")
    page = party.follow(party.open(id_token_hint=hint))
    moved = party.prove(page, other.pin, other.passcode)
    end = party.client.get(moved.headers["location"], follow_redirects=False)
    assert answered(end)["error"] == "login_required"


@pytest.mark.parametrize("name", ["deceased", "account-locked", "no-account"])
def test_who_has_no_account_that_can_be_used_does_not_sign_in(party, world, name):
    person = Somebody(world, name)
    page = party.follow(party.open())
    page = party.follow(party.prove(page, person.pin, person.passcode or "123456"))
    assert 'data-testid="notice"' in page.text
    assert 'data-testid="consent-form"' not in page.text


def test_discovery_is_told_in_both_forms(client):
    openid = client.get("/.well-known/openid-configuration").json()
    assert openid == client.get("/.well-known/oauth-authorization-server").json()
    assert openid["issuer"] == ISSUER
    assert "RS256" in openid["id_token_signing_alg_values_supported"]
    assert openid["code_challenge_methods_supported"] == ["S256"]
    for name, address in openid.items():
        if name.endswith("_endpoint"):
            assert address.startswith(f"{ISSUER}/oidc/")


def test_the_fapi_system_proves_itself_by_the_issuer_alone(client, world):
    party = Party(client, world, FAPI)
    form = party.request() | {
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    }
    for aud, status in (
        (ISSUER, 201),
        ([ISSUER], 401),
        (f"{ISSUER}/oidc/par", 401),
        (f"{ISSUER}/oidc/token", 401),
    ):
        signed = party.assertion(aud=aud)
        answer = client.post("/oidc/par", data=form | {"client_assertion": signed})
        assert answer.status_code == status, answer.text


def test_the_fapi_system_has_to_push(client, world):
    client.cookies.clear()
    party = Party(client, world, FAPI)
    assert answered(party.open())["error"] == "invalid_request"
