"""Weighing: how many bits more than chance a candidate has, and what that decides.

`bits` = what the agreement is worth − what the errors cost − log2 of how many people might have
been met instead. See `slips` for why ten bits are wrong in at most one case of a thousand.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, NamedTuple

import polars as pl

from app.matching.linkage.census import USUAL_DAYS
from app.matching.linkage.slips import AGREED, SLIPS, About
from app.matching.linkage.words import STRICTEST

if TYPE_CHECKING:
    from app.matching.linkage.census import Census

#: Bits beyond which more say nothing more.
_MOST: Final = 60.0


class Scale(NamedTuple):
    """What candidates are weighed by, and how many bits are enough."""

    census: Census
    strictness: int = STRICTEST


def name_bits(census: Census, slip: pl.Series, recorded_key: pl.Series) -> pl.Series:
    """Return what names that differ by `slip` are worth, less the slip's weight."""
    people = max(census.people, 1)
    rarity = (people / census.bearers(recorded_key).cast(pl.Float64)).log(2)
    return _bits(About.NAME, slip, rarity)


def birth_bits(slip: pl.Series, recorded: pl.Series, share: pl.Series | None = None) -> pl.Series:
    """Return what birth dates are worth; `share` is that of the people born on the recorded one.

    Where it is not known, it is what is usual: for a day, or for a year where no more is recorded.
    """
    if share is None:
        partial = SLIPS["dob_partial"].information
        measured = recorded.to_frame("born").select(
            pl.when(pl.col("born") % 100 == 0).then(partial).otherwise(math.log2(USUAL_DAYS))
        )
        return _bits(About.BIRTH_DATE, slip, measured.to_series())
    return _bits(About.BIRTH_DATE, slip, -share.log(2))


def number_bits(slip: pl.Series, people: int) -> pl.Series:
    """Return what the numbers are worth, less log2 of the people who might have been met."""
    crowd = math.log2(max(people, 1))
    worth = pl.Series([crowd], dtype=pl.Float64).new_from_index(0, len(slip))
    return _bits(About.NUMBER, slip, worth) - crowd


def score(bits: pl.Expr) -> pl.Expr:
    """Return bits as a score from 0 to 1: the chance, at even odds, that it is no coincidence."""
    return 1 - 1 / (1 + (bits.clip(-_MOST, _MOST) * math.log(2)).exp())


def contradicting() -> list[str]:
    """Return the names of slips that nothing explains."""
    return [slip.name for slip in SLIPS.values() if slip.contradicts]


def _bits(about: About, slip: pl.Series, measured: pl.Series) -> pl.Series:
    """Return information less weight; `measured` where the slip's own is not a constant."""
    of_group = [one for one in SLIPS.values() if one.about is about]
    names = ["", *(one.name for one in of_group)]
    weights = [AGREED[about], *(one.weight for one in of_group)]
    worth = [None, *(one.information for one in of_group)]
    frame = pl.DataFrame({"slip": slip, "measured": measured})
    name = pl.col("slip")
    # What an error leaves is never worth more than agreement without it.
    information = pl.min_horizontal(
        name.replace_strict(names, worth, return_dtype=pl.Float64).fill_null(math.inf),
        pl.col("measured"),
    )
    cost = name.replace_strict(names, weights, return_dtype=pl.Float64)
    return frame.select(bits=information - cost)["bits"]
