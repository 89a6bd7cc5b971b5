"""One browser, several proofs: which session counts, and what signing out ends."""

import re

import pytest

from tests.signin.party import Somebody, answered

LEVEL_2 = "urn:dancu:acr:level2"


def secret_of(party):
    """What the browser's cookie holds."""
    return party.client.cookies.get(f"dancu-session-{party.world.name}")


def with_secret(party, secret):
    """Make the browser one with this cookie and no other."""
    party.client.cookies.clear()
    party.client.cookies.set(f"dancu-session-{party.world.name}", secret, path="/oidc")
    return party


def sign_out(party):
    page = party.client.get("/oidc/end_session")
    form = {"csrf": re.search(r'name="csrf" value="([0-9a-f]+)"', page.text)[1]}
    gone = party.client.post("/oidc/end_session", data=form, follow_redirects=False)
    assert 'data-testid="signed-out"' in gone.text


@pytest.mark.parametrize("changes", [{"prompt": "login"}, {"max_age": "0"}])
def test_a_new_proof_ends_the_session_before_and_keeps_its_sign_ins(party, person, changes):
    first, secret = party.tokens(person), secret_of(party)
    second, latest = party.tokens(person, **changes), secret_of(party)
    assert latest != secret
    old = answered(with_secret(party, secret).open(prompt="none"))
    assert old["error"] == "login_required"
    with_secret(party, latest)
    assert party.userinfo(first["access_token"]).status_code == 200
    sign_out(party)
    assert party.userinfo(first["access_token"]).status_code == 401
    assert party.userinfo(second["access_token"]).status_code == 401


def test_signing_out_ends_what_was_before_a_step_up(party, person):
    told = party.tokens(person)
    page = party.follow(party.open(acr_values=LEVEL_2))
    page = party.follow(party.act(page, "send-code"))
    answered(party.follow(party.act(page, "code", code=person.code())))
    sign_out(party)
    assert party.userinfo(told["access_token"]).status_code == 401


def test_whoever_signs_in_after_somebody_signs_them_out(party, person, world):
    told, secret = party.tokens(person), secret_of(party)
    other = Somebody(world, "adult-level-1")
    theirs, latest = party.tokens(other, prompt="select_account"), secret_of(party)
    assert party.userinfo(told["access_token"]).status_code == 401
    assert party.userinfo(theirs["access_token"]).status_code == 200
    old = answered(with_secret(party, secret).open(prompt="none"))
    assert old["error"] == "login_required"
    assert "code" in answered(with_secret(party, latest).open(prompt="none"))


def test_refresh_tokens_for_while_the_person_is_away_outlive_a_sign_out(party, person):
    told = party.tokens(person, scope="openid offline_access")
    party.tokens(person, prompt="login")
    sign_out(party)
    form = {"grant_type": "refresh_token", "refresh_token": told["refresh_token"]}
    assert party.post("/oidc/token", form).status_code == 200


def test_a_language_said_twice_does_no_harm(party):
    page = party.follow(party.open(scope="openid", prompt="login"))
    address = str(page.url)
    form = {"act": "nothing", "csrf": re.search(r'name="csrf" value="([0-9a-f]+)"', page.text)[1]}
    moved = party.client.post(f"{address}?lang=vi&lang=en", data=form, follow_redirects=False)
    assert moved.headers["location"].endswith("?lang=en")
