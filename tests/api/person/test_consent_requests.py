"""Consents over HTTP: asked for by an agency, decided on the phone, checked by the gate, ended."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import update

from app.exchange import access as accesses
from app.exchange import agencies, consent_check, consent_law, consent_requests, consents, gate
from app.exchange.consents import NewConsent
from app.exchange.errands import Errand
from app.exchange.log import leaves
from app.exchange.models import Consent
from app.identity import approvals
from app.platform import clock
from app.platform.errors import ConflictError
from app.registry import citizens, kinship
from tests.api.conftest import as_operator, bearer, told
from tests.api.phones import Phones
from tests.signin.party import Party, Somebody

ADULT, MOTHER, CHILD, BABY = "adult-level-2", "legal-representative", "child-10", "newborn"
FIELDS = ["permanent_residence", "current_residence"]
BANK = "vietcombank-basic"


@pytest.fixture(scope="module")
def phones(client):
    return Phones(client)


@pytest.fixture
def ask(client, bank, phones):
    """Ask somebody for consent; give the request."""

    def asked(who=ADULT, status=201, headers=bank, **changes):
        number = who if who.isdigit() else phones.show(who)["pin"]
        body = {"number": number, "purpose": "account-data", "fields": FIELDS, "why": "Mở thẻ"}
        answer = client.post("/v1/consent-requests", json=body | changes, headers=headers)
        return told(answer, status)

    return asked


@pytest.fixture(autouse=True)
def _patience(request, monkeypatch):
    """Let the tests together ask as often as they like."""
    if "only_so_often" not in request.node.name:
        monkeypatch.setattr(accesses, "MOST_FAILED_GUESSES", 1_000)
        monkeypatch.setattr(approvals, "MOST_ASKED", 1_000)


def decide(phones, consent_id, who=ADULT, decision="accept", **more):
    return phones.post(who, f"/consents/{consent_id}/decision", {"decision": decision, **more})


def residence(client, bank, phones, consent_id, fields=FIELDS, who=ADULT):
    body = {
        "number": phones.show(who)["pin"],
        "fields": fields,
        "purpose": "account-data",
        "consent": consent_id,
    }
    return client.post("/v1/disclosures/residence", json=body, headers=bank)


def test_what_is_agreed_to_opens_the_gate_and_no_more(client, bank, phones, ask):
    asked = ask()
    assert (asked["state"], asked["fields"]) == ("asked", FIELDS)
    assert "91/2025/QH15" in asked["law"]
    early = told(residence(client, bank, phones, asked["id"]), 403)
    assert early["code"] == "no-consent"
    [shown] = [each for each in phones.get(ADULT, "/approvals").json() if _is(each, asked)]
    assert shown["details"]["fields"]["permanent_residence"]["en"]
    assert shown["details"]["purpose_en"].startswith("Customer data")
    given = told(decide(phones, asked["id"], fields=["permanent_residence"], passcode="x"), 403)
    assert given["code"] == "passcode-wrong"
    given = told(decide(phones, asked["id"], fields=["permanent_residence"]))
    assert (given["state"], given["means"]) == ("given", "phone")
    assert (given["fields"], given["declined"]) == (["permanent_residence"], FIELDS[1:])
    assert given["evidence"].startswith(f"approval {shown['id']}: device")
    seen = told(client.get(f"/v1/consent-requests/{asked['id']}", headers=bank))
    assert (seen["state"], seen["leaf"]) == ("given", given["leaf"])
    assert told(residence(client, bank, phones, asked["id"], FIELDS[:1]))["data"]
    assert told(residence(client, bank, phones, asked["id"]), 403)["code"] == "no-consent"
    # The decision is in the log, for the agency that asked to read.
    text = told(client.get(f"/v1/log/leaves/{given['leaf']}", headers=bank))["text"]
    leaf = leaves.parse(text)
    assert (leaf.kind, leaf.outcome, leaf.consent) == ("consent", "given", asked["id"])
    assert leaf.fields == ("permanent_residence",)
    # What is withdrawn counts no more from the next question on.
    gone = told(phones.post(ADULT, f"/consents/{asked['id']}/withdrawal"))
    assert (gone["state"], gone["ended_on"]) == ("withdrawn", "2026-01-01")
    after = told(residence(client, bank, phones, asked["id"], FIELDS[:1]), 403)
    assert after["code"] == "no-consent"
    again = told(phones.post(ADULT, f"/consents/{asked['id']}/withdrawal"), 409)
    assert again["code"] == "consent-ended"


def _is(approval, asked):
    return approval["details"].get("consent") == asked["id"]


def test_accepting_what_the_phone_asks_gives_the_whole(phones, ask):
    asked = ask()
    [shown] = [each for each in phones.get(ADULT, "/approvals").json() if _is(each, asked)]
    told(phones.post(ADULT, f"/approvals/{shown['id']}/accept"))
    [given] = [each for each in phones.get(ADULT, "/consents").json() if each["id"] == asked["id"]]
    assert (given["state"], given["fields"], given["declined"]) == ("given", FIELDS, [])
    other = told(decide(phones, asked["id"]), 409)
    assert other["code"] == "consent-request-over"


def test_a_refusal_is_in_the_register_and_final(client, bank, phones, ask):
    for refusal in ({"decision": "refuse"}, {}):
        asked = ask()
        if refusal:
            refused = told(decide(phones, asked["id"], **refusal))
        else:
            [shown] = [e for e in phones.get(ADULT, "/approvals").json() if _is(e, asked)]
            told(phones.post(ADULT, f"/approvals/{shown['id']}/refuse"))
            refused = told(client.get(f"/v1/consent-requests/{asked['id']}", headers=bank))
        assert (refused["state"], refused["declined"]) == ("refused", FIELDS)
        assert told(decide(phones, asked["id"]), 409)["code"] == "consent-request-over"
        end = client.post(f"/v1/consent-requests/{asked['id']}/end", headers=bank)
        assert told(end, 409)["code"] == "consent-ended"


def test_silence_is_no_consent(client, bank, phones, ask, world, monkeypatch):
    asked = ask(minutes=1)
    later = clock.now() + dt.timedelta(minutes=2)
    monkeypatch.setattr(clock, "now", lambda: later)
    seen = told(client.get(f"/v1/consent-requests/{asked['id']}", headers=bank))
    assert seen["state"] == "expired"
    assert told(decide(phones, asked["id"]), 409)["code"] == "consent-request-over"
    with world.session() as session:  # a device that was changed refuses what was open, too
        row = session.get(Consent, asked["id"])
        assert consents.state(session, row, world.today, later - dt.timedelta(minutes=2)) == (
            "asked"
        )


def test_who_changes_the_device_refuses_what_was_open(client, bank, ask, world):
    asked = ask()
    with world.session() as session:
        citizen_id = session.get(Consent, asked["id"]).citizen_id
    world.writer.submit(lambda s: approvals.refuse_pending(s, citizen_id, clock.now()))
    seen = told(client.get(f"/v1/consent-requests/{asked['id']}", headers=bank))
    assert seen["state"] == "refused"


def test_an_agency_takes_a_question_back_or_ends_what_it_has(client, bank, phones, ask):
    address = "/v1/consent-requests/{}/end"
    asked = ask()
    assert told(client.post(address.format(asked["id"]), headers=bank))["state"] == "ended"
    assert told(decide(phones, asked["id"]), 409)["code"] == "consent-request-over"
    other = ask()
    told(decide(phones, other["id"]))
    assert told(client.post(address.format(other["id"]), headers=bank))["state"] == "ended"
    assert told(residence(client, bank, phones, other["id"]), 403)["code"] == "no-consent"


def test_a_number_that_nobody_bears_is_asked_like_any_other(client, bank, phones, ask, world):
    asked = ask("901090123456")
    known = ask()
    assert {**asked, "id": 0, "answer_by": 0} == {**known, "id": 0, "answer_by": 0}
    told(decide(phones, asked["id"]), 404)
    assert told(decide(phones, asked["id"], MOTHER), 404)["code"] == "consent-unknown"
    with world.session() as session:
        assert consent_check.given(session, asked["id"]) is None
        assert consents.find(session, asked["id"], world.today, clock.now()).state == "asked"
    told(client.post(f"/v1/consent-requests/{asked['id']}/end", headers=bank))


def test_nobody_is_asked_for_what_would_not_be_shared(client, world, ask):
    assert ask(status=403, purpose="ekyc")["code"] == "purpose-not-allowed"
    wrong = ask(status=403, fields=["religion"])
    assert wrong["code"] == "field-not-allowed"
    assert wrong["invalid_params"][0]["name"] == "fields.religion"
    assert ask(status=400, to_date="2025-12-31")["code"] == "consent-dates"
    closed = bearer(client, world, "bct-legacy")
    assert ask(status=403, headers=closed)["code"] == "connection-suspended"


def test_the_gate_counts_questions_to_a_phone_and_the_quota(world):
    caller = accesses.of(world).snapshot().callers[BANK]
    open_to = {"within_quota": True, "barred": False}

    def reason(today=world.today, **limits):
        return gate.seek(caller, "account-data", ("phone",), today, **open_to | limits).reason

    assert reason(barred=True) is gate.Reason.TOO_MANY_GUESSES
    assert reason(within_quota=False) is gate.Reason.QUOTA_EXCEEDED
    assert reason(dt.date(2020, 1, 1)) is gate.Reason.GRANT_EXPIRED


def test_one_phone_is_asked_only_so_often(client, world, phones):
    lender = bearer(client, world, "mcredit")
    body = {
        "number": phones.show(MOTHER)["pin"],
        "purpose": "credit-scoring",
        "fields": ["state"],
        "why": "Vay tiền",
    }
    answers = [
        client.post("/v1/consent-requests", json=body, headers=lender).status_code
        for _ in range(11)
    ]
    assert answers == [201] * 10 + [429]


def test_only_who_asked_sees_a_request_and_only_who_was_asked_decides(client, world, phones, ask):
    asked = ask()
    lender = bearer(client, world, "mcredit")
    address = f"/v1/consent-requests/{asked['id']}"
    for answer in (
        client.get(address, headers=lender),
        client.post(f"{address}/end", headers=lender),
        client.get(f"/v1/consent-requests/{'0' * 32}", headers=lender),
    ):
        assert told(answer, 404)["code"] == "consent-request-unknown"
    assert told(decide(phones, asked["id"], MOTHER), 404)["code"] == "consent-unknown"
    told(decide(phones, asked["id"]))
    stolen = told(phones.post(MOTHER, f"/consents/{asked['id']}/withdrawal"), 404)
    assert stolen["code"] == "consent-unknown"
    wider = told(decide(phones, ask()["id"], fields=["phone"]), 400)
    assert wider["code"] == "consent-fields-not-asked"


def test_a_consent_recorded_by_the_operator_is_no_request(client, bank, phones):
    body = {
        "pin": phones.show(ADULT)["pin"],
        "agency": "vietcombank",
        "purpose": "account-data",
        "fields": FIELDS,
        "evidence": "Phiếu số 7",
    }
    made = told(client.post("/control/v1/consents", json=body, headers=as_operator(client)), 201)
    assert (made["means"], made["state"], made["by_representative"]) == ("paper", "given", False)
    assert made["leaf"] is not None
    address = f"/v1/consent-requests/{made['id']}"
    assert told(client.get(address, headers=bank), 404)["code"] == "consent-request-unknown"


def test_of_a_child_the_parent_is_asked_and_the_child_too(phones, ask):
    asked = ask(CHILD)
    assert told(decide(phones, asked["id"], CHILD), 404)["code"] == "consent-unknown"
    alone = told(decide(phones, asked["id"], MOTHER), 409)
    assert alone["code"] == "consent-child-to-agree"
    given = told(decide(phones, asked["id"], MOTHER, child_agrees=True))
    assert given["by_representative"] is True
    [seen] = [each for each in phones.get(CHILD, "/consents").json() if each["id"] == asked["id"]]
    assert seen["state"] == "given"


def test_of_a_baby_the_parent_alone_decides(phones, ask, world):
    asked = ask(BABY)
    with world.session() as session:
        [parent] = citizens.read(
            session, [approvals.find(session, _approval(session, asked), clock.now()).citizen_id]
        )
    assert told(decide(phones, asked["id"], parent.pin))["by_representative"] is True


def _approval(session, asked):
    return session.get(Consent, asked["id"]).approval


def test_of_whom_nobody_on_record_represents_nobody_is_asked(world, monkeypatch):
    with world.session() as session:
        baby = citizens.find(session, Somebody(world, BABY).pin)
        monkeypatch.setattr(kinship, "stated", lambda *_: [])
        assert consent_requests.decider(session, baby.id, world.today) is None


def test_whoever_has_died_agrees_to_nothing(phones, ask):
    asked = ask("deceased")
    refused = told(decide(phones, asked["id"], "deceased"), 403)
    assert refused["code"] == "holder-deceased"


def test_what_is_agreed_to_in_signing_in_is_in_the_same_register(client, world, phones):
    Party(client, world).tokens(Somebody(world, "adult-level-1"))
    [given] = phones.get("adult-level-1", "/consents").json()
    assert (given["means"], given["system"], given["state"]) == ("sign-in", BANK, "given")
    told(phones.post("adult-level-1", f"/consents/{given['id']}/withdrawal"))


def test_a_last_day_that_is_past_when_it_is_decided(phones, ask, world):
    asked = ask(to_date="2026-01-01")
    yesterday = dt.date(2025, 12, 31)
    world.writer.submit(
        lambda s: s.execute(
            update(Consent).where(Consent.id == asked["id"]).values(to_date=yesterday)
        )
    )
    assert told(decide(phones, asked["id"]), 400)["code"] == "consent-dates"


def test_of_two_decisions_on_one_question_one_counts(world, phones, ask):
    asked = ask()
    told(decide(phones, asked["id"]))
    with world.session() as session:
        approval = approvals.find(session, _approval(session, asked), clock.now())
    at, choice = accesses.of(world), consent_requests.Choice()
    with pytest.raises(ConflictError):
        world.writer.submit(
            lambda s: consent_requests.settle(s, at, approval, choice, clock.now())
        )


def test_a_clerk_takes_a_consent_down(world, phones):
    at = accesses.of(world)
    caller = at.snapshot().callers["ha-noi"]
    with world.session() as session:
        province = agencies.find(session, "ha-noi").id
    person = Somebody(world, ADULT)
    new = NewConsent(
        citizen_id=person.citizen_id,
        agency_id=province,
        purpose="administrative-procedure",
        fields=("phone",),
        from_date=world.today,
        to_date=None,
        evidence="chữ ký trên phiếu 12",
    )
    errand = Errand(request_id="0" * 32, today=world.today, purpose=new.purpose, officer="bc-1")

    def taken(new=new, errand=errand, caller=caller):
        return world.writer.submit(
            lambda s: consent_requests.take_down(s, at, caller, new, errand, clock.now())
        )

    consent_id = taken()
    [seen] = [each for each in phones.get(ADULT, "/consents").json() if each["id"] == consent_id]
    assert (seen["means"], seen["evidence"]) == (
        "assisted",
        "officer bc-1: chữ ký trên phiếu 12",
    )
    assert seen["leaf"] is not None
    nobody = Errand(request_id="0" * 32, today=world.today, purpose=new.purpose)
    assert taken(errand=nobody).reason is gate.Reason.OFFICER_REQUIRED
    bank = at.snapshot().callers[BANK]
    assert taken(caller=bank).reason is gate.Reason.PURPOSE_NOT_ALLOWED


def test_the_law_is_that_of_the_day():
    assert consent_law.of(dt.date(2023, 6, 30)) is None
    decree, law = consent_law.of(dt.date(2025, 12, 31)), consent_law.of(dt.date(2026, 1, 1))
    assert "13/2023" in decree.text
    assert "91/2025" in law.text
    friday = dt.date(2026, 1, 9)
    assert decree.acknowledge_by(friday) is None
    assert decree.due("access", friday) == decree.due("objection", friday, processors=True)
    assert law.acknowledge_by(friday) == dt.date(2026, 1, 13)
    assert law.due("objection", friday) == dt.date(2026, 1, 24)
    assert law.due("withdrawal", friday, processors=True) == dt.date(2026, 1, 29)
    assert law.due("erasure", friday) == dt.date(2026, 1, 29)
    assert consent_law.sensitive(["ethnicity", "phone", "passive_authentication"]) == (
        "ethnicity",
    )
