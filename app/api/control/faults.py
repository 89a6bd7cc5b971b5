"""`/control/v1/faults`: what is to go wrong in a world, for whom and when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args

import msgspec
from fastapi import APIRouter, Path, Response
from pydantic import Field

from app.api import answers, problems, schemas
from app.api.control.operators import OF_WORLD
from app.api.dependencies import CallDep
from app.platform import clock
from app.sandbox import faults, weather
from app.sandbox.faults import KindView
from app.sandbox.weather import MOST_DELAY_MS, Kind, Profile

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from app.api.calls import Call

router = APIRouter(prefix="/control/v1/faults", tags=["control"], dependencies=[OF_WORLD])

Name = Annotated[str, Path(pattern=faults.NAME, description="The profile's own name.")]
_Ms = Annotated[int, Field(ge=0, le=MOST_DELAY_MS)]
_Moment = Annotated[str, Field(min_length=10, max_length=40)]


class DelayRequest(schemas.Strict):
    """How late: `fixed` by `ms`, `uniform` from `ms` to `to_ms`, `exponential` with mean `ms`."""

    ms: _Ms
    distribution: Literal["fixed", "uniform", "exponential"] = "fixed"
    to_ms: schemas.Maybe[_Ms] = None


class StepRequest(schemas.Strict):
    """What goes wrong with so many calls; with all that follow, where `times` is unsaid."""

    kind: Literal[get_args(Kind)]  # type: ignore[valid-type]  # the kinds have one list
    times: schemas.Maybe[Annotated[int, Field(ge=1, le=faults.MOST_TIMES)]] = None
    status: Literal[faults.STATUSES] = 500  # type: ignore[valid-type]  # one list, too
    retry_after: int = Field(weather.RETRY_AFTER, ge=1, le=faults.MOST_RETRY_AFTER)
    seconds: float = Field(5.0, gt=0, le=faults.MOST_SLOW_SECONDS, strict=False)
    delay: schemas.Maybe[DelayRequest] = None


class WindowRequest(schemas.Strict):
    """When: moments of real time with their offset, or days of the world's clock, as ISO 8601."""

    clock: Literal["real", "world"]
    starts: schemas.Maybe[_Moment] = None
    ends: schemas.Maybe[_Moment] = None


class ProfileRequest(schemas.Strict):
    """For whom, when, how often and what: see docs/faults.md."""

    client_id: schemas.Maybe[Annotated[str, Field(pattern="^[A-Za-z0-9._-]{1,64}$")]] = Field(
        None, description="One system's calls only."
    )
    path: schemas.Maybe[Annotated[str, Field(pattern=faults.PATH)]] = Field(
        None, description="Calls to addresses that begin so, without the world's prefix."
    )
    steps: Annotated[list[StepRequest], Field(max_length=faults.MOST_STEPS)] = Field(
        [], description="In turn."
    )
    repeat: bool = Field(default=False, description="Begin again after the last step.")
    share: float = Field(1.0, gt=0, le=1, strict=False, description="Of the calls.")
    window: schemas.Maybe[WindowRequest] = None
    tokens: Annotated[list[str], Field(max_length=len(faults.CATALOGUE))] = Field(
        [], description="Faults of the system's sign-ins, by name."
    )
    webhooks: Annotated[list[str], Field(max_length=len(faults.CATALOGUE))] = Field(
        [], description="Faults of what is sent to webhooks, by name."
    )


@router.get("/kinds", responses={**problems.documented(401), **answers.of(list[KindView])})
def list_fault_kinds() -> Response:
    """List everything that can be made to go wrong."""
    return answers.json(list(faults.CATALOGUE.values()))


@router.get("", responses={**problems.documented(401), **answers.of(list[Profile])})
def list_faults(call: CallDep) -> Response:
    """List what is to go wrong in the world, profile by profile."""
    with call.world.session() as session:
        return answers.json(faults.all_of_them(session))


@router.put("/{name}", responses={**problems.documented(401), **answers.of(Profile)})
def put_fault(call: CallDep, name: Name, asked: ProfileRequest) -> Response:
    """Have something go wrong, in place of what that name stood for; a script begins anew."""
    said: dict[str, Any] = asked.model_dump(exclude_none=True)
    profile = msgspec.convert({"name": name, **said}, Profile)
    _change(call, lambda session: faults.put(session, profile, now=clock.now()))
    return answers.json(profile)


@router.delete(
    "/{name}", status_code=204, response_class=Response, responses=problems.documented(401)
)
def clear_fault(call: CallDep, name: Name) -> Response:
    """Have that go right again."""
    _change(call, lambda session: faults.clear(session, name, now=clock.now()))
    return Response(status_code=204)


@router.delete("", status_code=204, response_class=Response, responses=problems.documented(401))
def clear_faults(call: CallDep) -> Response:
    """Have everything go right again."""
    _change(call, lambda session: faults.clear_all(session, now=clock.now()))
    return Response(status_code=204)


def _change(call: Call, job: Callable[[Session], object]) -> None:
    call.world.writer.submit(job)
    call.world.refresh()  # here at once, in other processes within a second
