"""Stays: which residence is in force on a day, and how one begins or ends by an event."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.registry import units as units_
from app.registry.models import Residence
from app.registry.reporting import checks, entries

if TYPE_CHECKING:
    import datetime as dt

    from app.registry.reporting.facts import Facts
    from app.registry.reporting.payloads import Place
    from app.registry.reporting.reports import Case, Effect


def in_force(facts: Facts, citizen_id: int, kind: str, day: dt.date) -> Residence | None:
    """Return the residence of that kind that holds on `day`; the later one of two."""
    holding = [
        stay
        for stay in facts.stays[citizen_id]
        if stay.kind == kind
        and stay.from_date <= day
        and (stay.to_date is None or day < stay.to_date)
    ]
    return max(holding, key=lambda stay: (stay.from_date, stay.id), default=None)


def begin(
    case: Case[Any], effect: Effect, citizen_id: int, kind: str, columns: dict[str, Any]
) -> None:
    """Let a residence begin on the day of the event; `columns` say where, why, until when."""
    effect.added.append(
        Residence(
            id=case.facts.next_id(Residence),
            citizen_id=citizen_id,
            kind=kind,
            from_date=case.happened,
            **columns,
        )
    )


def at_place(case: Case[Any], said: Place) -> dict[str, Any]:
    """Return the columns that say where a residence is, for a place that a report names."""
    columns = entries.address_columns(said, case.facts, case.report.today)
    return {"country": said.country, **columns}


def where(case: Case[Any], stay: Residence) -> dict[str, Any]:
    """Return the columns that say where a residence is, in the unit of the day of the event."""
    return {
        "country": stay.country,
        "unit_id": unit_on(case.facts, stay.unit_id, case.happened),
        "address": stay.address,
        "address_key": stay.address_key,
    }


def end(case: Case[Any], effect: Effect, citizen_id: int, *kinds: str) -> None:
    """End the residences of these kinds that hold on the day of the event."""
    day = case.happened
    for kind in kinds:
        stay = in_force(case.facts, citizen_id, kind, day)
        if stay is not None:
            effect.change(stay, to_date=day)


def is_at(facts: Facts, stay: Residence, unit_id: int | None, key: str, day: dt.date) -> bool:
    """Whether a residence is at this address on `day`, whichever era it was recorded in."""
    return stay.address_key == key and unit_on(facts, stay.unit_id, day) == unit_on(
        facts, unit_id, day
    )


def unit_on(facts: Facts, unit_id: int | None, day: dt.date) -> int | None:
    """Return the id of the unit that holds this unit's area on `day`; None abroad."""
    return None if unit_id is None else units_.as_of(facts.units, unit_id, day).unit.id


def commune_of(case: Case[Any], place: Place) -> int | None:
    """Return the unit in which a place lies on the day of the event."""
    unit = checks.unit_of(place, case.facts, case.report.today)
    return None if unit is None else unit_on(case.facts, unit.id, case.happened)
