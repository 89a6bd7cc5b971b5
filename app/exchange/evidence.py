"""Evidence: what a claim is compared with, looked up in the registry for one claim or many.

The statements depend on what is claimed, never on who exists: rule 7 of the design.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from app.matching.dates import PartialDate
from app.matching.verdicts import Record
from app.registry import lookup, units
from app.registry.lookup import Found

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from sqlalchemy.orm import Session

    from app.matching.verdicts import ClaimedValue
    from app.registry.lookup import Hit, Parents
    from app.registry.units import Units

#: What a claim about a number that leads to no one person is compared with: the work is the same.
DECOY = Record(
    full_name="Nguyễn Thị Mô Phỏng",
    birth_date=PartialDate(1900, 1, 1),
    sex="U",
    nationality="VN",
    ethnicity="99",
    residence_province="00",
    origin_province="00",
    father_name="Nguyễn Văn Mô Phỏng",
    mother_name="Trần Thị Mô Phỏng",
)
#: Nobody's id, for statements that are run for a number that nobody bears.
NOBODY = 0
#: Attributes that the row of the look-up holds.
_IN_THE_ROW = frozenset({"full_name", "birth_date", "sex", "nationality", "ethnicity"})


class Needs(NamedTuple):
    """What a claim needs looked up besides the number."""

    residence: bool
    origin: bool
    parents: bool


_NO_NEEDS = Needs(residence=False, origin=False, parents=False)


class Evidence(NamedTuple):
    """Who a number leads to; `record` is None where that is nobody, or several people."""

    found: Found
    record: Record | None


def needs(claim: Mapping[str, ClaimedValue]) -> Needs:
    """Return which further look-ups this claim takes."""
    if claim.keys() <= _IN_THE_ROW:
        return _NO_NEEDS
    return Needs(
        residence="residence_province" in claim,
        origin="origin_province" in claim,
        parents="father_name" in claim or "mother_name" in claim,
    )


def look_up(
    session: Session, claims: Sequence[tuple[str, Mapping[str, ClaimedValue]]], today: dt.date
) -> list[Evidence]:
    """Look up what these claims are compared with, in a handful of statements for all of them.

    A claim is a number and what is said of its bearer. One Evidence for each, in their order.
    """
    found = lookup.find_many(session, [number for number, _ in claims])
    ids = sorted({hit.citizen_id for one in found.values() if (hit := one.only)}) or [NOBODY]
    wanted = [needs(claim) for _, claim in claims]
    homes: dict[int, int | None] = {}
    if any(need.residence for need in wanted):
        homes = lookup.permanent_units(session, ids, today)
    parents: dict[int, Parents] = {}
    if any(need.parents for need in wanted):
        parents = lookup.parents(session, ids)
    places = units.of(session) if any(need.residence or need.origin for need in wanted) else None
    records = {
        number: record_of(
            hit, today, places, homes.get(hit.citizen_id), parents.get(hit.citizen_id)
        )
        for number, one in found.items()
        if (hit := one.only)
    }
    return [Evidence(found[number], records.get(number)) for number, _ in claims]


def look_back(
    session: Session, number: str, claim: Mapping[str, ClaimedValue], day: dt.date
) -> Evidence:
    """Look up what a claim is compared with as it stood on record at the end of `day`.

    Provinces are those in force on that day. Whether somebody was found shows in the work: only
    for those who are told outcomes in detail anyway (`gate.of_past`).
    """
    from app.registry import past  # noqa: PLC0415 - the door opens before the tables load

    then = past.known(session, lookup.find(session, number), day)
    found = Found(number, tuple(hit for hit, _, _ in then))
    if found.only is None:
        return Evidence(found, None)
    need = needs(claim)
    places = units.of(session) if need.residence or need.origin else None
    [(hit, home, parents)] = then
    return Evidence(found, record_of(hit, day, places, home, parents if need.parents else None))


def record_of(
    hit: Hit,
    today: dt.date,
    places: Units | None = None,
    home_unit: int | None = None,
    parents: Parents | None = None,
) -> Record:
    """Return what a claim about this person is compared with, as far as it was looked up.

    Provinces are those of the era in force on `today`.
    """
    compared = hit.record()
    if places is not None:
        compared = compared._replace(
            residence_province=_province(places, home_unit, today),
            origin_province=_province(places, hit.origin_unit_id, today),
        )
    return compared if parents is None else compared._replace(**parents._asdict())


def _province(places: Units, unit_id: int | None, today: dt.date) -> str | None:
    return None if unit_id is None else units.province_of(places, unit_id, today).code
