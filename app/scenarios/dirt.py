"""The model of errors: every way in which a file of ours is dirty, by name.

Each error takes columns and gives columns, for a million rows as for one: what happens to words is
worked out once for each different word, what happens to digits by arrays. The classes are those
that the campaigns of 2023 told of (marks lost, changed numbers, typing); their shares are a
scenario's business. Errors never change what a row is about, only how it is written.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import polars as pl

from app.scenarios import keyboards

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

#: Letters that a slip of the finger puts in another's place; no two forms of one letter.
_LETTERS = np.array(list("aeiouhgncmtlrs"))
_LONG_MONTHS = (1, 3, 5, 7, 8, 10, 12)


class Dates(NamedTuple):
    """Birth dates as arrays of the same length; a month or day of 0 is not written."""

    year: NDArray[np.int64]
    month: NDArray[np.int64]
    day: NDArray[np.int64]

    def take(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> Dates:
        """Return some of them."""
        return Dates(self.year[rows], self.month[rows], self.day[rows])


@dataclass(frozen=True, slots=True)
class NameSlip:
    """An error in a name. `apply` takes full_name, family_name, middle_name and given_name."""

    en: str
    vi: str
    apply: Callable[[pl.DataFrame, np.random.Generator], pl.Series]


@dataclass(frozen=True, slots=True)
class DateSlip:
    """An error in a birth date."""

    en: str
    vi: str
    apply: Callable[[Dates, np.random.Generator], Dates]


@dataclass(frozen=True, slots=True)
class NumberSlip:
    """An error in a number; the number that comes out is another one."""

    en: str
    vi: str
    apply: Callable[[pl.Series, np.random.Generator], pl.Series]


# Names


def _words(
    change: Callable[[str], str],
) -> Callable[[pl.DataFrame, np.random.Generator], pl.Series]:
    def apply(names: pl.DataFrame, _rng: np.random.Generator) -> pl.Series:
        return each_word(names["full_name"], change)

    return apply


def each_word(texts: pl.Series, change: Callable[[str], str]) -> pl.Series:
    """Return texts with every word changed; a country's names have a few thousand words."""
    frame = texts.alias("text").to_frame().with_row_index("row")
    words = frame.with_columns(pl.col("text").str.split(" ")).explode("text")
    known = words["text"].unique().drop_nulls()
    changed = pl.Series([change(word) for word in known], dtype=pl.String)
    told = words.with_columns(pl.col("text").replace_strict(known, changed))
    return told.group_by("row", maintain_order=True).agg(pl.col("text").str.join(" "))["text"]


def _slip(names: pl.DataFrame, rng: np.random.Generator) -> pl.Series:
    """Replace one letter, leave one out or put one in."""
    text = names["full_name"]
    lengths = text.str.len_chars().to_numpy()
    frame = pl.DataFrame(
        {
            "text": text,
            "at": (rng.random(len(text)) * np.maximum(lengths - 2, 1)).astype(np.int64) + 1,
            "letter": _LETTERS[rng.integers(0, len(_LETTERS), len(text))],
            "how": rng.integers(0, 3, len(text)),
        }
    )
    begun = pl.col("text").str.head(pl.col("at"))
    letter = pl.when(pl.col("how") == 1).then(pl.lit("")).otherwise(pl.col("letter"))
    rest = pl.when(pl.col("how") == 2).then(pl.col("at")).otherwise(pl.col("at") + 1)
    slipped = frame.select(pl.concat_str(begun, letter, pl.col("text").str.slice(rest)))
    return slipped.to_series().str.replace_all(" {2,}", " ").str.strip_chars()


def _abbreviated(names: pl.DataFrame, _rng: np.random.Generator) -> pl.Series:
    """Write the middle names as initials; who has none has the family name so."""
    initials = (
        pl.col("middle_name").str.split(" ").list.eval(pl.element().str.head(1) + ".")
    ).list.join(" ")
    short = pl.concat_str(pl.col("family_name"), initials, pl.col("given_name"), separator=" ")
    family = pl.concat_str(
        pl.col("family_name").str.head(2) + ".", pl.col("given_name"), separator=" "
    )
    has_middle = pl.col("middle_name") != ""
    written_short = pl.when(has_middle).then(short).otherwise(family)
    return names.select(written_short.str.strip_chars(" ")).to_series()


def _given_first(names: pl.DataFrame, _rng: np.random.Generator) -> pl.Series:
    parts = [pl.col(name) for name in ("given_name", "family_name", "middle_name")]
    return names.select(
        pl.concat_str(parts, separator=" ").str.replace_all(" {2,}", " ").str.strip_chars()
    ).to_series()


def _middle_left_out(names: pl.DataFrame, _rng: np.random.Generator) -> pl.Series:
    return names.select(
        pl.concat_str("family_name", "given_name", separator=" ").str.strip_chars()
    ).to_series()


NAMES: Mapping[str, NameSlip] = {
    "marks_lost": NameSlip(
        "All marks are lost",
        "Mất dấu",
        _words(lambda word: keyboards.without_stroke(keyboards.without_diacritics(word))),
    ),
    "stroke_lost": NameSlip("Đ is written D", "Đ thành D", _words(keyboards.without_stroke)),
    "slip": NameSlip("One letter is typed wrong, left out or put in", "Gõ sai một chữ", _slip),
    "telex": NameSlip("Telex keys are left over", "Sót phím Telex", _words(keyboards.telex)),
    "vni": NameSlip("VNI keys are left over", "Sót phím VNI", _words(keyboards.vni)),
    "misread": NameSlip(
        "UTF-8 was read as Windows-1252", "Sai bảng mã", _words(keyboards.misread)
    ),
    "abbreviated": NameSlip("Middle names are initials", "Viết tắt chữ đệm", _abbreviated),
    "given_first": NameSlip("The given name stands first", "Đảo thứ tự tên", _given_first),
    "middle_left_out": NameSlip("The middle name is missing", "Thiếu chữ đệm", _middle_left_out),
}


# Birth dates


def _swapped(dates: Dates, _rng: np.random.Generator) -> Dates:
    """Exchange day and month; where that gives no other date, the day is one off."""
    can = (dates.day <= 12) & (dates.day > 0) & (dates.day != dates.month)
    off = np.where(dates.day > 1, dates.day - 1, dates.day + 1)
    return Dates(
        dates.year,
        np.where(can, dates.day, dates.month),
        np.where(can, dates.month, off),
    )


def _year_only(dates: Dates, _rng: np.random.Generator) -> Dates:
    return Dates(dates.year, np.zeros_like(dates.month), np.zeros_like(dates.day))


def _first_of_january(dates: Dates, _rng: np.random.Generator) -> Dates:
    return Dates(dates.year, np.ones_like(dates.month), np.ones_like(dates.day))


def _wrong_digit(dates: Dates, rng: np.random.Generator) -> Dates:
    """Write another day, month or year by one digit; the date that comes out exists."""
    which = rng.integers(0, 3, len(dates.year))
    month = np.where(dates.month >= 10, dates.month - 1, dates.month % 9 + 1)
    month = np.where(np.isin(month, _LONG_MONTHS) | (dates.day <= 28), month, dates.month % 2 + 7)
    day = np.where(dates.day % 10 < 8, dates.day + 1, dates.day - 1)
    day = np.where(day > 28, 27, np.maximum(day, 1))
    year = np.where(dates.year % 10 < 5, dates.year + 3, dates.year - 3)
    return Dates(
        np.where(which == 0, year, dates.year),
        np.where(which == 1, month, dates.month),
        np.where(which == 2, day, dates.day),
    )


DATES: Mapping[str, DateSlip] = {
    "day_month_swapped": DateSlip("Day and month are exchanged", "Đảo ngày và tháng", _swapped),
    "year_only": DateSlip("Only the year is written", "Chỉ có năm sinh", _year_only),
    "first_of_january": DateSlip(
        "1 January stands for an unknown day", "Ghi 01/01 thay ngày sinh", _first_of_january
    ),
    "wrong_digit": DateSlip("One digit is wrong", "Sai một chữ số", _wrong_digit),
}


# Numbers


def _one_digit(numbers: pl.Series, rng: np.random.Generator) -> pl.Series:
    digits = _digits(numbers)
    rows = np.arange(len(digits))
    at = rng.integers(1, digits.shape[1], len(digits))
    digits[rows, at] = (digits[rows, at] + rng.integers(1, 10, len(digits), dtype=np.uint8)) % 10
    return _text(digits)


def _neighbours(numbers: pl.Series, rng: np.random.Generator) -> pl.Series:
    """Exchange two neighbouring digits that differ; where none do, one digit is wrong."""
    digits = _digits(numbers)
    differ = digits[:, :-1] != digits[:, 1:]
    differ[:, 0] = False
    weight = differ * rng.random(differ.shape)
    at = weight.argmax(axis=1)
    rows = np.arange(len(digits))
    swapped = digits.copy()
    swapped[rows, at], swapped[rows, at + 1] = digits[rows, at + 1], digits[rows, at]
    same = ~differ.any(axis=1)
    swapped[same] = digits[same]
    swapped[same, -1] = (swapped[same, -1] + 1) % 10
    return _text(swapped)


NUMBERS: Mapping[str, NumberSlip] = {
    "one_digit": NumberSlip("One digit is wrong", "Sai một chữ số", _one_digit),
    "neighbours": NumberSlip(
        "Two neighbouring digits are exchanged", "Đảo hai chữ số liền nhau", _neighbours
    ),
}


# Several of them


def soil_names(
    names: pl.DataFrame, rng: np.random.Generator, only: Sequence[str] = ()
) -> pl.Series:
    """Give every name an error of its own choice (of `only` these, if any are named)."""
    kinds = list(only) or list(NAMES)
    chosen = rng.integers(0, len(kinds), names.height)
    soiled = names["full_name"].to_numpy().copy()
    for place, kind in enumerate(kinds):
        rows = np.flatnonzero(chosen == place)
        if len(rows):
            soiled[rows] = NAMES[kind].apply(names[rows], rng).to_numpy()
    unchanged = pl.Series(soiled, dtype=pl.String) == names["full_name"]
    rows = np.flatnonzero(unchanged.to_numpy())
    if len(rows):  # a name without marks or middle name, say: a slip is always there to see
        soiled[rows] = _slip(names[rows], rng).to_numpy()
    return pl.Series("full_name", soiled, dtype=pl.String)


def soil_dates(dates: Dates, rng: np.random.Generator, only: Sequence[str] = ()) -> Dates:
    """Give every date an error of its own choice; what is not known in full is left as it is."""
    kinds = list(only) or list(DATES)
    chosen = np.where(dates.day > 0, rng.integers(0, len(kinds), len(dates.year)), -1)
    year, month, day = (part.copy() for part in dates)
    for place, kind in enumerate(kinds):
        rows = np.flatnonzero(chosen == place)
        if len(rows):
            year[rows], month[rows], day[rows] = DATES[kind].apply(dates.take(rows), rng)
    return Dates(year, month, day)


@dataclass(frozen=True, slots=True)
class Soiled:
    """Names and dates of the same people as a dirty file has them: each has an error at least."""

    names: pl.Series
    dates: Dates


def soil(
    names: pl.DataFrame, dates: Dates, rng: np.random.Generator, both: float = 0.15
) -> Soiled:
    """Soil the name or the date of everybody, and of a share of them `both`."""
    draw = rng.random(names.height)
    of_name = (draw < 0.6) | (dates.day == 0)
    of_date = ~of_name | (rng.random(names.height) < both)
    soiled = soil_dates(dates, rng)
    kept = Dates(*(np.where(of_date, new, old) for new, old in zip(soiled, dates, strict=True)))
    same = (kept.year == dates.year) & (kept.month == dates.month) & (kept.day == dates.day)
    of_name |= same  # 1 January stood there already
    dirty = soil_names(names, rng)
    written_names = pl.select(
        pl.when(pl.Series(of_name)).then(dirty).otherwise(names["full_name"])
    ).to_series()
    return Soiled(written_names, kept)


def soil_numbers(numbers: pl.Series, rng: np.random.Generator) -> pl.Series:
    """Give every number an error of its own choice."""
    one, two = _one_digit(numbers, rng), _neighbours(numbers, rng)
    return pl.select(
        pl.when(pl.Series(rng.random(len(numbers)) < 0.7)).then(one).otherwise(two)
    ).to_series()


def written(dates: Dates) -> pl.Series:
    """Write dates as a file of ours does: `dd/mm/yyyy`, `mm/yyyy` or `yyyy`."""
    frame = pl.DataFrame({"y": dates.year, "m": dates.month, "d": dates.day})
    year = pl.col("y").cast(pl.String)
    month = pl.col("m").cast(pl.String).str.zfill(2)
    day = pl.col("d").cast(pl.String).str.zfill(2)
    return frame.select(
        pl.when(pl.col("d") > 0)
        .then(pl.concat_str(day, month, year, separator="/"))
        .when(pl.col("m") > 0)
        .then(pl.concat_str(month, year, separator="/"))
        .otherwise(year)
    ).to_series()


def _digits(numbers: pl.Series) -> NDArray[np.uint8]:
    raw = np.array(numbers.to_list(), dtype=np.bytes_)  # as wide as the widest: they are alike
    return raw.view(np.uint8).reshape(len(numbers), -1) - ord("0")


def _text(digits: NDArray[np.uint8]) -> pl.Series:
    width = digits.shape[1]
    raw = np.ascontiguousarray(digits + ord("0")).tobytes().decode()
    return pl.Series([raw[at : at + width] for at in range(0, len(raw), width)], dtype=pl.String)
