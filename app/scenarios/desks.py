"""A counter with a reader: which cards are laid on it, and what reader and camera give of them.

Readers' kits send the number with the signer's certificate; they check by themselves whether the
files are those that were signed and the chip is no copy, as they have to without a network.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Final

import polars as pl
from cryptography.hazmat.primitives.serialization import Encoding

from app.identity import biometrics, cards
from app.identity.chip import personalising
from app.identity.pki import authority, eras

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from app.identity.pki.eras import Quarter
    from app.platform.worlds import World
    from app.scenarios.population import Population

#: What the reader itself found of the chip, by Active Authentication.
READER: Final = {
    "proved": "the chip has the card's own key",
    "not_proved": "it has not: its files were copied",
    "not_done": "the reader is too old to ask",
}
_SLICE = 5_000
_VALID = "valid"


def held(people: Population, places: NDArray[np.int64]) -> pl.DataFrame:
    """Return the genuine cards of those of these people who have one.

    Columns: `place`, `card_number`, `quarter` (of issue, as text), `standing` (of `cards`).
    """
    rows: list[tuple[int, str, str, str]] = []
    place_of = dict(zip(people.people["id"][places].to_list(), places.tolist(), strict=True))
    ids = list(place_of)
    for begun in range(0, len(ids), _SLICE):
        found = cards.current(people.session, ids[begun : begun + _SLICE], people.today)
        genuine = [card for card in found.values() if card.issued_on and card.variant is None]
        standing = cards.statuses(people.session, genuine, people.today)
        rows += [
            (
                place_of[card.citizen_id],
                card.number,
                str(eras.quarter(card.issued_on)),
                standing[card.id].code,
            )
            for card in genuine
            if card.issued_on is not None
        ]
    schema = {
        "place": pl.Int64,
        "card_number": pl.String,
        "quarter": pl.String,
        "standing": pl.String,
    }
    return pl.DataFrame(rows, schema=schema, orient="row").sort("place")


def is_valid() -> pl.Expr:
    """Whether a card proves who its holder is."""
    return pl.col("standing") == _VALID


def certificates(world: World, quarters: Sequence[str], *, trusted: bool) -> dict[str, str]:
    """Return the signer's certificate of each quarter in base64: the ministry's, or a forger's."""
    stock = personalising.stock(world)
    of = stock.trusted if trusted else stock.untrusted
    return {name: _certificate(of, eras.parse_quarter(name)) for name in quarters}


def faces(world: World, citizen_ids: Sequence[int], qualities: NDArray[np.int64]) -> list[str]:
    """Return the template tokens that a camera gives of these people, one for each row."""
    return [
        biometrics.template(world, citizen_id, "face", quality)
        for citizen_id, quality in zip(citizen_ids, qualities.tolist(), strict=True)
    ]


def _certificate(of: authority.Authority, quarter: Quarter) -> str:
    signed = authority.signer(of, quarter).certificate.public_bytes(Encoding.DER)
    return base64.b64encode(signed).decode()
