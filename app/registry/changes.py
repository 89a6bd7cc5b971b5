"""Changes: what life events changed about whom, in the order in which they were recorded.

The id of an event is given under the lock of the one writer, in the transaction that records it.
So ids follow the commits: whoever has read up to an event has missed none before it, whichever
process recorded it. A change is one event and one person whose own record it changed; of a
marriage there are two. What happens to all on a day of the clock has no row: its place is behind
the last event that was recorded before that day.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from sqlalchemy import select

from app.registry import residences
from app.registry import units as units_
from app.registry.fields import FIELDS
from app.registry.models import Citizen, FieldChange, Kinship, LifeEvent, Residence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from app.registry.residences import Stay
    from app.registry.units import Units
    from app.registry.world_events import Passed

    #: Tells what has happened to all by the world's today, or by the day given if that is later.
    Passing = Callable[[dt.date], Sequence[Passed]]

#: How many events one call looks at, at most: some tens of milliseconds.
MOST_EVENTS: Final = 500

#: Which fields a column of a person's own row is read in; the row's key, as a record begins,
#: stands for those in which something stands then.
OF_COLUMN: Final[Mapping[str, tuple[str, ...]]] = {
    "pin": ("pin",),
    "family_name": ("family_name",),
    "middle_name": ("middle_name",),
    "given_name": ("given_name",),
    "name_order": ("name_order",),
    "full_name": ("full_name",),
    "other_name": ("other_name",),
    "birth_year": ("birth_date",),
    "birth_month": ("birth_date",),
    "birth_day": ("birth_date",),
    "sex": ("sex",),
    "birth_country": ("birth_place",),
    "birth_unit_id": ("birth_place",),
    "birth_place": ("birth_place",),
    "registration_country": ("birth_registration_place",),
    "registration_unit_id": ("birth_registration_place",),
    "origin_country": ("origin_place",),
    "origin_unit_id": ("origin_place",),
    "ethnicity": ("ethnicity",),
    "religion": ("religion",),
    "nationality": ("nationality",),
    "second_nationality": ("second_nationality",),
    "blood_type": ("blood_type",),
    "marital_status": ("marital_status",),
    "state": ("state",),
    "state_since": ("state_since",),
    "death_date": ("death_date",),
    "missing_since": ("missing_since",),
    "phone": ("phone",),
    "email": ("email",),
    "remarks": ("remarks",),
}
#: Columns of that row that are read in no field: folded text, and notes of the registry's own.
UNREAD_COLUMNS: Final = frozenset({"name_key", "number_note", "surname_note"})
#: Which fields a row of another table is read in, whatever of it changed.
OF_TABLE: Final[Mapping[str, tuple[str, ...]]] = {
    "household": ("residence_file_number",),
    "household_member": (
        "residence_file_number",
        "relationship_to_head",
        "head_of_household",
        "household_members",
    ),
    "old_number": ("old_numbers",),
    "superseded_number": ("superseded_pins",),
}
#: The same for tables whose rows are of several kinds, by the kind.
OF_KIND: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "residence": {
        "permanent": ("permanent_residence", "current_residence", "residence_history"),
        "temporary": ("temporary_residence", "current_residence", "residence_history"),
        "current": ("current_residence", "residence_history"),
        "absence": ("absence", "residence_history"),
    },
    "kinship": {
        "father": ("father",),
        "mother": ("mother",),
        "spouse": ("spouse",),
        "guardian": ("guardians",),
        "representative": ("representatives",),
    },
}
_ROWS_OF_KINDS: Final[Mapping[str, type[Residence | Kinship]]] = {
    "residence": Residence,
    "kinship": Kinship,
}
_PERSON: Final = Citizen.__tablename__
_BEGINNING: Final = (_PERSON, "id")
_OF_PERSON: Final = frozenset(field for fields in OF_COLUMN.values() for field in fields)
_OF_ANY_KIND: Final = {
    table: frozenset(field for fields in kinds.values() for field in fields)
    for table, kinds in OF_KIND.items()
}
#: Every field whose changes are known, in the order of the law. What is read from another's record
#: (children, wards, persons represented) changes with that one's.
WATCHED: Final = tuple(
    name for name in FIELDS if name in _OF_PERSON.union(*OF_TABLE.values(), *_OF_ANY_KIND.values())
)


class Place(NamedTuple):
    """Where to go on: after this person's part of this event."""

    event_id: int
    citizen_id: int


#: Before the first event of a world.
START: Final = Place(0, 0)
#: In place of a person: behind everybody that an event concerned, and what then happened to all.
_EVERYBODY: Final = 2**62
ALL: Final = _EVERYBODY + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """Which changes are looked for; None is "all of them".

    `provinces` are two-digit codes of the era in force when the event was recorded. Somebody is in
    a slice by their permanent residence, from the eve of the event to the day it was recorded: of
    a move both provinces learn. Who has none is in no province.
    """

    fields: frozenset[str]
    kinds: frozenset[str] | None = None
    provinces: frozenset[str] | None = None


class Change(NamedTuple):
    """One event as far as it concerns one person: which of the fields looked for it changed.

    `citizen_id` is `ALL`, and there are no fields, where it happened to everybody.
    """

    event_id: int
    citizen_id: int
    kind: str
    occurred_on: dt.date
    recorded_on: dt.date
    fields: tuple[str, ...]


class Stretch(NamedTuple):
    """Some changes, the place behind them, and whether there was more to look at already."""

    changes: tuple[Change, ...]
    place: Place
    more: bool


class _Event(NamedTuple):
    id: int
    kind: str
    occurred_on: dt.date
    recorded_on: dt.date


#: Before the first event, long ago.
_NO_EVENT: Final = _Event(0, "", dt.date.min, dt.date.min)


def _nothing(_day: dt.date) -> Sequence[Passed]:
    return ()


def latest(session: Session, passed: Passing = _nothing) -> Place:
    """Return the place behind everything that has been recorded or has happened to all."""
    last = _before(session, None)
    happened = _happened(last, None, passed(last.recorded_on))
    return happened[-1] if happened else Place(last.id, _EVERYBODY)


def after(
    session: Session,
    place: Place,
    wanted: Slice,
    *,
    limit: int,
    passed: Passing = _nothing,
) -> Stretch:
    """Return the changes of a slice that follow `place`, at most `limit`, in order.

    `passed` tells what the world has lived through by today, or by the day of the last event that
    is there: whoever moves the clock may be ahead of this process. `MOST_EVENTS` are looked at, at
    most: a stretch may hold nothing, and yet there is more behind it. The number of statements
    does not depend on the number of changes.
    """
    start = place.event_id + (place.citizen_id >= _EVERYBODY)
    columns = [getattr(LifeEvent, name) for name in _Event._fields]
    rows = session.execute(
        select(*columns).where(LifeEvent.id >= start).order_by(LifeEvent.id).limit(MOST_EVENTS + 1)
    )
    events = list(map(_Event._make, rows))
    looked_at = events[:MOST_EVENTS]
    ends = [_before(session, start), *looked_at]
    nexts: list[_Event | None] = [*events, None][: len(ends)]
    lived = passed([*ends, *events][-1].recorded_on)
    of_all = [
        _of_all(at, lived)
        for end, next_ in zip(ends, nexts, strict=True)
        for at in _happened(end, next_, lived)
    ]
    of_people = _between(session, looked_at, wanted) if looked_at else []
    told = [change for change in of_all if wanted.kinds is None or change.kind in wanted.kinds]
    found = [
        change
        for change in sorted([*_within(session, of_people, wanted.provinces), *told])
        if (change.event_id, change.citizen_id) > place
    ]
    if len(found) > limit:
        last = found[limit - 1]
        return Stretch(tuple(found[:limit]), Place(last.event_id, last.citizen_id), more=True)
    behind = Place(ends[-1].id, _EVERYBODY) if looked_at else place
    happened = [Place(change.event_id, change.citizen_id) for change in of_all]
    return Stretch(tuple(found), max([behind, place, *happened]), more=len(events) > MOST_EVENTS)


def _before(session: Session, event_id: int | None) -> _Event:
    """Return the last event before that one (None: of all), or what stands for none."""
    columns = [getattr(LifeEvent, name) for name in _Event._fields]
    query = select(*columns).order_by(LifeEvent.id.desc()).limit(1)
    row = session.execute(
        query if event_id is None else query.where(LifeEvent.id < event_id)
    ).first()
    return _NO_EVENT if row is None else _Event._make(row)


def _happened(last: _Event, next_: _Event | None, passed: Sequence[Passed]) -> list[Place]:
    """Return the places of what happened to all after one event was recorded, before the next."""
    return [
        Place(last.id, ALL + number)
        for number, event in enumerate(passed)
        if last.recorded_on < event.occurred_on
        and (next_ is None or next_.recorded_on >= event.occurred_on)
    ]


def _of_all(at: Place, passed: Sequence[Passed]) -> Change:
    event = passed[at.citizen_id - ALL]
    return Change(at.event_id, at.citizen_id, event.name, event.occurred_on, event.occurred_on, ())


def at(
    session: Session, places: Sequence[Place], wanted: Slice, passed: Passing = _nothing
) -> list[Change]:
    """Return those of these changes that a slice holds, in order: for who was told of them before.

    One that is not there is not in the slice, or no longer. `places` are `MOST_EVENTS` at most.
    """
    ids = sorted({place.event_id for place in places})
    columns = [getattr(LifeEvent, name) for name in _Event._fields]
    rows = session.execute(select(*columns).where(LifeEvent.id.in_(ids)).order_by(LifeEvent.id))
    events = list(map(_Event._make, rows))
    among = FieldChange.event_id.in_(ids)
    found = _within(session, _changes(session, events, wanted, among), wanted.provinces)
    asked = set(places)
    of_people = [change for change in found if (change.event_id, change.citizen_id) in asked]
    lived = passed(dt.date.max)  # what was told of has happened
    of_all = [_of_all(place, lived) for place in places if _is_of_all(place, lived)]
    told = [change for change in of_all if wanted.kinds is None or change.kind in wanted.kinds]
    return sorted([*of_people, *told])


def _is_of_all(place: Place, passed: Sequence[Passed]) -> bool:
    return ALL <= place.citizen_id < ALL + len(passed)


def _between(session: Session, events: Sequence[_Event], wanted: Slice) -> list[Change]:
    """Return what these events, which follow one another, changed."""
    among = FieldChange.event_id.between(events[0].id, events[-1].id)
    return _changes(session, events, wanted, among)


def _changes(
    session: Session, events: Sequence[_Event], wanted: Slice, among: ColumnElement[bool]
) -> list[Change]:
    """Return who was concerned by each event of these kinds, in order, and in what."""
    told = {
        event.id: event for event in events if wanted.kinds is None or event.kind in wanted.kinds
    }
    table = FieldChange.__table__.c
    rows = session.execute(
        select(
            table.event_id,
            table.citizen_id,
            table.table_name,
            table.row_id,
            table.field,
        )
        .where(among)
        .order_by(table.event_id, table.id)
    )
    changed = [_Changed._make(row) for row in rows if row.event_id in told]
    kinds, begun = _kinds(session, changed), _begun(session, changed)
    fields: dict[tuple[int, int], set[str]] = defaultdict(set)
    for one in changed:
        fields[one.event_id, one.citizen_id] |= wanted.fields & _read_in(one, kinds, begun)
    return [
        Change(
            event_id,
            citizen_id,
            told[event_id].kind,
            told[event_id].occurred_on,
            told[event_id].recorded_on,
            tuple(name for name in WATCHED if name in names),
        )
        for (event_id, citizen_id), names in sorted(fields.items())
        if names
    ]


class _Row(NamedTuple):
    """A row of residence or kinship; ids of rows that are no more are given again."""

    table_name: str
    row_id: str
    citizen_id: int


class _Changed(NamedTuple):
    event_id: int
    citizen_id: int
    table_name: str
    row_id: str
    field: str

    @property
    def row(self) -> _Row:
        return _Row(self.table_name, self.row_id, self.citizen_id)


def _read_in(
    one: _Changed, kinds: Mapping[_Row, set[str]], begun: Mapping[int, frozenset[str]]
) -> frozenset[str]:
    """Return the fields in which what changed is read."""
    if one.table_name == _PERSON and one.field == "id":
        return begun[one.citizen_id]
    if one.table_name == _PERSON:
        return frozenset(OF_COLUMN.get(one.field, ()))
    if one.table_name in OF_TABLE:
        return frozenset(OF_TABLE[one.table_name])
    # A row whose kind nobody knows any more is taken for any: to say too much leaves no gap.
    of_kind = OF_KIND[one.table_name]
    known = kinds.get(one.row, of_kind.keys())
    return frozenset(field for kind in known for field in of_kind[kind])


def _begun(session: Session, changed: Iterable[_Changed]) -> dict[int, frozenset[str]]:
    """Return in which fields something stood of each person whose record began, as it began.

    What came later is taken back: whoever reads a birth after the death is told of no death in it.
    """
    new = sorted({one.citizen_id for one in changed if (one.table_name, one.field) == _BEGINNING})
    if not new:
        return {}
    columns = [getattr(Citizen, name) for name in OF_COLUMN]
    rows = session.execute(select(Citizen.id, *columns).where(Citizen.id.in_(new)))
    stood = {citizen_id: dict(zip(OF_COLUMN, values, strict=True)) for citizen_id, *values in rows}
    later = session.execute(
        select(FieldChange.citizen_id, FieldChange.field, FieldChange.old_value)
        .where(
            FieldChange.citizen_id.in_(new),
            FieldChange.table_name == _PERSON,
            FieldChange.field.in_(OF_COLUMN),
        )
        .order_by(FieldChange.id.desc())
    )
    for citizen_id, column, old_value in later:
        stood[citizen_id][column] = old_value
    return {
        citizen_id: frozenset(
            field for column, value in row.items() if value for field in OF_COLUMN[column]
        )
        for citizen_id, row in stood.items()
    }


def _kinds(session: Session, changed: Iterable[_Changed]) -> dict[_Row, set[str]]:
    """Return of which kind each row of residence and kinship is, or was when it was removed."""
    rows = {one.row for one in changed if one.table_name in OF_KIND}
    kinds: dict[_Row, set[str]] = defaultdict(set)
    if not rows:
        return kinds
    people = sorted({row.citizen_id for row in rows})
    for name, table in _ROWS_OF_KINDS.items():
        found = session.execute(
            select(table.id, table.citizen_id, table.kind).where(table.citizen_id.in_(people))
        )
        for row_id, citizen_id, kind in found:
            kinds[_Row(name, str(row_id), citizen_id)].add(kind)
    removed = session.execute(
        select(
            FieldChange.table_name,
            FieldChange.row_id,
            FieldChange.citizen_id,
            FieldChange.old_value,
        ).where(
            FieldChange.citizen_id.in_(people),
            FieldChange.field == "kind",
            FieldChange.old_value.is_not(None),
        )
    )
    for table_name, removed_id, owner_id, old_kind in removed:
        kinds[_Row(table_name, removed_id, owner_id)].add(str(old_kind))
    return kinds


def _within(
    session: Session, changes: Sequence[Change], provinces: frozenset[str] | None
) -> Iterator[Change]:
    if provinces is None or not changes:
        yield from changes
        return
    stays = residences.history(session, sorted({change.citizen_id for change in changes}))
    units = units_.of(session)
    for change in changes:
        if not provinces.isdisjoint(_provinces(change, stays.get(change.citizen_id, ()), units)):
            yield change


def _provinces(change: Change, stays: Iterable[Stay], units: Units) -> Iterator[str]:
    """Yield where the person was registered, from the eve of the event until it was recorded."""
    eve = min(change.occurred_on, change.recorded_on) - dt.timedelta(days=1)
    for stay in stays:
        is_then = stay.from_date <= change.recorded_on and (
            stay.to_date is None or stay.to_date > eve
        )
        if stay.kind == "permanent" and stay.unit_id is not None and is_then:
            yield units_.province_of(units, stay.unit_id, change.recorded_on).code
