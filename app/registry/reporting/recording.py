"""Recording: writes what events changed, and beside it the events and every field's old value."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from sqlalchemy import bindparam, delete, insert, inspect, update
from sqlalchemy.orm.attributes import get_history, set_committed_value

from app.registry.codes import HEAD
from app.registry.models import (
    Citizen,
    FieldChange,
    Household,
    HouseholdMember,
    Kinship,
    LifeEvent,
    OldNumber,
    Residence,
    SupersededNumber,
)
from app.registry.reporting.reports import happened

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from pydantic import BaseModel
    from sqlalchemy import ClauseElement, ColumnElement, Dialect
    from sqlalchemy.orm import Session
    from sqlalchemy.sql.compiler import SQLCompiler

    from app.platform.database import Base
    from app.registry.reporting.facts import Facts
    from app.registry.reporting.reports import Effect, Report

    _Converters = tuple[tuple[str, Callable[[Any], Any]], ...]
    _Compiled = tuple[str, Sequence[str] | None, _Converters]

#: Tables in the order in which new rows are written: what others refer to comes first.
_ORDER: tuple[type[Base], ...] = (
    Citizen,
    Household,
    HouseholdMember,
    Residence,
    Kinship,
    OldNumber,
    SupersededNumber,
    LifeEvent,
    FieldChange,
)
#: Tables whose rows have an id of their own.
NUMBERED = tuple(table for table in _ORDER if table not in (OldNumber, SupersededNumber))


class Entry(NamedTuple):
    """One accepted report: the id its event gets, its kind, what was said, and what it does."""

    event_id: int
    kind: str
    payload: BaseModel
    report: Report
    effect: Effect


class Statement(NamedTuple):
    """A statement, and the rows of values that it is to be run with."""

    clause: ClauseElement
    rows: list[dict[str, Any]]


class Ready(NamedTuple):
    """A statement as the driver takes it: the writer has nothing left to do but run it."""

    sql: str
    rows: list[dict[str, Any]] | list[tuple[Any, ...]]


def statements(entries: Sequence[Entry], facts: Facts) -> list[Statement]:
    """Return what writes the effects, their events and field changes: a bounded number.

    Removals and changes come before new rows, which may take the place of an old one and follow in
    the order in which they refer to each other. New households come first of all: a residence that
    goes on may come to belong to one.
    """
    by_table: dict[type[Base], list[dict[str, Any]]] = defaultdict(list)
    for entry in entries:
        for row in entry.effect.added:
            by_table[type(row)].append(_values(row))
        by_table[LifeEvent].append(_event(entry))
        for change in _changes(entry.effect):
            own = {"id": facts.next_id(FieldChange), "event_id": entry.event_id}
            by_table[FieldChange].append(own | change)
    added = {
        table: Statement(_insertion(table), by_table[table]) for table in _ORDER if by_table[table]
    }
    homes = [added.pop(Household)] if Household in added else []
    return [*homes, *_removals(entries), *_changes_in_place(entries), *added.values()]


def ready(statement: Statement, dialect: Dialect) -> Ready:
    """Compile a statement and its values for a database.

    What SQLAlchemy would do with each value takes longer than writing it.
    """
    sql, order, convert = _compiled(statement.clause, dialect)
    for row in statement.rows:
        for name, process in convert:
            row[name] = process(row[name])
    if order is None:
        return Ready(sql, statement.rows)
    return Ready(sql, [tuple(row[name] for name in order) for row in statement.rows])


@lru_cache(maxsize=512)
def _compiled(clause: ClauseElement, dialect: Dialect) -> _Compiled:
    """Return the SQL, the order of its values if they have one, and what makes them the driver's.

    Kept, like the clauses: to compile one takes as long as to write fifty rows.
    """
    compiled = cast("SQLCompiler", clause.compile(dialect=dialect))
    found = {
        name: bind.type.dialect_impl(dialect).bind_processor(dialect)
        for name, bind in compiled.binds.items()
    }
    convert = tuple((name, process) for name, process in found.items() if process is not None)
    return compiled.string, compiled.positiontup, convert


def settle(entries: Iterable[Entry]) -> None:
    """Take what was changed as written: later statements tell only what changes after that."""
    for row in dict.fromkeys(row for entry in entries for row in entry.effect.changed):
        for name in changed(row):
            set_committed_value(row, name, getattr(row, name))


def changed(row: Base) -> tuple[str, ...]:
    """Return which columns of a row differ from what is written, in their order."""
    touched = inspect(row).committed_state  # asked first: to look at each takes much longer
    return tuple(
        name
        for name in _column_names(type(row))
        if name in touched and get_history(row, name).has_changes()
    )


def write(session: Session, prepared: Iterable[Ready]) -> None:
    """Run the statements, each once with all its rows."""
    connection = session.connection()
    for statement in prepared:
        connection.exec_driver_sql(statement.sql, statement.rows)


def _removals(entries: Sequence[Entry]) -> Iterator[Statement]:
    by_table: dict[type[Base], list[dict[str, Any]]] = defaultdict(list)
    for row in (row for entry in entries for row in entry.effect.removed):
        by_table[type(row)].append(_bound_key(row))
    for table, rows in by_table.items():
        yield Statement(_deletion(table), rows)


def _changes_in_place(entries: Sequence[Entry]) -> list[Statement]:
    """A household has one head at any moment: who becomes it comes after who ceases to be it."""
    alike: dict[tuple[bool, type[Base], tuple[str, ...]], list[dict[str, Any]]] = defaultdict(list)
    for row in dict.fromkeys(row for entry in entries for row in entry.effect.changed):
        names = changed(row)
        if names:
            becomes_head = isinstance(row, HouseholdMember) and row.relationship == HEAD
            values = {name: getattr(row, name) for name in names}
            alike[becomes_head, type(row), names].append(values | _bound_key(row))
    return [
        Statement(_change_of(table, names), rows)
        for (_, table, names), rows in sorted(alike.items(), key=lambda item: item[0][0])
    ]


@cache
def _insertion(table: type[Base]) -> ClauseElement:
    return insert(table).values({name: bindparam(name) for name in _column_names(table)})


@cache
def _deletion(table: type[Base]) -> ClauseElement:
    return delete(table).where(*_is_row(table))


@cache
def _change_of(table: type[Base], names: tuple[str, ...]) -> ClauseElement:
    return update(table).where(*_is_row(table)).values({name: bindparam(name) for name in names})


def _is_row(table: type[Base]) -> list[ColumnElement[bool]]:
    return [column == bindparam(f"key_{column.key}") for column in inspect(table).primary_key]


def _bound_key(row: Base) -> dict[str, Any]:
    return {f"key_{name}": getattr(row, name) for name in _key_names(type(row))}


def _values(row: Base) -> dict[str, Any]:
    return {name: getattr(row, name) for name in _column_names(type(row))}


def _event(entry: Entry) -> dict[str, Any]:
    report = entry.report
    return {
        "id": entry.event_id,
        "kind": entry.kind,
        "citizen_id": entry.effect.citizen.id,
        "occurred_on": happened(entry.payload, report),
        "recorded_on": report.today,
        "recorded_at": report.now,
        "reported_by": report.reported_by,
        "officer": report.officer,
        "reason": report.reason,
        "documents": list(report.documents),
        "payload": entry.payload.model_dump(mode="json", exclude_unset=True),
    }


def _changes(effect: Effect) -> Iterator[dict[str, Any]]:
    citizen_id = effect.citizen.id
    for row in effect.added:
        key = _key_names(type(row))[0]
        yield _change(citizen_id, row, key, None, getattr(row, key))
    for row in dict.fromkeys(effect.changed):
        for name in changed(row):
            old = next(iter(get_history(row, name).deleted or ()), None)
            yield _change(citizen_id, row, name, old, getattr(row, name))
    for row in effect.removed:
        for name in _column_names(type(row)):
            yield _change(citizen_id, row, name, getattr(row, name), None)


def _change(citizen_id: int, row: Base, field: str, old: object, new: object) -> dict[str, Any]:
    """Return the change, as one of the person whose row it is: a spouse's is the spouse's."""
    own = row.id if isinstance(row, Citizen) else getattr(row, "citizen_id", citizen_id)
    return {
        "citizen_id": own,
        "table_name": type(row).__tablename__,
        "row_id": key_text(row),
        "field": field,
        "old_value": _text(old),
        "new_value": _text(new),
    }


def key_text(row: Base) -> str:
    """Return a row's primary key as `field_change.row_id` has it, its parts divided by `/`."""
    return "/".join(str(getattr(row, name)) for name in _key_names(type(row)))


@cache
def _key_names(table: type[Base]) -> tuple[str, ...]:
    return tuple(str(column.key) for column in inspect(table).primary_key)


@cache
def _column_names(table: type[Base]) -> tuple[str, ...]:
    return tuple(column.key for column in inspect(table).column_attrs)


def _text(value: object) -> str | None:
    if isinstance(value, dt.date):
        return value.isoformat()
    return None if value is None else str(value)
