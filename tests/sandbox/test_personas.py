"""Personas are found by name, and everybody by what they are like and have."""

from __future__ import annotations

import pytest

from app.platform.errors import DancuError
from app.registry.properties import Properties
from app.sandbox import personas
from app.sandbox.personas import Documents


def test_the_first_persona_is_an_ordinary_adult(world):
    with world.session() as session:
        first = personas.all_of_them(session)[0]
    assert first.name == "adult-level-2"
    assert first.full_name == "Nguyễn Văn An"
    assert first.pin == "901090990001"


def test_a_persona_is_found_by_name(world):
    with world.session() as session:
        found = personas.find(session, "centenarian")
    assert found.birth_date.month is None


def test_an_unknown_persona_is_refused_with_what_to_do(world):
    with world.session() as session, pytest.raises(DancuError) as refused:
        personas.find(session, "nobody")
    assert refused.value.code == "persona-unknown"


def everybody(world, wanted: Properties, documents: Documents) -> list[personas.Somebody]:
    found, cursor = [], None
    with world.session() as session:
        while True:
            page = personas.search(
                session, wanted, documents, today=world.today, limit=50, cursor=cursor
            )
            found += page.items
            cursor = page.next_cursor
            if cursor is None:
                return found


def test_who_has_lost_a_card_is_found(world):
    found = everybody(world, Properties(), Documents(card="lost"))
    assert "card-lost" in {somebody.persona for somebody in found}
    assert all(somebody.card == "lost" for somebody in found)


def test_an_expired_card_is_expired_by_the_day_and_not_by_its_row(world):
    found = everybody(world, Properties(age_from=25, age_to=25), Documents(card="expired"))
    assert "card-expired" in {somebody.persona for somebody in found}


def test_level_one_is_found_among_the_living_of_an_age_and_sex(world):
    wanted = Properties(age_from=30, age_to=34, sex="F", state="alive")
    found = everybody(world, wanted, Documents(account="active", level=1))
    assert "adult-level-1" in {somebody.persona for somebody in found}
    assert all(somebody.level == 1 and somebody.person.sex == "F" for somebody in found)


def test_nobody_is_found_twice(world):
    found = everybody(world, Properties(sex="M"), Documents(card="none"))
    assert len({somebody.person.id for somebody in found}) == len(found)


def test_a_citizen_becomes_a_persona_once(world_rw):
    with world_rw.session() as session:
        someone = personas.search(session, Properties(sex="F"), today=world_rw.today).items[0]

    def add(session):
        personas.add(session, "somebody", someone.person.id, "Để thử.", "To try.")

    world_rw.writer.submit(add)
    with world_rw.session() as session:
        assert personas.find(session, "somebody").purpose_en == "To try."
    with pytest.raises(DancuError) as refused:
        world_rw.writer.submit(add)
    assert refused.value.code == "persona-exists"
    world_rw.writer.submit(
        lambda session: personas.describe(session, "somebody", "Khác.", "Another.")
    )
    with world_rw.session() as session:
        assert personas.find(session, "somebody").purpose_en == "Another."


def test_describing_nobody_is_refused(world_rw):
    with pytest.raises(DancuError) as refused:
        world_rw.writer.submit(lambda session: personas.describe(session, "nobody", "", ""))
    assert refused.value.code == "persona-unknown"
