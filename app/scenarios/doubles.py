"""People who stand in a file under two codes, and codes that stand for several people.

What a bureau calls split and merged persons, and a licensing office a duplicate and a shared file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from app.matching.columns import fold_series
from app.scenarios import claims, dirt, judging
from app.scenarios.population import Pack, group_sizes
from app.scenarios.scenario import Column, always

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from app.scenarios.parameters import Difficulty, Parameters
    from app.scenarios.population import Population
    from app.scenarios.scenario import Groups
    from app.scenarios.secrecy import Draws
    from app.scenarios.solving import Solver

#: The kinds of rows, beside those of `claims`, that a mix names.
SPLIT, MERGED = "split", "merged"
SINGLE: Final = "single"
#: How many rows each of them makes together.
GROUPS: Final[Mapping[str, Groups]] = {SPLIT: always(2, 2), MERGED: always(2, 3)}
#: What costs go by, where nobody is there twice.
SITUATIONS: Final = {
    "match": "clean",
    **dict.fromkeys(claims.TO_UPDATE, "to_update"),
    "another_person": "foreign",
    "invented": "foreign",
    "deceased": "dead",
}
_CODES = 1_000_000_000
_FEW = 4


def make(people: Population, draws: Draws, asked: Parameters) -> pl.DataFrame:
    """Make the rows: those of `claims.make`, with `code` and `relation`.

    A share `split` of the rows are of people who stand twice, the second time by their old number
    or with a name or date written badly; a share `merged` are of two or three under one code.
    """
    wanted = asked.counts()
    pack = Pack(draws.stream("pack"), people.living(18), asked.size)
    rng = draws.stream("doubles")
    split = _split(people, pack, wanted.pop(SPLIT) // 2, rng)
    merged = _merged(people, pack, wanted.pop(MERGED), rng, asked.difficulty)
    wanted["match"] += asked.size - sum(wanted.values()) - split.height - merged.height
    plain = claims.make(people, draws, pack, claims.possible(people, wanted), claims.both(asked))
    groups = [plain.height, split.height]
    firsts = np.arange(sum(groups))
    rows = pl.concat([plain, split, merged.drop("group")]).with_columns(
        code=pl.concat([pl.Series(firsts), merged["group"] + len(firsts)])
    )
    numbers = rng.choice(_CODES, int(rows["code"].n_unique()), replace=False)
    told = pl.Series(numbers)[rows["code"].rank("dense").cast(pl.Int64) - 1]
    return rows.with_columns(code=told).with_columns(relation=_relation())


def code(prefix: str) -> pl.Expr:
    """Return the codes of rows that `make` made as a file has them."""
    return pl.format(f"{prefix}{{}}", pl.col("code").cast(pl.String).str.zfill(9))


def relation(*, vi: str, en: str, single: str, split: str, merged: str) -> Column:
    """Return the column of an answer that says how a row stands to others, in a story's words."""
    values = {SINGLE: single, SPLIT: split, MERGED: merged}
    return Column(name="relation", kind="class", vi=vi, en=en, values=values)


def key(rows: pl.DataFrame, settled: Sequence[str]) -> pl.DataFrame:
    """Return the truth of rows that `make` made; doubles of `settled` situations stay in these."""
    rows = rows.with_columns(folded=fold_series(rows["full_name"]))
    situation = pl.col("kind").replace_strict(SITUATIONS)
    is_double = (pl.col("relation") != SINGLE) & ~situation.is_in(settled)
    return rows.select(
        verdict=pl.col("kind"),
        number=claims.known_number(),
        relation=pl.col("relation"),
        situation=pl.when(is_double).then("relation").otherwise(situation),
        exact=pl.col("exact"),
        signature=pl.col("seen") * _FEW**3 + _seen(),
    )


def _seen() -> pl.Expr:
    """Return what can be seen of doubles, as an integer below 64.

    How many codes a number has, how many a name with its date has, how many names a code has.
    """
    parts = (
        pl.col("code").n_unique().over("number"),
        pl.col("code").n_unique().over("folded", "birth_date"),
        pl.col("full_name").n_unique().over("code"),
    )
    visible = pl.lit(0)
    for part in parts:
        visible = visible * _FEW + part.clip(upper_bound=_FEW).cast(pl.Int64) - 1
    return visible


def of_extract(solver: Solver, extract: pl.DataFrame, *, name: str, code: str) -> pl.DataFrame:
    """Judge a file whose columns `name` and `code` hold these, and find who is there twice.

    Returns what `judging.of_extract` does, with `relation` and `situation`.
    """
    rows = judging.of_extract(solver, extract, name)
    relation = relate(rows[name], rows["birth_date"], rows["known"], rows[code])
    return rows.with_columns(
        relation=relation, situation=pl.col("verdict").replace_strict(SITUATIONS)
    )


def is_doubtful() -> pl.Expr:
    """Tell, of rows that `of_extract` judged, which only a person can put right."""
    return (pl.col("relation") != SINGLE) | (pl.col("situation") == "foreign")


def answer(rows: pl.DataFrame, action: pl.Expr) -> pl.DataFrame:
    """Return the answer of rows that `of_extract` judged, with what to do."""
    return rows.select("record_id", "verdict", "relation", number=pl.col("right"), action=action)


def relate(names: pl.Series, dates: pl.Series, numbers: pl.Series, codes: pl.Series) -> pl.Series:
    """Say of every row how it stands to others of the file: single, split or merged.

    A code of several names is merged; one number, or one name (marks aside) with one birth date,
    under several codes is one person who was split.
    """
    rows = pl.DataFrame({"names": names, "dates": dates, "numbers": numbers, "codes": codes})
    rows = rows.with_columns(
        folded=fold_series(names), whole=pl.col("dates").str.len_chars() == 10
    )
    people = pl.col("numbers").n_unique().over("codes")
    by_number = pl.col("codes").n_unique().over("numbers")
    by_name = pl.col("codes").n_unique().over("folded", "dates")
    is_split = (by_number > 1) | ((by_name > 1) & pl.col("whole"))
    return rows.select(
        pl.when(people > 1)
        .then(pl.lit(MERGED))
        .when(is_split)
        .then(pl.lit(SPLIT))
        .otherwise(pl.lit(SINGLE))
    ).to_series()


def _split(people: Population, pack: Pack, pairs: int, rng: np.random.Generator) -> pl.DataFrame:
    """Make pairs of rows about one person: half by an old number, where there are enough."""
    with_old, old = people.with_old_number()
    chosen = rng.permutation(len(with_old))[: pairs // 2]
    former = claims.exact(people, with_old[chosen])
    others = claims.exact(people, pack.apart(pairs - len(chosen)))
    names = people.people[others["place"].to_numpy()]
    born = claims.dates(names)
    soiled = dirt.soil(names, born, rng, 0.0)
    return pl.concat(
        [
            former,
            former.with_columns(
                kind=pl.lit("old_number"),
                number=old[chosen],
                exact=pl.lit(value=False),
                seen=pl.lit(claims.SEEN_OLD, pl.Int64),
            ),
            others,
            others.with_columns(
                kind=pl.lit("near_match"),
                full_name=soiled.names,
                birth_date=dirt.written(soiled.dates),
                exact=pl.lit(value=False),
                seen=claims.judged(soiled.names, soiled.dates, names),
            ),
        ]
    )


def _merged(
    people: Population, pack: Pack, rows: int, rng: np.random.Generator, difficulty: Difficulty
) -> pl.DataFrame:
    """Make rows of two or three people who share a code, which is their `group`."""
    sizes = group_sizes(rng, rows, *GROUPS[MERGED][difficulty])
    places = pack.apart(int(sizes.sum()))
    group = np.repeat(np.arange(len(sizes)), sizes)[: len(places)]
    return claims.exact(people, places).with_columns(group=pl.Series(group, dtype=pl.Int64))


def _relation() -> pl.Expr:
    """Return the truth: by who the people are, whatever the rows say."""
    people = pl.col("place").n_unique().over("code")
    codes = pl.col("code").n_unique().over("place")
    is_somebody = pl.col("place") >= 0
    return (
        pl.when(people > 1)
        .then(pl.lit(MERGED))
        .when(is_somebody & (codes > 1))
        .then(pl.lit(SPLIT))
        .otherwise(pl.lit(SINGLE))
    )
