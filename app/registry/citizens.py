"""Citizens: who they are in brief, found by number or by id."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import Integer, bindparam, cast, extract, func, literal_column, select

from app.matching.dates import PartialDate
from app.platform import errors
from app.registry import lookup
from app.registry.models import Citizen

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.orm import Session


UNKNOWN = errors.declare(
    code="citizen-unknown",
    kind="not_found",
    fault_of="caller",
    title_vi="Không có công dân nào mang số định danh này",
    title_en="No citizen bears this personal number",
    next_vi="Dùng số định danh hiện hành; `dancu persona list` cho các số có sẵn.",
    next_en="Use a current personal number; `dancu persona list` has ready ones.",
)


def whose(session: Session, pin: str) -> int:
    """Return the id of who bears or bore a personal number. Raises `citizen-unknown`."""
    hits = lookup.find(session, pin).hits
    if not hits:
        raise UNKNOWN.error()
    return hits[0].citizen_id


class Brief(NamedTuple):
    """One person in brief: enough to recognise them in a list."""

    id: int
    pin: str
    full_name: str
    birth_year: int
    birth_month: int | None
    birth_day: int | None
    sex: str
    state: str

    @property
    def birth_date(self) -> PartialDate:
        """The date of birth, as far as it is known."""
        return PartialDate(self.birth_year, self.birth_month, self.birth_day)


#: A year in numbers like 20260101; a literal, so that databases know equal expressions as equal.
A_YEAR: ColumnElement[int] = literal_column("10000", Integer)
COLUMNS = tuple(getattr(Citizen, name) for name in Brief._fields)
#: Made once: to build it takes longer than to run it.
_BY_ID = select(*COLUMNS).where(Citizen.id.in_(bindparam("ids", expanding=True)))


def find(session: Session, pin: str) -> Brief | None:
    """Return who has this personal number now; a superseded number finds nobody here."""
    hits = (hit for hit in lookup.find(session, pin).hits if hit.via == "pin")
    return next((read(session, [hit.citizen_id])[0] for hit in hits), None)


def read(session: Session, citizen_ids: Sequence[int]) -> list[Brief]:
    """Return these citizens in the order asked; an id that is nobody's is left out."""
    rows = session.execute(_BY_ID, {"ids": list(citizen_ids)})
    found = {brief.id: brief for brief in map(Brief._make, rows)}
    return [found[citizen_id] for citizen_id in citizen_ids if citizen_id in found]


def count(session: Session) -> int:
    """Count everybody on record, the dead too."""
    return session.scalar(select(func.count()).select_from(Citizen)) or 0


def dead() -> Select[int]:
    """Select the ids of the dead, for statements of other rooms that must leave them out."""
    return select(Citizen.id).where(Citizen.state == "dead")


def birth_number(of: type[Citizen]) -> ColumnElement[int]:
    """Write the date of birth as a number (20260101) in SQL; what is not known counts as 1.

    Such numbers differ by 10,000 a year, so that a difference divided by it is an age.
    """
    month, day = (func.coalesce(part, 1) for part in (of.birth_month, of.birth_day))
    return of.birth_year * 10_000 + month * 100 + day


def age(of: type[Citizen], day: dt.date) -> ColumnElement[int]:
    """Write the age in whole years on `day` as SQL, counted as `age_on` counts it."""
    number = day.year * 10_000 + day.month * 100 + day.day
    return (number - birth_number(of)) // A_YEAR


def age_at_death(of: type[Citizen]) -> ColumnElement[int]:
    """Write the age in whole years that somebody reached as SQL; NULL for who has not died."""
    year, month, day = (
        cast(extract(part, of.death_date), Integer) for part in ("year", "month", "day")
    )
    return (year * 10_000 + month * 100 + day - birth_number(of)) // A_YEAR


def age_on(birth: PartialDate, day: dt.date) -> int:
    """Return the age in whole years on `day`.

    A month or day of birth that is not known counts as the first, so nobody is held younger than
    they may be. In common years 29 February comes on 1 March: the law does not say.
    """
    before_birthday = (day.month, day.day) < (birth.month or 1, birth.day or 1)
    return day.year - birth.year - before_birthday
