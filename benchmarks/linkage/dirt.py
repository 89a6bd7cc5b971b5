"""Dirt of its own: an agency's file of known people, 22 % of it wrong in ways that have names.

Made for these benchmarks alone. The matcher, its tests and the scenarios have other errors, made
by other code with other shares: nothing was tuned to these. What happens to a column happens to
all rows of one kind at once.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

#: What a row has that nothing is wrong with.
CLEAN: Final = ""
#: Columns of an agency's file, all of them text: numbers, names, and dates as `dd/mm/yyyy`.
FILE: Final = ("number", "full_name", "birth_date")
#: Digits of a personal number before the serial: place, century and sex, year.
_PREFIX: Final = 6


class Kind(NamedTuple):
    """One way in which rows are dirty: the share of all rows, and what happens to them."""

    share: float
    soil: Callable[[pl.DataFrame, np.random.Generator], pl.DataFrame]
    of: pl.Expr = pl.lit(True)  # noqa: FBT003 - a literal has no name
    """Whom it can happen to."""


def file(numbered: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Return as many rows as there are people: `FILE`, and of each row `person` and `dirt`.

    Some people are in it twice and some not at all. `person` is null where nobody is meant who is
    in the registry. `numbered` has the columns of `linking.NUMBERED`.
    """
    people = _people(numbered)
    drawn = {
        name: _drawn(people.filter(kind.of), round(kind.share * len(people)), rng)
        for name, kind in KINDS.items()
    }
    clean = _drawn(people, len(people) - sum(map(len, drawn.values())), rng)
    dirty = [_soiled(rows, name, rng) for name, rows in drawn.items()]
    return pl.concat([clean.select("person", *FILE, dirt=pl.lit(CLEAN)), *dirty])


def _drawn(people: pl.DataFrame, many: int, rng: np.random.Generator) -> pl.DataFrame:
    """Draw rows of people, each once as long as there are enough; none where there is nobody."""
    if people.is_empty():
        return _written(people)
    drawn = rng.choice(len(people), many, replace=many > len(people))
    return _written(people[drawn])


def _people(numbered: pl.DataFrame) -> pl.DataFrame:
    """Return a row for each person, with an old and a superseded number where there is one."""
    people = numbered.filter(pl.col("via") == "pin").select("person", "name", "born", pin="number")
    for via, digits in (("old", 9), ("superseded", 12)):
        others = numbered.filter(pl.col("via") == via).unique("person", maintain_order=True)
        text = pl.col("number").cast(pl.String).str.zfill(digits)
        people = people.join(
            others.select("person", text.alias(via)), "person", "left", maintain_order="left"
        )
    return people


def _written(people: pl.DataFrame) -> pl.DataFrame:
    """Write people as an agency has them that made no error."""
    born = pl.col("born")
    day, month = (
        pl.when(part > 0)
        .then(pl.format("{}/", part.cast(pl.String).str.zfill(2)))
        .otherwise(pl.lit(""))
        for part in (born % 100, born // 100 % 100)
    )
    return people.with_columns(
        number=pl.col("pin").cast(pl.String).str.zfill(12),
        full_name="name",
        birth_date=pl.concat_str(day, month, born // 10_000),
    )


def _soiled(rows: pl.DataFrame, kind: str, rng: np.random.Generator) -> pl.DataFrame:
    """Give rows their error; where it changes nothing (a name without marks) a digit is wrong."""
    soiled = KINDS[kind].soil(rows, rng)
    is_same = pl.all_horizontal(pl.col(name).eq_missing(rows[name]) for name in FILE)
    wrong = pl.lit(_digit_wrong(rows, rng)["number"])
    return soiled.select(
        "person",
        pl.when(is_same).then(wrong).otherwise("number").alias("number"),
        *FILE[1:],
        dirt=pl.when(is_same).then(pl.lit("digit_wrong")).otherwise(pl.lit(kind)),
    )


# Names


def _marks_lost(rows: pl.DataFrame, _rng: np.random.Generator) -> pl.DataFrame:
    bare = pl.col("full_name").str.normalize("NFD").str.replace_all(r"\p{M}", "")
    return rows.with_columns(full_name=bare.str.replace_many(["Đ", "đ"], ["D", "d"]))


def _letter_slipped(rows: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Double a letter, drop one, or exchange two neighbours, never the first one."""
    name = pl.col("full_name")
    longest = rows["full_name"].str.len_chars().to_numpy().astype(np.int64)
    at, how = pl.col("at"), pl.col("how")
    before, here, following = name.str.head(at), name.str.slice(at, 1), name.str.slice(at + 1, 1)
    slipped = (
        pl.when(how == 0)
        .then(pl.concat_str(before, here, here, name.str.slice(at + 1)))
        .when(how == 1)
        .then(pl.concat_str(before, name.str.slice(at + 1)))
        .otherwise(pl.concat_str(before, following, here, name.str.slice(at + 2)))
    )
    drawn = rows.with_columns(
        at=pl.Series(1 + (rng.random(len(rows)) * np.maximum(longest - 2, 1)).astype(np.int64)),
        how=pl.Series(rng.integers(0, 3, len(rows))),
    )
    return drawn.with_columns(full_name=slipped.str.strip_chars()).drop("at", "how")


def _middle_left_out(rows: pl.DataFrame, _rng: np.random.Generator) -> pl.DataFrame:
    words = pl.col("full_name").str.split(" ")
    ends = pl.concat_list(words.list.head(1), words.list.tail(1)).list.join(" ")
    return rows.with_columns(
        full_name=pl.when(words.list.len() > 2).then(ends).otherwise("full_name")
    )


# Birth dates


def _day_month_swapped(rows: pl.DataFrame, _rng: np.random.Generator) -> pl.DataFrame:
    swapped = pl.col("birth_date").str.replace(r"^(\d\d)/(\d\d)/", "${2}/${1}/")
    return rows.with_columns(birth_date=swapped)


def _part_missing(rows: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Leave out the day, or day and month."""
    date = pl.col("birth_date")
    is_year = pl.lit(pl.Series(rng.random(len(rows)) < 0.6))
    return rows.with_columns(
        birth_date=pl.when(is_year).then(date.str.tail(4)).otherwise(date.str.tail(7))
    )


def _year_wrong(rows: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Be one to nine years off, within the decade."""
    year = pl.col("birth_date").str.tail(4).cast(pl.Int32)
    off = pl.lit(pl.Series(rng.integers(1, 10, len(rows), dtype=np.int32)))
    wrong = year // 10 * 10 + (year + off) % 10
    until = pl.col("birth_date").str.len_chars() - 4
    return rows.with_columns(birth_date=pl.concat_str(pl.col("birth_date").str.head(until), wrong))


# Numbers


def _digits_transposed(rows: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    at = pl.lit(pl.Series(rng.integers(1, 11, len(rows))))
    number = pl.col("number")
    return rows.with_columns(
        number=pl.concat_str(
            number.str.head(at),
            number.str.slice(at + 1, 1),
            number.str.slice(at, 1),
            number.str.slice(at + 2),
        )
    )


def _digit_wrong(rows: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    at = pl.lit(pl.Series(rng.integers(1, 12, len(rows))))
    off = pl.lit(pl.Series(rng.integers(1, 10, len(rows))))
    number = pl.col("number")
    digit = (number.str.slice(at, 1).cast(pl.Int64) + off) % 10
    return rows.with_columns(
        number=pl.concat_str(number.str.head(at), digit, number.str.slice(at + 1))
    )


def _digit_lost(rows: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    at = pl.lit(pl.Series(rng.integers(1, 12, len(rows))))
    number = pl.col("number")
    return rows.with_columns(number=pl.concat_str(number.str.head(at), number.str.slice(at + 1)))


def _number_missing(rows: pl.DataFrame, _rng: np.random.Generator) -> pl.DataFrame:
    return rows.with_columns(number=pl.lit(None, pl.String))


def _anothers_number(rows: pl.DataFrame, _rng: np.random.Generator) -> pl.DataFrame:
    """Deal the numbers of these rows out again, each one place further."""
    return rows.with_columns(number=pl.col("number").shift(1).fill_null(pl.col("number").last()))


def _old_number(rows: pl.DataFrame, _rng: np.random.Generator) -> pl.DataFrame:
    return rows.with_columns(number=pl.col("old"))


def _superseded_number(rows: pl.DataFrame, _rng: np.random.Generator) -> pl.DataFrame:
    return rows.with_columns(number=pl.col("superseded"))


# Several at once, and nobody


def _twice_wrong(rows: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    return _digits_transposed(_marks_lost(rows, rng), rng)


def _slipped_twice(rows: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    return _day_month_swapped(_letter_slipped(rows, rng), rng)


def _stranger(rows: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """Make up somebody: one person's name, another's birthday, a serial nobody was given."""
    serial = pl.Series(rng.integers(0, 10**6, len(rows))).cast(pl.String).str.zfill(6)
    return rows.with_columns(
        person=pl.lit(None, pl.Int64),
        number=pl.concat_str(pl.col("number").str.head(_PREFIX), pl.lit(serial)),
        full_name=pl.col("full_name").shift(1).fill_null(pl.col("full_name").last()),
        birth_date=pl.col("birth_date").shift(2).fill_null(pl.col("birth_date").last()),
    )


_DAY = pl.col("born") % 100
#: Software refuses a month beyond the twelfth: only these can be exchanged.
_IS_SWAPPABLE: Final = (_DAY > 0) & (_DAY <= 12) & (pl.col("born") // 100 % 100 != _DAY)
#: Every way of being dirty, by its name; the shares add up to 22 %.
KINDS: Final[Mapping[str, Kind]] = MappingProxyType(
    {
        "marks_lost": Kind(0.045, _marks_lost),
        "letter_slipped": Kind(0.029, _letter_slipped),
        "middle_left_out": Kind(0.01, _middle_left_out),
        "day_month_swapped": Kind(0.015, _day_month_swapped, _IS_SWAPPABLE),
        "part_missing": Kind(0.015, _part_missing, _DAY > 0),
        "year_wrong": Kind(0.01, _year_wrong),
        "digits_transposed": Kind(0.015, _digits_transposed),
        "digit_wrong": Kind(0.01, _digit_wrong),
        "digit_lost": Kind(0.005, _digit_lost),
        "number_missing": Kind(0.01, _number_missing),
        "anothers_number": Kind(0.02, _anothers_number),
        "old_number": Kind(0.015, _old_number, pl.col("old").is_not_null()),
        "superseded_number": Kind(0.001, _superseded_number, pl.col("superseded").is_not_null()),
        "marks_and_digits": Kind(0.005, _twice_wrong),
        "letter_and_date": Kind(0.005, _slipped_twice, _IS_SWAPPABLE),
        "stranger": Kind(0.01, _stranger),
    }
)
