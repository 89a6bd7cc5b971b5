"""Which card and which account a citizen has."""

from __future__ import annotations

import datetime as dt

import pytest

from app.identity import accounts, cards, fields, statistics
from tests.registry.country import AN, BINH, CHI, DUNG, EM, GIANG, LUA, TODAY

EVERYBODY = [AN, BINH, CHI, LUA, DUNG, EM, GIANG]


def test_the_active_card_is_the_current_one(session):
    assert cards.current(session, [AN], TODAY) == {
        AN: cards.Card(
            id=2,
            citizen_id=AN,
            number="900000000001",
            form="2021",
            state="active",
            state_since=dt.date(2022, 3, 1),
            issued_on=dt.date(2022, 3, 1),
            issued_by="Cục Cảnh sát QLHC về TTXH (mô phỏng)",
            expires_on=dt.date(2040, 5, 12),
            issue_reason="first",
        )
    }


def test_without_an_active_card_the_last_one_is_current(session):
    assert cards.current(session, [BINH], TODAY)[BINH].state == "revoked"


def test_a_card_that_another_replaced_is_found_by_itself(session):
    found = cards.replaced(session, EVERYBODY, TODAY)
    assert [(card.citizen_id, card.id, card.state) for card in found.values()] == [
        (AN, 1, "superseded")
    ]


@pytest.mark.parametrize(
    ("day", "state"), [(dt.date(2025, 12, 31), "active"), (dt.date(2026, 1, 1), "expired")]
)
def test_a_card_is_good_on_its_last_day_and_expired_on_the_next(session, day, state):
    assert cards.current(session, [DUNG], day)[DUNG].state == state


def test_a_card_without_expiry_stays_active(session):
    assert cards.current(session, [LUA], dt.date(2060, 1, 1))[LUA].state == "active"


def test_a_request_is_no_card(session):
    assert cards.current(session, [CHI, GIANG], TODAY) == {}
    assert set(cards.current(session, EVERYBODY, TODAY)) == {AN, BINH, LUA, DUNG, EM}


def test_accounts_have_level_state_and_dates(session):
    assert accounts.current(session, [AN, GIANG], TODAY) == {
        AN: accounts.Account(
            id=1,
            citizen_id=AN,
            level=2,
            state="active",
            state_since=dt.date(2023, 2, 1),
            collected_on=dt.date(2023, 1, 1),
            activated_on=dt.date(2023, 2, 1),
        )
    }


def test_the_fields_of_group_14_are_read_for_many(session):
    rows = fields.read(session, [AN, CHI], fields.FIELDS, TODAY)
    assert rows[0] == {
        "card_issued_on": dt.date(2022, 3, 1),
        "card_issued_by": "Cục Cảnh sát QLHC về TTXH (mô phỏng)",
        "card_expires_on": dt.date(2040, 5, 12),
        "card_form": "2021",
        "card_state": "active",
        "card_number": "900000000001",
        "card_status": "valid",
        "card_status_since": dt.date(2022, 3, 1),
        "account_level": 2,
        "account_state": "active",
        "account_state_since": dt.date(2023, 2, 1),
        "account_activated_on": dt.date(2023, 2, 1),
        "account_problem": None,
    }
    assert set(rows[1].values()) == {None}
    assert fields.read(session, [AN], ["card_form"], TODAY) == [{"card_form": "2021"}]
    assert 14 in {field.group for field in fields.FIELDS.values()}


def test_coverage_counts_cards_ever_issued_and_the_accounts_of_the_living(session):
    assert statistics.coverage(session) == (7, 5, 3)  # Em, who died, has an activated account


def test_provinces_stand_by_the_share_of_their_people_who_have_an_account(session):
    rows = statistics.provinces_by_coverage(session, TODAY)
    shares = [row.share for row in rows]
    assert shares == sorted(shares, key=lambda share: -(share or 0))
    assert {row.share for row in rows if not row.people} == {None}
    counted = statistics.coverage(session)
    assert 0 < sum(row.accounts for row in rows) <= counted.accounts_activated
    assert all(row.accounts <= row.people for row in rows)
