"""Readers: how each field of the catalogue is taken from a person's records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.matching.dates import PartialDate
from app.registry import values as v
from app.registry.places import place

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.registry.households import Member
    from app.registry.kinship import Relative
    from app.registry.residences import Stay
    from app.registry.subjects import Subject


def column(name: str) -> Callable[[Subject], Any]:
    """Read a column of the person's own row."""
    return lambda person: getattr(person.row, name)


def text(name: str) -> Callable[[Subject], str | None]:
    """Read a column in which nothing may be written as empty text."""
    return lambda person: getattr(person.row, name) or None


def birth_date(person: Subject) -> str:
    """Read `YYYY-MM-DD`, or `YYYY-MM` or `YYYY` where no more is known."""
    row = person.row
    return PartialDate(row.birth_year, row.birth_month, row.birth_day).isoformat()


def birth_place(person: Subject) -> v.KnownPlace:
    """Read the place of birth; its detail may be a hospital, or a place abroad."""
    row, view = person.row, person.view
    return place(view.units, view.day, row.birth_country, row.birth_unit_id, row.birth_place)


def registration_place(person: Subject) -> v.KnownPlace:
    """Read the place where the birth was registered."""
    row, view = person.row, person.view
    return place(view.units, view.day, row.registration_country, row.registration_unit_id)


def origin(person: Subject) -> v.KnownPlace:
    """Read the place the family comes from (quê quán)."""
    row, view = person.row, person.view
    return place(view.units, view.day, row.origin_country, row.origin_unit_id)


def ethnicity(person: Subject) -> v.Coded:
    """Read the ethnic group with its name."""
    code = person.row.ethnicity
    return v.Coded(code=code, name=person.view.codes.ethnicities[code])


def religion(person: Subject) -> v.Coded:
    """Read the religion with its name."""
    code = person.row.religion
    return v.Coded(code=code, name=person.view.codes.religions[code])


def superseded(person: Subject) -> list[v.CancelledNumber]:
    """Read the cancelled personal numbers, oldest first."""
    return list(person.superseded)


def old_cards(person: Subject) -> list[v.OldCard]:
    """Read the 9-digit numbers, the last issued first."""
    units = person.view.units
    return [
        v.OldCard(
            number=card.number,
            issued_on=card.issued_on,
            issued_in=None
            if card.issued_unit_id is None
            else units.by_id[card.issued_unit_id].short_name,
        )
        for card in person.old
    ]


def relatives(kind: str) -> Callable[[Subject], list[v.Person]]:
    """Read all relatives of a kind."""
    return lambda person: [_relative(person, row) for row in person.relatives(kind)]


def relative(kind: str) -> Callable[[Subject], v.Person | None]:
    """Read the relative of a kind of which there is one at a time."""
    return lambda person: next((_relative(person, row) for row in person.relatives(kind)), None)


def stay(kind: str) -> Callable[[Subject], v.Stay | None]:
    """Read one residence in force: `permanent`, `temporary`, `absence`, or `living_at`."""
    return lambda person: _stay(person, getattr(person.here, kind))


def residence_history(person: Subject) -> list[v.PastStay]:
    """Read all residences there have been, oldest first."""
    return [
        v.PastStay(
            kind=row.kind,
            place=_place(person, row),
            from_date=row.from_date,
            to_date=row.to_date,
            reason=row.reason,
        )
        for row in person.stays
    ]


def file_number(person: Subject) -> str | None:
    """Read the number of the household's residence file."""
    return None if person.household is None else person.household.file_number


def relationship(person: Subject) -> v.Coded | None:
    """Read what the person is to the head of the household."""
    if person.household is None:
        return None
    own = (row for row in person.household.members if row.citizen_id == person.row.id)
    return _member(person, next(own)).relationship


def head(person: Subject) -> v.Member | None:
    """Read the head of the household, possibly the person; None while nobody is."""
    home = person.household
    return None if home is None or home.head is None else _member(person, home.head)


def members(person: Subject) -> list[v.Member]:
    """Read all members of the household, the head first, the person among them."""
    home = person.household
    return [] if home is None else [_member(person, row) for row in home.members]


def _relative(person: Subject, row: Relative) -> v.Person:
    last_old = person.view.last_old
    return v.Person(
        full_name=row.full_name,
        pin=row.pin,
        old_number=None if row.relative_id is None else last_old.get(row.relative_id),
        nationality=row.nationality,
    )


def _member(person: Subject, row: Member) -> v.Member:
    names = person.view.codes.relationships
    return v.Member(
        relationship=v.Coded(code=row.relationship, name=names[row.relationship]),
        full_name=row.full_name,
        pin=row.pin,
        old_number=person.view.last_old.get(row.citizen_id),
    )


def _stay(person: Subject, row: Stay | None) -> v.Stay | None:
    if row is None:
        return None
    return v.Stay(
        place=_place(person, row),
        from_date=row.from_date,
        to_date=row.to_date,
        reason=row.reason,
        house_id=row.house_id,
    )


def _place(person: Subject, row: Stay) -> v.KnownPlace:
    view = person.view
    return place(view.units, view.day, row.country, row.unit_id, row.address)
