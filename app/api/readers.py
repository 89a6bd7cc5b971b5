"""Who reads a chip: any connected system, or the operator."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends

from app.api import callers
from app.api.control import operators
from app.api.dependencies import CallDep, ServerDep
from app.sandbox import operator


def of(
    call: CallDep,
    server: ServerDep,
    _system: Annotated[str | None, Depends(callers.SYSTEM)],
    _operator: Annotated[object, Depends(operators.TOKEN)],
) -> str:
    """Return the client id of the system that calls, or the operator's name; raise 401."""
    claimed = (call.bearer or b"").decode("latin-1")
    if operator.scope(claimed, server.operator_token, call.world.id) is not None:
        call.client_id = operators.NAME
        return operators.NAME
    return callers.of(call, None).client_id


ReaderDep = Annotated[str, Depends(of)]
