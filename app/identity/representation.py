"""Representation: who decides about a citizen's data for them, and for whom a citizen may.

A child's parents, whoever is guardian, whoever represents by law. Read at the moment of use: it
ends with the child's birthday, with the guardianship, and with the representative's death.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app.registry import citizens, kinship

if TYPE_CHECKING:
    import datetime as dt

    from sqlalchemy.orm import Session

#: What a representative may be to somebody; the first are asked first.
KINDS: Final = ("guardian", "representative", "mother", "father")


def of(
    session: Session, citizen_id: int, today: dt.date, child_until: int
) -> tuple[int, ...] | None:
    """Return who decides for a citizen today, in the order of `KINDS`; None: they themselves.

    `child_until` is the age from which somebody decides alone, unless they have a guardian. Empty
    where somebody has to, and nobody who could is on record.
    """
    related = _related(session, citizen_id, today)
    if "guardian" not in related.values() and age(session, citizen_id, today) >= child_until:
        return None
    return tuple(
        relative for kind in KINDS for relative, known in related.items() if known == kind
    )


def age(session: Session, citizen_id: int, today: dt.date) -> int:
    """Return somebody's age in whole years."""
    [person] = citizens.read(session, [citizen_id])
    return citizens.age_on(person.birth_date, today)


def _related(session: Session, citizen_id: int, today: dt.date) -> dict[int, str]:
    """Return who is parent, guardian or representative on record, in this world and alive."""
    held = [
        relative
        for relative in kinship.stated(session, [citizen_id])
        if relative.kind in KINDS and relative.relative_id is not None and relative.holds(today)
    ]
    known = citizens.read(session, [each.relative_id for each in held if each.relative_id])
    alive = {person.id for person in known if person.state != "dead"}
    return {each.relative_id: each.kind for each in held if each.relative_id in alive}
