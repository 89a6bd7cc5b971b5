"""Proving to be the holder of an account: factors, failures, standing, assurance."""

from __future__ import annotations

import datetime as dt

import pytest

from app.identity import (
    accounts,
    approvals,
    attempts,
    authentication,
    biometrics,
    devices,
    messages,
    passcodes,
)
from app.identity import models as m
from app.identity.account_problems import Refused
from app.identity.authentication import Authenticated, Factors, assurance
from tests.identity import phones
from tests.identity.phones import AN, BINH, CUONG, DUNG, NOW, PIN, TODAY, change, write

ASK = approvals.Ask(
    kind="sign-in", title_vi="Đăng nhập", title_en="Sign in", details={}, asked_by="tests"
)


@pytest.fixture
def world(tiny_world):
    write(tiny_world, phones.add)
    return tiny_world


def account_id(world, citizen_id):
    with world.session() as session:
        return accounts.of(session, citizen_id).id


def passcode(world, citizen_id):
    return passcodes.first(world, account_id(world, citizen_id))


def device(world, citizen_id):
    number = account_id(world, citizen_id)
    with world.session() as session:
        return devices.secret(world, number, devices.current(session, number))


def sign_in(world, citizen_id, *, now=NOW, person=None, **factors):
    return write(
        world,
        lambda session: authentication.authenticate(
            session, world, person=person or PIN[citizen_id], factors=Factors(**factors), now=now
        ),
    )


def sent(world, citizen_id, now=NOW):
    """Have a code sent and read it on the phone."""
    write(
        world,
        lambda session: authentication.send_code(session, world, person=PIN[citizen_id], now=now),
    )
    with world.session() as session:
        return messages.inbox(session, citizen_id, now)[0].code


def approved(world, citizen_id, proofs=("device",), decision="accepted"):
    def job(session):
        asked = approvals.ask(session, citizen_id, ASK, NOW)
        return approvals.decide(session, asked.id, decision, proofs=proofs, now=NOW).id

    return write(world, job)


def test_a_passcode_alone_is_one_factor(world):
    assert sign_in(world, AN, passcode=passcode(world, AN)) == Authenticated(
        account_id=account_id(world, AN),
        citizen_id=AN,
        level=2,
        amr=("pin",),
        assurance=1,
        at=NOW,
    )


def test_the_passcode_and_a_code_are_two_factors_of_different_kinds(world):
    found = sign_in(world, BINH, passcode=passcode(world, BINH), otp=sent(world, BINH))
    assert (found.level, found.assurance, found.amr) == (1, 2, ("pin", "otp", "mfa"))


def test_a_face_a_device_and_a_passcode_are_the_highest_assurance(world):
    found = sign_in(
        world,
        AN,
        passcode=passcode(world, AN),
        device=device(world, AN),
        face=biometrics.template(world, AN),
    )
    assert (found.assurance, found.amr) == (4, ("pin", "swk", "face", "mfa"))


def test_an_approval_proves_what_it_was_given_with_once(world):
    approval = approved(world, AN, ("device", "passcode"))
    found = sign_in(world, AN, approval=approval)
    assert (found.assurance, found.amr) == (2, ("swk", "pin", "mfa"))
    assert sign_in(world, AN, approval=approval).code == "approval-decided"


@pytest.mark.parametrize(
    ("proved", "level"),
    [
        (("passcode",), 1),
        (("face",), 1),
        (("otp", "device"), 1),
        (("passcode", "otp"), 2),
        (("device", "face"), 3),
        (("passcode", "face"), 3),
        (("passcode", "device", "face"), 4),
    ],
)
def test_assurance_follows_the_decree(proved, level):
    assert assurance(proved) == level


@pytest.mark.parametrize(
    ("factors", "code"),
    [
        ({}, "factors-missing"),
        ({"passcode": "000000"}, "passcode-wrong"),
        ({"otp": "000000"}, "code-wrong"),
        ({"device": "ab"}, "device-not-active"),
        ({"face": "nothing"}, "face-unclear"),
        ({"approval": "0" * 32}, "approval-unknown"),
    ],
)
def test_a_wrong_factor_is_refused_and_so_is_one_of_somebody_without_an_account(
    world, factors, code
):
    assert sign_in(world, AN, **factors).code == code
    other = "face-mismatch" if code == "face-unclear" else code
    assert sign_in(world, DUNG, **factors).code == other
    assert sign_in(world, DUNG, person="901090999999", **factors).code == other


@pytest.mark.parametrize(
    ("presented", "quality", "code"),
    [("spoof", 92, "face-not-live"), ("none", 92, "face-unclear"), ("live", 10, "face-unclear")],
)
def test_a_face_has_to_be_there_alive_and_clear(world, presented, quality, code):
    face = biometrics.template(world, AN, "face", quality, presented)
    assert sign_in(world, AN, face=face).code == code


def test_another_persons_face_is_no_match(world):
    assert sign_in(world, AN, face=biometrics.template(world, BINH)).code == "face-mismatch"


@pytest.mark.parametrize("citizen_id", [AN, DUNG])
def test_after_five_failures_nothing_is_heard_for_fifteen_minutes(world, citizen_id):
    for _ in range(attempts.MOST_FAILURES):
        assert sign_in(world, citizen_id, passcode="000000").code == "passcode-wrong"
    right = passcode(world, AN)
    barred = sign_in(world, citizen_id, passcode=right)
    assert (barred.code, barred.retry_after) == ("eid-locked-out", 900)
    assert barred.error().retry_after == 900
    later = NOW + attempts.BARRED_FOR
    found = sign_in(world, citizen_id, passcode=right, now=later)
    assert isinstance(found, Authenticated) is (citizen_id == AN)


def test_a_success_forgets_the_failures_before(world):
    for _ in range(attempts.MOST_FAILURES - 1):
        sign_in(world, AN, passcode="000000")
    assert isinstance(sign_in(world, AN, passcode=passcode(world, AN)), Authenticated)
    for _ in range(attempts.MOST_FAILURES - 1):
        assert sign_in(world, AN, passcode="000000").code == "passcode-wrong"


def test_old_failures_do_not_count(world):
    for minute in range(0, 100, 20):
        now = NOW + dt.timedelta(minutes=minute)
        assert sign_in(world, AN, passcode="000000", now=now).code == "passcode-wrong"
    assert isinstance(sign_in(world, AN, passcode=passcode(world, AN), now=now), Authenticated)


def test_faces_are_counted_and_pictures_of_nothing_are_not(world):
    for _ in range(attempts.MOST_FAILURES + 1):
        assert sign_in(world, AN, face="nothing").code == "face-unclear"
    stranger = biometrics.template(world, BINH)
    for _ in range(attempts.MOST_FAILURES):
        assert sign_in(world, AN, face=stranger).code == "face-mismatch"
    assert sign_in(world, AN, face=biometrics.template(world, AN)).code == "eid-locked-out"
    write(world, lambda session: attempts.forgive(session, f"face:{AN}"))
    assert isinstance(sign_in(world, AN, face=biometrics.template(world, AN)), Authenticated)


def test_failures_are_swept_when_they_no_longer_count(world):
    sign_in(world, AN, passcode="000000")
    write(world, lambda session: attempts.sweep(session, NOW))
    with world.session() as session:
        assert session.query(m.FailedProof).count() == 1
    write(world, lambda session: attempts.sweep(session, NOW + attempts.BARRED_FOR))
    with world.session() as session:
        assert session.query(m.FailedProof).count() == 0


def test_a_code_is_good_once_and_for_three_minutes(world):
    code = sent(world, AN)
    assert isinstance(sign_in(world, AN, otp=code), Authenticated)
    assert sign_in(world, AN, otp=code).code == "code-expired"
    again = sent(world, AN)
    late = NOW + messages.CODE_LIFETIME
    assert sign_in(world, AN, otp=again, now=late).code == "code-expired"


def test_wrong_codes_are_counted(world):
    sent(world, AN)
    for _ in range(attempts.MOST_FAILURES):
        assert sign_in(world, AN, otp="x").code == "code-wrong"
    assert sign_in(world, AN, otp="x").code == "eid-locked-out"


def test_no_code_is_sent_to_who_has_no_account_that_can_be_used(world):
    for citizen_id in (CUONG, DUNG):
        with pytest.raises(IndexError):
            sent(world, citizen_id)


@pytest.mark.parametrize(
    ("rows", "columns", "code"),
    [
        (m.Account, {"state": "locked"}, "eid-account-locked"),
        (m.Account, {"state": "closed"}, "eid-account-closed"),
        (m.Card, {"state": "held"}, "card-held"),
        (m.Card, {"state": "revoked"}, "card-revoked"),
        (m.Card, {"expires_on": dt.date(2025, 12, 31)}, "card-expired"),
    ],
)
def test_an_account_that_cannot_be_used_is_told_to_its_holder_only(world, rows, columns, code):
    change(world, rows, AN, **columns)
    assert sign_in(world, AN, passcode="000000").code == "passcode-wrong"
    assert sign_in(world, AN, passcode=passcode(world, AN)).code == code


def test_an_account_has_to_be_activated_alone_within_seven_days(world):
    code = passcode(world, CUONG)
    assert sign_in(world, CUONG, passcode=code).code == "eid-account-not-activated"
    change(world, m.Account, CUONG, state_since=TODAY - dt.timedelta(days=8))
    assert sign_in(world, CUONG, passcode=code).code == "eid-activation-lapsed"


def test_a_refusal_is_an_error_for_who_wants_one():
    refused = Refused(authentication.p.CARD_HELD)
    assert refused.error().code == refused.code == "card-held"


def test_a_passcode_costs_the_same_whoever_is_guessed_at_and_nothing_who_is_barred(
    world, monkeypatch
):
    an = account_id(world, AN)
    write(world, lambda session: passcodes.change(session, world, an, "240680", TODAY))
    worked, scrypt = [], passcodes._scrypt

    def counted(*given):
        worked.append(given)
        return scrypt(*given)

    monkeypatch.setattr(passcodes, "_scrypt", counted)
    for person in (PIN[AN], PIN[BINH], "901090000000"):  # chosen, the first one, nobody's
        for _ in range(attempts.MOST_FAILURES):
            worked.clear()
            refused = sign_in(world, AN, person=person, passcode="000000")
            assert refused.problem.code == "passcode-wrong"
            assert len(worked) == 1
        worked.clear()
        refused = sign_in(world, AN, person=person, passcode="240680")
        assert refused.problem.code == "eid-locked-out"
        assert worked == []
