"""Cards and accounts by the hundred: the counter's rules, for many people at once."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select, text

from app.identity import account_history, accounts, card_life, cards, issuing
from app.identity.card_life import Occasion
from app.identity.issuing import Wanted
from app.identity.models import Account, AccountApplication, CardEvent
from app.registry import events
from tests.registry.country import AN, BINH, CHI, DUNG, EM, GIANG, LUA, TODAY

NOW = dt.datetime(2026, 11, 22, 8, 0, tzinfo=dt.UTC)
LATER = TODAY + dt.timedelta(days=10)
NOBODY = 999
LOST_ON = Occasion(today=TODAY, now=NOW, by="holder")


def card_of(session, citizen_id, day=LATER):
    return cards.current(session, [citizen_id], day).get(citizen_id)


def give(session, what, *citizen_ids, day=LATER, level=2):
    """Give everybody what they are to get, in as many pieces as it takes; return who gets none."""
    wanted = [Wanted(what, citizen_id, day, level) for citizen_id in citizen_ids]
    issues = list(issuing.prepare(session, wanted, NOW, 2))
    session.expire_all()
    assert [one for issue in issues for one in issue.done] == wanted
    refused = {}
    for issue in issues:
        issuing.write(session, issue)
        session.expire_all()
        refused |= issue.refused
    return refused


def test_who_holds_what_is_read(session):
    held = issuing.holdings(session, TODAY)
    assert set(held.holders) == {AN, BINH, LUA, DUNG, EM}
    assert set(held.waiting) == {AN, CHI}
    assert set(held.ending) == {DUNG, BINH}
    assert set(held.accounts) == {AN, BINH, LUA, DUNG, EM}
    assert list(held.collected) == [LUA]


def test_a_request_is_taken_to_its_end(session):
    assert give(session, issuing.CARD, CHI) == {}
    card = card_of(session, CHI)
    assert (card.state, card.issued_on, card.issue_reason) == ("active", LATER, "first")


def test_a_card_that_has_ended_is_renewed(session):
    before = card_of(session, DUNG)
    assert before.state == "expired"
    assert give(session, issuing.CARD, DUNG) == {}
    card, old = card_of(session, DUNG), cards.of_citizen(session, DUNG, LATER)[0]
    assert (card.state, card.form, card.issue_reason) == ("active", "2024", "age_milestone")
    assert card.issued_on == LATER
    assert card.expires_on.year == 2028
    assert (old.state, old.state_since) == ("superseded", LATER)
    assert session.scalar(select(CardEvent.id).where(CardEvent.card_id == old.id)) is None
    assert [step.state for step in cards.history(session, old.id)] == ["active", "superseded"]


def test_a_revoked_card_stays_that_when_there_is_a_new_one(session):
    assert give(session, issuing.CARD, BINH) == {}
    states = [card.state for card in cards.of_citizen(session, BINH, LATER)]
    assert states == ["superseded", "revoked", "active"]
    assert card_of(session, BINH).issue_reason == "first"


def test_steps_are_written_down_where_some_have_been(session):
    lost = card_of(session, DUNG)
    card_life.move(session, lost.id, "report_lost", LOST_ON)
    assert give(session, issuing.CARD, DUNG) == {}
    assert card_of(session, DUNG).issue_reason == "lost"
    told = cards.history(session, lost.id)
    assert [step.state for step in told] == ["active", "lost", "superseded"]
    assert told[-1].recorded_at == NOW


def test_who_has_no_right_or_no_reason_gets_no_card(session):
    refused = give(session, issuing.CARD, EM, LUA, GIANG, NOBODY)
    assert refused == {
        EM: "card-not-entitled",
        LUA: "card-request-unfounded",
        GIANG: "card-not-entitled",
        NOBODY: "citizen-not-here",
    }
    assert give(session, issuing.CARD) == {}


@pytest.fixture
def without_accounts(session):
    session.execute(text("DELETE FROM account"))
    return session


def test_accounts_are_collected_from_those_with_a_card(without_accounts):
    session = without_accounts
    assert give(session, issuing.ACCOUNT, LUA, level=1) == {}
    assert give(session, issuing.ACCOUNT, AN) == {}
    account = accounts.of(session, LUA)
    assert (account.level, account.state, account.collected_on) == (1, "collected", LATER)
    refused = give(session, issuing.ACCOUNT, LUA, BINH, DUNG, CHI, EM, GIANG, NOBODY)
    assert refused == {
        LUA: "eid-account-exists",
        BINH: "card-not-valid",
        DUNG: "card-not-valid",
        CHI: "card-not-valid",
        EM: "citizen-not-here",
        GIANG: "citizen-not-here",
        NOBODY: "citizen-not-here",
    }


def test_what_was_collected_is_activated(session):
    refused = give(session, issuing.ACTIVATION, LUA, AN, NOBODY)
    assert refused == {AN: "eid-account-not-waiting", NOBODY: "citizen-not-here"}
    account = accounts.of(session, LUA)
    assert (account.state, account.state_since, account.activated_on) == ("active", LATER, LATER)
    assert [one.kind for one in account_history.of(session, account)] == ["granted", "activated"]


def test_an_activation_is_written_where_something_has_been(session):
    account = accounts.of(session, LUA)
    granted = account_history.of(session, account)[0]
    account_history.begin(session, account.id, granted)
    assert give(session, issuing.ACTIVATION, LUA) == {}
    told = account_history.of(session, accounts.of(session, LUA))
    assert [(one.kind, one.happened_on) for one in told][-1] == ("activated", LATER)
    assert len(told) == 2


def test_nobody_dead_and_nothing_undecided_is_activated(session):
    for citizen_id in (EM, LUA):
        row = session.scalars(select(Account).where(Account.citizen_id == citizen_id)).one()
        row.state, row.activated_on = "collected", None
    session.add(
        AccountApplication(
            id="a" * 32,
            citizen_id=LUA,
            organisation="",
            kind="register",
            level=2,
            state="pending",
            filed_on=TODAY,
            due_on=LATER,
            filed_by="holder",
            form="TK02",
            law="",
            reason="",
        )
    )
    session.flush()
    refused = give(session, issuing.ACTIVATION, EM, LUA)
    assert refused == dict.fromkeys((EM, LUA), "eid-account-not-waiting")


@pytest.mark.parametrize("what", issuing.KINDS)
def test_nothing_is_written_by_what_was_true_before(session, what):
    """Between reading and writing somebody reports a death, or a card lost."""
    [issue] = issuing.prepare(session, [Wanted(what, LUA, LATER)], NOW, 1)
    card_life.move(session, card_of(session, LUA).id, "report_lost", LOST_ON)
    with pytest.raises(events.Outdated):
        issuing.write(session, issue)
    [issue] = issuing.prepare(session, [Wanted(what, LUA, LATER)], NOW, 1)
    issue.version -= 1
    with pytest.raises(events.Outdated):
        issuing.write(session, issue)


def test_pieces_are_short_and_what_goes_its_steps_ends_one(session):
    for citizen_id in (LUA, DUNG):
        card_life.move(session, card_of(session, citizen_id).id, "report_lost", LOST_ON)
    wanted = [Wanted(issuing.CARD, one, LATER) for one in (LUA, DUNG, EM, GIANG, NOBODY, CHI)]
    issues = issuing.prepare(session, wanted, NOW, 2)
    pieces = [[one.citizen_id for one in issue.done] for issue in issues]
    assert pieces == [[LUA], [DUNG], [EM, GIANG], [NOBODY, CHI]]
