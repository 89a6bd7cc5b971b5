"""Whose phone: the part of an address that names a citizen, and what is done as that citizen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from fastapi import Path, Response

from app.api import answers, writes
from app.api.control.operators import NAME
from app.identity.account_problems import Refused
from app.identity.phones import Phone
from app.platform import clock
from app.sandbox import personas

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from app.api.calls import Call

Who = Annotated[
    str,
    Path(
        pattern="^([0-9]{12}|[a-z][a-z0-9-]{0,63})$",
        description="A personal number, or a persona's name.",
        examples=["adult-level-2"],
    ),
]
_Done = TypeVar("_Done")


def act(
    call: Call,
    who: str,
    do: Callable[[Phone], _Done | Refused],
    view: Callable[[Phone, _Done], Any],
    *,
    status: int = 200,
) -> Response:
    """Do something as a citizen, in one transaction, and tell what came of it.

    A refusal is told as its problem, and what was counted for it is committed.
    """

    def job(session: Session) -> Response:
        phone = Phone(session, call.world, personas.whose(session, who), clock.now())
        done = do(phone)
        if isinstance(done, Refused):
            return call.problem(done.error())
        return answers.json(view(phone, done), status=status)

    return writes.once(call, NAME, lambda: job)
