"""Kinship both ways: parents and children, spouses, siblings, guardians, representatives.

A row says that `relative` is the father (mother, spouse, guardian, representative) of `citizen`;
read from the relative's side the same row is a child, a ward, a person represented.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Literal, NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from app.registry.models import Citizen
from app.registry.models import Kinship as Row

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Sequence

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

Kind = Literal[
    "father",
    "mother",
    "spouse",
    "guardian",
    "representative",
    "child",
    "ward",
    "represented",
    "sibling",
]
#: What a kind is called from the other side; a spouse has a row of their own.
READ_BACK: dict[str, Kind] = {
    "father": "child",
    "mother": "child",
    "guardian": "ward",
    "representative": "represented",
}
PARENTS = ("father", "mother")


class Relative(NamedTuple):
    """What somebody is to the citizen; one who is not in this world has neither id nor number.

    A relationship that ended has `to_date` and `end_reason` (a divorced or widowed spouse).
    """

    citizen_id: int
    kind: Kind
    relative_id: int | None
    full_name: str
    pin: str | None
    nationality: str | None
    from_date: dt.date | None
    to_date: dt.date | None
    end_reason: str | None

    def holds(self, day: dt.date) -> bool:
        """Whether the relationship is in force on `day`; a beginning that is not known is past."""
        begun = self.from_date is None or self.from_date <= day
        return begun and (self.to_date is None or day < self.to_date)


def relatives(session: Session, citizen_ids: Sequence[int]) -> dict[int, tuple[Relative, ...]]:
    """Return all relatives on record of each citizen, those of ended relationships too.

    Three statements, whatever the number of citizens. Children are in order of birth. Who has none
    is left out.
    """
    found: dict[int, list[Relative]] = defaultdict(list)
    for rows in (
        stated(session, citizen_ids),
        read_back(session, citizen_ids),
        siblings(session, citizen_ids),
    ):
        for relative in rows:
            found[relative.citizen_id].append(relative)
    return {citizen_id: tuple(rows) for citizen_id, rows in found.items()}


def stated(session: Session, citizen_ids: Sequence[int]) -> Iterable[Relative]:
    """Return who is recorded as father, mother, spouse, guardian or representative of each."""
    rows = session.execute(
        select(
            Row.citizen_id,
            Row.kind,
            Row.relative_id,
            func.coalesce(Citizen.full_name, Row.relative_name),
            Citizen.pin,
            func.coalesce(Citizen.nationality, Row.relative_nationality),
            Row.from_date,
            Row.to_date,
            Row.end_reason,
        )
        .outerjoin(Citizen, Citizen.id == Row.relative_id)
        .where(Row.citizen_id.in_(citizen_ids))
        .order_by(Row.citizen_id, Row.from_date.asc().nulls_first(), Row.id)
    )
    return map(Relative._make, rows)


def read_back(session: Session, citizen_ids: Sequence[int]) -> Iterable[Relative]:
    """Return whose father or mother, guardian or representative each is; children by birth."""
    rows = session.execute(
        select(
            Row.relative_id,
            Row.kind,
            Row.citizen_id,
            Citizen.full_name,
            Citizen.pin,
            Citizen.nationality,
            Row.from_date,
            Row.to_date,
            Row.end_reason,
        )
        .join(Citizen, Citizen.id == Row.citizen_id)
        .where(Row.relative_id.in_(citizen_ids), Row.kind.in_(READ_BACK))
        .order_by(Row.relative_id, *_by_birth())
    )
    for row in map(Relative._make, rows):
        yield row._replace(kind=READ_BACK[row.kind])


def siblings(session: Session, citizen_ids: Sequence[int]) -> Iterable[Relative]:
    """Return those who share a parent on record with each citizen, once each, by birth."""
    own, other = aliased(Row), aliased(Row)
    statement = (
        select(own.citizen_id, Citizen.id, Citizen.full_name, Citizen.pin, Citizen.nationality)
        .join(other, other.relative_id == own.relative_id)
        .join(Citizen, Citizen.id == other.citizen_id)
        .where(
            own.citizen_id.in_(citizen_ids),
            other.citizen_id != own.citizen_id,
            _is_parent(own),
            _is_parent(other),
        )
        .order_by(own.citizen_id, *_by_birth())
    )
    once = dict.fromkeys(session.execute(statement))  # two parents lead to a brother twice
    for citizen_id, *person in once:
        yield Relative._make((citizen_id, "sibling", *person, None, None, None))


def _is_parent(row: type[Row]) -> ColumnElement[bool]:
    return row.kind.in_(PARENTS) & row.to_date.is_(None)


def _by_birth() -> tuple[ColumnElement[int], ...]:
    unknown_last = (func.coalesce(part, 0) for part in (Citizen.birth_month, Citizen.birth_day))
    return (Citizen.birth_year.expression, *unknown_last, Citizen.id.expression)
