"""Linking: an agency's rows against the registry, stage by stage; every row gets its verdict.

1. `by_number`: whoever a row's number leads to is compared. What agrees, or differs by errors that
   have names, is settled.
2. `search`: the rest is compared with those whom its blocks bring together (`blocks`).

A row is settled by a candidate of so many bits that leads the next by as many (`weighing`): in
stage 1 by the strictest number, in stage 2, where all candidates are known, by the caller's.

Both stages work on any part of the file and of the registry that belongs together: rows and
numbers by the number, then rows and people by the year of birth. `link` takes both whole. The best
candidate is chosen in a total order, bits and then person, so that parts and engines agree.
"""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Final

import polars as pl

from app.matching.columns import name_key_series
from app.matching.linkage import blocks, likeness, weighing
from app.matching.linkage.census import Census
from app.matching.linkage.claims import CLAIMS
from app.matching.linkage.weighing import Scale
from app.matching.linkage.words import STRICTEST, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

#: How a number leads to a person.
VIA: Final = pl.Enum(["pin", "superseded", "old"])
#: Columns of the registry: a row for each number, of 9 or 12 digits, with its bearer.
NUMBERED: Final[Mapping[str, pl.DataType]] = {
    "number": pl.UInt64(),
    "via": VIA,
    "person": pl.Int64(),
    "name": pl.String(),
    "name_key": pl.String(),
    "born": pl.Int32(),
}
#: Columns of what is found: `bits` more than chance; slips are empty texts where there is none.
#: `person` is the citizen meant, or the number's bearer where no one else is.
FOUND: Final[Mapping[str, pl.DataType]] = {
    "row": pl.Int64(),
    "verdict": pl.String(),
    "bits": pl.Float64(),
    "number_slip": pl.String(),
    "name_slip": pl.String(),
    "birth_slip": pl.String(),
    "person": pl.Int64(),
}
_SLIPS: Final = ("number_slip", "name_slip", "birth_slip")
#: What is known of a candidate, beside the row.
_WEIGHED: Final = (*_SLIPS, "bits", "person")
#: Columns of claims that stage 1 leaves open, with what was found of their numbers' bearers.
OPEN: Final[Mapping[str, pl.DataType]] = {
    **CLAIMS,
    "bearer_verdict": pl.String(),
    "bearer_bits": pl.Float64(),
    "bearer_person": pl.Int64(),
    **dict.fromkeys((f"bearer_{name}" for name in _SLIPS), pl.String()),
}
_SURE: Final = 60.0


def link(
    claims: pl.DataFrame, numbered: pl.DataFrame, strictness: int = STRICTEST
) -> pl.DataFrame:
    """Return `FOUND` for every row of `claims.CLAIMS`, in their order, all in memory."""
    census = Census()
    census.add(numbered.filter(pl.col("via") == "pin")["name_key"])
    readable, unreadable_rows = readable_of(claims)
    settled, rest = by_number(readable, numbered, census)
    searched = search(rest, numbered, Scale(census, strictness))
    return pl.concat([unreadable_rows, settled, searched]).sort("row")


def readable_of(claims: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Divide claims into those that can be compared and what is found of the others."""
    is_readable = pl.col("name").is_not_null() & pl.col("born").is_not_null()
    lost = claims.filter(~is_readable)
    found = lost.select(
        "row",
        verdict=pl.lit(Verdict.UNREADABLE.value),
        bits=pl.lit(-_SURE),
        number_slip=pl.lit(""),
        name_slip=pl.when(pl.col("name").is_null())
        .then(pl.lit("name_unreadable"))
        .otherwise(pl.lit("")),
        birth_slip=pl.when(pl.col("born").is_null())
        .then(pl.lit("birth_date_unreadable"))
        .otherwise(pl.lit("")),
        person=pl.lit(None, pl.Int64),
    )
    return claims.filter(is_readable), found


def by_number(
    claims: pl.DataFrame, numbered: pl.DataFrame, census: Census
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Take stage 1: return what is settled, and the claims that are not.

    These keep what was found of their number's bearer in `bearer_…`: nulls where it has none.
    """
    bearers = (
        numbered.lazy()
        .select("number", "via", "person", name_right="name", born_right="born")
        .with_row_index("at")
    )
    met = (
        claims.lazy()
        .join(bearers, "number", "left", nulls_equal=False, maintain_order="none")
        .with_columns(
            is_exact=(
                (pl.col("name") == pl.col("name_right"))
                & (pl.col("born") == pl.col("born_right"))
                & (pl.col("via") == "pin")
                & (pl.col("digits") == 12)
            ).fill_null(value=False)
        )
        .collect()
    )
    exact = met.filter("is_exact").select(
        "row",
        verdict=pl.lit(Verdict.MATCH.value),
        bits=pl.lit(_SURE),
        **{name: pl.lit("") for name in _SLIPS},
        person="person",
    )
    others = met.filter(~pl.col("is_exact"))
    others = others.with_columns(numbered["name_key"].gather(others["at"]))
    led = _weighed_bearers(others.filter(pl.col("person").is_not_null()), census)
    best = _best(led)
    settled = best.filter(_is_enough(STRICTEST) | _is_torn())
    rest = _open(others, best.join(settled, "row", "anti"), settled)
    return pl.concat([exact, _told(settled)]), rest


def search(rest: pl.DataFrame, numbered: pl.DataFrame, scale: Scale) -> pl.DataFrame:
    """Take stage 2: return what is found of rows that stage 1 left open.

    `numbered` holds at least everybody born in the years of the rows. Their numbers' bearers are
    candidates beside those who are found.
    """
    ours = rest.with_columns(name_key_series(rest["name"]).alias("name_key"))
    met = blocks.pairs(ours, numbered).join(ours, "row")
    theirs = numbered[met["at"]].select(
        pl.all().exclude("name_key").name.suffix("_right"), recorded_key="name_key"
    )
    others = _weighed_candidates(
        pl.concat([met, theirs], how="horizontal"), numbered, scale.census
    )
    found = _best(pl.concat([others, _bearers(rest)]))
    is_other = pl.col("bearer_person").is_not_null()
    candidates = rest.select("row", *_bearer_columns()).join(found, "row", "left")
    fits = reduce(or_, [pl.col(name).is_in(weighing.contradicting()) for name in _SLIPS]).not_()
    takes = _is_enough(scale.strictness).fill_null(value=False)
    may = (fits & pl.col("bits").is_not_null() & ~is_other).fill_null(value=False)
    verdict = (
        pl.when(takes & (pl.col("person") != pl.col("bearer_person")))
        .then(pl.lit(Verdict.OTHER_PERSON.value))
        .when(takes)
        .then(_match())
        .when(is_other)
        .then(pl.col("bearer_verdict"))
        .when(may)
        .then(pl.lit(Verdict.AMBIGUOUS.value))
        .otherwise(pl.lit(Verdict.NOT_FOUND.value))
    )
    chosen = [
        pl.when(takes | may).then(pl.col(name)).otherwise(pl.col(f"bearer_{name}")).alias(name)
        for name in ("bits", *_SLIPS)
    ]
    person = pl.when(takes).then(pl.col("person")).otherwise(pl.col("bearer_person"))
    return candidates.select("row", verdict.alias("verdict"), *chosen, person=person).with_columns(
        pl.col("bits").fill_null(-_SURE), *(pl.col(name).fill_null("") for name in _SLIPS)
    )


def reasons() -> pl.Expr:
    """Return the slips of `FOUND` as one text, divided by spaces."""
    return pl.concat_str(_SLIPS, separator=" ").str.replace_all(" +", " ").str.strip_chars()


def _weighed_bearers(met: pl.DataFrame, census: Census) -> pl.DataFrame:
    """Compare rows with the bearers of their numbers."""
    is_short = pl.col("digits") < pl.when(pl.col("via") == "old").then(9).otherwise(12)
    slips = met.with_columns(
        number_slip=pl.when(is_short)
        .then(pl.lit("leading_zero_lost"))
        .when(pl.col("via") == "old")
        .then(pl.lit("old_number"))
        .when(pl.col("via") == "superseded")
        .then(pl.lit("superseded_number"))
        .otherwise(pl.lit("")),
        name_slip=likeness.names(met["name"], met["name_right"]),
        birth_slip=likeness.birth_dates("born", "born_right"),
    )
    bits = (
        weighing.number_bits(slips["number_slip"], census.people)
        + weighing.name_bits(census, slips["name_slip"], met["name_key"])
        + weighing.birth_bits(slips["birth_slip"], met["born_right"])
    )
    return slips.with_columns(bits.alias("bits")).select("row", *_WEIGHED)


def _bearers(rest: pl.DataFrame) -> pl.DataFrame:
    """Return the bearers of open rows' numbers as stage 1 weighed them."""
    met = rest.filter(pl.col("bearer_person").is_not_null())
    return met.select("row", *(pl.col(f"bearer_{name}").alias(name) for name in _WEIGHED))


def _weighed_candidates(met: pl.DataFrame, numbered: pl.DataFrame, census: Census) -> pl.DataFrame:
    """Compare rows with those whom their blocks brought together; not with their own bearers."""
    met = met.filter((pl.col("number") != pl.col("number_right")).fill_null(value=True))
    has_number = met["number"].is_not_null()
    near = pl.Series("near", [""], dtype=pl.String).new_from_index(0, len(met))
    at = has_number.arg_true()
    if len(at):
        near = near.scatter(at, likeness.numbers(met[at], "number", "number_right"))
    slips = met.with_columns(near.alias("near")).with_columns(
        number_slip=pl.when(pl.col("number").is_null())
        .then(pl.lit("number_absent"))
        .when(pl.col("near") != "")
        .then(pl.col("near"))
        .when(pl.col("bearer_person").is_null())
        .then(pl.lit("number_unknown"))
        .otherwise(pl.lit("other_persons_number")),
        name_slip=likeness.names(met["name"], met["name_right"]),
        birth_slip=likeness.birth_dates("born", "born_right"),
    )
    bits = (
        weighing.number_bits(slips["number_slip"], census.people)
        + weighing.name_bits(census, slips["name_slip"], met["recorded_key"])
        + weighing.birth_bits(
            slips["birth_slip"], met["born_right"], _share_born(met, numbered, census)
        )
    )
    return slips.with_columns(bits.alias("bits"), person="person_right").select("row", *_WEIGHED)


def _share_born(met: pl.DataFrame, numbered: pl.DataFrame, census: Census) -> pl.Series:
    """Return which share of the people was born on each pair's recorded day, the pair's aside."""
    people = numbered.lazy().filter(pl.col("via") == "pin")
    born = people.group_by("born").len("born_then").with_columns(year=pl.col("born") // 10_000)
    usual = (pl.col("born_then").sum() / 366).over("year")
    shares = born.select(
        "born", share=pl.max_horizontal(pl.col("born_then") - 1.0, usual) / max(census.people, 1)
    ).collect()
    recorded = met.select(born="born_right")
    return recorded.join(shares, "born", "left", maintain_order="left")["share"]


def _best(weighed: pl.DataFrame) -> pl.DataFrame:
    """Return each row's best candidate and, in `next`, the bits of the next person."""
    order = weighed.sort("row", "bits", "person", descending=[False, True, False])
    people = order.unique(("row", "person"), keep="first", maintain_order=True)
    is_first = pl.col("row") != pl.col("row").shift(1, fill_value=-1)
    following = pl.when(pl.col("row").shift(-1) == pl.col("row")).then(pl.col("bits").shift(-1))
    return people.with_columns(next=following).filter(is_first)


def _is_explained() -> pl.Expr:
    contradicting = weighing.contradicting()
    return ~reduce(or_, [pl.col(name).is_in(contradicting) for name in _SLIPS])


def _is_enough(strictness: int) -> pl.Expr:
    leads = pl.col("next").is_null() | (pl.col("bits") - pl.col("next") >= strictness)
    return (pl.col("bits") >= strictness) & leads & _is_explained()


def _is_torn() -> pl.Expr:
    """Two people bear the number, and both would do."""
    close = (pl.col("bits") - pl.col("next") < STRICTEST) & (pl.col("next") >= STRICTEST)
    return (close & _is_explained()).fill_null(value=False)


def _told(settled: pl.DataFrame) -> pl.DataFrame:
    """Return `FOUND` of rows that their number settled."""
    return settled.select(
        "row",
        verdict=pl.when(_is_torn()).then(pl.lit(Verdict.AMBIGUOUS.value)).otherwise(_match()),
        bits="bits",
        **{name: pl.col(name) for name in _SLIPS},
        person=pl.when(~_is_torn()).then(pl.col("person")),
    )


def _match() -> pl.Expr:
    """Return what is said of a row whose person is found: whether all is as it is on record."""
    recorded = ["", "old_number", "superseded_number"]
    is_clean = (pl.col("name_slip") == "") & (pl.col("birth_slip") == "")
    return (
        pl.when(is_clean & pl.col("number_slip").is_in(recorded))
        .then(pl.lit(Verdict.MATCH.value))
        .otherwise(pl.lit(Verdict.NEAR_MATCH.value))
    )


def _open(others: pl.DataFrame, best: pl.DataFrame, settled: pl.DataFrame) -> pl.DataFrame:
    """Return the claims that are not settled, with what was found of their numbers' bearers."""
    contradicting = weighing.contradicting()
    agrees = ~pl.all_horizontal(
        pl.col(name).is_in(contradicting) for name in ("name_slip", "birth_slip")
    )
    bearers = best.select(
        "row",
        bearer_verdict=pl.when(agrees)
        .then(pl.lit(Verdict.MISMATCH.value))
        .otherwise(pl.lit(Verdict.OTHER_PERSON.value)),
        bearer_bits="bits",
        bearer_person="person",
        **{f"bearer_{name}": pl.col(name) for name in _SLIPS},
    )
    claims = others.select(list(CLAIMS)).unique("row")
    return claims.join(settled, "row", "anti").join(bearers, "row", "left")


def _bearer_columns() -> list[str]:
    return [name for name in OPEN if name not in CLAIMS]
