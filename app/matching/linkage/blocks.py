"""Blocks: which people a row that its number did not lead to anybody may mean.

Nobody is compared with everybody. A pair is looked at where two things agree at once, because a
row in which more is wrong could not be told from a coincidence anyway (see `weighing`):

| block | agrees |
|---|---|
| name and day | the words of the name, in any order and without marks; the birth date |
| name and day, swapped | the same, with day and month exchanged |
| day and number | the birth date; the last six digits, the first nine, or six and three |
| name and number | the words of the name; the first or the last half of the number; the year |

The year of birth is in every block, so that files and registries can be divided by it. Day and
first half of the number, which is place, sex and year, are no block: the larger a country, the
more people share them. So the last three digits are with it, which a slip before them leaves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterator

#: A block of more people tells nobody apart, and would cost most: it is left out.
MOST_IN_A_BLOCK: Final = 200
_MIX = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F)
_SHORTEST_PERSONAL: Final = 10**9


class _Block(NamedTuple):
    ours: pl.Expr
    theirs: pl.Expr
    of_people: bool = False
    """Each person once, whatever numbers lead there."""


def pairs(claims: pl.DataFrame, numbered: pl.DataFrame) -> pl.DataFrame:
    """Return `row` of claims and `at`, the place in `numbered`, of every pair to be looked at.

    Claims have their `name_key` beside the columns of `claims.CLAIMS`.
    """
    ours = claims.with_columns(name_hash=pl.col("name_key").hash(seed=0))
    theirs = numbered.with_columns(name_hash=pl.col("name_key").hash(seed=0)).with_row_index("at")
    found = [_joined(ours, theirs, block) for block in _blocks()]
    return pl.concat(found).unique()


def _blocks() -> Iterator[_Block]:
    name, born = pl.col("name_hash"), pl.col("born")
    name_and_year = _key(name, born // 10_000)
    month, day = born // 100 % 100, born % 100
    swapped = pl.when((day > 0) & (day <= 12) & (day != month)).then(
        born // 10_000 * 10_000 + day * 100 + month
    )
    yield _Block(_key(name, born), _key(name, born), of_people=True)
    yield _Block(_key(name, swapped), _key(name, born), of_people=True)
    numbers = {parts: _ends(*parts) for parts in ((0, 6), (9, 0), (6, 3), (6, 0))}
    for parts in ((0, 6), (9, 0), (6, 3)):
        ours, theirs = numbers[parts]
        yield _Block(_key(ours, born), _key(theirs, born))
    for parts in ((0, 6), (6, 0)):
        ours, theirs = numbers[parts]
        yield _Block(_key(ours, name_and_year), _key(theirs, name_and_year))


def _ends(first: int, last: int) -> tuple[pl.Expr, pl.Expr]:
    """Return the first and last digits of a claimed number and of a recorded one, as one number.

    Of an old number it is the first five or the last four: it never meets a personal one.
    """
    number, digits, behind = pl.col("number"), pl.col("digits"), 12 - first
    # With a digit too few or too many behind, the first ones stand elsewhere.
    shift = (
        pl.when(digits == 11)
        .then(10 ** (behind - 1))
        .when(digits == 13)
        .then(10 ** (behind + 1))
        .otherwise(10**behind)
    ).cast(pl.UInt64)
    old = (number // 10**4 if first else number % 10**4) * 2 + 1
    is_personal = number >= _SHORTEST_PERSONAL
    ours, theirs = (
        number // ahead * 10**last + number % 10**last for ahead in (shift, 10**behind)
    )
    return (
        pl.when(is_personal).then(ours * 2).otherwise(old),
        pl.when(is_personal).then(theirs * 2).otherwise(old),
    )


def _key(first: pl.Expr, second: pl.Expr) -> pl.Expr:
    """Mix two values into one key; what it brings together wrongly is compared and falls away."""
    return (first.cast(pl.UInt64) * _MIX[0]) ^ (second.cast(pl.UInt64) * _MIX[1])


def _joined(ours: pl.DataFrame, theirs: pl.DataFrame, block: _Block) -> pl.DataFrame:
    left = ours.select("row", key=block.ours).drop_nulls()
    right = theirs.filter(pl.col("via") == "pin") if block.of_people else theirs
    keyed = right.select("at", key=block.theirs).drop_nulls()
    keyed = keyed.join(left.select("key").unique(), "key", "semi")
    keyed = keyed.filter(pl.len().over("key") <= MOST_IN_A_BLOCK)
    return left.join(keyed, "key").select("row", "at")
