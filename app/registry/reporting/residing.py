"""Homes: how events found a household, enter it, leave it, and settle at its address."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.registry import houses
from app.registry import units as units_
from app.registry.models import Household, HouseholdMember, Residence
from app.registry.reporting import entries
from app.registry.reporting.facts import GENERATED
from app.registry.reporting.payloads import NewHousehold

if TYPE_CHECKING:
    import datetime as dt

    from app.registry.reporting.facts import Facts
    from app.registry.reporting.payloads import JoinedHousehold
    from app.registry.reporting.reports import Case, Effect

_NONE = -1


def joined(facts: Facts, said: JoinedHousehold | NewHousehold | None) -> int:
    """Return the id of the household that is joined; -1, which is none's, if none is."""
    if said is None or isinstance(said, NewHousehold):
        return _NONE
    member = facts.people.get(said.member or "")
    if member is not None and member.id in facts.membership:
        return facts.membership[member.id].household_id
    return facts.household_ids.get(said.file_number or "", _NONE)


def of(facts: Facts, citizen_id: int) -> Household | None:
    """Return the household a person belongs to now."""
    member = facts.membership.get(citizen_id)
    return None if member is None else facts.households[member.household_id]


def found(case: Case[Any], effect: Effect, said: NewHousehold) -> Household:
    """Open a residence file at an address, on the day of the event."""
    columns = entries.address_columns(said.place, case.facts, case.report.today)
    return open_file(case, effect, said.house_id, columns)


def open_file(
    case: Case[Any], effect: Effect, house_id: str | None, columns: dict[str, Any]
) -> Household:
    """Open a residence file: the province's code and a running number.

    Eleven digits: files of the generator have nine or ten. The running number is also that of a
    house that has no identifier yet.
    """
    facts, today = case.facts, case.report.today
    household_id = facts.next_id(Household)
    number = household_id - GENERATED
    province = units_.province_of(facts.units, columns["unit_id"], today)
    home = Household(
        id=household_id,
        file_number=f"{province.code}{number:09d}",
        house_id=house_id or houses.identifier(columns["unit_id"], number),
        from_date=case.happened,
        **columns,
    )
    effect.added.append(home)
    return home


def enter(
    case: Case[Any], effect: Effect, citizen_id: int, home: Household, relationship: str
) -> None:
    """Let a person belong to a household from the day of the event on."""
    effect.added.append(
        HouseholdMember(
            id=case.facts.next_id(HouseholdMember),
            household_id=home.id,
            citizen_id=citizen_id,
            relationship=relationship,
            from_date=case.happened,
        )
    )


def leave(facts: Facts, effect: Effect, citizen_id: int, day: dt.date) -> None:
    """End a membership; a household that nobody is left in ends too."""
    member = facts.membership.pop(citizen_id, None)
    if member is None:
        return
    effect.change(member, to_date=day)
    if not facts.open_members(member.household_id):
        effect.change(facts.households[member.household_id], to_date=day)


def settle(
    case: Case[Any], effect: Effect, citizen_id: int, home: Household, reason: str | None = None
) -> None:
    """Let a person reside at the household's address for good, from the day of the event on."""
    effect.added.append(
        Residence(
            id=case.facts.next_id(Residence),
            citizen_id=citizen_id,
            kind="permanent",
            country="VN",
            **address(case, home),
            household_id=home.id,
            reason=reason,
            from_date=case.happened,
        )
    )


def address(case: Case[Any], home: Household) -> dict[str, Any]:
    """Return the columns that say where a household is, in the unit in force on that day."""
    day = case.happened
    return {
        "unit_id": units_.as_of(case.facts.units, home.unit_id, day).unit.id,
        "address": home.address,
        "address_key": home.address_key,
    }


def refile(facts: Facts, effect: Effect, citizen_id: int, old: Household, home: Household) -> None:
    """Let a person's residences belong to another residence file at the same address.

    The residence goes on: nobody has moved.
    """
    for stay in facts.stays[citizen_id]:
        if stay.household_id == old.id and stay.to_date is None:
            effect.change(stay, household_id=home.id, address=home.address)
