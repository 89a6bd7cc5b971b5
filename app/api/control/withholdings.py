"""`/control/v1/withholdings`: registers whose keepers refuse to share what they supplied."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from fastapi import APIRouter, Path, Response

from app.api import answers, problems, schemas
from app.api.control.operators import OF_WORLD
from app.api.dependencies import CallDep
from app.exchange import access, withholding
from app.exchange.withholding import KeptBack
from app.registry.provenance import REGISTERS

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from app.api.calls import Call

router = APIRouter(prefix="/control/v1/withholdings", tags=["control"], dependencies=[OF_WORLD])

Register = Annotated[
    Literal[REGISTERS],  # type: ignore[valid-type]  # one list of them
    Path(description="Which register is kept back."),
]


class WithholdingRequest(schemas.Strict):
    """Why it is kept back."""

    reason: schemas.Sentence


@router.get("", responses={**problems.documented(401), **answers.of(list[KeptBack])})
def list_withholdings(call: CallDep) -> Response:
    """List the registers that are kept back, with their fields."""
    with call.world.session() as session:
        return answers.json(withholding.all_of_them(session))


@router.put("/{register}", responses={**problems.documented(401), **answers.of(list[KeptBack])})
def withhold(call: CallDep, register: Register, asked: WithholdingRequest) -> Response:
    """Have a register kept back: its fields are withheld from all but their keeper."""
    today = call.world.today
    return _changed(call, lambda session: withholding.put(session, register, asked.reason, today))


@router.delete("/{register}", responses={**problems.documented(401), **answers.of(list[KeptBack])})
def share_again(call: CallDep, register: Register) -> Response:
    """Have a register shared again; answers with what is still kept back."""
    return _changed(call, lambda session: withholding.end(session, register))


def _changed(call: Call, change: Callable[[Session], None]) -> Response:
    def job(session: Session) -> list[KeptBack]:
        change(session)
        return withholding.all_of_them(session)

    found = call.world.writer.submit(job)
    access.of(call.world).poll()
    return answers.json(found)
