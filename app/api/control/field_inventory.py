"""`/control/v1/field-inventory`: the survey of fields, for the National Data Centre."""

from __future__ import annotations

from fastapi import APIRouter, Response

from app.api import answers, problems
from app.api.control.operators import OF_WORLD
from app.api.dependencies import CallDep
from app.exchange import field_inventory

router = APIRouter(prefix="/control/v1/field-inventory", tags=["control"], dependencies=[OF_WORLD])


@router.get(
    "", responses={**problems.documented(401), **answers.of(field_inventory.InventoryReport)}
)
def inventory_report(call: CallDep) -> Response:
    """Tell which agencies have answered, and of each field who holds it and who wants it."""
    with call.world.session() as session:
        return answers.json(field_inventory.report(session))
