"""Simulated phones over HTTP: accounts from application to use, and all that is refused."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from app.identity import approvals, authentication, locking, registering
from app.identity.authentication import Factors
from app.platform import clock
from app.sandbox.situations import SITUATIONS
from tests.api.phones import Phones


@pytest.fixture
def world(world_rw):
    return world_rw


@pytest.fixture
def phones(client):
    return Phones(client)


@pytest.fixture(scope="module")
def shared_world(town):
    return town


@pytest.fixture(scope="module")
def shared_phones(shared):
    return Phones(shared)


def test_an_account_of_level_1_from_the_application_to_its_first_passcode(phones):
    number = phones.number("no-account")
    filed = phones.register("no-account", phone=number, email="a@thu.invalid")
    assert filed.status_code == 201, filed.text
    # 1 January is a holiday: the next working day is the second.
    assert (filed.json()["state"], filed.json()["due_on"]) == ("pending", "2026-01-02")
    assert filed.json()["law"] == "69/2024/NĐ-CP"
    waiting = phones.show("no-account")["account"]
    assert (waiting["state"], waiting["problem"]) == ("pending", "eid-application-pending")
    assert phones.show("no-account")["passcode"] is phones.show("no-account")["device"] is None
    early = phones.post("no-account", "/activation").json()
    assert early["code"] == "eid-application-pending"
    assert "dancu phone decide" in early["next"]
    phones.let_days_pass(1)
    granted = phones.show("no-account")
    assert granted["account"]["problem"] == "eid-account-not-activated"
    assert granted["applications"][0]["state"] == "approved"
    active = phones.post("no-account", "/activation").json()
    assert (active["state"], active["level"], active["usable"]) == ("active", 1, True)
    assert (active["phone"], active["email"]) == (number, "a@thu.invalid")
    assert [event["kind"] for event in active["history"]] == ["granted", "activated"]
    assert "Hãy kích hoạt" in phones.get("no-account", "/messages").json()[0]["text_vi"]
    old = granted["passcode"]
    changed = phones.post("no-account", "/passcode", {"old": old, "new": "240680"})
    assert changed.status_code == 200, changed.text
    assert phones.show("no-account")["passcode"] is None
    # Its holder signs in on another device.
    device = {"name": "Máy mới", "passcode": "240680"}
    bound = phones.post("no-account", "/devices", device).json()
    assert (bound["number"], bound["bound_on"]) == (2, "2026-01-02")
    locked = phones.post("no-account", "/lock").json()
    assert (locked["state"], locked["problem"]) == ("locked", "eid-account-locked")
    assert phones.post("no-account", "/unlock").json()["usable"]


def test_who_does_not_activate_in_seven_days_calls_the_hotline(phones):
    phones.let_days_pass(4)
    assert phones.show("account-collected")["account"]["problem"] == "eid-account-not-activated"
    phones.let_days_pass(1)
    assert (
        phones.post("account-collected", "/activation").json()["code"] == "eid-activation-lapsed"
    )
    noticed = phones.post("account-collected", "/activation-notices").json()
    assert noticed["problem"] == "eid-account-not-activated"
    assert phones.post("account-collected", "/activation").json()["usable"]
    again = phones.post("account-collected", "/activation-notices").json()
    assert again["code"] == "eid-account-activated-already"


def test_a_child_is_registered_by_a_parent_with_level_2(phones):
    mother = phones.number("legal-representative")
    child = phones.show("child-10")["pin"]
    filed = phones.register("legal-representative", phone=mother, number=child)
    assert filed.status_code == 201, filed.text
    assert filed.json()["filed_by"] == "representative"
    phones.let_days_pass(1)
    assert phones.post("child-10", "/activation").json()["level"] == 1
    father = phones.number("adult-level-2")
    newborn = phones.show("newborn")["pin"]
    assert phones.register("adult-level-2", phone=father, number=newborn).status_code == 201


def test_a_foreigner_with_a_permit_registers_like_anybody(phones):
    number = phones.number("foreigner")
    assert phones.register("foreigner", phone=number).status_code == 201


def test_an_organisation_gets_its_account_through_its_representative(phones, world):
    known, other, _ended = codes_of(world, "legal-representative")
    who = "legal-representative"
    filed = phones.post(who, "/organisations", {"tax_code": known})
    assert filed.json()["due_on"] == "2026-01-06"  # three working days
    slow = phones.post(who, "/organisations", {"tax_code": other}).json()
    assert slow["due_on"] == "2026-01-16"  # fifteen days
    again = phones.post(who, "/organisations", {"tax_code": known}).json()
    assert again["code"] == "eid-application-pending"
    early = phones.post(who, f"/organisations/{known}/activation").json()
    assert early["code"] == "eid-application-pending"
    phones.let_days_pass(5)
    active = phones.post(who, f"/organisations/{known}/activation").json()
    assert (active["state"], active["usable"]) == ("active", True)
    assert phones.post(who, f"/organisations/{known}/lock").json()["state"] == "locked"
    assert phones.post(who, f"/organisations/{known}/lock").json()["code"] == "eid-account-locked"
    assert phones.post(who, f"/organisations/{known}/unlock").json()["state"] == "active"
    assert phones.post(who, f"/organisations/{known}/unlock").json()["code"] == "eid-lock-state"
    exists = phones.post(who, "/organisations", {"tax_code": known}).json()
    assert exists["code"] == "eid-account-exists"
    none = phones.post(who, f"/organisations/{_ended}/lock").json()
    assert none["code"] == "organisation-ended"


def test_the_police_may_decide_earlier(phones):
    number = phones.number("no-account")
    filed = phones.register("no-account", phone=number).json()
    path = f"/applications/{filed['id']}/decision"
    assert phones.post("adult-level-2", path, {"decision": "approve"}).json()["code"] == (
        "eid-application-unknown"
    )
    refused = phones.post("no-account", path, {"decision": "refuse", "reason": "giay-to"}).json()
    assert (refused["state"], refused["refusal"]) == ("refused", "giay-to")
    assert phones.show("no-account")["account"] is None
    again = phones.post("no-account", path, {"decision": "approve"}).json()
    assert again["code"] == "eid-application-decided"
    filed = phones.register("no-account", phone=number).json()
    granted = phones.post(
        "no-account", f"/applications/{filed['id']}/decision", {"decision": "approve"}
    )
    assert granted.json()["state"] == "approved"
    assert phones.post("no-account", "/activation").json()["usable"]


def codes_of(world, who):
    """Tax codes of the organisations that a persona represents: known, other, dissolved."""
    with world.session() as session:
        return list(
            session.scalars(
                text(
                    "SELECT o.tax_code FROM organisation o JOIN citizen c "
                    "ON c.pin = o.representative_number JOIN persona p ON p.citizen_id = c.id "
                    "WHERE p.name = :name ORDER BY o.id"
                ),
                {"name": who},
            )
        )


def test_samples_and_messages_are_those_of_the_person(shared_phones):
    shown = shared_phones.show("adult-level-2")
    assert shared_phones.sample("adult-level-2") == shown["face"]
    assert shared_phones.sample("adult-level-2", kind="fingerprint") == shown["fingerprint"]
    assert shared_phones.show(shown["pin"]) == shown
    code = shared_phones.code("adult-level-2", shown["numbers"][0]["number"], "sign-in")
    latest = shared_phones.get("adult-level-2", "/messages").json()[0]
    assert (latest["code"], latest["state"]) == (code, "open")
    assert shared_phones.get("nobody").json()["code"] == "persona-unknown"
    assert shared_phones.get("9" * 12).json()["code"] == "citizen-unknown"


def test_an_idempotency_key_registers_once(shared_phones):
    number = shared_phones.number("foreigner")
    code = shared_phones.code("foreigner", number)
    body = {"phone": number, "code": code}
    key = {"Idempotency-Key": "register-once-1"}
    first, second = (
        shared_phones.post("foreigner", "/registrations", body, **key) for _ in range(2)
    )
    assert first.status_code == second.status_code == 201
    assert first.json() == second.json()


# Every situation of `SITUATIONS`, by its code.


def registered(phones, who, **said):
    said.setdefault("phone", phones.number(who))
    return phones.register(who, **said)


def device_not_active(phones, world, who):
    shown = phones.show(who)
    body = {"name": "Máy khác", "passcode": shown["passcode"]}
    assert phones.post(who, "/devices", body).status_code == 201
    old = Factors(device=shown["device"]["secret"])

    def job(session):
        return authentication.authenticate(
            session, world, person=shown["pin"], factors=old, now=clock.now()
        )

    return world.writer.submit(job).code


def approval_refused(phones, world, who):

    ask = approvals.Ask(kind="t", title_vi="?", title_en="?", details={}, asked_by="tests")
    with world.session() as session:
        pin = phones.show(who)["pin"]
        citizen_id = session.scalar(text("SELECT id FROM citizen WHERE pin = :p"), {"p": pin})
    asked = world.writer.submit(
        lambda session: approvals.ask(session, citizen_id, ask, clock.now()).id
    )
    assert phones.post(who, f"/approvals/{asked}/refuse").json()["state"] == "refused"
    return world.writer.submit(
        lambda session: approvals.use(session, asked, citizen_id, clock.now())
    ).code


def locked_by_authority(phones, world, who):

    pin = phones.show(who)["pin"]
    with world.session() as session:
        citizen_id = session.scalar(text("SELECT id FROM citizen WHERE pin = :p"), {"p": pin})
    request = locking.Request(
        citizen_id=citizen_id, kind="lock", reason="investigation", filed_by="bca", officer="CB-1"
    )
    world.writer.submit(
        lambda session: locking.by_authority(session, request, world.today, clock.now())
    )
    phones.let_days_pass(5)
    return phones.post(who, "/unlock")


def wrong_six_times(phones, _world, who):
    for _ in range(5):
        phones.post(who, "/passcode", {"old": "000000", "new": "240680"})
    barred = phones.post(who, "/passcode", {"old": "000000", "new": "240680"})
    assert int(barred.headers["Retry-After"]) > 800
    assert phones.post(who, "/failures/forget").json()["forgiven"]
    return barred


def another_face(phones, who, **how):
    return registered(phones, who, face=phones.sample(how.pop("of", who), **how))


def in_person(phones, world, who, **said):

    shown = phones.show(who)
    asked = registering.InPerson(
        **{
            "claim": registering.Claim(number=shown["pin"]),
            "level": 2,
            "phone": shown["numbers"][0]["number"] if shown["numbers"] else "0999990000",
            "face": shown["face"],
            "fingerprint": shown["fingerprint"],
            "filed_by": "bca",
            "officer": "CB-1",
            **said,
        }
    )
    found = world.writer.submit(
        lambda session: registering.in_person(session, world, asked, clock.now())
    )
    return found.code


def replaced_code(phones, who):
    number = phones.number(who)
    first = phones.code(who, number)
    phones.code(who, number)
    return phones.register(who, phone=number, code=first)


def without_permit(phones, world, who):
    world.writer.submit(lambda session: session.execute(text("DELETE FROM residence_permit")))
    return registered(phones, who)


def twice(phones, who):
    registered(phones, who)
    return registered(phones, who)


def organisation(phones, world, who, place=0, code=None):
    found = code or codes_of(world, "legal-representative")[place]
    return phones.post(who, "/organisations", {"tax_code": found})


def with_passcode(phones, who, old=None, new="240680"):
    given = old or phones.show(who)["passcode"]
    return phones.post(who, "/passcode", {"old": given, "new": new})


def level_too_low(phones, world, who):
    """The representative of an organisation has an account of level 1 only."""
    [code, *_] = codes_of(world, "legal-representative")
    pin = phones.show(who)["pin"]
    world.writer.submit(
        lambda session: session.execute(
            text("UPDATE organisation SET representative_number = :p WHERE tax_code = :c"),
            {"p": pin, "c": code},
        )
    )
    return phones.post(who, "/organisations", {"tax_code": code})


REACHED = {
    "number-not-on-record": lambda p, _w, who: registered(p, who, number="901090999999"),
    "identity-mismatch": lambda p, _w, who: registered(p, who, full_name="Lê Văn Khác"),
    "holder-deceased": lambda p, _w, who: p.post(who, "/activation"),
    "eid-account-exists": lambda p, _w, who: registered(p, who),
    "eid-application-pending": lambda p, _w, who: twice(p, who),
    "eid-under-age": in_person,
    "representative-required": lambda p, _w, who: p.register(who),
    "representation-not-provable": lambda p, _w, who: registered(
        p, who, number=p.show("ward")["pin"]
    ),
    "representative-level-too-low": lambda p, _w, who: registered(
        p, who, number=p.show("newborn")["pin"]
    ),
    "card-missing": lambda p, _w, who: p.register(who),
    "card-expired": lambda p, _w, who: p.post(who, "/activation"),
    "card-lost": lambda p, _w, who: registered(p, who),
    "card-held": lambda p, _w, who: registered(p, who),
    "card-revoked": lambda p, _w, who: registered(p, who),
    "residence-permit-missing": without_permit,
    "residence-permit-expired": lambda p, _w, who: with_passcode(p, who),
    "phone-not-own-name": lambda p, _w, who: p.register(who, phone="0999990070"),
    "phone-bound": lambda p, _w, who: registered(p, who),
    "code-wrong": lambda p, _w, who: registered(p, who, code="nothing"),
    "code-expired": lambda p, _w, who: replaced_code(p, who),
    "face-mismatch": lambda p, _w, who: another_face(p, who, of="adult-level-2"),
    "face-not-live": lambda p, _w, who: another_face(p, who, presented="spoof"),
    "face-unclear": lambda p, _w, who: another_face(p, who, quality=10),
    "fingerprint-mismatch": lambda p, w, who: in_person(
        p, w, who, fingerprint=p.sample("adult-level-1", kind="fingerprint")
    ),
    "eid-account-missing": lambda p, _w, who: p.post(who, "/activation"),
    "eid-account-not-activated": lambda p, _w, who: with_passcode(p, who),
    "eid-activation-lapsed": lambda p, _w, who: p.post(who, "/activation"),
    "eid-account-activated-already": lambda p, _w, who: p.post(who, "/activation"),
    "eid-account-locked": lambda p, _w, who: with_passcode(p, who),
    "eid-lock-state": lambda p, _w, who: p.post(who, "/unlock"),
    "eid-lock-not-theirs": locked_by_authority,
    "passcode-wrong": lambda p, _w, who: with_passcode(p, who, old="000000"),
    "passcode-form": lambda p, _w, who: with_passcode(p, who, new="123456"),
    "eid-locked-out": wrong_six_times,
    "device-not-active": device_not_active,
    "eid-level-too-low": level_too_low,
    "approval-refused": approval_refused,
    "not-legal-representative": organisation,
    "organisation-ended": lambda p, w, who: organisation(p, w, who, 2),
    "organisation-unknown": lambda p, w, who: organisation(p, w, who, code="9900000000"),
}


def test_each_situation_has_its_own_code():
    assert sorted(REACHED) == sorted(each.code for each in SITUATIONS)


@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda each: each.code)
def test_a_persona_reaches_it(phones, world, situation):
    reached = REACHED[situation.code](phones, world, situation.persona)
    code = reached if isinstance(reached, str) else reached.json().get("code")
    assert code == situation.code
