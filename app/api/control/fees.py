"""`/control/v1/fees`: what every agency spent on data, and what that saved."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import Field

from app.api import answers, problems
from app.api.control.operators import OF_WORLD
from app.api.dependencies import CallDep
from app.api.fees import FeesQuery, told
from app.exchange import agencies, fees

router = APIRouter(prefix="/control/v1/fees", tags=["control"], dependencies=[OF_WORLD])


class AllFeesQuery(FeesQuery):
    """Which month, and whose: everybody's where nobody is named."""

    agency: str | None = Field(
        None, pattern="^[A-Za-z0-9._-]{1,64}$", description="Slug, identity code or client id."
    )


@router.get("", responses={**problems.documented(401), **answers.of(fees.Report)})
def all_fees(call: CallDep, asked: Annotated[AllFeesQuery, Query()]) -> Response:
    """Tell what agencies were answered, what it cost and what it saved, by month and kind."""
    code = None
    if asked.agency is not None:
        with call.world.session() as session:
            code = agencies.find(session, asked.agency).code
    return told(call, code, asked.month)
