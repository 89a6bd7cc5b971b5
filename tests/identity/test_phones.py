"""Passcodes, devices, messages and approvals."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from app.identity import account_history, accounts, approvals, devices, messages, passcodes
from app.identity import models as m
from app.identity.phones import Phone, own_secret
from app.platform.errors import DancuError
from tests.identity import phones
from tests.identity.phones import AN, BINH, CUONG, DUNG, NOW, TODAY, write

ASK = approvals.Ask(
    kind="consent", title_vi="Đồng ý?", title_en="Agree?", details={"a": 1}, asked_by="tests"
)
LATER = NOW + dt.timedelta(days=31)


@pytest.fixture
def world(tiny_world):
    write(tiny_world, phones.add)
    return tiny_world


def code_of(error):
    return error.value.code


# Passcodes


def test_first_passcodes_derive_and_differ(world):
    codes = [passcodes.first(world, number) for number in range(1, 200)]
    assert codes == [passcodes.first(world, number) for number in range(1, 200)]
    assert len(set(codes)) > 190
    assert all(map(passcodes.is_acceptable, codes))


@pytest.mark.parametrize(
    "code", ["12345", "1234567", "12345a", "777777", "123456", "654321", "567890", "098765", ""]
)
def test_easy_codes_are_not_acceptable(code):
    assert not passcodes.is_acceptable(code)


def test_a_chosen_passcode_replaces_the_first_and_is_known_to_nobody(world):
    first = passcodes.first(world, 1)

    def job(session):
        assert passcodes.known(session, world, 1) == first
        passcodes.change(session, world, 1, "240680", TODAY)
        assert passcodes.known(session, world, 1) is None
        assert passcodes.is_right(session, world, 1, "240680")
        assert not passcodes.is_right(session, world, 1, first)
        passcodes.change(session, world, 1, "240681", TODAY)
        assert passcodes.is_right(session, world, 1, "240681")
        with pytest.raises(DancuError) as again:
            passcodes.change(session, world, 1, "240681", TODAY)
        assert code_of(again) == "passcode-form"
        passcodes.reset(session, 1)
        assert passcodes.is_right(session, world, 1, first)

    write(world, job)


# Devices


def test_an_account_is_used_on_one_device(world):
    def job(session):
        first = devices.current(session, 1)
        assert (first.number, first.bound_on, devices.past(session, 1)) == (1, None, [])
        old = devices.secret(world, 1, first)
        assert devices.is_current(session, world, 1, old)
        second = devices.replace(session, 1, "Máy mới", TODAY, dt.date(2025, 2, 3))
        assert devices.current(session, 1) == second
        assert (second.number, second.name, second.bound_on) == (2, "Máy mới", TODAY)
        assert not devices.is_current(session, world, 1, old)
        third = devices.replace(session, 1, "Máy ba", TODAY, dt.date(2025, 2, 3))
        assert third.number == 3
        past = devices.past(session, 1)
        assert [each.number for each in past] == [2, 1]
        assert past[-1].bound_on == dt.date(2025, 2, 3)

    write(world, job)


def test_a_phone_knows_the_secret_of_its_device_where_there_is_an_account(world):
    def job(session):
        holds = Phone(session, world, AN, NOW)
        account = accounts.of(session, AN)
        secret = devices.secret(world, account.id, devices.current(session, account.id))
        assert own_secret(holds) == secret
        assert own_secret(Phone(session, world, DUNG, NOW)) is None

    write(world, job)


# Messages


def test_a_new_code_ends_the_one_before(world):
    def job(session):
        first = messages.send_code(session, AN, "x", NOW, "0999990001")
        second = messages.send_code(session, AN, "x", NOW, "0999990001")
        other = messages.send_code(session, AN, "y", NOW)
        assert [each.state for each in messages.inbox(session, AN, NOW)] == [
            "open",
            "open",
            "expired",
        ]
        assert first.phone == "0999990001"
        assert other.phone is None
        assert second.code in second.text_vi
        assert second.code in second.text_en
        assert messages.use_code(session, AN, "x", second.code, NOW) is None
        assert messages.inbox(session, AN, NOW)[1].state == "used"
        assert messages.use_code(session, AN, "z", second.code, NOW).code == "code-wrong"

    write(world, job)


def test_nobody_is_sent_codes_without_end(world):
    def job(session):
        for _ in range(messages.MOST_CODES):
            messages.send_code(session, AN, "x", NOW)
        with pytest.raises(DancuError) as error:
            messages.send_code(session, AN, "y", NOW)
        assert code_of(error) == "codes-too-many"
        messages.send_code(session, BINH, "x", NOW)
        messages.send_code(session, AN, "x", NOW + messages.CODES_WITHIN)

    write(world, job)


def test_notices_say_that_they_are_simulated_and_are_forgotten_in_time(world):
    def job(session):
        messages.notify(session, AN, "account", ("Xin chào", "Hello"), NOW)
        [notice] = messages.inbox(session, AN, NOW)
        assert (notice.text_vi, notice.text_en) == ("[MÔ PHỎNG] Xin chào", "[SIMULATED] Hello")
        assert (notice.code, notice.state) == (None, None)
        messages.sweep(session, NOW)
        assert messages.inbox(session, AN, NOW)
        messages.sweep(session, LATER)
        assert not messages.inbox(session, AN, LATER)

    write(world, job)


# Approvals


def test_an_approval_is_decided_once_and_relied_on_once(world):
    def job(session):
        asked = approvals.ask(session, AN, ASK, NOW)
        assert (asked.state, asked.details, asked.proofs) == ("pending", {"a": 1}, ())
        assert approvals.use(session, asked.id, AN, NOW).code == "approval-pending"
        done = approvals.decide(session, asked.id, "accepted", proofs=("device",), now=NOW)
        assert (done.state, done.proofs, done.decided_at) == ("accepted", ("device",), NOW)
        with pytest.raises(DancuError) as error:
            approvals.decide(session, asked.id, "refused", proofs=(), now=NOW)
        assert code_of(error) == "approval-decided"
        assert approvals.use(session, asked.id, BINH, NOW).code == "approval-unknown"
        assert approvals.use(session, asked.id, AN, NOW, "other").code == "approval-unknown"
        assert approvals.use(session, asked.id, AN, NOW, "consent") == done
        assert approvals.told(session, asked.id, NOW) == "used"
        assert approvals.use(session, asked.id, AN, NOW).code == "approval-decided"
        assert [each.id for each in approvals.of_citizen(session, AN, NOW)] == [asked.id]

    write(world, job)


def test_a_refused_and_an_expired_approval_are_good_for_nothing(world):
    def job(session):
        refused = approvals.ask(session, AN, ASK, NOW)
        approvals.decide(session, refused.id, "refused", proofs=("device",), now=NOW)
        assert approvals.use(session, refused.id, AN, NOW).code == "approval-refused"
        waiting = approvals.ask(session, AN, ASK, NOW)
        late = NOW + approvals.LIFETIME
        assert approvals.told(session, waiting.id, late) == "expired"
        with pytest.raises(DancuError) as error:
            approvals.decide(session, waiting.id, "accepted", proofs=(), now=late)
        assert code_of(error) == "approval-expired"
        assert approvals.use(session, waiting.id, AN, late).code == "approval-expired"
        with pytest.raises(DancuError) as unknown:
            approvals.find(session, "0" * 32, NOW)
        assert code_of(unknown) == "approval-unknown"
        approvals.sweep(session, LATER)
        assert approvals.of_citizen(session, AN, LATER) == []

    write(world, job)


def test_a_phone_is_asked_only_so_often_and_who_asks_is_told_nothing_of_it(world):
    def job(session):
        ids = [
            approvals.ask_whoever(session, AN, ASK, NOW) for _ in range(approvals.MOST_ASKED + 1)
        ]
        ids.append(approvals.ask_whoever(session, None, ASK, NOW))
        assert {approvals.told(session, each, NOW) for each in ids} == {"pending"}
        rung = approvals.of_citizen(session, AN, NOW)
        assert {each.id for each in rung} == set(ids[: approvals.MOST_ASKED])
        # Another asker is not silenced by it, nor the same one later.
        other = dataclasses.replace(ASK, asked_by="another")
        approvals.ask_whoever(session, AN, other, NOW)
        approvals.ask_whoever(session, AN, ASK, NOW + approvals.ASKED_WITHIN)
        assert len(approvals.of_citizen(session, AN, NOW)) == approvals.MOST_ASKED + 2

    write(world, job)


def test_a_question_is_taken_back_unless_it_was_decided(world):
    def job(session):
        waiting, decided = (approvals.ask(session, AN, ASK, NOW).id for _ in range(2))
        approvals.decide(session, decided, "accepted", proofs=(), now=NOW)
        for each in (waiting, decided, "0" * 32):
            approvals.withdraw(session, [each], LATER if each == decided else NOW)
        assert approvals.told(session, waiting, NOW) == "refused"
        assert approvals.told(session, decided, NOW) == "accepted"
        assert approvals.decided_at(session, decided) == NOW
        assert approvals.decided_at(session, "0" * 32) is None

    write(world, job)


# Accounts


def test_codes_go_to_the_accounts_number_else_to_the_first_in_own_name(world):
    with world.session() as session:
        account = accounts.of(session, AN)
        assert accounts.contact_of(session, account) == ("0999990001", None)

    def job(session):
        session.add(
            m.AccountContact(account_id=account.id, phone="0999990077", email="a@b.invalid")
        )

    write(world, job)
    with world.session() as session:
        assert accounts.contact_of(session, account) == ("0999990077", "a@b.invalid")
        assert accounts.bound_to(session, "0999990077") == account.id
        assert accounts.bound_to(session, "0999990001") is None
        assert accounts.of(session, DUNG) is None


def test_the_past_of_a_generated_account_is_told_from_its_dates(world):
    def kinds(citizen_id, **columns):
        if columns:
            phones.change(world, m.Account, citizen_id, **columns)
        with world.session() as session:
            return [
                (event.kind, event.done_by)
                for event in account_history.of(session, accounts.of(session, citizen_id))
            ]

    assert kinds(CUONG) == [("granted", "police")]
    usual = [("granted", "police"), ("activated", "holder")]
    assert kinds(AN) == usual
    assert kinds(AN, state="locked") == [*usual, ("locked", "holder")]
    assert kinds(AN, state="closed") == [*usual, ("closed", "registry")]


def test_a_service_of_level_2_wants_an_account_of_level_2_that_can_be_used(world):
    with world.session() as session:
        high, low, none = (
            accounts.standing(session, accounts.of(session, who), TODAY)
            for who in (AN, BINH, CUONG)
        )
    assert (high.usable, high.code) == (True, None)
    assert accounts.require(high, 2) is None
    assert accounts.require(low, 1) is None
    assert accounts.require(low, 2).code == "eid-level-too-low"
    assert accounts.require(none, 1).code == "eid-account-not-activated"
