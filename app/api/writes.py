"""Writing: one request, one transaction, committed before the answer starts.

A route hands over a job that does everything and returns the answer; the world's writer runs it
and commits; only then has the route something to send. With an Idempotency-Key the answer is kept
in the same transaction, so that whoever sends the request again gets it, and the effect happens
once, whenever the process dies.

A question to the exchange is no effect: data that is sent again is shared again. So it goes
through the gate every time, and its answer is repeated only where all is decided as it was, with a
leaf of its own (`replayed`); else it is answered, or refused, anew. Where the world keeps no
bodies (`retention_days` 0) nothing is kept to repeat: reading again is safe.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from starlette.responses import Response

from app.api import forms
from app.exchange import idempotency
from app.exchange.idempotency import Replay
from app.platform import clock

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from app.api.calls import Call
    from app.platform.worlds import Worlds

    Job = Callable[[Session], Response]

#: Headers of an answer that are kept with it; the others are the request's own.
_KEPT_HEADERS: Final = frozenset(
    {
        *("content-type", "content-language", "location", "retry-after"),
        # What an answer in XML says beside its document.
        *("dancu-outcome", "dancu-number", "dancu-withheld", "dancu-next-cursor"),
        *("dancu-receipt", "dancu-leaf"),
    }
)
#: Whom the keys of the operator's requests belong to.
OPERATOR: Final = "operator"
#: The decision on what nobody decides, and that may be asked for again.
_ASKED_AGAIN: Final = "none"


@dataclass(frozen=True, slots=True)
class Question:
    """A question to the exchange that has been decided and read, but not logged.

    `decision` stands for all that was decided, None for a refusal. `answer` logs it and answers;
    `repeat` logs that the answer it had is sent again.
    """

    decision: str | None
    answer: Job
    repeat: Job


def ask(call: Call, caller: str, prepare: Callable[[], Question]) -> Response:
    """Return the answer to a question, after its leaf is durable; a repeated one is asked again.

    Only an answer that would be decided alike today is given as it was, byte by byte.
    """
    key = call.idempotency_key
    if key is None:
        return call.world.writer.submit(prepare().answer)
    asked = _hash(call)
    with call.world.session() as session:  # another request's key is told before anything is read
        idempotency.find(session, caller=caller, key=key, request_hash=asked, now=clock.now())
    question = prepare()
    decision = _decision(call, question)

    def whole(session: Session) -> Response:
        claimed = idempotency.claim(
            session, caller=caller, key=key, request_hash=asked, now=clock.now()
        )
        if isinstance(claimed, Replay) and claimed.decision == decision is not None:
            replayed = _replayed(call, claimed)
            if replayed is not None:
                question.repeat(session)
                return replayed
        answer = question.answer(session)
        kept = _kept(call, answer, decision or _ASKED_AGAIN)
        idempotency.complete(session, caller=caller, key=key, answer=kept)
        return answer

    return call.world.writer.submit(whole)


def once(
    call: Call, caller: str, begin: Callable[[], Job], *, decision: str | None = None
) -> Response:
    """Return the answer to a POST, after its commit; of a repeated one, the answer it had.

    `caller` is who the idempotency key belongs to: a client id, or `OPERATOR`. `begin` does what
    comes before the transaction and returns the job; a repeated request does not come to it.
    `decision` is None for what must not be done twice.
    """
    key = call.idempotency_key
    if key is None:
        return call.world.writer.submit(begin())
    asked = _hash(call)
    with call.world.session() as session:
        known = idempotency.find(
            session, caller=caller, key=key, request_hash=asked, now=clock.now()
        )
    replayed = None if known is None else _replayed(call, known)
    if replayed is not None:
        return replayed
    job = begin()

    def whole(session: Session) -> Response:
        claimed = idempotency.claim(
            session, caller=caller, key=key, request_hash=asked, now=clock.now()
        )
        if isinstance(claimed, Replay):  # a twin of this request was quicker
            replayed = _replayed(call, claimed)
            if replayed is not None:
                return replayed
        answer = job(session)
        idempotency.complete(session, caller=caller, key=key, answer=_kept(call, answer, decision))
        return answer

    return call.world.writer.submit(whole)


def answered(call: Call, caller: str, answer: Response) -> Response:
    """Return the answer to a POST that changes nothing; a repeated one gets the same again."""
    if call.idempotency_key is None:
        return answer
    return once(call, caller, lambda: lambda _session: answer, decision=_ASKED_AGAIN)


def long(call: Call, caller: str, worlds: Worlds, effect: Callable[[], Response]) -> Response:
    """Do `once`'s part for an effect that is no transaction of this world: a world made, say.

    The key is claimed first, so that of two requests at a time one is told to wait. The answer is
    kept in the world that bears the name afterwards: the effect may have replaced it.
    """
    key = call.idempotency_key
    if key is None:
        return effect()
    asked = _hash(call)
    claimed = call.world.writer.submit(
        lambda session: idempotency.claim(
            session, caller=caller, key=key, request_hash=asked, now=clock.now()
        )
    )
    replayed = _replayed(call, claimed) if isinstance(claimed, Replay) else None
    if replayed is not None:
        return replayed
    try:
        answer = effect()
    except BaseException:
        world = worlds.open(call.world.name)
        world.writer.submit(lambda session: idempotency.release(session, caller=caller, key=key))
        raise
    settle(call, caller, worlds, answer)
    return answer


def settle(call: Call, caller: str, worlds: Worlds, answer: Response) -> None:
    """Keep the answer under the call's key, in the world that bears the name now."""
    key = call.idempotency_key
    if key is None:
        return
    asked = _hash(call)
    worlds.open(call.world.name).writer.submit(
        lambda session: idempotency.settle(
            session,
            caller=caller,
            key=key,
            request_hash=asked,
            now=clock.now(),
            answer=_kept(call, answer, None),
        )
    )


def _decision(call: Call, question: Question) -> str | None:
    """Return the question's decision; what was sealed to another key is not repeated."""
    key = call.sealing_key
    if key is None or question.decision is None:
        return question.decision
    return f"{question.decision} {key.name}"


def _hash(call: Call) -> bytes:
    target = call.path.encode() + b"?" + call.query
    return idempotency.request_hash(call.method, target, forms.negotiated(call), call.body)


def _kept(call: Call, answer: Response, decision: str | None) -> Replay:
    keeps_body = decision is None or call.world.facts.retention_days > 0
    return Replay(
        status=answer.status_code,
        headers={name: text for name, text in answer.headers.items() if name in _KEPT_HEADERS},
        body=bytes(answer.body) if keeps_body else None,
        decision=decision,
    )


def _replayed(call: Call, replay: Replay) -> Response | None:
    """Return the answer as it was; None if it has to be asked for again."""
    may_be_kept = replay.decision is None or call.world.facts.retention_days > 0
    if replay.body is None or not may_be_kept:
        return None
    headers = {**replay.headers, "Idempotency-Replayed": "true"}
    return Response(replay.body, replay.status, headers)
