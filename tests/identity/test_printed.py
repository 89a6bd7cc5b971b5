"""What cards of the cast show, and what each is worth."""

from __future__ import annotations

import datetime as dt

import pytest

from app.identity import cards, printed
from app.identity.cards import Standing
from app.matching.dates import PartialDate
from app.platform.errors import DancuError
from app.registry import citizens
from app.sandbox import personas


@pytest.fixture
def session(world):
    with world.session() as session:
        yield session


def card_of(session, world, name, place=-1):
    person = personas.find(session, name)
    return cards.of_citizen(session, person.citizen_id, world.today)[place]


def test_a_card_shows_what_the_registry_has(session, world):
    card = card_of(session, world, "adult-level-2")
    shown = printed.of(session, card)
    assert (shown.number, shown.form) == (card.number, "2021")
    assert shown.full_name == "Nguyễn Văn An"
    assert (shown.surname, shown.given_names) == ("Nguyễn", "Văn An")
    assert shown.birth_date == PartialDate(1990, 9, 3)
    assert (shown.sex, shown.nationality, shown.ethnicity) == ("M", "Việt Nam", "Kinh")
    assert shown.residence == "Số 15 ngõ 3 phố Nghĩa Dũng, Phường Phúc Xá, Quận Ba Đình, Hà Nội"
    assert shown.issued_on == card.issued_on
    assert shown.expires_on == card.expires_on
    assert shown.age == citizens.age_on(shown.birth_date, card.issued_on)
    assert shown.has_photo
    assert shown.mark is None
    assert shown.marks.split()[0] in {"Nốt", "Sẹo"}
    assert printed.of(session, card) == shown


def test_a_card_carries_the_last_old_number_that_there_was_by_then(session, world):
    shown = printed.of(session, card_of(session, world, "old-numbers-several"))
    assert shown.old_number.endswith("000012")


def test_a_card_issued_after_a_number_was_cancelled_carries_that_too(session, world):
    before, after = (
        printed.of(session, card_of(session, world, "superseded-number", place))
        for place in (0, 1)
    )
    assert before.cancelled_number is None
    assert after.cancelled_number == before.number
    assert after.number.endswith("990014")
    assert before.likeness == after.likeness


def test_names_of_kin_are_those_on_record(session, world):
    shown = printed.of(session, card_of(session, world, "card-expired"))
    assert shown.father == "Phan Văn Hòa"
    assert shown.mother is None


def test_a_request_shows_nothing_yet(session):
    asked = cards.Card(
        id=1,
        citizen_id=1,
        number="901090000001",
        form="2024",
        state="requested",
        state_since=dt.date(2026, 1, 1),
        issued_on=None,
        issued_by=None,
        expires_on=None,
        issue_reason="first",
    )
    with pytest.raises(DancuError, match="card-not-printed"):
        printed.of(session, asked)


def test_a_serial_finds_its_card(session, world):
    card = card_of(session, world, "adult-level-2")
    serial = cards.serial(world, card)
    assert cards.find(session, world, serial) == card
    assert cards.by_serial(session, world, serial.lower()) == card
    assert cards.by_serial(session, world, "A" * 16) is None
    with pytest.raises(DancuError, match="card-unknown"):
        cards.find(session, world, "A" * 16)


@pytest.mark.parametrize(
    ("persona", "place", "code"),
    [
        ("adult-level-2", -1, Standing.VALID),
        ("card-unlimited", -1, Standing.VALID),
        ("card-expired", -1, Standing.EXPIRED),
        ("card-lost", -1, Standing.LOST),
        ("superseded-number", 0, Standing.SUPERSEDED),
        ("superseded-number", 1, Standing.VALID),
    ],
)
def test_a_card_is_worth_what_is_recorded_of_it(session, world, persona, place, code):
    status = cards.status(session, card_of(session, world, persona, place), world.today)
    assert status.code is code
    assert status.usable is (code is Standing.VALID)


def test_the_can_is_the_end_of_the_number(session, world):
    card = card_of(session, world, "adult-level-2")
    assert cards.access_number(card) == "990001"
