"""Changes: every event once for each person it concerned, in order, within a slice."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import func, inspect, select

from app.registry import changes, events, fields
from app.registry.changes import START, Place, Slice
from app.registry.models import Citizen, FieldChange, Kinship, LifeEvent, Residence
from app.registry.reporting import recording
from app.registry.world_events import MERGER, Passed
from tests.registry.country import (
    AN,
    BA_DINH,
    BINH,
    CHI,
    DUNG,
    GIANG,
    LUA,
    SAI_GON,
    TODAY,
    residence,
)
from tests.registry.registering import AN_PIN, BINH_PIN, CHI_PIN, newborn, register, report

ALL = Slice(fields=frozenset(changes.WATCHED))


def correct(session, pin, **said):
    return events.apply(session, "correction", {"pin": pin, **said}, report())


def read(session, wanted=ALL, place=START, limit=50):
    return changes.after(session, place, wanted, limit=limit)


def told(session, wanted=ALL, place=START):
    return [(one.citizen_id, one.kind, one.fields) for one in read(session, wanted, place).changes]


def happen(session, citizen_id, *changed, kind="move", occurred_on=TODAY, recorded_on=TODAY):
    """Record an event that changed columns of rows, as (table, row id, column)."""
    event = LifeEvent(
        kind=kind,
        citizen_id=citizen_id,
        occurred_on=occurred_on,
        recorded_on=recorded_on,
        recorded_at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
        reported_by="test",
        reason="test",
        documents=[],
        payload={},
    )
    session.add(event)
    session.flush()
    for table, row_id, column, *old in changed:
        session.add(
            FieldChange(
                event_id=event.id,
                citizen_id=citizen_id,
                table_name=table,
                row_id=str(row_id),
                field=column,
                old_value=old[0] if old else None,
            )
        )
    session.flush()
    return event.id


def test_every_column_of_a_person_is_told_as_a_field_or_left_out_by_name():
    columns = {column.key for column in inspect(Citizen).columns} - {"id"}
    assert columns == set(changes.OF_COLUMN) | changes.UNREAD_COLUMNS
    assert not set(changes.OF_COLUMN) & changes.UNREAD_COLUMNS


def test_every_table_that_events_write_is_told():
    written = {table.__tablename__ for table in recording._ORDER}
    own = {"citizen", "life_event", "field_change"}
    assert written - own == set(changes.OF_TABLE) | set(changes.OF_KIND)


def test_every_field_is_watched_but_those_that_are_read_from_another_s_record():
    assert set(fields.FIELDS) - set(changes.WATCHED) == {"children", "wards", "represented"}


def test_nothing_has_happened_yet(session):
    assert read(session) == ((), START, False)
    assert changes.latest(session) > START


def test_who_comes_on_record_has_changed_in_what_stands_there_and_nothing_else(session):
    parents = {"mother": {"pin": BINH_PIN}, "father": {"pin": AN_PIN}}
    born = register(session, **parents)
    [(citizen_id, kind, changed)] = told(session)
    assert (citizen_id, kind) == (born.citizen_id, "registration")
    assert {"pin", "full_name", "birth_date", "father", "mother"} <= set(changed)
    assert list(changed) == [name for name in fields.FIELDS if name in changed]
    assert "spouse" not in changed
    empty = {"death_date", "missing_since", "second_nationality", "phone", "email", "remarks"}
    assert empty.isdisjoint(changed)
    assert told(session, Slice(fields=frozenset(empty))) == []


def test_what_came_later_is_not_told_with_the_beginning(session):
    born = register(session)
    pin = session.get_one(Citizen, born.citizen_id).pin
    before = told(session)
    correct(session, pin, remarks="một")
    correct(session, pin, remarks="hai", name="Nguyễn Khôi")
    events.apply(session, "death", {"pin": pin, "date": "2025-12-31"}, report())
    session.expire_all()
    assert told(session)[:1] == before
    assert "middle_name" in before[0][2]


def test_a_correction_tells_the_fields_that_changed_and_no_others(session):
    correct(session, CHI_PIN, name="Nguyễn Ngọc Chí", religion="1")
    [(citizen_id, kind, changed)] = told(session)
    assert (citizen_id, kind) == (CHI, "correction")
    assert changed == ("full_name", "given_name", "religion")
    wanted = Slice(fields=frozenset({"religion", "phone"}))
    assert told(session, wanted) == [(CHI, "correction", ("religion",))]
    assert told(session, Slice(fields=frozenset({"phone"}))) == []


def test_what_one_event_does_to_two_people_is_two_changes(session):
    events.apply(session, "death", {"pin": BINH_PIN, "date": "2025-12-31"}, report())
    concerned = {citizen_id: set(names) for citizen_id, _, names in told(session)}
    assert list(concerned) == sorted(concerned)
    assert {"state", "death_date"} <= concerned[BINH]
    assert {"marital_status", "spouse"} <= concerned[AN]


def test_kinds_are_told_apart(session):
    register(session)
    correct(session, CHI_PIN, religion="1")
    kinds = Slice(fields=ALL.fields, kinds=frozenset({"correction"}))
    assert [kind for _, kind, _ in told(session, kinds)] == ["correction"]
    assert told(session, Slice(fields=ALL.fields, kinds=frozenset())) == []


def test_pages_of_any_length_tell_everything_once_and_in_order(session):
    for religion in ("1", "2", "00", "1"):
        correct(session, CHI_PIN, religion=religion)
        happen(session, AN, ("citizen", AN, "religion"))
    whole = read(session).changes
    assert len(whole) == 8
    for limit in (1, 3, 8):
        place, found, more = START, [], True
        while more:
            page, place, more = read(session, place=place, limit=limit)
            assert len(page) <= limit
            found += page
        assert tuple(found) == whole
        assert read(session, place=place) == ((), place, False)
    assert [(one.event_id, one.citizen_id) for one in whole] == sorted(
        (one.event_id, one.citizen_id) for one in whole
    )


def test_a_page_may_end_between_two_people_of_one_event(session):
    event_id = happen(session, AN, ("citizen", AN, "phone"))
    session.add(
        FieldChange(
            event_id=event_id,
            citizen_id=BINH,
            table_name="citizen",
            row_id=str(BINH),
            field="phone",
        )
    )
    session.flush()
    first = read(session, limit=1)
    assert first.place == Place(event_id, AN)
    assert first.more
    [second] = read(session, place=first.place).changes
    assert second.citizen_id == BINH


def test_a_page_looks_at_so_many_events_only_and_says_that_there_are_more(session, monkeypatch):
    monkeypatch.setattr(changes, "MOST_EVENTS", 2)
    for _ in range(3):
        happen(session, AN, ("citizen", AN, "phone"))
    last = happen(session, CHI, ("citizen", CHI, "email"))
    wanted = Slice(fields=frozenset({"email"}))
    found, place, more = read(session, wanted)
    assert (found, more) == ((), True)
    found, place, more = read(session, wanted, place)
    assert [one.event_id for one in found] == [last]
    assert not more
    assert place == changes.latest(session)


EVE = TODAY - dt.timedelta(days=1)


def merged(_day):
    """A world that has lived through it by today."""
    return (Passed(MERGER, TODAY),)


def not_yet(day):
    """What a process says whose clock is behind, of a day on record."""
    return merged(day) if day >= TODAY else ()


def kinds(session, place=START, limit=50, passed=merged, wanted=ALL):
    found = changes.after(session, place, wanted, limit=limit, passed=passed)
    return [one.kind for one in found.changes], found.place


@pytest.mark.parametrize("most", [1, 2, 3, 50])
@pytest.mark.parametrize("limit", [1, 2, 50])
def test_what_happened_to_all_is_told_once_between_the_days(session, monkeypatch, most, limit):
    monkeypatch.setattr(changes, "MOST_EVENTS", most)
    for day in (EVE, EVE, TODAY, TODAY):
        happen(session, AN, ("citizen", AN, "phone"), recorded_on=day)
    place, found = START, []
    for _ in range(12):
        page, place = kinds(session, place, limit)
        found += page
    assert found == ["move", "move", MERGER, "move", "move"]
    assert place == changes.latest(session, merged)


@pytest.mark.parametrize("day", [EVE, TODAY])
def test_who_had_read_everything_is_told_when_the_day_comes_and_when_more_is_recorded(
    session, day
):
    happen(session, AN, ("citizen", AN, "phone"), recorded_on=EVE)
    _, place = kinds(session, passed=not_yet)
    assert place == changes.latest(session)
    assert kinds(session, place, passed=not_yet) == ([], place)
    if day == TODAY:  # something is recorded before the reader comes again
        happen(session, AN, ("citizen", AN, "phone"), recorded_on=TODAY)
    found, later = kinds(session, place)
    assert found == [MERGER, *(["move"] if day == TODAY else [])]
    assert later == changes.latest(session, merged)
    assert kinds(session, later) == ([], later)
    assert kinds(session, place, wanted=Slice(fields=ALL.fields, kinds=frozenset()))[0] == []


def test_who_reads_past_the_day_is_told_also_where_the_clock_is_known_to_be_behind(session):
    for day in (EVE, TODAY):
        happen(session, AN, ("citizen", AN, "phone"), recorded_on=day)
    assert kinds(session, passed=not_yet)[0] == ["move", MERGER, "move"]
    assert changes.latest(session, not_yet) == changes.latest(session, merged)
    told = changes.after(session, START, ALL, limit=5, passed=merged).changes[1]
    place = changes.Place(told.event_id, told.citizen_id)
    assert changes.at(session, [place], ALL, not_yet) == [told]


def test_a_world_in_which_nothing_else_happened_tells_it_too(session):
    assert kinds(session)[0] == [MERGER]
    [one] = changes.after(session, START, ALL, limit=5, passed=merged).changes
    at = changes.Place(one.event_id, one.citizen_id)
    assert changes.at(session, [at], ALL, merged) == [one]
    assert changes.at(session, [at], ALL) == []
    none = Slice(fields=ALL.fields, kinds=frozenset())
    assert changes.at(session, [at], none, merged) == []


@pytest.mark.parametrize(
    ("kind", "named"),
    [
        ("permanent", {"permanent_residence", "current_residence", "residence_history"}),
        ("absence", {"absence", "residence_history"}),
    ],
)
def test_a_residence_is_told_by_its_kind_also_when_its_row_is_no_more(session, kind, named):
    row = residence(GIANG, kind, BA_DINH, "1 Phố Huế")
    session.add(row)
    session.flush()
    happen(session, GIANG, ("residence", row.id, "id"))
    removed = row.id
    session.delete(row)
    session.flush()
    happen(session, GIANG, ("residence", removed, "kind", kind))
    assert [set(names) for _, _, names in told(session)] == [named, named]


def test_a_row_whose_kind_nobody_knows_is_taken_for_any(session):
    happen(session, GIANG, ("kinship", 10**6, "to_date"))
    [(_, _, names)] = told(session)
    assert set(names) == {"father", "mother", "spouse", "guardians", "representatives"}


def test_kin_are_told_by_their_kind(session):
    row = session.scalar(
        select(Kinship.id).where(Kinship.citizen_id == GIANG, Kinship.kind == "guardian")
    )
    happen(session, GIANG, ("kinship", row, "to_date"))
    assert told(session) == [(GIANG, "move", ("guardians",))]


def of_provinces(*codes):
    return Slice(fields=ALL.fields, provinces=frozenset(codes))


def test_a_province_learns_of_those_who_are_registered_there(session):
    happen(session, AN, ("citizen", AN, "phone"))
    happen(session, LUA, ("citizen", LUA, "phone"))
    for who in (who for who, _, _ in told(session, of_provinces("01"))):
        units = session.scalars(
            select(Residence.unit_id).where(
                Residence.citizen_id == who, Residence.kind == "permanent"
            )
        ).all()
        assert units
    assert AN in {who for who, _, _ in told(session, of_provinces("01"))}
    assert told(session, of_provinces("79")) == []


def test_of_a_move_both_provinces_learn_however_late_it_is_reported(session):
    moved_on = TODAY - dt.timedelta(days=40)
    session.query(Residence).filter_by(citizen_id=DUNG, kind="permanent").update(
        {"to_date": moved_on}
    )
    session.add(residence(DUNG, "permanent", SAI_GON, "2 Lê Lợi", from_date=moved_on))
    session.flush()
    happen(session, DUNG, ("citizen", DUNG, "phone"), occurred_on=moved_on)
    here = [(DUNG, "move", ("phone",))]
    assert told(session, of_provinces("01")) == told(session, of_provinces("79")) == here
    happen(session, DUNG, ("citizen", DUNG, "email"))
    assert [names for _, _, names in told(session, of_provinces("01"))] == [("phone",)]
    assert [names for _, _, names in told(session, of_provinces("79"))] == [("phone",), ("email",)]


def test_who_has_no_permanent_residence_is_in_no_province(session):
    session.query(Residence).filter_by(citizen_id=CHI, kind="permanent").delete()
    happen(session, CHI, ("citizen", CHI, "phone"))
    assert told(session, of_provinces("01", "79", "37")) == []
    assert len(told(session)) == 1


def test_the_number_of_statements_does_not_depend_on_the_number_of_changes(session, statements):
    def sent(rows):
        events.apply_all(session, "registration", rows, report())
        statements.clear()
        read(session, of_provinces("01"))
        return len(statements)

    few = sent([newborn(name="Trần Văn Một")])
    many = sent([newborn(name=f"Trần Văn {word}") for word in ("Hai", "Ba", "Tư", "Năm")])
    assert few == many
    assert session.scalar(select(func.count()).select_from(LifeEvent)) == 5
