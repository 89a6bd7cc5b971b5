"""The life of a card: requests with their reasons, the way to the holder's hand, and what may
happen to it then."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import text

from app.identity import card_life, card_requests, cards, printed
from app.identity.card_life import Occasion
from app.identity.cards import Standing
from app.platform.errors import DancuError
from app.registry import events
from tests.registry.country import AN, BINH, CHI, DUNG, EM, GIANG, LUA, TODAY
from tests.registry.registering import report

NOW = dt.datetime(2026, 11, 22, 8, 0, tzinfo=dt.UTC)


def on(day=TODAY, by="authority"):
    return Occasion(today=day, now=NOW, by=by)


def card_of(session, citizen_id, place=-1, day=TODAY):
    return cards.of_citizen(session, citizen_id, day)[place]


def current(session, citizen_id, day=TODAY):
    return cards.current(session, [citizen_id], day)[citizen_id]


def refused(code, call, *args, **kwargs):
    with pytest.raises(DancuError) as caught:
        call(*args, **kwargs)
    assert caught.value.code == code
    return caught.value


def vietnamese(session, citizen_id=GIANG):
    session.execute(text("UPDATE citizen SET nationality = 'VN' WHERE id = :i"), {"i": citizen_id})


def without_request(session, citizen_id=AN):
    asked = card_of(session, citizen_id)
    card_life.move(session, asked.id, "cancel", on())


def test_a_first_card_goes_from_the_counter_to_the_hand(session):
    without_request(session, CHI)
    asked = card_requests.request(session, CHI, "first", on(by="representative"))
    assert (asked.state, asked.form, asked.issued_on) == ("requested", "2024", None)
    states = []
    for days in range(1, 6):
        card = card_requests.advance(session, asked.id, on(TODAY + dt.timedelta(days)))
        states.append(card.state)
    assert states == ["taken_biometrics", "approved", "printed", "delivered", "active"]
    assert card.issued_on == TODAY + dt.timedelta(3)
    assert card.issued_by == "Bộ Công an"
    assert card == current(session, CHI, TODAY + dt.timedelta(5))
    told = cards.history(session, card.id)
    assert [event.state for event in told] == ["requested", *states]
    assert [event.since for event in told] == [TODAY + dt.timedelta(days) for days in range(6)]
    assert {event.recorded_at for event in told} == {NOW}
    assert told[0].recorded_by == "representative"


def test_a_request_can_be_taken_to_its_end_at_once(session):
    card = card_requests.advance(session, card_of(session, AN).id, on(), to="active")
    assert card.state == "active"
    assert cards.status(session, card, TODAY).usable
    (_, before, now) = cards.of_citizen(session, AN, TODAY)
    assert (before.state, now.id) == ("superseded", card.id)
    assert [event.state for event in cards.history(session, before.id)] == ["active", "superseded"]
    assert cards.status(session, before, TODAY).code is Standing.SUPERSEDED


def test_who_is_under_six_has_no_biometrics_taken(session):
    born = TODAY - dt.timedelta(400)
    session.execute(
        text("UPDATE citizen SET birth_year = :y, birth_month = 5, birth_day = 5 WHERE id = :id"),
        {"y": born.year, "id": CHI},
    )
    asked = card_of(session, CHI)
    assert card_requests.advance(session, asked.id, on()).state == "approved"


def test_a_request_goes_forward_only(session):
    asked = card_of(session, AN)
    card_requests.advance(session, asked.id, on(), to="approved")
    refused("card-move-refused", card_requests.advance, session, asked.id, on(), to="requested")
    refused("card-move-refused", card_requests.advance, session, asked.id, on(), to="approved")
    lost = card_of(session, BINH, 0)
    refused("card-move-refused", card_requests.advance, session, lost.id, on())


def test_a_second_request_waits_for_the_first(session):
    refused(
        "card-request-under-way", card_requests.request, session, AN, "residence_reprinted", on()
    )


@pytest.mark.parametrize(
    ("citizen_id", "reason", "code"),
    [
        (LUA, "first", "card-request-unfounded"),
        (LUA, "lost", "card-request-unfounded"),
        (LUA, "age_milestone", "card-request-unfounded"),  # no expiry: nothing to reach
        (LUA, "because", "card-reason-unknown"),
        (BINH, "residence_reprinted", "card-request-unfounded"),  # the last one was revoked
        (GIANG, "damaged", "card-request-unfounded"),  # there is none
        (EM, "information_changed", "card-not-entitled"),  # she has died
    ],
)
def test_a_reason_has_to_fit_the_card(session, citizen_id, reason, code):
    vietnamese(session)
    refused(code, card_requests.request, session, citizen_id, reason, on())


@pytest.mark.parametrize("citizen_id", [BINH, GIANG])
def test_who_has_none_or_a_revoked_one_may_have_a_first_card(session, citizen_id):
    vietnamese(session)
    assert card_requests.request(session, citizen_id, "first", on()).state == "requested"


def test_a_card_is_changed_for_an_age_in_its_last_two_years_only(session):
    ends = current(session, DUNG).expires_on
    early = ends.replace(year=ends.year - 2) - dt.timedelta(1)
    refused(
        "card-request-unfounded", card_requests.request, session, DUNG, "age_milestone", on(early)
    )
    assert card_requests.request(session, DUNG, "age_milestone", on(early + dt.timedelta(1)))


def test_an_expired_card_is_changed(session):
    later = dt.date(2026, 3, 1)
    assert current(session, DUNG, later).state == "expired"
    asked = card_requests.request(session, DUNG, "age_milestone", on(later))
    card_requests.advance(session, asked.id, on(later), to="active")
    assert current(session, DUNG, later).id == asked.id


def test_a_new_number_is_a_reason_once(session):
    session.execute(text("UPDATE card SET number = '901150000004' WHERE citizen_id = 4"))
    assert LUA == 4
    refused(
        "card-request-unfounded", card_requests.request, session, LUA, "number_reestablished", on()
    )
    said = {"pin": "901150000004", "new_pin": "901150000044", "ground": "entry_error"}
    events.apply(session, "correction", said, report())
    session.expire_all()
    status = cards.status(session, current(session, LUA), TODAY)
    assert (status.code, status.since) == (Standing.NUMBER_CANCELLED, TODAY)
    asked = card_requests.request(session, LUA, "number_reestablished", on())
    card = card_requests.advance(session, asked.id, on(), to="active")
    assert card.number == "901150000044"
    assert cards.status(session, card, TODAY).usable


@pytest.mark.parametrize(
    ("column", "value"), [("nationality", "XX"), ("state", "under_review"), ("birth_year", 2020)]
)
def test_who_may_not_have_a_card_is_told_so(session, column, value):
    vietnamese(session)
    session.execute(
        text(f"UPDATE citizen SET {column} = :v WHERE id = :id"), {"v": value, "id": GIANG}
    )
    by = "holder" if column == "birth_year" else "authority"
    refused("card-not-entitled", card_requests.request, session, GIANG, "first", on(by=by))


def test_the_form_follows_the_day(session):
    vietnamese(session)
    session.execute(text("UPDATE citizen SET birth_year = 1990 WHERE id = 7"))
    assert card_requests.form_on(dt.date(2020, 12, 31)) is None
    assert card_requests.form_on(dt.date(2024, 6, 30)) == "2021"
    assert card_requests.form_on(dt.date(2024, 7, 1)) == "2024"
    early = on(dt.date(2020, 12, 31))
    refused("card-not-entitled", card_requests.request, session, GIANG, "first", early)
    june, july = on(dt.date(2024, 6, 28)), on(dt.date(2024, 7, 1))
    asked = card_requests.request(session, GIANG, "first", june)
    assert asked.form == "2021"
    assert card_requests.advance(session, asked.id, july, to="printed").form == "2024"


def test_the_form_of_2021_is_for_people_of_14_and_over(session):
    without_request(session, CHI)  # she was born in 2012
    error = refused(
        "card-not-entitled",
        card_requests.request,
        session,
        CHI,
        "first",
        on(dt.date(2024, 6, 28), "representative"),
    )
    assert "14" in error.message


def test_the_term_is_seven_working_days():
    assert card_requests.due_on(dt.date(2026, 1, 1)) == dt.date(2026, 1, 12)
    assert card_requests.due_on(dt.date(2026, 2, 13)) == dt.date(2026, 3, 3)  # over Tết


def test_a_lost_card_is_found_or_issued_again(session):
    card = current(session, LUA)
    lost = card_life.move(session, card.id, "report_lost", on(by="holder"), "stolen")
    assert (lost.state, lost.state_since) == ("lost", TODAY)
    assert cards.status(session, lost, TODAY).code is Standing.LOST
    assert card_life.move(session, card.id, "find", on()).state == "active"
    card_life.move(session, card.id, "report_lost", on())
    asked = card_requests.request(session, LUA, "lost", on())
    card_requests.advance(session, asked.id, on(), to="active")
    refused("card-move-refused", card_life.move, session, card.id, "find", on())
    told = cards.history(session, card.id)
    assert [(event.state, event.reason) for event in told] == [
        ("active", "first"),
        ("lost", "stolen"),
        ("active", "found"),
        ("lost", "lost"),
        ("superseded", "lost"),
    ]
    assert told[0].recorded_at is None


def test_a_damaged_card_is_issued_again(session):
    card = current(session, LUA)
    card_life.move(session, card.id, "report_damaged", on())
    assert cards.status(session, current(session, LUA), TODAY).code is Standing.DAMAGED
    assert card_requests.request(session, LUA, "damaged", on()).issue_reason == "damaged"


def test_a_card_is_held_and_given_back(session):
    card = current(session, LUA)
    held = card_life.move(session, card.id, "hold", on(by="authority"), "prison")
    assert (held.state, cards.status(session, held, TODAY).code) == ("held", Standing.HELD)
    refused("card-move-refused", card_life.move, session, card.id, "hold", on())
    assert card_life.move(session, card.id, "release", on()).state == "active"


def test_a_card_that_is_given_back_too_late_has_expired(session):
    card = current(session, DUNG)
    card_life.move(session, card.id, "hold", on(dt.date(2025, 12, 31)))
    later = dt.date(2026, 2, 1)
    assert card_life.move(session, card.id, "release", on(later)).state == "expired"
    status = cards.status(session, current(session, DUNG, later), later)
    assert status.code is Standing.EXPIRED
    assert status.since == dt.date(2026, 1, 1)


def test_a_revoked_card_stays_so(session):
    card = current(session, LUA)
    assert card_life.move(session, card.id, "revoke", on(), "nationality_lost").state == "revoked"
    for name in ("report_lost", "hold", "release", "find", "revoke", "cancel"):
        refused("card-move-refused", card_life.move, session, card.id, name, on())


@pytest.mark.parametrize("name", ["hold", "release", "revoke"])
def test_only_the_authority_takes_a_card(session, name):
    card = current(session, LUA)
    refused("card-move-not-theirs", card_life.move, session, card.id, name, on(by="holder"))


def test_a_reason_is_one_of_the_law(session):
    card = current(session, LUA)
    error = refused("card-reason-unknown", card_life.move, session, card.id, "hold", on(), "lost")
    assert "detention" in error.params[0].reason


def test_a_cancelled_request_is_nobodys_card(session):
    asked = card_of(session, CHI)
    card_requests.advance(session, asked.id, on(), to="printed")
    cancelled = card_life.move(session, asked.id, "cancel", on(by="holder"))
    assert (cancelled.state, cancelled.issued_on, cancelled.expires_on) == ("revoked", None, None)
    assert cards.current(session, [CHI], TODAY) == {}
    told = cards.history(session, asked.id)
    assert [event.state for event in told][:2] == ["requested", "taken_biometrics"]
    assert told[-1].reason == "request_withdrawn"


def test_who_dies_gets_no_card_any_more(session):
    asked = card_of(session, CHI)
    session.execute(
        text("UPDATE citizen SET state = 'dead', death_date = '2026-01-01' WHERE id = :id"),
        {"id": CHI},
    )
    refused("card-not-entitled", card_requests.advance, session, asked.id, on())


def test_the_card_of_the_dead_is_good_for_nothing_whatever_its_row_says(session):
    card = current(session, EM)
    assert card.state == "active"
    status = cards.status(session, card, TODAY)
    assert (status.code, status.since) == (Standing.HOLDER_DECEASED, dt.date(2020, 2, 3))
    assert not status.usable


def test_a_request_is_no_card_to_go_by(session):
    status = cards.status(session, card_of(session, CHI), TODAY)
    assert status.code is Standing.NOT_ISSUED


def test_the_history_of_a_generated_card_is_told_by_its_row(session):
    lost, revoked = cards.of_citizen(session, BINH, TODAY)
    assert [(event.state, event.since) for event in cards.history(session, lost.id)] == [
        ("active", dt.date(2021, 4, 1)),
        ("lost", dt.date(2021, 4, 1)),
    ]
    assert cards.history(session, card_of(session, CHI).id)[0].reason == "first"
    assert revoked.state == "revoked"


def test_a_card_is_made_other_than_genuine_and_genuine_again(session):
    card = current(session, LUA)
    for variant in (*cards.VARIANTS, None):
        card_life.make_variant(session, card.id, variant)
        assert current(session, LUA).variant == variant


def test_nothing_is_shown_of_a_world_that_is_being_deleted(session):
    refused("world-unknown", printed.of, session, current(session, LUA))  # there is no world row
