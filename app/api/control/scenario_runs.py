"""`/control/v1/scenario-runs`: what testers have started; never the truth of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter, Response

from app.api import answers, problems
from app.api.control.operators import OF_WORLD
from app.api.dependencies import CallDep, ServerDep
from app.api.scenarios import RunId
from app.scenarios import telling

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

router = APIRouter(prefix="/control/v1/scenario-runs", tags=["control"], dependencies=[OF_WORLD])


@router.get("", responses={**problems.documented(401), **answers.of(list[telling.RunView])})
def list_all_scenario_runs(call: CallDep) -> Response:
    """List every agency's runs in this world."""
    from app.scenarios import runs  # noqa: PLC0415 - polars, which serving needs not

    with call.world.session() as session:
        return answers.json(runs.of_agency(session, call.world, None))


@router.get(
    "/{run_id}/submissions",
    responses={**problems.documented(401), **answers.of(list[telling.Scorecard])},
)
def list_all_scenario_submissions(call: CallDep, run_id: RunId) -> Response:
    """List the scorecards of any agency's run: a class's progress, say."""
    from app.scenarios import runs  # noqa: PLC0415 - polars, as above

    with call.world.session() as session:
        run = runs.find(session, call.world, run_id, None, None)
        return answers.json(runs.scorecards(session, run.id))


@router.delete("/{run_id}", status_code=204, responses={**problems.documented(401)})
def delete_any_scenario_run(server: ServerDep, call: CallDep, run_id: RunId) -> Response:
    """Delete any agency's run with its files and submissions."""
    from app.scenarios import files, runs  # noqa: PLC0415 - polars, as above

    def job(session: Session) -> None:
        runs.remove(session, runs.find(session, call.world, run_id, None, None))

    call.world.writer.submit(job)
    files.remove(server.settings.home, call.world.id, run_id)
    return Response(status_code=204)
