"""Claims: an agency's columns as they came become columns that can be compared.

Nothing is repaired here that would hide an error: a number keeps its digits. What cannot be read
is null, and its row says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Mapping

#: What a file's columns may be mapped to; the first three have to be.
COLUMNS: Final = ("number", "full_name", "birth_date")
#: Longer names are nobody's: a column was mapped wrongly, or somebody tries.
LONGEST_NAME: Final = 200
#: Columns of claims: `number` is what the digits say, `digits` how many there are, `born` is
#: year × 10,000 + month × 100 + day, with 0 for what is unknown. Null is what cannot be read.
CLAIMS: Final[Mapping[str, pl.DataType]] = {
    "row": pl.Int64(),
    "number": pl.UInt64(),
    "digits": pl.UInt8(),
    "name": pl.String(),
    "born": pl.Int32(),
}
_FIRST_YEAR, _LAST_YEAR = 1850, 2150


def read(columns: pl.DataFrame, first_row: int = 0) -> pl.DataFrame:
    """Return `CLAIMS` of a frame with `COLUMNS`: text, or for birth dates a column of dates.

    Numbers may have spaces, dots and dashes in them. Birth dates are `YYYY-MM-DD`, `DD/MM/YYYY`
    (or with dashes or dots), `YYYY-MM`, `MM/YYYY` or `YYYY`. Rows count from `first_row`.
    """
    name = columns["full_name"].cast(pl.String).str.strip_chars()
    length = name.str.len_chars()
    digits = _digits(columns["number"].cast(pl.String))
    return pl.DataFrame(
        {
            "number": digits.cast(pl.UInt64),
            "digits": digits.str.len_bytes().cast(pl.UInt8),
            "name": name.set((length == 0) | (length > LONGEST_NAME), None),
            "born": _born(columns["birth_date"]),
        }
    ).select(pl.int_range(first_row, first_row + pl.len(), dtype=pl.Int64).alias("row"), pl.all())


def _digits(text: pl.Series) -> pl.Series:
    """Return numbers without what divides their digits; null for what is not 8 to 13 digits."""
    text = text.alias("text")
    # Most are plain: only the others are searched for what divides them.
    length = text.str.len_bytes()
    is_plain = text.cast(pl.UInt64, strict=False).is_not_null() & length.is_between(8, 13)
    odd = (~is_plain & text.is_not_null() | text.str.starts_with("+")).arg_true()
    if odd.is_empty():
        return text
    bare = text.gather(odd).str.replace_all(r"[\s.\-'’]", "")
    read_digits = bare.set(~bare.str.contains(r"^[0-9]{8,13}$"), None)
    return text.scatter(odd, read_digits)


def _born(column: pl.Series) -> pl.Series:
    """Return dates as numbers; null for what cannot be read and what no calendar has."""
    if column.dtype.is_temporal():
        return _numbered(column.cast(pl.Date))
    text = column.cast(pl.String).str.strip_chars().alias("text")
    born = _numbered(text.str.to_date("%Y-%m-%d", strict=False))
    odd = (born.is_null() & text.is_not_null()).arg_true()
    if odd.is_empty():
        return born
    born = born.scatter(odd, _usual_date(text.gather(odd)))
    odd = (born.is_null() & text.is_not_null()).arg_true()
    return born.scatter(odd, text.gather(odd).to_frame().select(born=_odd_date())["born"])


def _usual_date(text: pl.Series) -> pl.Series:
    """Return `dd/mm/yyyy` as numbers, and null for all else: most files have nothing else."""
    written = text.set(~text.str.contains(r"^[0-9]{2}/[0-9]{2}/[0-9]{4}$"), None)
    return _numbered(written.str.to_date("%d/%m/%Y", strict=False))


def _numbered(date: pl.Series) -> pl.Series:
    numbered = date.dt.year() * 10_000 + date.dt.month().cast(pl.Int32) * 100 + date.dt.day()
    usual = numbered.is_between(_FIRST_YEAR * 10_000, _LAST_YEAR * 10_000)
    return numbered.set(~usual, None).alias("born")


def _odd_date() -> pl.Expr:
    text = pl.col("text")
    iso = text.str.extract_groups(r"^([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?(?:[T ]00:00.*)?$")
    ours = text.str.extract_groups(r"^(?:(?:([0-9]{1,2})[/.\-])?([0-9]{1,2})[/.\-])([0-9]{4})$")
    parts = [
        pl.coalesce(iso.struct.field(str(at)), ours.struct.field(str(4 - at)))
        .cast(pl.Int32)
        .fill_null(0)
        for at in (1, 2, 3)
    ]
    return _checked(*parts)


def _checked(year: pl.Expr, month: pl.Expr, day: pl.Expr) -> pl.Expr:
    """Return the date's number; null for a day that no calendar has."""
    is_leap = ((year % 4 == 0) & (year % 100 != 0)) | (year % 400 == 0)
    longest = (
        pl.when(month == 2)
        .then(pl.when(is_leap).then(29).otherwise(28))
        .otherwise(pl.when(month.is_in([4, 6, 9, 11])).then(30).otherwise(31))
    )
    # A month of 0 was not written, and then there is no day either.
    fits = year.is_between(_FIRST_YEAR, _LAST_YEAR) & (month <= 12) & (day <= longest)
    return pl.when(fits & ((month > 0) | (day == 0))).then(year * 10_000 + month * 100 + day)
