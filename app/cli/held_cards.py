"""Which card is meant: by its serial, or by whose it is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from app.cli.failing import CommandError

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.identity.cards import Card
    from app.platform.world import World

#: How a card is named, for the help of commands.
METAVAR: Final = "PERSONA|NUMBER|SERIAL"
HELP: Final = "Whose present card (NAME#1: their first), or which card by its serial."
_NUMBER: Final = re.compile("[0-9]{12}")


def citizen_id(session: Session, whose: str) -> int:
    """Return who a persona's name or a personal number means; raise that it is nobody."""
    from app.registry import citizens
    from app.sandbox import personas

    if not _NUMBER.fullmatch(whose):
        return personas.find(session, whose).citizen_id
    found = citizens.find(session, whose)
    if found is None:
        raise CommandError(
            "No citizen bears this personal number",
            "`dancu persona list` and `dancu persona find` give numbers.",
            code="citizen-unknown",
        )
    return found.id


def find(session: Session, world: World, which: str) -> Card:
    """Return the card of that serial, or somebody's; raise that there is none."""
    from app.identity import cards

    card = cards.by_serial(session, world, which)
    if card is not None:
        return card
    whose, _, nth = which.partition("#")
    holder = citizen_id(session, whose)
    every = cards.of_citizen(session, holder, world.today)
    if nth:
        return _numbered(every, whose, nth)
    held = cards.current(session, [holder], world.today).get(holder)
    if held is None and not every:
        raise CommandError(
            f"{whose} has no card",
            "`dancu persona find --card active` finds somebody who has.",
            code="card-unknown",
        )
    return held or every[-1]


def _numbered(every: list[Card], whose: str, nth: str) -> Card:
    if not (nth.isdecimal() and 1 <= int(nth) <= len(every)):
        raise CommandError(
            f"{whose} has {len(every)} cards, and none that is numbered {nth}",
            f"`dancu card list {whose}` lists them, the oldest first.",
            code="card-unknown",
        )
    return every[int(nth) - 1]
