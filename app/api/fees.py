"""`/v1/fees`: what the caller's agency spent on data, and what that saved it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query, Response
from pydantic import Field

from app.api import answers, problems, schemas
from app.api.callers import CallerDep
from app.api.dependencies import CallDep
from app.exchange import fees

if TYPE_CHECKING:
    from app.api.calls import Call

router = APIRouter(tags=["access"])


class FeesQuery(schemas.Query):
    """Which month of the world's clock: all where none is named."""

    month: str | None = Field(None, pattern="^[0-9]{4}-(0[1-9]|1[0-2])$", examples=["2026-01"])


@router.get("/v1/fees", responses={**problems.documented(401), **answers.of(fees.Report)})
def own_fees(call: CallDep, caller: CallerDep, asked: Annotated[FeesQuery, Query()]) -> Response:
    """Tell what the agency was answered, what it cost and what it saved, by month and kind."""
    return told(call, caller.agency_code, asked.month)


def told(call: Call, agency_code: str | None, month: str | None) -> Response:
    """Return the report, of one agency or (None) of all, with all that has been logged so far."""
    fees.settle(call.world)
    with call.world.session() as session:
        return answers.json(fees.report(session, agency_code=agency_code, month=month))
