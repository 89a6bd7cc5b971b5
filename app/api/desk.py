"""`/v1/desk/dossiers`: where officials of the competent agency see dossiers and act on them.

Through the same gate as any question about the citizen, and in the same log.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from fastapi import APIRouter, Query, Response
from pydantic import Field

from app.api import answers, exchanges, problems, schemas, writes
from app.api.callers import CallerDep
from app.api.dependencies import CallDep
from app.api.dossiers import Code, by
from app.exchange import access
from app.procedures import desk
from app.procedures.desk import Deed
from app.procedures.showing import DossierAnswer, DossierLine

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.api.calls import Call

router = APIRouter(prefix="/v1/desk/dossiers", tags=["public-services"])

#: What such an exchange is called in the request log and the metrics.
SERVICE = "dossier"


class DeskQuery(schemas.Query):
    """Which dossiers of the agency: in one state, or late."""

    state: Annotated[desk.State | None, Field()] = None
    overdue: bool = False


class OfficerQuery(schemas.Query):
    """Which official looks."""

    officer: Annotated[schemas.Reference | None, Field()] = None


class ActOnDossier(schemas.Strict):
    """What an official does; a refusal and a question need their `reason`.

    `wanted` are members that the citizen has to give besides, `result` what the service gives.
    """

    act: Literal["receive", "ask", "approve", "refuse", "deliver"]
    officer: schemas.Maybe[schemas.Reference] = None
    reason: schemas.Maybe[schemas.Sentence] = None
    wanted: list[schemas.FieldName] = Field(default=[], max_length=10)
    result: schemas.Maybe[schemas.Sentence] = None


_RESPONSES = {**problems.documented(401, 403, 409, 422, 429), **answers.of(DossierAnswer)}


@router.get("", responses={**problems.documented(401), **answers.of(list[DossierLine])})
def list_desk(call: CallDep, caller: CallerDep, asked: Annotated[DeskQuery, Query()]) -> Response:
    """List the agency's dossiers, the most urgent first: codes and states, nothing personal."""
    with call.world.session() as session:
        found = desk.list_for(
            session, caller, call.world.today, asked.state, overdue=asked.overdue
        )
    return answers.json(found)


@router.get("/{code}", responses=_RESPONSES)
def get_desk_dossier(
    call: CallDep, caller: CallerDep, code: Code, asked: Annotated[OfficerQuery, Query()]
) -> Response:
    """Show a dossier to an official of the competent agency."""
    del caller
    return call.world.writer.submit(
        lambda session: _carry_out(session, call, code, asked.officer, Deed(act=None))
    )


@router.post("/{code}/acts", responses=_RESPONSES)
def act_on_dossier(call: CallDep, caller: CallerDep, code: Code, asked: ActOnDossier) -> Response:
    """Receive a dossier, ask for more, approve, refuse, or deliver what was asked for."""
    deed = Deed(
        act=asked.act, reason=asked.reason, wanted=tuple(asked.wanted), result=asked.result
    )
    return writes.once(
        call,
        caller.client_id,
        lambda: lambda session: _carry_out(session, call, code, asked.officer, deed),
    )


def _carry_out(
    session: Session, call: Call, code: str, officer: str | None, deed: Deed
) -> Response:
    at = access.of(call.world)
    done = desk.carry_out(session, at, by(call, officer), code, deed)
    return exchanges.told(call, SERVICE, done)
