"""`/v1/scenarios`: test stories, the files made for a tester, the answers, the scorecards.

The scenarios themselves are loaded when somebody asks for one: their tables are heavy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from fastapi import APIRouter, Path, Response
from fastapi.responses import FileResponse
from pydantic import Field

from app.api import answers, bodies, problems, schemas, writes
from app.api.callers import CallerDep
from app.api.dependencies import CallDep, ServerDep
from app.scenarios import telling

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from app.api.calls import Call
    from app.api.server import Server
    from app.exchange.callers import Caller
    from app.scenarios.runs import Place

router = APIRouter(prefix="/v1/scenarios", tags=["scenarios"])

CSV, PARQUET = "text/csv", "application/vnd.apache.parquet"
SVG: Final = "image/svg+xml"
_HARMLESS: Final = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}
_FILE: Final = {"schema": {"type": "string", "format": "binary"}}

Name = Annotated[str, Path(pattern=schemas.SLUG, description="A scenario's name.")]
RunId = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]
Number = Annotated[int, Path(ge=1, le=1_000_000, description="A submission's number.")]
FileName = Literal["extract.csv", "extract.parquet", "past.csv", "past.parquet"]


class NewRun(schemas.Strict):
    """What the file is to be; the same gives the same file, on the same server."""

    size: int = Field(5_000, ge=100, le=2_000_000, description="Rows.")
    seed: int = Field(1, ge=0, le=schemas.LARGEST)
    difficulty: Literal["easy", "normal", "hard"] = "normal"
    mix: dict[str, Annotated[float, Field(ge=0, le=1, strict=False)]] = Field(
        default={},
        max_length=40,
        description="Shares of kinds of rows, where they are to be others than the scenario's.",
    )
    reproducible: bool = Field(
        default=False,
        description="Made without the server's secret: the same everywhere, and practice only.",
    )


_RUN = answers.of(telling.RunView)
_CARD = answers.of(telling.Scorecard)


@router.get("", responses=answers.of(list[telling.ScenarioLine]))
def list_scenarios() -> Response:
    """List the scenarios."""
    from app.scenarios import catalogue  # noqa: PLC0415 - polars, which serving needs not

    return answers.json(catalogue.lines())


@router.get("/{name}", responses=answers.of(telling.ScenarioView))
def show_scenario(name: Name) -> Response:
    """Tell a scenario's story, its file, the form of an answer, and what mistakes cost."""
    from app.scenarios import catalogue  # noqa: PLC0415 - polars, which serving needs not

    return answers.json(catalogue.view(name))


@router.post(
    "/{name}/runs",
    responses={**problems.documented(401, 409), **answers.of(telling.RunView, status=201)},
)
def start_scenario_run(
    server: ServerDep, call: CallDep, caller: CallerDep, name: Name, asked: NewRun
) -> Response:
    """Make a file of the world as it stands now; it takes about 25 s for a million rows."""
    from app.scenarios import parameters, runs, scenario  # noqa: PLC0415 - polars, as above

    story = scenario.find(name)
    wanted = parameters.of(story, **asked.model_dump())

    def begin() -> writes.Job:
        enter = runs.prepare(place_of(server, call), caller, story, wanted)
        return lambda session: answers.json(enter(session), status=201)

    return writes.once(call, caller.client_id, begin)


@router.get(
    "/{name}/runs", responses={**problems.documented(401), **answers.of(list[telling.RunView])}
)
def list_scenario_runs(call: CallDep, caller: CallerDep, name: Name) -> Response:
    """List the agency's runs of a scenario, the latest first."""
    from app.scenarios import runs, scenario  # noqa: PLC0415 - polars, as above

    scenario.find(name)
    with call.world.session() as session:
        return answers.json(runs.of_agency(session, call.world, caller.agency_code, name))


@router.get("/{name}/runs/{run_id}", responses={**problems.documented(401), **_RUN})
def show_scenario_run(call: CallDep, caller: CallerDep, name: Name, run_id: RunId) -> Response:
    """Show a run of the agency's."""
    return _of_run(call, caller, name, run_id, lambda runs, session, run: runs.view(session, run))


@router.delete("/{name}/runs/{run_id}", status_code=204, responses={**problems.documented(401)})
def delete_scenario_run(
    server: ServerDep, call: CallDep, caller: CallerDep, name: Name, run_id: RunId
) -> Response:
    """Delete a run of the agency's with its files and submissions."""
    from app.scenarios import files, runs  # noqa: PLC0415 - polars, as above

    def job(session: Session) -> None:
        run = runs.find(session, call.world, run_id, caller.agency_code, name)
        runs.remove(session, run)

    call.world.writer.submit(job)
    files.remove(server.settings.home, call.world.id, run_id)
    return Response(status_code=204)


@router.get(
    "/{name}/runs/{run_id}/files/{file}",
    response_class=FileResponse,
    responses={
        **problems.documented(401, 409),
        200: {"content": {"text/csv": _FILE, PARQUET: _FILE}},
    },
)
def read_scenario_file(
    server: ServerDep, call: CallDep, caller: CallerDep, name: Name, run_id: RunId, file: FileName
) -> FileResponse:
    """Give the agency's file: as CSV (UTF-8), or as Parquet; `past` where outcomes are known."""
    from app.scenarios import files, runs  # noqa: PLC0415 - polars, as above

    with call.world.session() as session:
        run = runs.find(session, call.world, run_id, caller.agency_code, name)
        path = runs.file(place_of(server, call), run, file)
    return FileResponse(path, media_type=files.GIVEN[file], filename=f"{name}-{file}")


@router.post(
    "/{name}/runs/{run_id}/submissions",
    responses={**problems.documented(401, 409), **answers.of(telling.Scorecard, status=201)},
    openapi_extra={
        "requestBody": {
            "required": True,
            "description": "`record_id` and a column for each answer, once for each record.",
            "content": {CSV: {"schema": {"type": "string"}}, PARQUET: _FILE},
        }
    },
)
def submit_scenario_answers(
    server: ServerDep, call: CallDep, caller: CallerDep, name: Name, run_id: RunId
) -> Response:
    """Score an answer. One of a wrong shape is refused with the rows that are wrong, by number."""
    from app.scenarios import runs  # noqa: PLC0415 - polars, as above

    media_type = bodies.media_type(call.header(b"content-type"))

    def begin() -> writes.Job:
        with call.world.session() as session:
            run = runs.find(session, call.world, run_id, caller.agency_code, name)
            place = place_of(server, call)
            enter = runs.prepare_submission(place, run, call.body, media_type)
        return lambda session: answers.json(enter(session), status=201)

    return writes.once(call, caller.client_id, begin)


@router.get(
    "/{name}/runs/{run_id}/submissions",
    responses={**problems.documented(401), **answers.of(list[telling.Scorecard])},
)
def list_scenario_submissions(
    call: CallDep, caller: CallerDep, name: Name, run_id: RunId
) -> Response:
    """List the scorecards of a run, in the order of their submission."""
    return _of_run(
        call, caller, name, run_id, lambda runs, session, run: runs.scorecards(session, run.id)
    )


@router.get(
    "/{name}/runs/{run_id}/submissions/{number}",
    responses={**problems.documented(401), **_CARD},
)
def show_scenario_scorecard(
    call: CallDep, caller: CallerDep, name: Name, run_id: RunId, number: Number
) -> Response:
    """Show a scorecard."""
    return _of_run(
        call,
        caller,
        name,
        run_id,
        lambda runs, session, run: runs.scorecard(session, run.id, number),
    )


@router.get(
    "/{name}/runs/{run_id}/submissions/{number}/picture",
    responses={
        **problems.documented(401),
        200: {"content": {SVG: {"schema": {"type": "string"}}}},
    },
)
def draw_scenario_scorecard(
    call: CallDep, caller: CallerDep, name: Name, run_id: RunId, number: Number
) -> Response:
    """Draw a scorecard as SVG: confusions or curves, the score, what it cost."""
    from app.scenarios import picture, runs  # noqa: PLC0415 - polars, as above

    with call.world.session() as session:
        run = runs.find(session, call.world, run_id, caller.agency_code, name)
        card = runs.scorecard(session, run.id, number)
    return Response(picture.draw(card), media_type=SVG, headers=_HARMLESS)


@router.get(
    "/{name}/runs/{run_id}/comparison",
    responses={**problems.documented(401, 409), **answers.of(telling.Comparison)},
)
def compare_scenario_submissions(
    server: ServerDep, call: CallDep, caller: CallerDep, name: Name, run_id: RunId
) -> Response:
    """Compare the submissions of a run, the best first, row by row against the best."""
    from app.scenarios import comparing, runs, scenario  # noqa: PLC0415 - polars, as above

    place = place_of(server, call)
    with call.world.session() as session:
        run = runs.find(session, call.world, run_id, caller.agency_code, name)
        at = runs.whole(place, run)
        cards = runs.scorecards(session, run_id)
    return answers.json(comparing.compare(scenario.find(name), run_id, at, cards))


def place_of(server: Server, call: Call) -> Place:
    """Return the world of the call, and where its scenarios' files lie."""
    from app.scenarios.runs import Place  # noqa: PLC0415 - polars, as above

    return Place(call.world, server.settings.home)


def _of_run(
    call: Call, caller: Caller, name: str, run_id: str, tell: Callable[[Any, Session, Any], object]
) -> Response:
    """Answer from the rows of a run of the agency's; raises `scenario-run-unknown`."""
    from app.scenarios import runs  # noqa: PLC0415 - polars, as above

    with call.world.session() as session:
        run = runs.find(session, call.world, run_id, caller.agency_code, name)
        return answers.json(tell(runs, session, run))
