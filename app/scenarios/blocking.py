"""The legal calendar of a block on the world's clock: what became of whom an answer blocks.

Decree 49/2017/NĐ-CP, Art 1 (DOMAIN.md §7.1): notices on five days in a row at least; the SIM is
blocked one way 15 days after the first, both ways after 15 more, and 30 more later the contract
ends and the number is recovered. Subscribers come to complain meanwhile, most of them the
rightful ones, and the operator decides who is reinstated. Nothing runs by itself: where everybody
stands follows from the day of the answer, the world's today and the decisions.

When who complains, with what, and the costs by the day are our choice.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import polars as pl

from app.platform import errors
from app.scenarios import files, runs, scoring, telling
from app.scenarios.scenario import find as find_scenario

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from sqlalchemy.orm import Session

    from app.scenarios.models import ScenarioRun
    from app.scenarios.runs import Place

#: Days after the answer on which each step begins: notices on five days, then the blocks.
STEPS: Final[Mapping[str, int]] = {"noticed": 1, "one_way": 15, "two_way": 30, "recovered": 60}
REINSTATE, REFUSE = "reinstate", "refuse"
#: Thousand đồng a day that a rightful SIM is blocked one way, both ways; and when it is lost.
_ONE_WAY, _TWO_WAY, _LOST = 8, 25, 1500
#: Thousand đồng for a reinstatement, and for each day on which an unlawful SIM can call.
_REINSTATED, _FRAUD = 15, 12
_SCHEMA: Final = {"record_id": pl.String, "decision": pl.String, "decided_on": pl.Date}
_RIGHTFUL = ("clean", "to_update", "without_contract")

WITHOUT = errors.declare(
    code="scenario-without-calendar",
    kind="not_found",
    fault_of="caller",
    title_vi="Kịch bản này không có lịch khóa",
    title_en="This scenario has no calendar of blocks",
    next_vi="Lịch khóa có ở sim-cleanup.",
    next_en="The calendar of blocks is that of sim-cleanup.",
)
NO_COMPLAINT = errors.declare(
    code="complaint-unknown",
    kind="invalid",
    fault_of="caller",
    title_vi="Không có khiếu nại này",
    title_en="There is no such complaint",
    next_vi="GET …/calendar liệt kê các khiếu nại đến hôm nay.",
    next_en="GET …/calendar lists the complaints up to today.",
)
DECIDED = errors.declare(
    code="complaint-decided",
    kind="conflict",
    fault_of="caller",
    title_vi="Khiếu nại đã được giải quyết khác",
    title_en="The complaint was decided otherwise",
    next_vi="Quyết định đầu tiên có hiệu lực.",
    next_en="The first decision holds.",
)

RECOVERED = errors.declare(
    code="subscriber-number-recovered",
    kind="conflict",
    fault_of="caller",
    title_vi="Số đã bị thu hồi",
    title_en="The numbers have been recovered",
    next_vi="Giải quyết khiếu nại trước ngày thu hồi.",
    next_en="Decide complaints before the day of recovery.",
)


class _Past(NamedTuple):
    """A submission's rows (truth, answer, complaint, decision), and how many days ago it was."""

    rows: pl.DataFrame
    days: int
    submitted_on: dt.date


def calendar(place: Place, session: Session, run: ScenarioRun, number: int) -> telling.Calendar:
    """Return where a submission's block stands today.

    Raises `submission-unknown` and `scenario-without-calendar`.
    """
    return _told(run, number, _past(place, session, run, number))


def prepare_decisions(
    place: Place, run: ScenarioRun, number: int, decisions: Mapping[str, str]
) -> Callable[[Session], telling.Calendar]:
    """Return the job that enters decisions on complaints, by record id.

    It raises `complaint-unknown` for one that nobody has made by today, `complaint-decided` for
    one that was decided otherwise, and `subscriber-number-recovered` where it is too late.
    """
    at = runs.whole(place, run)

    def enter(session: Session) -> telling.Calendar:
        past = _past(place, session, run, number)
        if past.days >= STEPS["recovered"]:
            raise RECOVERED.error()
        made = past.rows.filter(_has_complained(past.days))
        known = dict(made.select("record_id", "decision").iter_rows())
        _check(decisions, known)
        fresh = [
            (record, said, place.world.today)
            for record, said in decisions.items()
            if known[record] is None
        ]
        table = pl.concat([_decisions(at, number), pl.DataFrame(fresh, _SCHEMA, orient="row")])
        files.replace(files.decisions(at, number), table)
        return _told(run, number, _past(place, session, run, number))

    return enter


def complain(key: pl.DataFrame, rng: np.random.Generator, photos: float) -> pl.DataFrame:
    """Add to a truth on which day of a block each subscriber would come, and with what.

    `complains`: days after the answer, -1 for never; `shows`: `chip` (card and face, read at the
    counter) or `photo` (a picture of a paper). `photos` is the share of the rightful who bring no
    more than that.
    """
    rows = key.height
    rightful = key["situation"].is_in(_RIGHTFUL).to_numpy()
    when, step = rng.random(rows), rng.random(rows)
    begins = np.select([when < 0.5, when < 0.8, when < 0.92], [1, 15, 30], -1)
    length = np.select([begins == 1, begins == 15], [14, 15], 30)
    honest = np.where(begins > 0, begins + (step * length).astype(np.int64), -1)
    bold = np.where(when < 0.1, 15 + (step * 40).astype(np.int64), -1)
    has_chip = rightful & (rng.random(rows) >= photos)
    return key.with_columns(
        complains=pl.Series(np.where(rightful, honest, bold), dtype=pl.Int64),
        shows=pl.Series(np.where(has_chip, "chip", "photo").tolist(), dtype=pl.String),
    )


def _past(place: Place, session: Session, run: ScenarioRun, number: int) -> _Past:
    story = find_scenario(run.scenario)
    if story.blocks is None:
        raise WITHOUT.error()
    submitted_on = runs.scorecard(session, run.id, number).submitted_on
    at = runs.whole(place, run)
    both = scoring.joined(
        pl.read_parquet(at / files.KEY), pl.read_parquet(files.answers(at, number))
    )
    decided = _decisions(at, number).with_columns(
        decided=(pl.col("decided_on") - submitted_on).dt.total_days()
    )
    rows = both.select(
        "record_id",
        situation=f"{scoring.TRUTH}situation",
        complains=f"{scoring.TRUTH}complains",
        shows=f"{scoring.TRUTH}shows",
        blocked=pl.col(story.action) == story.blocks,
    ).join(decided, on="record_id", how="left", maintain_order="left")
    return _Past(rows, (place.world.today - submitted_on).days, submitted_on)


def _decisions(at: Path, number: int) -> pl.DataFrame:
    path = files.decisions(at, number)
    return pl.read_parquet(path) if path.exists() else pl.DataFrame(schema=_SCHEMA)


def _check(decisions: Mapping[str, str], known: Mapping[str, str | None]) -> None:
    strange = [record for record in decisions if record not in known]
    if strange:
        raise NO_COMPLAINT.error(params=tuple(map(_param, strange)))
    other = [record for record, said in decisions.items() if known[record] not in (None, said)]
    if other:
        raise DECIDED.error(params=tuple(map(_param, other)))


def _param(record: str) -> errors.InvalidParam:
    return errors.InvalidParam(
        f"decisions.{record}", "not open to this decision", "không quyết định được như vậy"
    )


def _has_complained(days: int) -> pl.Expr:
    """Whether somebody has come by today; once the number is recovered there is nothing to."""
    comes = pl.col("complains")
    return pl.col("blocked") & comes.is_between(0, days)


def _states(days: int) -> pl.Expr:
    reached = [name for name, begins in STEPS.items() if begins <= days]
    step = reached[-1] if reached else "begun"
    return (
        pl.when(~pl.col("blocked"))
        .then(pl.lit("untouched"))
        .when(pl.col("decision") == REINSTATE)
        .then(pl.lit("reinstated"))
        .otherwise(pl.lit(step))
    )


def _told(run: ScenarioRun, number: int, past: _Past) -> telling.Calendar:
    rows = past.rows.with_columns(state=_states(past.days))
    complaints = rows.filter(_has_complained(past.days)).sort("complains", "record_id")
    counted = dict(rows.group_by("state").len().sort("state").iter_rows())
    rightful = pl.col("situation").is_in(_RIGHTFUL)
    unlawful = pl.col("situation") == "unlawful"
    stopped = pl.col("state").is_in(["one_way", "two_way", "recovered"])
    told = rows.select(
        wrongly_blocked=(rightful & stopped).sum(),
        lost=(rightful & (pl.col("state") == "recovered")).sum(),
        reinstated=(rightful & (pl.col("state") == "reinstated")).sum(),
        wrongly_reinstated=(unlawful & (pl.col("state") == "reinstated")).sum(),
        fraud_left=(unlawful & ~stopped).sum(),
        cost=_cost(past.days, rightful, unlawful).sum(),
    ).row(0, named=True)
    return telling.Calendar(
        scenario=run.scenario,
        run=run.id,
        submission=number,
        submitted_on=past.submitted_on,
        day=past.days,
        steps={name: past.submitted_on + dt.timedelta(days=day) for name, day in STEPS.items()},
        states=counted,
        open_complaints=int(complaints["decision"].is_null().sum()),
        complaints=[
            telling.Complaint(
                record_id=row["record_id"],
                made_on=past.submitted_on + dt.timedelta(days=row["complains"]),
                shows=row["shows"],
                decision=row["decision"],
                decided_on=row["decided_on"],
            )
            for row in complaints.iter_rows(named=True)
        ],
        **told,
    )


def _cost(days: int, rightful: pl.Expr, unlawful: pl.Expr) -> pl.Expr:
    """Return what each row has cost up to today, in thousand đồng."""
    back = pl.when(pl.col("decision") == REINSTATE).then(pl.col("decided"))
    blocked_until = back.fill_null(days)

    def between(first: int, last: int) -> pl.Expr:
        return (blocked_until.clip(upper_bound=last) - first).clip(lower_bound=0)

    one_way, two_way = STEPS["one_way"], STEPS["two_way"]
    recovered = STEPS["recovered"]
    lost = pl.when((blocked_until >= recovered) & back.is_null()).then(_LOST).otherwise(0)
    wrongly = between(one_way, two_way) * _ONE_WAY + between(two_way, recovered) * _TWO_WAY + lost
    again = pl.when(back.is_not_null()).then(_REINSTATED).otherwise(0)
    calling = blocked_until.clip(upper_bound=one_way) + (days - blocked_until)
    free = pl.when("blocked").then(calling).otherwise(days) * _FRAUD
    return (
        pl.when(rightful & pl.col("blocked"))
        .then(wrongly + again)
        .when(unlawful)
        .then(free + pl.when("blocked").then(again).otherwise(0))
        .otherwise(0)
    )
