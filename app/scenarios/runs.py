"""Runs: files that testers started, and the answers they had scored.

A run belongs to the agency that started it, and to one incarnation of its world. Its files are
there before its row is; if they are lost they are made anew, and taken only if their truth hashes
to what the row says.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec
import polars as pl
from sqlalchemy import delete, func, select

from app.platform import clock, errors
from app.scenarios import consenting, files, making, probabilities, scoring, submissions, telling
from app.scenarios.models import ScenarioRun, ScenarioSubmission
from app.scenarios.parameters import Parameters
from app.scenarios.scenario import find as find_scenario

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sqlalchemy.orm import Session

    from app.exchange.callers import Caller
    from app.platform.worlds import World
    from app.scenarios.scenario import Scenario

UNKNOWN = errors.declare(
    code="scenario-run-unknown",
    kind="not_found",
    fault_of="caller",
    title_vi="Không có lượt chạy này",
    title_en="There is no such run",
    next_vi="GET /v1/scenarios/{tên}/runs liệt kê các lượt chạy của cơ quan.",
    next_en="GET /v1/scenarios/{name}/runs lists the agency's runs.",
)
SUBMISSION_UNKNOWN = errors.declare(
    code="submission-unknown",
    kind="not_found",
    fault_of="caller",
    title_vi="Không có bài nộp này",
    title_en="There is no such submission",
    next_vi="GET …/submissions liệt kê các bài nộp của lượt chạy.",
    next_en="GET …/submissions lists the run's submissions.",
)
FILE_UNKNOWN = errors.declare(
    code="scenario-file-unknown",
    kind="not_found",
    fault_of="caller",
    title_vi="Kịch bản này không có tệp đó",
    title_en="The scenario has no such file",
    next_vi="Xem files của lượt chạy.",
    next_en="See files of the run.",
)
#: What one agency may keep in one world, and one run: files are large.
MOST_RUNS, MOST_SUBMISSIONS = 50, 200
TOO_MANY = errors.declare(
    code="scenario-runs-full",
    kind="conflict",
    fault_of="caller",
    title_vi="Cơ quan đã có quá nhiều lượt chạy hoặc bài nộp",
    title_en="The agency has too many runs or submissions",
    next_vi="Xóa một lượt chạy cũ: DELETE /v1/scenarios/{tên}/runs/{mã}.",
    next_en="Delete an old run: DELETE /v1/scenarios/{name}/runs/{id}.",
)


@dataclass(frozen=True, slots=True)
class Place:
    """A world, and the home folder in which its scenarios' files lie."""

    world: World
    home: Path

    def folder(self, run_id: str) -> Path:
        """Return where a run's files are."""
        return files.folder(self.home, self.world.id, run_id)


def prepare(
    place: Place, caller: Caller, scenario: Scenario, asked: Parameters
) -> Callable[[Session], telling.RunView]:
    """Make a run's files, and return the job that enters it."""
    with place.world.session() as session:
        if len(_of(session, place.world, caller.agency_code)) >= MOST_RUNS:
            raise TOO_MANY.error()
    run_id = secrets.token_hex(16)
    made = making.make(place.world, place.home, scenario, asked, caller.agency_code)
    digest = making.store(place.folder(run_id), made)
    consenting.record(place.world, caller.agency_id, scenario, made.extract)

    def enter(session: Session) -> telling.RunView:
        run = ScenarioRun(
            id=run_id,
            world_id=place.world.id,
            scenario=scenario.name,
            agency_code=caller.agency_code,
            client_id=caller.client_id,
            parameters=msgspec.to_builtins(asked),
            practice=asked.reproducible,
            started_on=place.world.today,
            started_at=clock.now(),
            rows=made.extract.height,
            digest=digest,
        )
        session.add(run)
        session.flush()
        return view(session, run)

    return enter


def of_agency(
    session: Session, world: World, agency_code: str | None, scenario: str | None = None
) -> list[telling.RunView]:
    """Return runs, the latest first; of all agencies for the operator (None)."""
    found = _of(session, world, agency_code)
    return [view(session, run) for run in found if scenario in (None, run.scenario)]


def find(
    session: Session, world: World, run_id: str, agency_code: str | None, scenario: str | None
) -> ScenarioRun:
    """Return a run of this agency (None: of any). Raises `scenario-run-unknown`."""
    run = session.get(ScenarioRun, run_id)
    is_there = (
        run is not None
        and run.world_id == world.id
        and agency_code in (None, run.agency_code)
        and scenario in (None, run.scenario)
    )
    if run is None or not is_there:
        raise UNKNOWN.error()
    return run


def view(session: Session, run: ScenarioRun) -> telling.RunView:
    """Return what is told of a run."""
    story = find_scenario(run.scenario)
    return telling.RunView(
        id=run.id,
        scenario=run.scenario,
        agency=run.agency_code,
        client=run.client_id,
        parameters=run.parameters,
        practice=run.practice,
        started_on=run.started_on,
        started_at=run.started_at,
        rows=run.rows,
        absent=story.absent(msgspec.convert(run.parameters, Parameters)),
        submissions=_submitted(session, run.id),
        files=files.given(story),
    )


def remove(session: Session, run: ScenarioRun) -> None:
    """Remove a run with its submissions; the files go after the commit (`files.remove`)."""
    session.execute(delete(ScenarioSubmission).where(ScenarioSubmission.run_id == run.id))
    session.execute(delete(ScenarioRun).where(ScenarioRun.id == run.id))


def file(place: Place, run: ScenarioRun, name: str) -> Path:
    """Return the path of a file that testers may have; made anew where it was lost.

    Raises `scenario-file-unknown` where the scenario has no such file.
    """
    if name not in files.given(find_scenario(run.scenario)):
        raise FILE_UNKNOWN.error()
    return whole(place, run) / name


def prepare_submission(
    place: Place, run: ScenarioRun, body: bytes, media_type: str
) -> Callable[[Session], telling.Scorecard]:
    """Read and score an answer, and return the job that enters it.

    Raises `submission-unreadable`, `submission-invalid` and `scenario-runs-full`.
    """
    scenario = find_scenario(run.scenario)
    at = whole(place, run)
    key = pl.read_parquet(at / files.KEY)
    table = submissions.read(scenario, body, media_type, key["record_id"])
    both = scoring.joined(key, table)
    cost = scoring.cost(scenario, both)
    answers = scoring.answers(scenario, both)
    numbers = scoring.numbers(scenario, both)
    probability = probabilities.judge(scenario, both, cost)

    def enter(session: Session) -> telling.Scorecard:
        number = 1 + (
            session.scalar(
                select(func.max(ScenarioSubmission.number)).where(
                    ScenarioSubmission.run_id == run.id
                )
            )
            or 0
        )
        if number > MOST_SUBMISSIONS:
            raise TOO_MANY.error()
        card = telling.Scorecard(
            scenario=scenario.name,
            run=run.id,
            submission=number,
            practice=run.practice,
            rows=run.rows,
            score=scoring.score(cost),
            answers=answers,
            numbers=numbers,
            cost=cost,
            submitted_on=place.world.today,
            probability=probability,
        )
        session.add(
            ScenarioSubmission(
                run_id=run.id,
                number=number,
                submitted_on=card.submitted_on,
                submitted_at=clock.now(),
                scorecard=msgspec.to_builtins(card),
            )
        )
        table.write_parquet(files.answers(at, number))
        return card

    return enter


def scorecards(session: Session, run_id: str) -> list[telling.Scorecard]:
    """Return the scorecards of a run, in the order of their submission."""
    found = session.scalars(
        select(ScenarioSubmission.scorecard)
        .where(ScenarioSubmission.run_id == run_id)
        .order_by(ScenarioSubmission.number)
    )
    return [_card(told) for told in found]


def scorecard(session: Session, run_id: str, number: int) -> telling.Scorecard:
    """Return one scorecard. Raises `submission-unknown`."""
    told = session.scalar(
        select(ScenarioSubmission.scorecard).where(
            ScenarioSubmission.run_id == run_id, ScenarioSubmission.number == number
        )
    )
    if told is None:
        raise SUBMISSION_UNKNOWN.error()
    return _card(told)


def whole(place: Place, run: ScenarioRun) -> Path:
    """Return the run's folder, its files made anew if they are not there.

    Raises `scenario-files-lost` where the world has moved on since.
    """
    at = place.folder(run.id)
    if (at / files.KEY).exists():
        return at
    asked = msgspec.convert(run.parameters, Parameters)
    story = find_scenario(run.scenario)
    made = making.make(place.world, place.home, story, asked, run.agency_code)
    if files.digest(made.key) != run.digest:
        raise making.LOST.error()
    making.store(at, made)
    return at


def _of(session: Session, world: World, agency_code: str | None) -> list[ScenarioRun]:
    query = select(ScenarioRun).where(ScenarioRun.world_id == world.id)
    if agency_code is not None:
        query = query.where(ScenarioRun.agency_code == agency_code)
    newest = ScenarioRun.started_at.desc()
    return list(session.scalars(query.order_by(newest, ScenarioRun.id)))


def _submitted(session: Session, run_id: str) -> int:
    query = select(func.count()).where(ScenarioSubmission.run_id == run_id)
    return session.scalar(query) or 0


def _card(told: dict[str, Any]) -> telling.Scorecard:
    return msgspec.convert(told, telling.Scorecard, strict=False)
