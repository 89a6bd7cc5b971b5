"""Statistics of provinces, as they may be published: ranked, and without what tells of few people.

The population database supplies statistics to provinces (as was reported in April 2024). There is
one table a day, in the units of that day: two tables of the same people, by the old and the new
provinces say, could be held against each other.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import TYPE_CHECKING, Final, Literal

import msgspec

from app.registry import statistics, suppression
from app.registry import units as units_
from app.registry.units import Era

if TYPE_CHECKING:
    from sqlalchemy import Select
    from sqlalchemy.orm import Session

    from app.registry.suppression import Table

GROUPS: Final = ("children", "minors", "adults", "elders")
Measure = Literal["people", "children", "minors", "adults", "elders"]


class Province(msgspec.Struct, frozen=True, kw_only=True):
    """One province: people who live there, by age. Null is what is not told.

    `children` are below 14, `minors` below 18, `adults` below 60, `elders` older. `share` is that
    of the measure in all its people; `rank` is 1 for the most among the provinces that are ranked,
    null where what it goes by is not told.
    """

    code: str
    name: str
    people: int | None
    children: int | None
    minors: int | None
    adults: int | None
    elders: int | None
    share: float | None
    rank: int | None


class Statistics(msgspec.Struct, frozen=True, kw_only=True):
    """The provinces, the highest rank first, and all of them together as `total`.

    Counts from 1 to `least` − 1 are not told, nor others from which those would follow. `ranked`
    says how many provinces have a rank: those whose measure is told, and no others are counted in
    it. A place among all would say between which told values a count lies that is not.
    """

    as_of: dt.date
    era: Era
    measure: Measure
    by_share: bool
    least: int
    suppressed: int
    ranked: int
    total: Province
    provinces: tuple[Province, ...]
    simulated: bool = True


def named(session: Session, today: dt.date) -> dict[str, str]:
    """Return the names of the provinces in force on that day, by their codes, in that order."""
    era = units_.era_on(today)
    units = units_.of(session).by_id.values()
    found = {unit.code: unit.short_name for unit in units if unit.era == era and unit.tier == 1}
    return dict(sorted(found.items()))


def people(
    session: Session, today: dt.date, *, from_age: int = 0, among: Select[int] | None = None
) -> tuple[Counter[str], Counter[str]]:
    """Count the living by the code of the province in force; and those `among` some (`homes`)."""
    units = units_.of(session)
    everybody: Counter[str] = Counter()
    chosen: Counter[str] = Counter()
    for home in statistics.homes(session, today, from_age=from_age, among=among):
        code = units_.province_of(units, home.unit_id, today).code
        everybody[code] += home.people
        chosen[code] += home.chosen
    return everybody, chosen


def table(
    session: Session, today: dt.date, *, measure: Measure = "people", by_share: bool = False
) -> Statistics:
    """Return the table of the world's day, ranked by how many, or by the share, of a measure.

    Whoever lives abroad is in no province. Provinces in which nobody lives are told with 0.
    """
    era = units_.era_on(today)
    known = named(session, today)
    place = {code: number for number, code in enumerate(known)}
    counts = [[0] * len(GROUPS) for _ in known]
    for code, group, people in statistics.ages_in_provinces(session, today):
        if code is not None:
            counts[place[code]][group] = people
    told = suppression.suppressed(counts)
    names = list(known.items())
    rows = [_row(told, number, named, measure) for number, named in enumerate(names)]
    ranked = _ranked(rows, "share" if by_share else measure)
    return Statistics(
        as_of=today,
        era=era,
        measure=measure,
        by_share=by_share,
        least=suppression.LEAST,
        suppressed=len(told.suppressed),
        ranked=sum(row.rank is not None for row in ranked),
        total=_row(told, len(known), ("", "Toàn quốc"), measure),
        provinces=ranked,
    )


def _row(told: Table, number: int, named: tuple[str, str], measure: Measure) -> Province:
    *groups, people = told.cells[number] if told.cells else (0,) * (len(GROUPS) + 1)
    by_name = {**dict(zip(GROUPS, groups, strict=True)), "people": people}
    part = by_name[measure]
    return Province(
        code=named[0],
        name=named[1],
        share=None if part is None or not people else part / people,
        rank=None,
        **by_name,
    )


def _ranked(rows: list[Province], by: str) -> tuple[Province, ...]:
    """Return the rows by rank; equal values share one, and what is not told comes last.

    It is worked out from told values alone, so that it tells nothing of the others.
    """
    values = [getattr(row, by) for row in rows]
    told = [value for value in values if value is not None]
    ranked = [
        msgspec.structs.replace(
            row, rank=None if value is None else 1 + sum(other > value for other in told)
        )
        for row, value in zip(rows, values, strict=True)
    ]
    return tuple(sorted(ranked, key=lambda row: (row.rank is None, row.rank or 0, row.code)))
