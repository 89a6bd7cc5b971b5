"""`/control/v1/data-reuse`: how much of all forms nobody had to write again."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from app.api import answers, problems, schemas
from app.api.control.operators import OF_WORLD
from app.api.dependencies import CallDep
from app.procedures import reuse

router = APIRouter(prefix="/control/v1/data-reuse", tags=["control"], dependencies=[OF_WORLD])


class ReuseQuery(schemas.Query):
    """Whose: everybody's where nobody is named."""

    agency: schemas.Slug | None = None


@router.get("", responses={**problems.documented(401), **answers.of(reuse.Reuse)})
def all_reuse(call: CallDep, asked: Annotated[ReuseQuery, Query()]) -> Response:
    """Tell what share of the members that forms require came prefilled, by agency and province."""
    with call.world.session() as session:
        return answers.json(reuse.report(session, asked.agency))
