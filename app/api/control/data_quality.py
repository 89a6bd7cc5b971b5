"""`/control/v1/data-quality`: how good the registry and every register are."""

from __future__ import annotations

from fastapi import APIRouter, Response

from app.api import answers, problems
from app.api.control.operators import OF_WORLD
from app.api.data_quality import QualityReport
from app.api.dependencies import CallDep
from app.exchange import data_quality

router = APIRouter(prefix="/control/v1/data-quality", tags=["control"], dependencies=[OF_WORLD])


@router.get("", responses={**problems.documented(401), **answers.of(QualityReport)})
def all_quality(call: CallDep) -> Response:
    """Tell how right, complete, clean and live the registry and every register are."""
    with call.world.session() as session:
        found = data_quality.all_of_them(session, call.world.today)
    return answers.json(QualityReport(items=found))
