"""Telling: the verdicts as this caller may know them, row by row, as Parquet and as CSV.

As with single claims: without `outcome_detail` it is `match` or `no_match` and no more; what is
near is told to those who cleanse data. Whoever fails too often about one number is told nothing
of any row with it, right ones too: a file is no way to try birth dates.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

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
    from collections.abc import Iterator
    from pathlib import Path

    from app.exchange.jobs.work import Work

#: What a row is told whose number was guessed at too often; no entry of the log is about it.
REFUSED: Final = "refused"
TOO_MANY_GUESSES: Final = "too_many_guesses"
NO_MATCH: Final = "no_match"
#: Files of the results, and of what is behind them.
PARQUET, CSV, BEHIND = name_of("parquet"), name_of("csv"), "behind.arrow"
_UNANSWERED: Final = (Verdict.UNREADABLE.value, REFUSED)


def write(work: Work, into: Path) -> None:
    """Take step 4: the results, and in `BEHIND` the person and the number of each row."""
    found = _found(work)
    with work.world.session() as session:
        states = numbered.states(session)
    refused = _refused_numbers(work, found)
    is_refused = pl.col("number").is_in(refused) & (pl.col("verdict") != "unreadable")
    told = (
        found.join(states, "person", "left", maintain_order="left")
        .with_columns(reasons=linking.reasons(), score=weighing.score(pl.col("bits")).round(4))
        .with_columns(
            verdict=pl.when(is_refused).then(pl.lit(REFUSED)).otherwise(_allowed(work)),
            reasons=pl.when(is_refused).then(pl.lit(TOO_MANY_GUESSES)).otherwise("reasons"),
        )
    )
    detail = work.caller.outcome_detail
    is_answered = ~pl.col("verdict").is_in(_UNANSWERED)
    results = told.select(
        (pl.col("row") + 1).alias("row"),
        "verdict",
        score=pl.when(is_answered).then(pl.col("score")) if detail else pl.lit(None, pl.Float64),
        reasons=pl.when((pl.col("reasons") != "") & (detail | ~is_answered)).then("reasons"),
        state=pl.when(is_answered & pl.col("verdict").is_in(FOUND)).then(pl.col("state"))
        if detail
        else pl.lit(None, pl.String),
        **_fields(work, told),
    )
    results.write_parquet(into / PARQUET)
    results.write_csv(into / CSV)
    told.filter(is_answered).select("verdict", "person", "number", "digits").write_ipc(
        into / BEHIND
    )


def _fields(work: Work, told: pl.DataFrame) -> dict[str, pl.Series]:
    """Return what was asked to be told of the rows that are told to be somebody's."""
    if not asking.fields(work.asked):
        return {}
    found = told.select(person=pl.when(pl.col("verdict").is_in(FOUND)).then(pl.col("person")))
    pins = numbered.pins(work.world, found["person"].drop_nulls().unique())
    return {"pin": found.join(pins, "person", "left", maintain_order="left")["pin"]}


def entries(work: Work) -> Iterator[tuple[str, str | None]]:
    """Yield verdict and subject of each answered row, in the file's order."""
    behind = pl.read_ipc(work.folder / RESULTS / BEHIND)
    for verdict, person, number, digits in behind.iter_rows():
        yield verdict, _about(work, verdict, person, None if number is None else (number, digits))


def _about(
    work: Work, verdict: str, person: int | None, number: tuple[int, int] | None
) -> str | None:
    """Name whom a row is about as a single claim would: a failed one by the number itself."""
    is_told = work.caller.outcome_detail or verdict != NO_MATCH
    if person is not None and is_told:
        return proof.citizen_subject(work.access, person)
    return None if number is None else proof.number_subject(work.access, written(*number))


def summary(work: Work) -> dict[str, Any]:
    """Return how many rows have which verdict and which errors, and the files' digests."""
    results = work.folder / RESULTS
    told = pl.read_parquet(results / PARQUET, columns=["verdict", "reasons"])
    reasons = told.select(pl.col("reasons").str.split(" ")).explode("reasons").drop_nulls()
    named = reasons.filter(pl.col("reasons") != "")["reasons"].value_counts()
    with work.world.session() as session:
        job = keeping.find(session, work.job_id)
    return {
        "counts": dict(sorted(told["verdict"].value_counts().iter_rows())),
        "reasons": dict(sorted(named.iter_rows())),
        "file_sha256": job.file_sha256,
        "results_csv_sha256": sha256(results / CSV),
        "results_parquet_sha256": sha256(results / PARQUET),
    }


def _found(work: Work) -> pl.DataFrame:
    """Return what was found of every row, in the file's order, with the number it has."""
    folder = work.folder
    parts = [*folder.glob("numbers-*/found.arrow"), *folder.glob("years-*/found.arrow")]
    parts += [*folder.glob("spark/found.arrow"), *folder.glob("claims/lost/*.arrow")]
    found = pl.concat([pl.read_ipc(part) for part in sorted(parts)])
    dealt = sorted(file for file in (folder / "claims").glob("[0-9]*/*.arrow"))
    columns = ["row", "number", "digits"]
    nothing = pl.DataFrame(schema={name: CLAIMS[name] for name in columns})
    numbers = pl.concat([nothing, *(pl.read_ipc(file, columns=columns) for file in dealt)])
    return found.join(numbers, "row", "left").sort("row")


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


def _refused_numbers(work: Work, found: pl.DataFrame) -> list[int]:
    """Count failed rows as failed guesses; return the numbers of which nothing is told."""
    failed = found.filter(
        ~pl.col("verdict").is_in((*FOUND, Verdict.UNREADABLE)) & pl.col("number").is_not_null()
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
        pairs = found.filter(pl.col("number").is_not_null()).select("number", "digits").unique()
        for number, digits in pairs.iter_rows():
            if at.is_barred(guesser, proof.number_subject(at, written(number, digits))):
                refused.add(number)
    return sorted(refused)


def written(number: int, digits: int) -> str:
    """Return a number as it is written, with the zeros that a sheet takes off."""
    return str(number).zfill(12 if digits > 9 else 9)
