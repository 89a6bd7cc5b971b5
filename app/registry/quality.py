"""How good the registry's own records are: right, complete, clean, live ("đúng, đủ, sạch, sống").

The four words are the ministry's; that they are measured so is ours. Counted are the living.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from sqlalchemy import Integer, and_, case, cast, exists, func, or_, select
from sqlalchemy.orm import aliased

from app.registry.models import Citizen, Kinship, OldNumber, Residence

if TYPE_CHECKING:
    import datetime as dt

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

_LIVING: Final = ("alive", "missing", "under_review")
#: What ought to stand on every record: one of eight is missing, one eighth of it is.
REQUIRED: Final = (
    "birth_date",
    "birth_registration_place",
    "origin_place",
    "marital_status",
    "blood_type",
    "permanent_residence",
    "father",
    "mother",
)
#: Of the first century of the digit of sex and century (Decree 137/2015, Art 13).
_FIRST_CENTURY: Final = 19
_HOME: Final = "VN"


class Counts(NamedTuple):
    """`people` are the living, so many of them right, clean and live; `filled` their fields."""

    people: int
    right: int
    filled: int
    clean: int
    live: int


def counts(session: Session, today: dt.date) -> Counts:
    """Count the living, in one statement.

    - right: the personal number says the sex and the year of birth that stand beside it.
    - filled: how many of the `REQUIRED` fields are on record, of all people together.
    - clean: no old number of theirs is another's too.
    - live: they are registered somewhere today, and nobody has to look into the record.
    """
    row = session.execute(
        select(
            func.count(),
            _sum(_is_right()),
            sum((_sum(one) for one in _filled(today)), start=_sum(Citizen.id.is_(None))),
            _sum(~_shares_a_number()),
            _sum(and_(_resides(today, "permanent", "temporary"), Citizen.state == "alive")),
        ).where(Citizen.state.in_(_LIVING))
    ).one()
    return Counts(*map(int, row))


def _sum(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def _is_right() -> ColumnElement[bool]:
    century = Citizen.birth_year // 100
    digit = cast(func.substr(Citizen.pin, 4, 1), Integer)
    first = (century - _FIRST_CENTURY) * 2
    is_sex = case(
        (Citizen.sex == "M", digit == first),
        (Citizen.sex == "F", digit == first + 1),
        else_=or_(digit == first, digit == first + 1),
    )
    year = cast(func.substr(Citizen.pin, 5, 2), Integer)
    return and_(is_sex, year == Citizen.birth_year % 100)


def _filled(today: dt.date) -> tuple[ColumnElement[bool], ...]:
    """Return whether each of the required fields is on record, in their order."""
    return (
        Citizen.birth_day.is_not(None),
        or_(Citizen.registration_unit_id.is_not(None), Citizen.registration_country != _HOME),
        or_(Citizen.origin_unit_id.is_not(None), Citizen.origin_country != _HOME),
        Citizen.marital_status != "unknown",
        Citizen.blood_type.is_not(None),
        _resides(today, "permanent"),
        _has("father"),
        _has("mother"),
    )


def _resides(today: dt.date, *kinds: str) -> ColumnElement[bool]:
    return exists().where(
        Residence.citizen_id == Citizen.id,
        Residence.kind.in_(kinds),
        Residence.from_date <= today,
        or_(Residence.to_date.is_(None), Residence.to_date > today),
    )


def _has(kind: str) -> ColumnElement[bool]:
    return exists().where(
        Kinship.citizen_id == Citizen.id, Kinship.kind == kind, Kinship.to_date.is_(None)
    )


def _shares_a_number() -> ColumnElement[bool]:
    other = aliased(OldNumber)
    return exists().where(
        OldNumber.citizen_id == Citizen.id,
        other.number == OldNumber.number,
        other.citizen_id != OldNumber.citizen_id,
    )
