"""Subjects: what is on record about many people, loaded at once, as far as the asked fields need.

However many people, a source is read by one or two statements.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from sqlalchemy import select

from app.registry import codes as codes_
from app.registry import households, kinship, numbers, residences
from app.registry import units as units_
from app.registry.models import Citizen

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy.orm import Session

    from app.registry.codes import Codes
    from app.registry.households import Household
    from app.registry.kinship import Relative
    from app.registry.numbers import OldNumber
    from app.registry.residences import Residences, Stay
    from app.registry.units import Units
    from app.registry.values import CancelledNumber

Source = Literal["old", "superseded", "stays", "household", "stated", "read_back"]


@dataclass(frozen=True)
class View:
    """What turns records into words: the day, the units and code lists, others' old numbers.

    Units and codes are those of the session's database, read only if something needs them: 14,000
    units take as long as a thousand people's fields.
    """

    day: dt.date
    session: Session
    last_old: Mapping[int, str]

    @cached_property
    def units(self) -> Units:
        """The units of both eras."""
        return units_.of(self.session)

    @cached_property
    def codes(self) -> Codes:
        """The lists of codes."""
        return codes_.of(self.session)


@dataclass(frozen=True, slots=True)
class Subject:
    """One person's records; a source that no asked field needs is empty."""

    row: Citizen
    view: View
    old: tuple[OldNumber, ...] = ()
    superseded: tuple[CancelledNumber, ...] = ()
    stays: tuple[Stay, ...] = ()
    household: Household | None = None
    stated: tuple[Relative, ...] = ()
    read_back: tuple[Relative, ...] = ()

    @property
    def here(self) -> Residences:
        """The residences in force on the day."""
        return residences.in_force(self.stays, self.view.day)

    def relatives(self, kind: str) -> list[Relative]:
        """The relatives of that kind in force on the day."""
        rows = self.stated + self.read_back
        return [row for row in rows if row.kind == kind and row.holds(self.view.day)]


def load(
    session: Session, citizen_ids: Sequence[int], needs: Iterable[Source], day: dt.date
) -> dict[int, Subject]:
    """Load these people with the sources that are needed; an id that is nobody's is left out."""
    wanted = frozenset(needs)
    rows = session.scalars(select(Citizen).where(Citizen.id.in_(citizen_ids))).all()
    old = numbers.old(session, citizen_ids) if "old" in wanted else {}
    superseded = numbers.superseded(session, citizen_ids) if "superseded" in wanted else {}
    stays = residences.history(session, citizen_ids) if "stays" in wanted else {}
    homes = households.of(session, citizen_ids, day) if "household" in wanted else {}
    stated = kinship.stated(session, citizen_ids) if "stated" in wanted else ()
    read_back = kinship.read_back(session, citizen_ids) if "read_back" in wanted else ()
    stated_of, read_back_of = _by_citizen(stated), _by_citizen(read_back)
    others = _others(homes.values(), *stated_of.values(), *read_back_of.values())
    view = View(day, session, _last_old(session, others))
    return {
        row.id: Subject(
            row=row,
            view=view,
            old=old.get(row.id, ()),
            superseded=superseded.get(row.id, ()),
            stays=stays.get(row.id, ()),
            household=homes.get(row.id),
            stated=tuple(stated_of[row.id]),
            read_back=tuple(read_back_of[row.id]),
        )
        for row in rows
    }


def _by_citizen(relatives: Iterable[Relative]) -> dict[int, list[Relative]]:
    found: dict[int, list[Relative]] = defaultdict(list)
    for relative in relatives:
        found[relative.citizen_id].append(relative)
    return found


def _others(homes: Iterable[Household], *relatives: Iterable[Relative]) -> set[int]:
    members = {member.citizen_id for home in homes for member in home.members}
    kin = {row.relative_id for rows in relatives for row in rows if row.relative_id is not None}
    return members | kin


def _last_old(session: Session, citizen_ids: set[int]) -> dict[int, str]:
    if not citizen_ids:
        return {}
    found = numbers.old(session, sorted(citizen_ids))
    return {citizen_id: cards[0].number for citizen_id, cards in found.items()}
