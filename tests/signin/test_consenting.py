"""What a person agreed to and what they refused holds until they withdraw it."""

from __future__ import annotations

import json

import pytest

from app.exchange import access as accesses
from app.exchange import consents
from app.platform import clock
from tests.signin.party import Party, Somebody, answered

BIRTH_DATE, NOT_WITHOUT = "birthdate", {"essential": True}


@pytest.fixture
def party(client, world):
    client.cookies.clear()
    return Party(client, world, "pvcombank-basic")


@pytest.fixture
def person(world):
    """Somebody who has agreed to nothing yet."""
    found = Somebody(world, "adult-level-2")

    def withdraw_all(session):
        for each in consents.of_citizen(session, found.citizen_id, world.today, clock.now()):
            if each.state == "given":
                consents.end(session, accesses.of(world), each.id, "withdrawn", clock.now())

    world.writer.submit(withdraw_all)
    return found


def agree(party, person, *fields):
    """Sign in and tick these fields alone; return the claims."""
    page = party.follow(party.open())
    page = party.follow(party.prove(page, person.pin, person.passcode))
    return known(party, answered(party.act(page, "agree", field=fields)))


def known(party, answer):
    told = party.redeem(answer["code"]).json()
    return party.userinfo(told["access_token"]).json()


def test_what_was_refused_is_not_asked_for_again(party, person, world):
    first = agree(party, person, "full_name")
    assert "birthdate" not in first
    assert known(party, answered(party.open(prompt="none"))) == first
    with world.session() as session:
        given = consents.of_citizen(session, person.citizen_id, world.today, clock.now())
    [consent] = [each for each in given if each.state == "given"]
    assert "birth_date" in consent.declined
    assert not set(consent.fields) & set(consent.declined)


def test_of_two_decisions_of_a_day_the_later_one_counts(party, person):
    whole = agree(party, person, "full_name", "birth_date")
    assert "birthdate" in whole
    page = party.follow(party.open(prompt="consent"))
    page = (
        party.follow(party.prove(page, person.pin, person.passcode))
        if ("consent-form" not in page.text)
        else page
    )
    less = known(party, answered(party.act(page, "agree", field=("full_name",))))
    assert "birthdate" not in less
    assert known(party, answered(party.open(prompt="none"))) == less


def test_it_is_asked_for_again_by_whom_cannot_do_without_it(party, person):
    agree(party, person, "full_name")
    claims = json.dumps({"userinfo": {BIRTH_DATE: NOT_WITHOUT}})
    assert answered(party.open(prompt="none", claims=claims))["error"] == "consent_required"
    assert 'data-testid="consent-form"' in party.follow(party.open(claims=claims)).text


def test_what_was_never_asked_for_is_asked_for(party, person):
    agree(party, person, "full_name")
    wider = {"scope": "openid profile phone"}
    assert answered(party.open(prompt="none", **wider))["error"] == "consent_required"


def test_a_consent_that_was_withdrawn_is_asked_for_anew(party, person, world):
    agree(party, person, "full_name")
    with world.session() as session:
        given = consents.of_citizen(session, person.citizen_id, world.today, clock.now())
    [active] = [each.id for each in given if each.state == "given"]
    world.writer.submit(
        lambda session: consents.end(session, accesses.of(world), active, "withdrawn", clock.now())
    )
    assert answered(party.open(prompt="none"))["error"] == "consent_required"
