"""Logged exchanges over HTTP: an answer as JSON or signed, a refusal as a problem with proof."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

from msgspec import structs
from starlette.responses import Response

from app.api import forms, writes
from app.api.outcomes import note, refusal
from app.exchange import access, sealing
from app.exchange import proof as proofs
from app.exchange.answered import Prepared
from app.exchange.errands import Errand
from app.exchange.gate import Refused
from app.platform import clock

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from app.api.calls import Call
    from app.exchange.access import Access
    from app.exchange.answered import Answered
    from app.exchange.callers import Caller

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
    found first: raises `sealing-key-missing` and `sealing-keys-unreachable`. A dossier is looked
    up where its code is one of ours.
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
        dossier_exists=dossier is None or not _is_nobodys(call, dossier),
    )


def _is_nobodys(call: Call, dossier: str) -> bool:
    from app.procedures import dossiers, numbering  # noqa: PLC0415 - after the door has opened

    if not numbering.is_ours(dossier):
        return False
    with call.world.session() as session:
        return not dossiers.exists(session, dossier)


class Asked(Protocol):
    """The members by which a question's body says what goes with it."""

    @property
    def purpose(self) -> str: ...  # noqa: D102 - see `Errand`

    @property
    def officer(self) -> str | None: ...  # noqa: D102 - see `Errand`

    @property
    def dossier(self) -> str | None: ...  # noqa: D102 - see `Errand`

    @property
    def consent(self) -> str | None: ...  # noqa: D102 - see `Errand`

    @property
    def sealed(self) -> bool: ...  # noqa: D102 - see `schemas.SEALED`


def errand_of(call: Call, asked: Asked) -> Errand:
    """Return `errand` as a body says it."""
    return errand(
        call, asked.purpose, asked.officer, asked.dossier, asked.consent, sealed=asked.sealed
    )


_Question = TypeVar("_Question", contravariant=True)
_Prepared = TypeVar("_Prepared", bound=Prepared)


class Exchange(Protocol[_Question, _Prepared]):
    """What a module of the exchange is, that answers one kind of question."""

    def prepare(
        self, session: Session, access: Access, caller: Caller, question: _Question, /
    ) -> _Prepared:
        """Decide and read, with a session that only reads."""

    def record(
        self, session: Session, access: Access, prepared: _Prepared, /, *, now: dt.datetime
    ) -> Answered:
        """Log it inside a job of the world's writer."""


def put(
    call: Call,
    caller: Caller,
    exchange: Exchange[_Question, _Prepared],
    question: _Question,
    tell: Callable[[Answered, _Prepared], Response],
) -> Response:
    """Put a question to the exchange; `tell` gives what was logged the form of an answer.

    Its leaf is committed before the answer starts.
    """
    at = access.of(call.world)

    def prepare() -> writes.Question:
        with call.world.session() as session:
            prepared = exchange.prepare(session, at, caller, question)
        repeated = structs.replace(prepared, outcome=proofs.REPLAYED)
        return writes.Question(
            decision=prepared.decision,
            answer=lambda session: record(session, prepared),
            repeat=lambda session: record(session, repeated),
        )

    def record(session: Session, prepared: _Prepared) -> Response:
        return tell(exchange.record(session, at, prepared, now=clock.now()), prepared)

    return writes.ask(call, caller.client_id, prepare)


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
