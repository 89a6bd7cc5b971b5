"""The calendar of a block: `/v1/scenarios/…/submissions/{number}/calendar`, and complaints."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Response
from pydantic import Field

from app.api import answers, problems, schemas, writes
from app.api.callers import CallerDep
from app.api.dependencies import CallDep, ServerDep
from app.api.scenarios import Name, Number, RunId, place_of
from app.scenarios import telling

router = APIRouter(prefix="/v1/scenarios", tags=["scenarios"])

RecordId = Annotated[str, Field(pattern="^[0-9A-Z]{8}$")]


@dataclass(frozen=True, slots=True)
class Submitted:
    """Which submission an address names."""

    name: Name
    run_id: RunId
    number: Number


def submitted(name: Name, run_id: RunId, number: Number) -> Submitted:
    """Return what the address says."""
    return Submitted(name, run_id, number)


class Decisions(schemas.Strict):
    """What is decided on complaints, by record id: the first decision holds."""

    decisions: dict[RecordId, Literal["reinstate", "refuse"]] = Field(max_length=10_000)


@router.get(
    "/{name}/runs/{run_id}/submissions/{number}/calendar",
    responses={**problems.documented(401, 409), **answers.of(telling.Calendar)},
)
def show_scenario_calendar(
    server: ServerDep,
    call: CallDep,
    caller: CallerDep,
    at: Annotated[Submitted, Depends(submitted)],
) -> Response:
    """Show where a submission's blocks stand today, who complained, and what it has cost."""
    from app.scenarios import blocking, runs  # noqa: PLC0415 - polars, which serving needs not

    with call.world.session() as session:
        run = runs.find(session, call.world, at.run_id, caller.agency_code, at.name)
        return answers.json(blocking.calendar(place_of(server, call), session, run, at.number))


@router.post(
    "/{name}/runs/{run_id}/submissions/{number}/decisions",
    responses={**problems.documented(401, 409), **answers.of(telling.Calendar)},
)
def decide_scenario_complaints(
    server: ServerDep,
    call: CallDep,
    caller: CallerDep,
    at: Annotated[Submitted, Depends(submitted)],
    asked: Decisions,
) -> Response:
    """Reinstate subscribers who complained, or refuse them; from the world's today."""
    from app.scenarios import blocking, runs  # noqa: PLC0415 - polars, as above

    def begin() -> writes.Job:
        with call.world.session() as session:
            run = runs.find(session, call.world, at.run_id, caller.agency_code, at.name)
            place = place_of(server, call)
            enter = blocking.prepare_decisions(place, run, at.number, asked.decisions)
        return lambda session: answers.json(enter(session))

    return writes.once(call, caller.client_id, begin)
