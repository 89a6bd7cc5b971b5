"""Logged exchanges over HTTP: an answer as JSON or signed, a refusal as a problem with proof."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeVar

from msgspec import Struct, structs
from starlette.responses import Response

from app.api import forms, writes
from app.api.outcomes import note, refusal
from app.exchange import proof as proofs
from app.exchange import sealing
from app.exchange.errands import Errand
from app.exchange.gate import Refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from app.api.calls import Call
    from app.exchange.answered import Answered

#: The other form of an answer that can be signed, for the reference.
SIGNED: Final[dict[str, Any]] = {
    forms.JOSE: {
        "schema": {
            "type": "string",
            "description": "Compact JWS (ES256) of the JSON: `Accept: application/jose`. Where "
            "the answer is sealed: compact JWE of that JWS, to a key of the caller's.",
        }
    }
}


def errand(
    call: Call,
    purpose: str,
    officer: str | None = None,
    dossier: str | None = None,
    consent: str | None = None,
    *,
    sealed: bool = False,
) -> Errand:
    """Return what goes with a question put by this call, on the world's date.

    Where the answer is to be sealed (`sealed`, or every answer to this system is), the key is
    found first: raises `sealing-key-missing` and `sealing-keys-unreachable`.
    """
    caller = call.caller
    if caller is not None and (sealed or (caller.sealing is not None and caller.sealing.always)):
        call.sealing_key = sealing.key_for(call.world, caller)
    return Errand(
        request_id=call.request_id,
        today=call.world.today,
        purpose=purpose,
        officer=officer,
        dossier=dossier,
        consent=consent,
        language=call.language,
    )


_Prepared = TypeVar("_Prepared", bound=Struct)


def question(
    prepared: _Prepared, decision: str | None, record: Callable[[Session, _Prepared], Response]
) -> writes.Question:
    """Return a prepared question as `writes.ask` takes it; `record` logs it and answers.

    `prepared` has an `outcome`, which is what the leaf says.
    """
    repeated = structs.replace(prepared, outcome=proofs.REPLAYED)
    return writes.Question(
        decision=decision,
        answer=lambda session: record(session, prepared),
        repeat=lambda session: record(session, repeated),
    )


def told(call: Call, service: str, answered: Answered, *, signed: bool = False) -> Response:
    """Return the answer to a logged exchange, or its refusal, and note it on the call."""
    note(call, service, answered.verdict, answered.outcome, answered.proof)
    if isinstance(answered.verdict, Refused):
        return refusal(call, answered.verdict, answered.proof)
    body = answered.body or b""
    if call.sealing_key is not None:
        body = sealing.sealed(call.world, body, call.sealing_key)
        return Response(body, media_type=forms.JOSE)
    if signed or forms.wants_jose(call):
        return Response(proofs.signed(call.world, body), media_type=forms.JOSE)
    return Response(body, media_type=forms.JSON)
