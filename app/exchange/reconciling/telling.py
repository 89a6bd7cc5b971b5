"""Telling: the verdicts as this caller may know them, row by row, as Parquet and as CSV.

As with single claims: without `outcome_detail` it is `match` or `no_match` and no more; what is
near is told to those who cleanse data. Whoever fails too often about one number is told nothing
of any row with it, right ones too: a file is no way to try birth dates.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import polars as pl

from app.exchange import proof
from app.exchange.jobs import keeping
from app.exchange.jobs.work import RESULTS, sha256
from app.exchange.jobs.work import results as name_of
from app.exchange.reconciling import asking
from app.exchange.snapshots import MOST_FAILED_GUESSES
from app.matching.linkage import linking, weighing
from app.matching.linkage.claims import CLAIMS
from app.matching.linkage.words import FOUND, Verdict
from app.registry import numbered

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from app.exchange.jobs.work import Work

#: What a row is told whose number was guessed at too often; no entry of the log is about it.
REFUSED: Final = "refused"
TOO_MANY_GUESSES: Final = "too_many_guesses"
NO_MATCH: Final = "no_match"
#: Files of the results, and of what is behind them.
PARQUET, CSV, _BEHIND = name_of("parquet"), name_of("csv"), "behind-{}.arrow"
#: Rows of the file that are told at a time.
_A_SLICE: Final = 500_000
_UNANSWERED: Final = (Verdict.UNREADABLE.value, REFUSED)
_IS_ANSWERED: Final = ~pl.col("verdict").is_in(_UNANSWERED)


class _Known(NamedTuple):
    """What is read once for all rows: whose state is told, whose number, and what is refused."""

    states: pl.DataFrame
    pins: pl.DataFrame | None
    refused: list[int]


def write(work: Work, into: Path) -> None:
    """Take step 4: the results, and in `_BEHIND` the person and the number of each row.

    The file is gone through slice by slice, so that memory holds a few numbers for each row and no
    more.
    """
    found, numbers = _found(work), _numbers(work)
    with work.world.session() as session:
        states = numbered.states(session)
    known = _Known(states, _pins(work, found), _refused_numbers(work, found, numbers))
    results = []
    with (into / CSV).open("wb") as opened:
        for number, first in enumerate(range(0, max(work.rows, 1), _A_SLICE)):
            is_here = pl.col("row").is_between(first, first + _A_SLICE - 1)
            here = found.filter(is_here).join(numbers.filter(is_here), "row", "left").collect()
            told = _told(work, here.sort("row"), known)
            results.append(into / f"slice-{number}.arrow")
            line = _results(work, told, known)
            line.write_ipc(results[-1])
            line.write_csv(opened, include_header=number == 0)
            told.filter(_IS_ANSWERED).select("verdict", "person", "number", "digits").write_ipc(
                into / _BEHIND.format(number)
            )
    pl.scan_ipc(results).sink_parquet(into / PARQUET, maintain_order=True)
    for each in results:
        each.unlink()


def _told(work: Work, found: pl.DataFrame, known: _Known) -> pl.DataFrame:
    """Return rows with the verdict, the score and the reasons that this caller may know."""
    is_refused = pl.col("number").is_in(known.refused) & (pl.col("verdict") != "unreadable")
    return (
        found.join(known.states, "person", "left", maintain_order="left")
        .with_columns(reasons=linking.reasons(), score=weighing.score(pl.col("bits")).round(4))
        .with_columns(
            verdict=pl.when(is_refused).then(pl.lit(REFUSED)).otherwise(_allowed(work)),
            reasons=pl.when(is_refused).then(pl.lit(TOO_MANY_GUESSES)).otherwise("reasons"),
        )
    )


def _results(work: Work, told: pl.DataFrame, known: _Known) -> pl.DataFrame:
    """Return the lines of the results."""
    detail = work.caller.outcome_detail
    return told.select(
        (pl.col("row") + 1).alias("row"),
        "verdict",
        score=pl.when(_IS_ANSWERED).then(pl.col("score")) if detail else pl.lit(None, pl.Float64),
        reasons=pl.when((pl.col("reasons") != "") & (detail | ~_IS_ANSWERED)).then("reasons"),
        state=pl.when(_IS_ANSWERED & pl.col("verdict").is_in(FOUND)).then(pl.col("state"))
        if detail
        else pl.lit(None, pl.String),
        **_fields(told, known),
    )


def _pins(work: Work, found: pl.LazyFrame) -> pl.DataFrame | None:
    """Return the numbers of all who were found, if they were asked for."""
    if not asking.fields(work.asked):
        return None
    people = found.filter(pl.col("verdict").is_in(FOUND)).select("person").unique()
    return numbered.pins(work.world, people.drop_nulls().collect()["person"])


def _fields(told: pl.DataFrame, known: _Known) -> dict[str, pl.Series]:
    """Return what was asked to be told of the rows that are told to be somebody's."""
    if known.pins is None:
        return {}
    found = told.select(person=pl.when(pl.col("verdict").is_in(FOUND)).then(pl.col("person")))
    return {"pin": found.join(known.pins, "person", "left", maintain_order="left")["pin"]}


def entries(work: Work) -> Iterator[tuple[str, str | None]]:
    """Yield verdict and subject of each answered row, in the file's order."""
    folder = work.folder / RESULTS
    for number in range(len(list(folder.glob(_BEHIND.format("*"))))):
        behind = pl.read_ipc(folder / _BEHIND.format(number))
        for verdict, person, *named in behind.iter_rows():
            yield verdict, _about(work, verdict, person, None if named[0] is None else named)


def _about(
    work: Work, verdict: str, person: int | None, number: Sequence[int] | None
) -> str | None:
    """Name whom a row is about as a single claim would: a failed one by the number itself."""
    is_told = work.caller.outcome_detail or verdict != NO_MATCH
    if person is not None and is_told:
        return proof.citizen_subject(work.access, person)
    return None if number is None else proof.number_subject(work.access, written(*number))


def summary(work: Work) -> dict[str, Any]:
    """Return how many rows have which verdict and which errors, and the files' digests."""
    results = work.folder / RESULTS
    told = pl.scan_parquet(results / PARQUET)
    verdicts = told.group_by("verdict").len().collect(engine="streaming")
    named = (
        told.select(pl.col("reasons").str.split(" "))
        .explode("reasons")
        .filter(pl.col("reasons") != "")
        .group_by("reasons")
        .len()
        .collect(engine="streaming")
    )
    with work.world.session() as session:
        job = keeping.find(session, work.job_id)
    return {
        "counts": dict(sorted(verdicts.iter_rows())),
        "reasons": dict(sorted(named.iter_rows())),
        "file_sha256": job.file_sha256,
        "results_csv_sha256": sha256(results / CSV),
        "results_parquet_sha256": sha256(results / PARQUET),
    }


def _found(work: Work) -> pl.LazyFrame:
    """Return what was found of every row."""
    folder = work.folder
    parts = [*folder.glob("numbers-*/found.arrow"), *folder.glob("years-*/found.arrow")]
    parts += [*folder.glob("spark/found.arrow"), *folder.glob("claims/lost/*.arrow")]
    return pl.scan_ipc(sorted(parts))


def _numbers(work: Work) -> pl.LazyFrame:
    """Return the number that every row has which has one."""
    dealt = sorted((work.folder / "claims").glob("[0-9]*/*.arrow"))
    columns = ["row", "number", "digits"]
    nothing = pl.LazyFrame(schema={name: CLAIMS[name] for name in columns})
    return pl.concat([nothing, *(pl.scan_ipc(file).select(columns) for file in dealt)])


def _allowed(work: Work) -> pl.Expr:
    """Return the verdict as the caller's rights have it."""
    verdict = pl.col("verdict")
    if not work.caller.cleansing:
        is_near = verdict == Verdict.NEAR_MATCH.value
        verdict = pl.when(is_near).then(pl.lit(Verdict.MISMATCH.value)).otherwise(verdict)
    if work.caller.outcome_detail:
        return verdict
    kept = [Verdict.MATCH.value, *_UNANSWERED]
    return pl.when(verdict.is_in(kept)).then(verdict).otherwise(pl.lit(NO_MATCH))


def _refused_numbers(work: Work, found: pl.LazyFrame, numbers: pl.LazyFrame) -> list[int]:
    """Count failed rows as failed guesses; return the numbers of which nothing is told."""
    failed = (
        found.filter(~pl.col("verdict").is_in((*FOUND, Verdict.UNREADABLE)))
        .select("row", "person")
        .join(numbers.filter(pl.col("number").is_not_null()), "row")
        .collect(engine="streaming")
        .sort("row")
    )
    is_too_often = pl.len().over("number") > MOST_FAILED_GUESSES
    refused = set(failed.filter(is_too_often)["number"].to_list())
    kept = ("number", "digits", "person")
    guesses = failed.filter(~is_too_often).group_by(kept, maintain_order=True).len()
    guesser, at = work.caller.guesser, work.access
    for number, digits, person, times in guesses.iter_rows():
        text = written(number, digits)
        about = proof.number_subject(at, text), proof.bearer_subject(at, text, person)
        if not at.fail(guesser, *about, times=times):
            refused.add(number)
    if any(name == guesser for name, _ in at.snapshot().barred):
        pairs = numbers.filter(pl.col("number").is_not_null()).select("number", "digits").unique()
        for number, digits in pairs.collect(engine="streaming").iter_rows():
            if at.is_barred(guesser, proof.number_subject(at, written(number, digits))):
                refused.add(number)
    return sorted(refused)


def written(number: int, digits: int) -> str:
    """Return a number as it is written, with the zeros that a sheet takes off."""
    return str(number).zfill(12 if digits > 9 else 9)
