"""`/control/v1/requests`: every agency's calls in the world, and the operator's own."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from app.api import answers, problems
from app.api import requests as of_agency
from app.api.control.operators import OF_WORLD
from app.api.dependencies import CallDep
from app.exchange import requests

router = APIRouter(prefix="/control/v1/requests", tags=["control"], dependencies=[OF_WORLD])


@router.get("", responses={**problems.documented(401), **answers.of(of_agency.RequestPage)})
def list_all_requests(call: CallDep, asked: Annotated[of_agency.PageQuery, Query()]) -> Response:
    """List calls: latest first, or with `since` oldest first (a live tail)."""
    with call.world.session() as session:
        return of_agency.page(session, asked, None)


@router.get("/{request_id}", responses={**problems.documented(401), **answers.of(requests.Row)})
def show_any_request(call: CallDep, request_id: of_agency.RequestId) -> Response:
    """Show one call."""
    with call.world.session() as session:
        return of_agency.one(session, request_id, None)
