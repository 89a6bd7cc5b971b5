"""`/control/v1/phones/{who}/uses`: what a holder's electronic identity and card were used for."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import msgspec
from fastapi import APIRouter, Query, Response
from pydantic import Field

from app.api import answers, problems, schemas
from app.api.control.holders import Who
from app.api.control.operators import OF_WORLD
from app.api.dependencies import CallDep
from app.exchange import access as accesses
from app.exchange import uses
from app.sandbox import personas

router = APIRouter(
    prefix="/control/v1/phones/{who}/uses", tags=["phones"], dependencies=[OF_WORLD]
)


class UsePage(msgspec.Struct, frozen=True, kw_only=True):
    """Some uses, the latest first; the next older: `before` the last one's `seq`.

    `kept_since` is the world's day from which on uses are kept: five years.
    """

    items: list[uses.Use]
    kept_since: dt.date
    simulated: bool = True


class UsesQuery(schemas.Query):
    """Which uses: the latest, or the latest before one."""

    before: int | None = Field(None, ge=0, le=schemas.LARGEST, description="A use's `seq`.")
    limit: int = Field(50, ge=1, le=uses.MOST_USES)


@router.get("", responses={**problems.documented(401), **answers.of(UsePage)})
def list_uses(call: CallDep, who: Who, asked: Annotated[UsesQuery, Query()]) -> Response:
    """List what the electronic identity and the card were used for, as their holder sees it.

    Sign-ins, documents shown or shared, chips and QR codes checked: each with its leaf.
    """
    access = accesses.of(call.world)
    with call.world.session() as session:
        found = uses.page(
            session, access, personas.whose(session, who), before=asked.before, limit=asked.limit
        )
    return answers.json(UsePage(items=found, kept_since=uses.kept_since(call.world.today)))
