"""`/v1/requests`: the calls of a caller's own agency, with the gate's reasoning and the timing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec
from fastapi import APIRouter, Path, Query, Response
from pydantic import Field

from app.api import answers, problems, schemas
from app.api.callers import CallerDep
from app.api.dependencies import CallDep
from app.exchange import requests

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

router = APIRouter(tags=["access"])


RequestId = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]


class RequestPage(msgspec.Struct, frozen=True, kw_only=True):
    """Some calls. The next older: `before` the last row's id; the next newer: `since` it."""

    items: list[requests.Row]
    simulated: bool = True


class PageQuery(schemas.Query):
    """Which calls: the latest, the latest before a row, or those after one (a live tail)."""

    before: int | None = Field(None, ge=1, le=schemas.LARGEST, description="A row's id.")
    since: int | None = Field(None, ge=0, le=schemas.LARGEST, description="A row's id; or 0.")
    limit: int = Field(50, ge=1, le=requests.MOST_ROWS)


@router.get("/v1/requests", responses={**problems.documented(401), **answers.of(RequestPage)})
def list_requests(
    call: CallDep, caller: CallerDep, asked: Annotated[PageQuery, Query()]
) -> Response:
    """List the calls of the caller's own agency: latest first, or with `since` oldest first.

    Bodies are there as long as the world's retention setting keeps them.
    """
    with call.world.session() as session:
        return page(session, asked, caller.agency_code)


@router.get(
    "/v1/requests/{request_id}",
    responses={**problems.documented(401), **answers.of(requests.Row)},
)
def show_request(call: CallDep, caller: CallerDep, request_id: RequestId) -> Response:
    """Show one call of the caller's own agency."""
    with call.world.session() as session:
        return one(session, request_id, caller.agency_code)


def page(session: Session, asked: PageQuery, agency_code: str | None) -> Response:
    """Return the calls asked for: of one agency, or (None, for the operator) of all."""
    if asked.since is not None:
        items = requests.tail(
            session, agency_code=agency_code, since=asked.since, limit=asked.limit
        )
    else:
        items = requests.page(
            session, agency_code=agency_code, before=asked.before, limit=asked.limit
        )
    return answers.json(RequestPage(items=items))


def one(session: Session, request_id: str, agency_code: str | None) -> Response:
    """Return one call, if it is the agency's (None: anybody's); else raise `request-unknown`."""
    row = requests.find(session, request_id, agency_code=agency_code)
    if row is None:
        raise requests.UNKNOWN.error()
    return answers.json(row)
