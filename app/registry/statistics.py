"""Counts over a whole world, made in the database: what its report compares with the sources.

Every table is small: one row per combination that occurs. Unless said otherwise the living on the
world's `today` are counted, where they live (not where they are registered), in five-year ages.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy import Integer, case, func, literal_column, or_, select, union_all
from sqlalchemy.orm import aliased

from app.registry import citizens
from app.registry import units as units_
from app.registry.models import Citizen, HouseholdMember, Kinship, Residence

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Select, Subquery
    from sqlalchemy.orm import Session

    from app.registry.units import Era, Units

_ADULT = 18
#: The last year of each group of age: too young for a card that is needed, minors, adults, elders.
LAST_AGES = (13, 17, 59, 200)
_LIVING = ("alive", "missing", "under_review")
_BAND: ColumnElement[int] = literal_column("5", Integer)
_DECADE: ColumnElement[int] = literal_column("10", Integer)


class AgeSex(NamedTuple):
    """People of a five-year age (`age` is its first year) and sex."""

    age: int
    sex: str
    people: int


class InProvince(NamedTuple):
    """People in a province; the code is of the era asked for, None abroad."""

    province: str | None
    people: int


class AgeInProvince(NamedTuple):
    """People of a group of age in a province; `group` is the place in `LAST_AGES`."""

    province: str | None
    group: int
    people: int


class EthnicityInProvince(NamedTuple):
    """People of an ethnic group in a province."""

    province: str | None
    ethnicity: str
    people: int


class Surname(NamedTuple):
    """People of an ethnic group with a surname, empty for those who have none."""

    ethnicity: str
    surname: str
    people: int


class HouseholdSize(NamedTuple):
    """Households of a size."""

    members: int
    households: int


class MaritalStatus(NamedTuple):
    """People of a sex, five-year age and marital status."""

    sex: str
    age: int
    status: str
    people: int


class Births(NamedTuple):
    """Births on record in a decade (`decade` is its first year), the dead counted too."""

    decade: int
    boys: int
    girls: int


class MothersAge(NamedTuple):
    """Births on record in a year by the mother's five-year age, both dates as far as known."""

    year: int
    age: int
    births: int


class Home(NamedTuple):
    """People who live in a unit, and how many of them are among those asked for."""

    unit_id: int
    people: int
    chosen: int


class AgeGap(NamedTuple):
    """Couples by how many years the husband was born before the wife."""

    years: int
    couples: int


class OutsideProvince(NamedTuple):
    """Adults in a province, and those whose number was established in another."""

    province: str
    adults: int
    outside: int


def ages(session: Session, today: dt.date) -> list[AgeSex]:
    """Count the living by age and sex."""
    age = _band(citizens.age(Citizen, today))
    rows = _count(age, Citizen.sex).where(Citizen.state.in_(_LIVING))
    return sorted(AgeSex._make(row) for row in session.execute(rows))


def provinces(session: Session, today: dt.date, era: Era | None = None) -> list[InProvince]:
    """Count the living by the province they live in, in the units of `era`; None: of the day."""
    people: Counter[str | None] = Counter()
    for province, _ethnicity, count in ethnicities(session, today, era):
        people[province] += count
    return [InProvince(*found) for found in sorted(people.items(), key=lambda p: p[0] or "")]


def homes(
    session: Session, today: dt.date, *, from_age: int = 0, among: Select[int] | None = None
) -> list[Home]:
    """Count the living, from an age on, by the unit they live in, of whichever era that is.

    Those who are `among` these citizens, by their ids, are counted apart, too; None: everybody.
    """
    home = _homes(today)
    chosen = func.count() if among is None else func.count(case((Citizen.id.in_(among), 1)))
    rows = (
        select(home.c.unit_id, func.count(), chosen)
        .join(Citizen, Citizen.id == home.c.citizen_id)
        .where(Citizen.state.in_(_LIVING), home.c.unit_id.is_not(None))
        .group_by(home.c.unit_id)
    )
    if from_age:
        rows = rows.where(citizens.age(Citizen, today) >= from_age)
    return [Home._make(row) for row in session.execute(rows)]


def ethnicities(
    session: Session, today: dt.date, era: Era | None = None
) -> list[EthnicityInProvince]:
    """Count the living by the province they live in and their ethnic group; `era` as above."""
    home = _homes(today)
    rows = session.execute(
        select(home.c.unit_id, Citizen.ethnicity, func.count())
        .join(Citizen, Citizen.id == home.c.citizen_id)
        .where(Citizen.state.in_(_LIVING))
        .group_by(home.c.unit_id, Citizen.ethnicity)
    )
    units = units_.of(session)
    people: Counter[tuple[str | None, str]] = Counter()
    for unit_id, ethnicity, count in rows:
        people[_province(units, unit_id, era or units_.era_on(today)), ethnicity] += count
    found = (EthnicityInProvince(*place, count) for place, count in people.items())
    return sorted(found, key=lambda row: (row.province or "", row.ethnicity))


def ages_in_provinces(session: Session, today: dt.date) -> list[AgeInProvince]:
    """Count the living by the province they live in, in the day's units, and group of age."""
    home = _homes(today)
    age = citizens.age(Citizen, today)
    group = case(*[(age <= last, place) for place, last in enumerate(LAST_AGES)])
    rows = session.execute(
        select(home.c.unit_id, group, func.count())
        .join(Citizen, Citizen.id == home.c.citizen_id)
        .where(Citizen.state.in_(_LIVING))
        .group_by(home.c.unit_id, group)
    )
    units = units_.of(session)
    people: Counter[tuple[str | None, int]] = Counter()
    for unit_id, place, count in rows:
        people[_province(units, unit_id, units_.era_on(today)), place] += count
    found = (AgeInProvince(*key, count) for key, count in people.items())
    return sorted(found, key=lambda row: (row.province or "", row.group))


def surnames(session: Session) -> list[Surname]:
    """Count everybody on record by ethnic group and surname."""
    rows = session.execute(_count(Citizen.ethnicity, Citizen.family_name))
    return sorted(Surname._make(row) for row in rows)


def household_sizes(session: Session, today: dt.date) -> list[HouseholdSize]:
    """Count households by how many belong to them."""
    members = (
        select(func.count().label("members"))
        .select_from(HouseholdMember)
        .where(
            HouseholdMember.from_date <= today,
            or_(HouseholdMember.to_date.is_(None), HouseholdMember.to_date > today),
        )
        .group_by(HouseholdMember.household_id)
        .subquery()
    )
    rows = select(members.c.members, func.count()).group_by(members.c.members)
    return sorted(HouseholdSize._make(row) for row in session.execute(rows))


def marital_statuses(session: Session, today: dt.date) -> list[MaritalStatus]:
    """Count the living by sex, age and marital status."""
    age = _band(citizens.age(Citizen, today))
    rows = _count(Citizen.sex, age, Citizen.marital_status).where(Citizen.state.in_(_LIVING))
    return sorted(MaritalStatus._make(row) for row in session.execute(rows))


def births(session: Session) -> list[Births]:
    """Count boys and girls born in each decade."""
    decade = (Citizen.birth_year // _DECADE) * _DECADE
    boys, girls = (func.sum(case((Citizen.sex == sex, 1), else_=0)) for sex in ("M", "F"))
    rows = select(decade, boys, girls).group_by(decade)
    return sorted(Births(*map(int, row)) for row in session.execute(rows))


def mothers_ages(session: Session) -> list[MothersAge]:
    """Count births by year and the mother's age, where both are in this world."""
    mother, child = aliased(Citizen), aliased(Citizen)
    age = (citizens.birth_number(child) - citizens.birth_number(mother)) // citizens.A_YEAR
    rows = (
        select(child.birth_year, _band(age), func.count())
        .select_from(Kinship)
        .join(child, child.id == Kinship.citizen_id)
        .join(mother, mother.id == Kinship.relative_id)
        .where(Kinship.kind == "mother", Kinship.to_date.is_(None))
        .group_by(child.birth_year, _band(age))
    )
    return sorted(MothersAge._make(row) for row in session.execute(rows))


def age_gaps(session: Session) -> list[AgeGap]:
    """Count married couples of which both are in this world by the years between them."""
    husband, wife = aliased(Citizen), aliased(Citizen)
    gap = wife.birth_year - husband.birth_year
    rows = (
        select(gap, func.count())
        .select_from(Kinship)
        .join(husband, husband.id == Kinship.citizen_id)
        .join(wife, wife.id == Kinship.relative_id)
        .where(
            Kinship.kind == "spouse",
            Kinship.to_date.is_(None),
            husband.sex == "M",
            wife.sex == "F",
        )
        .group_by(gap)
    )
    return sorted(AgeGap._make(row) for row in session.execute(rows))


def outside_provinces(session: Session, today: dt.date) -> list[OutsideProvince]:
    """Count adults by legacy province and those who live outside that of their number.

    A province that has gone counts as itself: people did not move when it was merged.
    """
    home = _homes(today)
    prefix = func.substr(Citizen.pin, 2, 2)
    rows = session.execute(
        select(home.c.unit_id, prefix, func.count())
        .join(Citizen, Citizen.id == home.c.citizen_id)
        .where(Citizen.state.in_(_LIVING), citizens.age(Citizen, today) >= _ADULT)
        .group_by(home.c.unit_id, prefix)
    )
    units = units_.of(session)
    adults: Counter[str] = Counter()
    outside: Counter[str] = Counter()
    for unit_id, established_in, count in rows:
        province = _province(units, unit_id, "2004")
        if province is not None:
            adults[province] += count
            outside[province] += count if established_in != province else 0
    return [OutsideProvince(code, adults[code], outside[code]) for code in sorted(adults)]


def _count(*columns: Any) -> Select[*tuple[Any, ...]]:
    return select(*columns, func.count()).select_from(Citizen).group_by(*columns)


def _band(age: ColumnElement[int]) -> ColumnElement[int]:
    return (age // _BAND) * _BAND


def _homes(today: dt.date) -> Subquery:
    """Where each citizen lives today: the current address, else the temporary, else permanent.

    Few have more than the permanent one, and nobody has two of these on a day: only those few have
    to be put in order.
    """
    in_force = (
        Residence.from_date <= today,
        or_(Residence.to_date.is_(None), Residence.to_date > today),
    )
    rank = case((Residence.kind == "current", 0), else_=1)
    place = func.row_number().over(
        partition_by=Residence.citizen_id, order_by=(rank, Residence.from_date.desc())
    )
    away = (
        select(Residence.citizen_id, Residence.unit_id, place.label("place"))
        .where(Residence.kind.in_(("current", "temporary")), *in_force)
        .cte("away")
    )
    permanent = select(Residence.citizen_id, Residence.unit_id).where(
        Residence.kind == "permanent",
        *in_force,
        Residence.citizen_id.not_in(select(away.c.citizen_id)),
    )
    first = select(away.c.citizen_id, away.c.unit_id).where(away.c.place == 1)
    return union_all(first, permanent).subquery()


def _province(units: Units, unit_id: int | None, era: Era) -> str | None:
    if unit_id is None:
        return None
    starts = units_.ERA_2025_STARTS
    day = starts if era == "2025" else starts - dt.timedelta(days=1)
    return units_.province_of(units, unit_id, day).code
