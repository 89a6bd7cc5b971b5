"""The foldings for whole columns: equal to the functions for one value, with no loop over people.

Texts of Latin letters and common signs, in any Unicode form, are done by polars, with the table
that `folding.fold_character` gives. Texts with anything else go through the function itself, once
for each different text: both ways agree by construction. Null stays null.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from app.matching.addresses import ABBREVIATIONS, LEADING_ZEROS, NUMBERED_UNIT, address_key
from app.matching.folding import fold, fold_character

if TYPE_CHECKING:
    from collections.abc import Callable

# ASCII, Latin-1 and Latin Extended A and B; combining marks; Latin Extended Additional, where most
# Vietnamese letters are; general punctuation.
_USUAL = ((0x0000, 0x024F), (0x0300, 0x036F), (0x1E00, 0x1EFF), (0x2000, 0x206F))
_UNUSUAL = "[^" + "".join(f"\\x{{{first:x}}}-\\x{{{last:x}}}" for first, last in _USUAL) + "]"
_FOLDS = {
    chr(code): fold_character(chr(code))
    for first, last in _USUAL
    for code in range(first, last + 1)
}
_CHANGES = {character: folded for character, folded in _FOLDS.items() if character != folded}


def fold_series(texts: pl.Series) -> pl.Series:
    """Return `folding.fold` of every text."""
    text = pl.col("text")
    folded = text.str.replace_many(list(_CHANGES), list(_CHANGES.values()))
    return _with_unusual(texts, _collapsed(folded), fold)


def name_key_series(names: pl.Series) -> pl.Series:
    """Return `names.name_key` of every name."""
    folded = fold_series(names)
    words = folded.str.split(" ")
    # Sorting numbers is several times faster than polars' sorting of text inside lists.
    row = pl.int_range(len(names), dtype=pl.UInt32, eager=True).repeat_by(words.list.len())
    flat = pl.DataFrame({"row": row.drop_nulls().explode(), "word": words.drop_nulls().explode()})
    known = flat["word"].unique().sort()
    rank = pl.int_range(len(known), dtype=pl.UInt32, eager=True)
    keys = (
        flat.with_columns(rank=pl.col("word").replace_strict(known, rank))
        .sort("row", "rank")
        .group_by("row", maintain_order=True)
        .agg("word")
        .select("row", key=pl.col("word").list.join(" "))
    )
    return (
        folded.to_frame()
        .with_row_index("row")
        .join(keys, "row", "left", maintain_order="left")["key"]
        .alias(names.name)
    )


def address_key_series(addresses: pl.Series) -> pl.Series:
    """Return `addresses.address_key` of every address."""
    text = pl.col("text")
    spaced = (
        text.str.replace_all(NUMBERED_UNIT, "${1} ${2}")
        .str.replace_all(LEADING_ZEROS, "${1}")
        # Every word with spaces of its own, so that neighbours can both be replaced.
        .str.replace_all(" ", "  ", literal=True)
    )
    padded = pl.concat_str(pl.lit(" "), spaced, pl.lit(" "))
    written_out = padded.str.replace_many(
        [f" {short} " for short in ABBREVIATIONS], [f" {long} " for long in ABBREVIATIONS.values()]
    )
    keys = fold_series(addresses).alias("text").to_frame().select(_collapsed(written_out))
    return _with_unusual(addresses, pl.lit(keys.to_series()), address_key)


def _collapsed(text: pl.Expr) -> pl.Expr:
    return text.str.replace_all(" {2,}", " ").str.strip_chars(" ")


def _with_unusual(texts: pl.Series, usual: pl.Expr, function: Callable[[str], str]) -> pl.Series:
    frame = texts.cast(pl.String).alias("text").to_frame()
    done = frame.select(usual).to_series().alias(texts.name)
    unusual = frame["text"].filter(frame["text"].str.contains(_UNUSUAL)).unique()
    if unusual.is_empty():
        return done
    answers = pl.Series([function(text) for text in unusual], dtype=pl.String)
    return frame["text"].replace_strict(unusual, answers, default=done).alias(texts.name)
