"""Likeness: which error lies between a claimed value and the one on record, for whole columns.

Each function returns the name of a slip, and an empty text where there is none. Names are judged
as `app.matching.names.compare_name` judges them one by one, and further: a middle name left out
and two slips of the key have names here, because a number or a date may bear them out.
"""

from __future__ import annotations

import unicodedata
from typing import Final

import polars as pl
from rapidfuzz.distance import OSA, Hamming
from rapidfuzz.process import cpdist

from app.matching.columns import fold_series, name_key_series
from app.matching.folding import APOSTROPHES, HYPHENS, TONES

NONE: Final = ""
_FEWEST_LETTERS_FOR_A_TYPO: Final = 6  # in shorter names one letter is another name
_FEWEST_LETTERS_FOR_TWO: Final = 12
_SIGNS: Final = {
    **dict.fromkeys(APOSTROPHES, "'"),
    **dict.fromkeys(HYPHENS, "-"),
    **dict.fromkeys("ÐƉðɖ", "Đ"),
}
_SPLIT: Final = {
    letter: unicodedata.normalize("NFD", letter)
    for letter in map(chr, (*range(0xC0, 0x250), *range(0x1E00, 0x1F00)))
    if any(mark in TONES for mark in unicodedata.normalize("NFD", letter))
}
_TONELESS: Final = {
    letter: unicodedata.normalize("NFC", "".join(part for part in parts if part not in TONES))
    for letter, parts in _SPLIT.items()
}
_TONE: Final = {
    letter: "".join(part for part in parts if part in TONES) for letter, parts in _SPLIT.items()
}
_NOT_A_TONE: Final = f"[^{TONES} ]"
_NOT_A_JOINER: Final = "[ '.,·-]"
#: Letters that are no composition of others' (ASCII, Latin), divided by single spaces.
_NOT_USUAL: Final = r"[^ -~\x{c0}-\x{24f}\x{1e00}-\x{1eff}]|  |^ | $"
_Y_ALONE: Final = r"\b(QU|[BCDĐGHKLMNPRSTVX]*)Y\b"


def names(claimed: pl.Series, recorded: pl.Series) -> pl.Series:
    """Return the slip between names: pairs of one length, none of them null."""
    found = pl.Series("slip", [NONE], dtype=pl.String).new_from_index(0, len(claimed))
    differing = (claimed != recorded).arg_true()
    if differing.is_empty():
        return found
    return found.scatter(
        differing, _differing(claimed.gather(differing), recorded.gather(differing))
    )


def _differing(claimed: pl.Series, recorded: pl.Series) -> pl.Series:
    """Judge pairs that are not written alike: by spelling, then by words, then by letters."""
    pairs = _folded(claimed, recorded)
    slips = pl.Series("slip", ["name_differs"], dtype=pl.String).new_from_index(0, len(pairs))
    is_one = pairs["la"].str.replace_all(" ", "", literal=True) == pairs["lb"].str.replace_all(
        " ", "", literal=True
    )
    same = is_one.arg_true()
    slips = slips.scatter(same, _spelling(pairs[same]))
    rest = (~is_one).arg_true()
    return slips.scatter(rest, _by_words(pairs[rest])) if len(rest) else slips


def _folded(claimed: pl.Series, recorded: pl.Series) -> pl.DataFrame:
    """Return `a` and `b` in upper case, `fa` and `fb` folded, `la` and `lb` without y.

    A name stands in many pairs, and is folded once.
    """
    known = pl.concat([claimed.alias("name"), recorded.alias("name")]).unique()
    upper = _upper(known)
    folded = fold_series(upper)
    forms = pl.DataFrame({"name": known, "up": upper, "f": folded}).with_columns(
        l=pl.col("f").str.replace_all("Y", "I", literal=True)
    )
    sides = [
        names.alias("name")
        .to_frame()
        .join(forms, "name", "left", maintain_order="left")
        .select(pl.col("up").alias(side), pl.col("f", "l").name.suffix(side))
        for side, names in (("a", claimed), ("b", recorded))
    ]
    return pl.concat(sides, how="horizontal")


def _spelling(pairs: pl.DataFrame) -> pl.Series:
    """Say how two writings of the same letters differ."""
    pairs = pairs.with_columns(
        **{f"bare_{side}": _replaced(pl.col(side), _TONELESS) for side in ("a", "b")},
        **{
            f"tones_{side}": _replaced(pl.col(side), _TONE).str.replace_all(_NOT_A_TONE, "")
            for side in ("a", "b")
        },
    )
    bare_a, bare_b = pl.col("bare_a"), pl.col("bare_b")
    tones_a, tones_b = pl.col("tones_a"), pl.col("tones_b")
    one_tone = tones_a == tones_b
    joined = bare_a.str.replace_all(_NOT_A_JOINER, "") == bare_b.str.replace_all(_NOT_A_JOINER, "")
    joined_tones = tones_a.str.replace_all(" ", "") == tones_b.str.replace_all(" ", "")
    with_i = bare_a.str.replace_all(_Y_ALONE, "${1}I") == bare_b.str.replace_all(_Y_ALONE, "${1}I")
    return pairs.select(
        slip=pl.when((bare_a == bare_b) & one_tone)
        .then(pl.lit(NONE))
        .when(joined & joined_tones)
        .then(pl.lit("separators"))
        .when(with_i & one_tone)
        .then(pl.lit("y_i"))
        .when(pl.col("fa") == pl.col("fb"))
        .then(pl.lit("diacritics"))
        .otherwise(pl.lit("spelling"))
    )["slip"]


def _by_words(pairs: pl.DataFrame) -> pl.Series:
    """Say whether words stand in another order, or are left out; else look at the letters."""
    slips = pairs.select(
        slip=pl.when(_is_moved(pairs))
        .then(pl.lit("word_order"))
        .when(_is_left_out(pairs))
        .then(pl.lit("middle_name_missing"))
        .otherwise(pl.lit(NONE))
    )["slip"]
    rest = (slips == NONE).arg_true()
    return slips.scatter(rest, _by_letters(pairs[rest])) if len(rest) else slips


def _is_left_out(pairs: pl.DataFrame) -> pl.Series:
    """Whether all words of one are in the other, whose first and last word it has."""
    words = pairs.select(wa=pl.col("la").str.split(" "), wb=pl.col("lb").str.split(" "))
    wa, wb = pl.col("wa"), pl.col("wb")
    may = words.select(
        (wa.list.len() != wb.list.len())
        & (pl.min_horizontal(wa.list.len(), wb.list.len()) >= 2)
        & (wa.list.first() == wb.list.first())
        & (wa.list.last() == wb.list.last())
    ).to_series()
    found, at = pl.Series([False]).new_from_index(0, len(pairs)), may.arg_true()
    is_left_out = words[at].select(
        pl.when(wa.list.len() < wb.list.len())
        .then(wa.list.set_difference(wb).list.len() == 0)
        .otherwise(wb.list.set_difference(wa).list.len() == 0)
    )
    return found.scatter(at, is_left_out.to_series())


def _is_moved(pairs: pl.DataFrame) -> pl.Series:
    """Whether the words of both are the same; then all of them are as long."""
    moved = pl.Series("moved", [False]).new_from_index(0, len(pairs))
    even = (pairs["la"].str.len_bytes() == pairs["lb"].str.len_bytes()).arg_true()
    keys = [name_key_series(pairs[side].gather(even)) for side in ("la", "lb")]
    return moved.scatter(even, keys[0] == keys[1])


def _by_letters(pairs: pl.DataFrame) -> pl.Series:
    letters = [pairs[side].str.replace_all(" ", "", literal=True) for side in ("la", "lb")]
    typos = cpdist(letters[0].to_list(), letters[1].to_list(), scorer=OSA.distance, score_cutoff=2)
    shorter = pl.min_horizontal(letters[0].str.len_chars(), letters[1].str.len_chars())
    typo = pl.col("typos")
    return pl.DataFrame({"typos": typos, "shorter": pl.select(shorter).to_series()}).select(
        slip=pl.when((typo <= 1) & (pl.col("shorter") >= _FEWEST_LETTERS_FOR_A_TYPO))
        .then(pl.lit("typo"))
        .when((typo <= 2) & (pl.col("shorter") >= _FEWEST_LETTERS_FOR_TWO))
        .then(pl.lit("typos"))
        .otherwise(pl.lit("name_differs"))
    )["slip"]


def birth_dates(claimed: str, recorded: str) -> pl.Expr:
    """Return the slip between the dates of two columns, numbers as `claims.CLAIMS` has them."""
    a, b = pl.col(claimed), pl.col(recorded)
    year_a, year_b = a // 10_000, b // 10_000
    month_a, month_b, day_a, day_b = a // 100 % 100, b // 100 % 100, a % 100, b % 100
    is_full = (day_a > 0) & (day_b > 0)
    agree = (year_a == year_b) & (
        (month_a == 0) | (month_b == 0) | ((month_a == month_b) & ((day_a == 0) | (day_b == 0)))
    )
    first = a % 10_000 == 101
    return (
        pl.when(a == b)
        .then(pl.lit(NONE))
        .when(~is_full & agree)
        .then(pl.lit("dob_partial"))
        .when(~is_full)
        .then(pl.lit("birth_date_differs"))
        .when((year_a == year_b) & (month_a == day_b) & (day_a == month_b))
        .then(pl.lit("day_month_swapped"))
        .when(_one_digit(a, b))
        .then(pl.lit("digit_typo"))
        .when((year_a == year_b) & first)
        .then(pl.lit("first_of_january"))
        .otherwise(pl.lit("birth_date_differs"))
    )


def _one_digit(a: pl.Expr, b: pl.Expr) -> pl.Expr:
    """Whether one digit is replaced, or two neighbours are exchanged, in eight digits."""
    ours = [a // 10**place % 10 for place in range(8)]
    theirs = [b // 10**place % 10 for place in range(8)]
    differing = pl.sum_horizontal(
        *((x != y).cast(pl.UInt8) for x, y in zip(ours, theirs, strict=True))
    )
    exchanged = pl.any_horizontal(
        *(
            (ours[place] == theirs[place + 1])
            & (ours[place + 1] == theirs[place])
            & (ours[place] != ours[place + 1])
            for place in range(7)
        )
    )
    return (differing == 1) | ((differing == 2) & exchanged)


def numbers(pairs: pl.DataFrame, claimed: str, recorded: str) -> pl.Series:
    """Return the slip between numbers that are near each other, and an empty text for others.

    Of two columns of numbers in which nothing is null.
    """
    texts = [pairs[side].cast(pl.String) for side in (claimed, recorded)]
    apart = cpdist(texts[0].to_list(), texts[1].to_list(), scorer=OSA.distance, score_cutoff=1)
    found = pl.Series("slip", [NONE], dtype=pl.String).new_from_index(0, len(pairs))
    near = pl.Series(apart <= 1).arg_true()
    ours, theirs = (text.gather(near) for text in texts)
    wrong = cpdist(ours.to_list(), theirs.to_list(), scorer=Hamming.distance, score_cutoff=2)
    slips = pl.DataFrame({"wrong": wrong, "even": ours.str.len_bytes() == theirs.str.len_bytes()})
    return found.scatter(
        near,
        slips.select(
            slip=pl.when(~pl.col("even"))
            .then(pl.lit("number_digit_lost"))
            .when(pl.col("wrong") <= 1)
            .then(pl.lit("number_digit_wrong"))
            .otherwise(pl.lit("number_digits_transposed"))
        )["slip"],
    )


def _upper(texts: pl.Series) -> pl.Series:
    text = texts.alias("text")
    # Most are as they should be: composed, with single spaces. Only the others are looked at.
    odd = text.str.contains(_NOT_USUAL).arg_true()
    if len(odd):
        text = text.scatter(odd, _composed(text.gather(odd)))
    upper = pl.col("text").str.to_uppercase()
    return text.to_frame().select(_replaced(upper, _SIGNS)).to_series()


def _composed(texts: pl.Series) -> pl.Series:
    return texts.str.normalize("NFC").str.replace_all(r"\s+", " ").str.strip_chars()


def _replaced(text: pl.Expr, changes: dict[str, str]) -> pl.Expr:
    return text.str.replace_many(list(changes), list(changes.values()))
