"""Entries: what a report says, as it is written into the registry's rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.matching import names
from app.matching.addresses import address_key
from app.matching.dates import parse
from app.matching.names import NameParts
from app.registry.models import Kinship, Residence
from app.registry.reporting import checks
from app.registry.reporting.payloads import Name

if TYPE_CHECKING:
    import datetime as dt

    from app.registry.reporting.facts import Facts
    from app.registry.reporting.payloads import Place, Relative
    from app.registry.reporting.payloads import Residence as SaidResidence
    from app.registry.reporting.reports import Case


#: Columns of a citizen that are written as they are said, if they are.
AS_SAID = (
    "other_name",
    "sex",
    "religion",
    "nationality",
    "second_nationality",
    "blood_type",
    "marital_status",
    "state",
    "state_since",
    "death_date",
    "missing_since",
    "phone",
    "email",
    "remarks",
    "surname_note",
    "number_note",
)


def parts_of(said: Name | str) -> Name:
    """Return a name in its parts; one text is divided as Vietnamese names are."""
    if isinstance(said, Name):
        return said
    family, middle, given = names.split(said)
    return Name(family=family, middle=middle, given=given)


def name_columns(said: Name | str) -> dict[str, str]:
    """Return the columns of a citizen that a name fills."""
    name = parts_of(said)
    full_name = names.join(NameParts(name.family, name.middle, name.given), name.order)
    return {
        "family_name": name.family,
        "middle_name": name.middle,
        "given_name": name.given,
        "name_order": name.order,
        "full_name": full_name,
        "name_key": names.name_key(full_name),
    }


def birth_columns(said: str) -> dict[str, int | None]:
    """Return the columns of a citizen that a birth date fills."""
    date = parse(said)
    return {"birth_year": date.year, "birth_month": date.month, "birth_day": date.day}


def place_columns(prefix: str, said: Place, facts: Facts, today: dt.date) -> dict[str, Any]:
    """Return the columns `<prefix>_country` and `<prefix>_unit_id`; a birth has its detail too."""
    unit = checks.unit_of(said, facts, today)
    columns: dict[str, Any] = {
        f"{prefix}_country": said.country,
        f"{prefix}_unit_id": None if unit is None else unit.id,
    }
    if prefix == "birth":
        columns["birth_place"] = said.detail or None
    return columns


def address_columns(said: Place, facts: Facts, today: dt.date) -> dict[str, Any]:
    """Return the columns of a residence or a household that an address fills."""
    unit = checks.unit_of(said, facts, today)
    return {
        "unit_id": None if unit is None else unit.id,
        "address": said.detail,
        "address_key": address_key(said.detail),
    }


def residence(
    case: Case[Any], citizen_id: int, kind: str, said: SaidResidence, start: dt.date
) -> Residence:
    """Return a new row of residence; `start` holds where the report says no other day."""
    return Residence(
        id=case.facts.next_id(Residence),
        citizen_id=citizen_id,
        kind=kind,
        country=said.place.country,
        **address_columns(said.place, case.facts, case.report.today),
        reason=said.reason,
        from_date=said.from_date or start,
        to_date=said.to_date,
    )


def kinship(
    case: Case[Any], citizen_id: int, kind: str, said: Relative, start: dt.date | None = None
) -> Kinship:
    """Return a new row of kinship."""
    return Kinship(
        id=case.facts.next_id(Kinship),
        citizen_id=citizen_id,
        kind=kind,
        from_date=start,
        **relative_columns(said, case.facts),
    )


def relative_columns(said: Relative, facts: Facts) -> dict[str, Any]:
    """Return the columns of kinship that say who the relative is."""
    if said.pin is not None:
        person = facts.people[said.pin]
        return {"relative_id": person.id, "relative_name": None, "relative_nationality": None}
    return {
        "relative_id": None,
        "relative_name": said.full_name,
        "relative_nationality": said.nationality,
    }
