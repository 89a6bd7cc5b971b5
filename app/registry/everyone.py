"""Everyone at once: the columns by which a file is told to be about a person, for a whole world.

For what is made of a whole population, a scenario's file above all; a question about some people
asks `subjects`. Tables come in slices, so that a million people are never a million Python rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl
from sqlalchemy import select

from app.registry.models import Citizen, FieldChange, LifeEvent, OldNumber, SupersededNumber

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from sqlalchemy import Select
    from sqlalchemy.orm import InstrumentedAttribute, Session

_SLICE = 50_000


@dataclass(frozen=True, slots=True)
class Everyone:
    """A population as tables.

    `people` (in the order of their ids): id, pin, full_name, family_name, middle_name, given_name,
    birth_year, birth_month and birth_day (null where unknown), sex, state, death_date. `old`:
    number of nine digits and citizen_id, a shared one twice. `superseded`: pin, citizen_id and
    superseded_on.
    """

    people: pl.DataFrame
    old: pl.DataFrame
    superseded: pl.DataFrame

    def numbers(self) -> pl.DataFrame:
        """Return `citizen_id` and `holder_number`: a row for each number anybody ever had."""
        named = ((self.people, "id", "pin"), (self.superseded, "citizen_id", "pin"))
        return pl.concat(
            table.select(citizen_id=whose, holder_number=number)
            for table, whose, number in (*named, (self.old, "citizen_id", "number"))
        )


_PEOPLE: Mapping[InstrumentedAttribute[Any], Any] = {
    Citizen.id: pl.Int64,
    Citizen.pin: pl.String,
    Citizen.full_name: pl.String,
    Citizen.family_name: pl.String,
    Citizen.middle_name: pl.String,
    Citizen.given_name: pl.String,
    Citizen.birth_year: pl.Int32,
    Citizen.birth_month: pl.Int32,
    Citizen.birth_day: pl.Int32,
    Citizen.sex: pl.String,
    Citizen.state: pl.String,
    Citizen.death_date: pl.Date,
}
_RENAMED: Mapping[InstrumentedAttribute[Any], Any] = {
    FieldChange.citizen_id: pl.Int64,
    FieldChange.old_value: pl.String,
    LifeEvent.recorded_on: pl.Date,
}
_ETHNICITY = {Citizen.id: pl.Int64, Citizen.ethnicity: pl.String}
_OLD = {OldNumber.number: pl.String, OldNumber.citizen_id: pl.Int64}
_SUPERSEDED = {
    SupersededNumber.pin: pl.String,
    SupersededNumber.citizen_id: pl.Int64,
    SupersededNumber.superseded_on: pl.Date,
}


def read(session: Session) -> Everyone:
    """Read the whole population as it stands."""
    return Everyone(
        people=_table(session, _PEOPLE, Citizen.id),
        old=_table(session, _OLD, OldNumber.number, OldNumber.citizen_id),
        superseded=_table(session, _SUPERSEDED, SupersededNumber.pin),
    )


def ethnicities(session: Session) -> pl.DataFrame:
    """Read everybody's ethnicity, by its code: id and ethnicity, in the order of `people`."""
    return _table(session, _ETHNICITY, Citizen.id)


def past_names(session: Session, since: dt.date) -> pl.DataFrame:
    """Return full names that were changed after a day: citizen_id, old_value, recorded_on."""
    query = (
        select(*_RENAMED)
        .join(LifeEvent, LifeEvent.id == FieldChange.event_id)
        .where(
            FieldChange.table_name == Citizen.__tablename__,
            FieldChange.field == Citizen.full_name.key,
            LifeEvent.recorded_on > since,
        )
        .order_by(FieldChange.id)
    )
    return _read(session, _RENAMED, query)


def _table(
    session: Session,
    columns: Mapping[InstrumentedAttribute[Any], Any],
    *order: InstrumentedAttribute[Any],
) -> pl.DataFrame:
    return _read(session, columns, select(*columns).order_by(*order))


def _read(
    session: Session, columns: Mapping[InstrumentedAttribute[Any], Any], query: Select[Any]
) -> pl.DataFrame:
    schema = {column.key: kind for column, kind in columns.items()}
    query = query.execution_options(yield_per=_SLICE)
    slices = [
        pl.DataFrame(list(map(tuple, rows)), schema=schema, orient="row")
        for rows in session.connection().execute(query).partitions()
    ]
    return pl.concat(slices) if slices else pl.DataFrame(schema=schema)
