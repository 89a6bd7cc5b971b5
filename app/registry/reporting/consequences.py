"""Consequences: what else of a record changes when a correction changes birth, death or state.

A date that was on record as the birth's or the death's stays so; a cancelled death gives back the
marriage it ended; who is no longer here leaves household and residences.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.registry.kinship import PARENTS
from app.registry.models import Citizen, HouseholdMember, Kinship, Residence
from app.registry.reporting import checks, homes, residing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from app.matching.dates import PartialDate
    from app.registry.reporting.facts import Facts
    from app.registry.reporting.reports import Effect, Report

#: States of those who live here: only they belong to households and have residences here.
PRESENT = ("alive", "under_review")

_Period = HouseholdMember | Kinship | Residence


@dataclass(frozen=True, slots=True)
class Before:
    """What was on record of a person before the correction."""

    birth: PartialDate
    death: dt.date | None
    state: str

    @classmethod
    def of(cls, citizen: Citizen) -> Before:
        """Take it down."""
        return cls(checks.birth_of(citizen), citizen.death_date, citizen.state)


def follow(facts: Facts, effect: Effect, before: Before, report: Report) -> None:
    """Change what a correction of the citizen's own row entails, as part of the same effect."""
    citizen = effect.citizen
    if checks.birth_of(citizen) != before.birth:
        _begin_with_birth(facts, effect, before.birth)
    if before.death is not None and citizen.death_date not in {before.death, None}:
        _end_with_death(facts, effect, before.death)
    if before.state == "dead" != citizen.state:
        _restore_marriages(facts, effect, before.death)
    if before.state in PRESENT and citizen.state not in PRESENT:
        dates = (citizen.state_since, citizen.missing_since, report.occurred_on)
        first = next((day for day in dates if day is not None), report.today)
        leave(facts, effect, citizen.id, first)


def bereave(facts: Facts, effect: Effect, day: dt.date) -> None:
    """End what a death ends besides: the marriage, for both, and guardianship of and by the dead.

    Parents stay parents. Law on Marriage and Family 2014, Art 65; Civil Code 2015, Art 62. Of
    whoever lived abroad the residence there ends, too.
    """
    person = effect.citizen
    for stay in facts.stays[person.id]:
        if stay.to_date is None or stay.to_date > day:
            effect.change(stay, to_date=day)
    for row in (*facts.kin[person.id], *facts.named_by[person.id]):
        if row.to_date is not None or row.kind in PARENTS:
            continue
        effect.change(row, to_date=day, end_reason="death")
        spouse = facts.person(row.relative_id)
        if row.kind == "spouse" and spouse not in {person, None}:
            effect.change(spouse, marital_status="widowed")
            effect.others.append(("pin", spouse))
            homes.part(facts, effect, spouse)


def _begin_with_birth(facts: Facts, effect: Effect, before: PartialDate) -> None:
    if before.month is None or before.day is None:
        return
    birth, day = checks.birth_of(effect.citizen), dt.date(before.year, before.month, before.day)
    born = checks.exact(birth)
    for row in _periods(facts, effect.citizen.id):
        if row.from_date != day:
            continue
        if born is not None:
            effect.change(row, from_date=born)
        elif isinstance(row, Kinship) and row.kind in PARENTS:
            effect.change(row, from_date=None)


def _end_with_death(facts: Facts, effect: Effect, before: dt.date) -> None:
    """Let residences, memberships and marriages that the death ended end on its new day."""
    citizen = effect.citizen
    for row in (*_periods(facts, citizen.id), *_of_spouses(facts, citizen.id)):
        if row.to_date == before:
            effect.change(row, to_date=citizen.death_date)


def _restore_marriages(facts: Facts, effect: Effect, death: dt.date | None) -> None:
    """Give back the marriage that a death ended, if no other came after (Civil Code, Art 73 (2)).

    If the spouse has died or married again, it stays ended.
    """
    citizen = effect.citizen
    ended = [row for row in facts.kin[citizen.id] if _is_ended_by(row, death)]
    for row in ended:
        spouse = facts.person(row.relative_id)
        if spouse is None:
            effect.change(row, to_date=None, end_reason=None)
        elif spouse.state != "dead" and facts.open_kin(spouse.id, "spouse") is None:
            back = [one for one in facts.kin[spouse.id] if one.relative_id == citizen.id]
            for one in (row, *(one for one in back if _is_ended_by(one, death))):
                effect.change(one, to_date=None, end_reason=None)
            effect.change(spouse, marital_status="married")


def _is_ended_by(row: Kinship, death: dt.date | None) -> bool:
    return row.kind == "spouse" and row.end_reason == "death" and row.to_date == death


def leave(facts: Facts, effect: Effect, citizen_id: int, day: dt.date) -> None:
    """End membership and residences here; a household that nobody is left in ends too."""
    residing.leave(facts, effect, citizen_id, day)
    for stay in facts.stays[citizen_id]:
        if is_in_force_here(stay, day):
            effect.change(stay, to_date=day)


def is_in_force_here(stay: Residence, day: dt.date) -> bool:
    """Whether a residence in this country has not ended by that day; an absence is one too."""
    is_abroad = stay.kind == "current" and stay.country != "VN"
    return not is_abroad and (stay.to_date is None or stay.to_date > day)


def _periods(facts: Facts, citizen_id: int) -> Iterator[_Period]:
    yield from facts.memberships[citizen_id]
    yield from facts.stays[citizen_id]
    yield from facts.kin[citizen_id]


def _of_spouses(facts: Facts, citizen_id: int) -> Iterable[Kinship]:
    return [row for row in facts.named_by[citizen_id] if row.kind == "spouse"]
