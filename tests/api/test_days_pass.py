"""What comes with the date alone: the clock is moved, and the API answers as of the new day."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select, update

from app.registry.properties import Properties
from app.sandbox import personas
from app.sectors.models import Subscriber
from tests.api.conftest import as_operator, bearer, token, told
from tests.api.phones import Phones
from tests.api.wallets import Wallet, leaf_of

CLOCK = "/control/v1/clock"
CARDS = "/control/v1/cards"
ADULT, MINOR = "adult-level-2", "minor-13"
BIRTHDAY = dt.date(2026, 7, 5)
ERRAND = {"purpose": "administrative-procedure", "officer": "can-bo-1", "dossier": "H26-1"}
LICENCE = {
    "documents": ["driver-licence"],
    "claims": ["classes"],
    "purpose": "linked-procedures",
}


@pytest.fixture
def world(world_rw):
    """A generated world whose clock one test moves."""
    return world_rw


@pytest.fixture
def phones(client):
    return Phones(client)


@pytest.fixture
def operator(client):
    return as_operator(client)


@pytest.fixture
def until(client, world, operator):
    """Let the days until one pass, and nothing happen to anybody unless they live."""

    def passes(day, *, lives=False):
        body = {"to": day.isoformat(), "lives": lives}
        assert told(client.post(CLOCK, json=body, headers=operator))["today"] == body["to"]
        world.refresh()

    return passes


def number(world, persona):
    with world.session() as session:
        return personas.find(session, persona).pin


def post(client, address, headers, body, status=200):
    return told(client.post(address, json=body, headers=headers), status)


def test_a_card_expires_the_day_after_its_last(client, world, operator, until):
    pin = number(world, "card-under-14")
    [card] = post(client, f"{CARDS}/searches", operator, {"pin": pin})
    last = dt.date.fromisoformat(card["expires_on"])
    text = client.get(f"{CARDS}/{card['serial']}", headers=operator).json()["qr"]

    def standing():
        province = bearer(client, world, "ha-noi")
        bank = {"Authorization": f"Bearer {token(world, 'vietcombank-fapi')}"}
        asked = {"number": pin, **ERRAND, "fields": ["card_status", "card_status_since"]}
        said = post(client, "/v1/disclosures/card-status", province, asked)["data"]
        shown = client.get(f"{CARDS}/{card['serial']}", headers=operator).json()["status"]
        assert (said["card_status"], said["card_status_since"]) == (shown["code"], shown["since"])
        asked = {"text": text, "purpose": "ekyc"}
        return said["card_status"], post(client, "/v1/qr-verifications", bank, asked)["outcome"]

    assert standing() == ("valid", "match")
    until(last)
    assert standing() == ("valid", "match")
    until(last + dt.timedelta(days=1))
    assert standing() == ("expired", "expired")
    young = found(world, card="expired", age_from=14, age_to=14)
    assert pin in {one.person.pin for one in young}


def bought(world, pin):
    """Let somebody's mobile number be another's from now on; return it."""
    with world.session() as session:
        sold = session.scalars(select(Subscriber).order_by(Subscriber.number)).first().number
    named = {"holder_number": pin, "holder_name": None, "holder_birth_date": None}
    statement = update(Subscriber).where(Subscriber.number == sold).values(**named)
    world.writer.submit(lambda session: session.execute(statement))
    return sold


def test_who_turns_14_asks_for_a_card_and_level_2_alone(phones, world, operator, until):
    client, pin = phones.client, number(world, MINOR)
    police = bearer(client, world, "bca")
    card = {"pin": pin, "reason": "first", "by": "holder"}
    account = {"number": pin, "purpose": "electronic-identity", "officer": "CB-001"}
    account |= {"dossier": "HS-1", "phone": bought(world, pin)}
    account |= {name: phones.show(MINOR)[name] for name in ("face", "fingerprint")}
    until(BIRTHDAY - dt.timedelta(days=1))
    early = post(client, CARDS, operator, card, 422)
    assert early["code"] == "card-not-entitled"
    early = post(client, "/v1/eid-accounts", police, account, 422)
    assert early["code"] == "representative-required"
    until(BIRTHDAY)
    asked = post(client, CARDS, operator, card, 201)
    made = post(client, f"{CARDS}/{asked['serial']}/advance", operator, {"to": "active"})
    assert (made["status"]["code"], made["issued_on"]) == ("valid", BIRTHDAY.isoformat())
    assert made["expires_on"] == "2037-07-05"
    applied = post(client, "/v1/eid-accounts", police, account)["application"]
    assert (applied["level"], applied["state"]) == (2, "pending")


def test_a_consent_ends_with_its_last_day(phones, world, until):
    client, last = phones.client, dt.date(2026, 3, 31)
    pin = number(world, ADULT)
    bank = bearer(client, world)
    body = {
        "number": pin,
        "purpose": "account-data",
        "fields": ["permanent_residence"],
        "why": "Mở thẻ",
        "to_date": last.isoformat(),
    }
    asked = post(client, "/v1/consent-requests", bank, body, 201)
    decided = f"/consents/{asked['id']}/decision"
    assert told(phones.post(ADULT, decided, {"decision": "accept"}))["state"] == "given"

    def residence(status):
        said = {name: body[name] for name in ("number", "purpose", "fields")}
        said |= {"consent": asked["id"]}
        headers = bearer(client, world)
        return post(client, "/v1/disclosures/residence", headers, said, status)

    until(last)
    assert residence(200)["data"]["permanent_residence"]
    until(last + dt.timedelta(days=1))
    assert residence(403)["code"] == "no-consent"
    seen = client.get(f"/v1/consent-requests/{asked['id']}", headers=bearer(client, world))
    assert told(seen)["state"] == "expired"


def test_who_activates_an_account_too_late_has_to_ask_again(phones, world, until):
    """The notice of `account-collected` came three days ago, and is good for seven."""
    until(world.today + dt.timedelta(days=5))
    chosen = {"passcode": phones.show(ADULT)["passcode"]}
    late = told(phones.post("account-collected", "/activation", chosen), 403)
    assert late["code"] == "eid-activation-lapsed"
    told(phones.post("account-collected", "/activation-notices"))
    active = told(phones.post("account-collected", "/activation", chosen))
    assert (active["state"], active["activated_on"]) == ("active", world.today.isoformat())


def test_a_licence_that_has_run_out_is_no_longer_shown(phones, world, until):
    client, wallet = phones.client, Wallet(phones.client)
    held = wallet.integrated("driver-licence")
    ends = dt.date.fromisoformat(wallet.get(f"/{held}").json()["expires_on"])

    def shown():
        ministry = bearer(client, world, "bca")
        request = post(client, "/v1/presentation-requests", ministry, LICENCE, 201)
        return ministry, request, wallet.shown(request)

    until(ends)
    ministry, request, text = shown()
    body = {"request": request["id"], "presentation": text}
    assert post(client, "/v1/presentations", ministry, body)["outcome"] == "genuine"
    ministry, request, text = shown()
    until(ends + dt.timedelta(days=1))
    body = {"request": request["id"], "presentation": text}
    refused = post(client, "/v1/presentations", ministry, body)
    assert (refused["outcome"], refused["checks"]["failed"]) == ("rejected", "document")
    assert leaf_of(refused).outcome == "rejected"


def found(world, *, card=None, **wanted):
    """Return who is like that today, all pages."""
    everybody, cursor = [], None
    while True:
        with world.session() as session:
            page = personas.search(
                session,
                Properties(**wanted),
                personas.Documents(card),
                today=world.today,
                limit=200,
                cursor=cursor,
            )
        everybody += page.items
        cursor = page.next_cursor
        if cursor is None:
            return everybody


def test_people_are_found_as_they_are_on_the_new_day(client, world, until):
    """A year has been lived: who is of an age, has a card or has died is found as of its end."""
    of_13 = {one.person.id for one in found(world, age_from=13, age_to=13, state="alive")}
    until(dt.date(2027, 1, 1), lives=True)
    of_14 = found(world, age_from=14, age_to=14, state="alive")
    assert {one.person.id for one in of_14} <= of_13
    assert len(of_14) >= len(of_13) - 3
    assert {one.card for one in of_14} == {"active", "none"}
    born = found(world, age_from=0, age_to=0, state="alive")
    assert any(one.person.birth_year == 2026 for one in born)
    dead = found(world, state="dead")
    bank = {"Authorization": f"Bearer {token(world, 'vietcombank-fapi')}"}
    claims = {"full_name": dead[0].person.full_name}
    asked = {"number": dead[0].person.pin, "purpose": "ekyc", "claims": claims}
    assert post(client, "/v1/verifications", bank, asked)["outcome"] == "deceased"
