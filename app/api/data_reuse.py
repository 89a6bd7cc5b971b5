"""`/v1/data-reuse`: how much of the caller's forms nobody had to write again."""

from __future__ import annotations

from fastapi import APIRouter, Response

from app.api import answers, problems
from app.api.callers import CallerDep
from app.api.dependencies import CallDep
from app.procedures import reuse

router = APIRouter(tags=["access"])


@router.get("/v1/data-reuse", responses={**problems.documented(401), **answers.of(reuse.Reuse)})
def own_reuse(call: CallDep, caller: CallerDep) -> Response:
    """Tell what share of the members that the agency's forms require the registry filled in.

    By the provinces where citizens reside; of all dossiers there ever were, drafts too.
    """
    with call.world.session() as session:
        return answers.json(reuse.report(session, caller.agency_slug))
