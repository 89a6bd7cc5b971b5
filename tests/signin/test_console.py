"""The debugger: each leg of a sign-in, what it carried, and why it failed."""

import time

import pytest

from app.platform.writer import LATER_SECONDS
from app.sandbox import operator
from tests.signin.party import BASIC, Somebody, answered

WHO = "adult-level-2"


@pytest.fixture
def control(client):
    return {"Authorization": f"Bearer {client.app._server.operator_token}"}


def legs(party, control, **query):
    """The legs on record, the first first, once those that are waiting are written."""
    time.sleep(4 * LATER_SECONDS)
    told = party.client.get("/control/v1/sign-in/legs", params=query, headers=control)
    assert told.status_code == 200, told.text
    return told.json()[::-1]


def test_a_whole_sign_in_is_told_leg_by_leg(party, control, world):
    person = Somebody(world, WHO)
    asked = party.request(prompt="consent", login_hint=person.pin)
    uri = party.post("/oidc/par", asked).json()["request_uri"]
    query = {"client_id": BASIC, "request_uri": uri}
    page = party.follow(party.client.get("/oidc/authorize", params=query, follow_redirects=False))
    page = party.follow(party.prove(page, person.pin, person.passcode))
    told = party.redeem(answered(party.act(page, "agree-all"))["code"]).json()
    party.userinfo(told["access_token"])
    [sign_in] = {leg["sign_in"] for leg in legs(party, control) if leg["leg"] == "userinfo"}
    found = legs(party, control, sign_in=sign_in)
    assert [leg["leg"] for leg in found] == [
        "par",
        "authorize",
        "page",
        "page",
        "token",
        "userinfo",
    ]
    claims = found[4]["gave"]["id_token"]["claims"]
    assert claims["nonce"] == "n-1"
    everything = str(found)
    for secret in (person.passcode, person.pin, party.verifier, told["access_token"], uri):
        assert secret not in everything


def test_of_what_a_leg_should_not_have_carried_only_the_name_is_kept(party, control):
    misplaced = {"username": "901090990001", "password": "so secret", "tx_code": "493536"}
    party.post("/oidc/token", {"grant_type": "authorization_code", **misplaced})
    [leg] = legs(party, control, limit=1)
    assert {name: leg["carried"][name] for name in misplaced} == dict.fromkeys(misplaced, "…")


def test_why_a_leg_failed_is_told(party, control):
    code = answered(party.headless(WHO))["code"]
    party.redeem(code, code_verifier="x" * 43)
    party.open(redirect_uri="https://evil.example/")
    *_, token, authorize = legs(party, control, client_id=BASIC)
    assert (token["leg"], token["error"]) == ("token", "invalid_grant")
    assert "code_challenge" in token["why"]
    assert token["sign_in"] is not None
    assert authorize["error"] == "invalid_request"
    assert "redirect_uri" in authorize["why"]


def test_the_page_is_for_the_operator(party, world):
    shown = party.client.get("/console/sign-ins")
    assert 'data-testid="token"' in shown.text
    assert 'data-testid="sign-in"' not in shown.text
    wrong = party.client.post("/console/sign-ins", data={"token": "sim_operator_x"})
    assert wrong.status_code == 403
    answered(party.headless(WHO))
    time.sleep(4 * LATER_SECONDS)
    token = operator.world_token(party.client.app._server.operator_token, world.id)
    shown = party.client.post("/console/sign-ins", data={"token": token})
    assert shown.status_code == 200
    assert 'data-testid="leg"' in shown.text
    name = f"dancu-console-{world.name}"
    kept = {each.path: each.value for each in party.client.cookies.jar if each.name == name}
    assert kept.keys() == {"/console", "/phone"}
    assert token not in kept.values()
