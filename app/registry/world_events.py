"""World events: what happens to everybody on a day of the clock, and is nobody's to report.

A world that starts before such a day lives through it. Nothing is written then: rows keep the unit
of their first day, and readings show units as of the day asked (`app.registry.units.as_of`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import func, select

from app.registry import units as units_
from app.registry.models import UnitSuccession

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from sqlalchemy.orm import Session

    from app.registry.units import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class WorldEvent:
    """What happened to all: the day, the law, and how many of what it concerned."""

    name: str
    occurred_on: dt.date
    title_vi: str
    title_en: str
    law: str
    counts: Mapping[str, int]


class Passed(NamedTuple):
    """The name and the day of an event that a world has lived through."""

    name: str
    occurred_on: dt.date


#: What there is of such events, by name.
MERGER = "administrative-merger"
NAMES = frozenset({MERGER})


class Became(NamedTuple):
    """A unit of the old era and one that took it over, `whole`, in main `part`, or in `part`."""

    before: Unit
    after: Unit
    relation: str


def between(session: Session, after: dt.date, until: dt.date) -> list[WorldEvent]:
    """Return what happened to all after the day `after` and up to the day `until`, in order."""
    return [administrative_merger(session) for _ in passed(after, until)]


def passed(after: dt.date, until: dt.date) -> tuple[Passed, ...]:
    """Return the same by name and day, without a question to the database."""
    merger = units_.ERA_2025_STARTS
    return (Passed(MERGER, merger),) if after < merger <= until else ()


def administrative_merger(session: Session) -> WorldEvent:
    """Return the merger of provinces and communes, and the end of districts, of 1 July 2025."""
    return WorldEvent(
        name=MERGER,
        occurred_on=units_.ERA_2025_STARTS,
        title_vi="Sắp xếp đơn vị hành chính, tổ chức chính quyền địa phương hai cấp",
        title_en="Provinces and communes are merged, districts end: two tiers of government",
        law="Nghị quyết 202/2025/QH15; Luật Tổ chức chính quyền địa phương 72/2025/QH15",
        counts=_counts(session),
    )


def became(
    session: Session, after: str | None = None, limit: int = 100
) -> tuple[list[Became], str | None]:
    """Return which commune took over which ward, by the old codes, beginning after one of them.

    With it comes the old code after which to go on, if there are more. What became of a divided
    ward comes together, the main part first: a page may hold a few more than `limit`.
    """
    units = units_.of(session)
    rows = session.execute(
        select(UnitSuccession.legacy_unit_id, UnitSuccession.unit_id, UnitSuccession.relation)
    )
    all_ = (Became(units.by_id[old], units.by_id[new], relation) for old, new, relation in rows)
    found = [one for one in all_ if after is None or one.before.code > after]
    found.sort(key=lambda one: (one.before.code, units_.RANK[one.relation], one.after.code))
    if len(found) <= limit:
        return found, None
    last = found[limit - 1].before.code
    page = [one for one in found if one.before.code <= last]
    return page, last if len(page) < len(found) else None


def _counts(session: Session) -> dict[str, int]:
    units = units_.of(session).by_id.values()
    rows = session.execute(
        select(UnitSuccession.legacy_unit_id, func.count()).group_by(UnitSuccession.legacy_unit_id)
    )
    divided = sum(count > 1 for _, count in rows)

    def count(era: str, tier: int) -> int:
        return sum(unit.era == era and unit.tier == tier for unit in units)

    return {
        "provinces_before": count("2004", 1),
        "provinces_after": count("2025", 1),
        "districts_before": count("2004", 2),
        "communes_before": count("2004", 3),
        "communes_after": count("2025", 3),
        "communes_divided": divided,
    }
