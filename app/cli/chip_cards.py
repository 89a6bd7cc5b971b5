"""Which card is meant, and what opens its chip.

The CAN and the MRZ are printed on the card; for a card of the world on this machine they are
looked up there. Who reads somebody else's server gives them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import msgspec

from app.cli import held_cards, home
from app.cli.failing import CommandError
from app.platform.errors import DancuError

if TYPE_CHECKING:
    from app.identity.chip.reader import Key
    from app.platform.world import World

_SERIAL: Final = re.compile("[A-Z2-7]{16}")


class Card(msgspec.Struct, frozen=True):
    """A card as it lies on the table: how it is found, and what is printed on it."""

    serial: str
    can: str | None = None
    information: bytes | None = None


def find(which: str, world: str | None, *, with_zone: bool) -> Card:
    """Find a card in the world on this machine; a serial may be of a world elsewhere.

    `with_zone`: what its machine-readable zone says is needed, too.
    """
    try:
        with home.world(world) as opened:
            return _on_the_table(opened, which, with_zone=with_zone)
    except (CommandError, DancuError):
        if _SERIAL.fullmatch(which):
            return Card(which)
        raise


def _on_the_table(world: World, which: str, *, with_zone: bool) -> Card:
    from app.identity import cards
    from app.identity.chip import personalising

    with world.session() as session:
        card = held_cards.find(session, world, which)
        serial = cards.serial(world, card)
        if card.issued_on is None:
            return Card(serial)
        chip = personalising.chip_of(session, world, card) if with_zone else None
    return Card(serial, cards.access_number(card), None if chip is None else chip.information)


def key(card: Card, can: str | None, mrz: str | None, *, bac: bool) -> Key:
    """Return what opens the card: what was given, else what is printed on it."""
    from app.identity.chip.reader import Key

    if mrz is not None or bac:
        information = _information(mrz) if mrz is not None else card.information
        if information is not None:
            return Key("bac" if bac else "mrz", information)
    elif (number := can or card.can) is not None:
        return Key("can", number.encode())
    raise CommandError(
        f"what is printed on card {card.serial} is not known on this machine",
        "Give --can with its six digits, or --mrz with the three lines of its back.",
        code="card-key-missing",
    )


def _information(lines: str) -> bytes:
    from app.identity import mrz
    from app.identity.chip import kdf

    try:
        zone = mrz.parse(lines.split())
    except ValueError as error:
        raise CommandError(
            f"that is no machine-readable zone: {error}",
            "Give the three lines of 30 characters, joined by spaces, in one pair of quotes.",
            code="mrz-wrong",
        ) from None
    return kdf.mrz_information(zone.document_number, zone.birth, zone.expiry)
