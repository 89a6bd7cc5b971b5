"""A counter with a reader: which cards are laid on it, and what reader and camera give of them.

Readers' kits send the number with the signer's certificate or the signed object; they check by
themselves whether the files are those that were signed and the chip is no copy, as they have to
without a network.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl
from cryptography.hazmat.primitives.serialization import Encoding

from app.identity import biometrics, cards
from app.identity.chip import personalising
from app.identity.pki import authority, eras
from app.scenarios import claims
from app.scenarios.population import Pack
from app.scenarios.scenario import Column

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray
    from sqlalchemy.orm import Session

    from app.identity.cards import Card
    from app.identity.pki.eras import Quarter
    from app.platform.worlds import World
    from app.scenarios.parameters import Difficulty
    from app.scenarios.population import Population
    from app.scenarios.secrecy import Draws

READER: Final = Column(
    name="reader",
    kind="text",
    vi="Máy đọc hỏi khóa của chip: proved, not_proved, not_done (không hỏi)",
    en="What the reader found of the chip's key: proved, not_proved (its files were copied), "
    "not_done (the reader is too old, or no chip was read).",
)
FACE: Final = Column(
    name="face",
    kind="text",
    vi="Mẫu khuôn mặt trước máy ảnh",
    en="Template token of the face before the camera.",
)
#: Of readers: how many do not ask the chip for its key. The harder, the older they are.
_NOT_DONE: Final = {"easy": 0.0, "normal": 0.15, "hard": 0.5}
_GOOD, _BEST = 60, 99
_SLICE = 5_000
_VALID = "valid"
_Find = Callable[["Session", "Sequence[int]", "dt.date"], "dict[int, Card]"]


@dataclass(frozen=True, slots=True)
class Camera:
    """What is before the camera of each row, as masks: another's face, a poor one, a mask."""

    other: NDArray[np.bool_]
    poor: NDArray[np.bool_]
    mask: NDArray[np.bool_]


def verdict(values: Mapping[str, str]) -> Column:
    """Return the answer to what a card is and whose it is, by what each verdict means."""
    return Column(
        name="verdict",
        kind="class",
        vi="Thẻ là gì và của ai",
        en="What the card is, and whose.",
        values=values,
    )


def held(people: Population, places: NDArray[np.int64]) -> pl.DataFrame:
    """Return the genuine cards of those of these people who have one.

    Columns: `place`, `card_number`, `serial`, `issued_on`, `quarter` (of issue, as text),
    `standing` (of `cards`).
    """
    return _found(people, places, cards.current)


def replaced(people: Population, places: NDArray[np.int64]) -> pl.DataFrame:
    """Return the last genuine cards that were replaced by another, in the columns of `held`."""
    return _found(people, places, cards.replaced)


def _found(people: Population, places: NDArray[np.int64], find: _Find) -> pl.DataFrame:
    rows: list[tuple[int, str, str, dt.date, str, str]] = []
    place_of = dict(zip(people.people["id"][places].to_list(), places.tolist(), strict=True))
    ids = list(place_of)
    for begun in range(0, len(ids), _SLICE):
        found = find(people.session, ids[begun : begun + _SLICE], people.today)
        genuine = [card for card in found.values() if card.issued_on and card.variant is None]
        standing = cards.statuses(people.session, genuine, people.today)
        rows += [
            (
                place_of[card.citizen_id],
                card.number,
                cards.serial(people.world, card),
                card.issued_on,
                str(eras.quarter(card.issued_on)),
                standing[card.id].code,
            )
            for card in genuine
            if card.issued_on is not None
        ]
    schema = {
        "place": pl.Int64,
        "card_number": pl.String,
        "serial": pl.String,
        "issued_on": pl.Date,
        "quarter": pl.String,
        "standing": pl.String,
    }
    return pl.DataFrame(rows, schema=schema, orient="row").sort("place")


def claim(
    people: Population, draws: Draws, kind: str, places: NDArray[np.int64], both: float
) -> pl.DataFrame:
    """Return the claims of who comes with these cards: typed badly for `near_match`, else right.

    In the columns of `claims.make`; `both` is the share of those wrong in name and date.
    """
    if kind == "near_match":
        pack = Pack(draws.stream("badly"), places, len(places))
        return claims.make(people, draws, pack, {"near_match": len(places)}, both)
    return claims.exact(people, places).with_columns(kind=pl.lit(kind))


def is_valid() -> pl.Expr:
    """Whether a card proves who its holder is."""
    return pl.col("standing") == _VALID


def certificates(world: World, quarters: Sequence[str], *, trusted: bool) -> dict[str, str]:
    """Return the signer's certificate of each quarter in base64: the ministry's, or a forger's."""
    stock = personalising.stock(world)
    of = stock.trusted if trusted else stock.untrusted
    return {name: _certificate(of, eras.parse_quarter(name)) for name in quarters}


def signed_objects(world: World, rows: pl.DataFrame) -> pl.Series:
    """Return an EF.SOD in base64 of each row's card, by `serial`, `issued_on` and `variant`.

    `variant` is one of those of cards, null for what the ministry signed.
    """
    stock = personalising.stock(world)
    told = [
        base64.b64encode(personalising.signed_keys(stock, serial, issued_on, variant)).decode()
        for serial, issued_on, variant in rows.select("serial", "issued_on", "variant").rows()
    ]
    return pl.Series(told, dtype=pl.String)


def faces(
    people: Population, rng: np.random.Generator, place: NDArray[np.int64], before: Camera
) -> pl.Series:
    """Return the template tokens that a camera gives of the people at `place`."""
    size = len(place)
    living = people.living()
    drawn = rng.integers(len(living), size=size)
    others = np.where(living[drawn] == place, living[drawn - 1], living[drawn])
    quality = rng.integers(_GOOD, _BEST, size)
    poor = rng.integers(5, biometrics.LEAST_QUALITY, size)
    seen = people.people["id"][np.where(before.other, others, place)].to_list()
    tokens = [
        biometrics.template(
            people.world, citizen_id, "face", quality, "spoof" if is_mask else "live"
        )
        for citizen_id, quality, is_mask in zip(
            seen, np.where(before.poor, poor, quality).tolist(), before.mask, strict=True
        )
    ]
    return pl.Series(tokens, dtype=pl.String)


def readers(
    rng: np.random.Generator, copied: NDArray[np.bool_], difficulty: Difficulty
) -> NDArray[np.str_]:
    """Return what each reader found of the chip's key: values of `READER`."""
    not_done = rng.random(len(copied)) < _NOT_DONE[difficulty]
    return np.where(not_done, "not_done", np.where(copied, "not_proved", "proved"))


def _certificate(of: authority.Authority, quarter: Quarter) -> str:
    signed = authority.signer(of, quarter).certificate.public_bytes(Encoding.DER)
    return base64.b64encode(signed).decode()
