"""Writing: one request, one transaction, committed before the answer starts.

A route hands over a job that does everything and returns the answer; the world's writer runs it
and commits; only then has the route something to send. With an Idempotency-Key the answer is kept
in the same transaction, so that whoever sends the request again gets it, and the effect happens
once, whenever the process dies.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fastapi import Response

from app.exchange import idempotency
from app.exchange.idempotency import Replay
from app.platform import clock

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from app.api.calls import Call

    Job = Callable[[Session], Response]

#: Headers of an answer that are kept with it; the others are the request's own.
_KEPT_HEADERS: Final = frozenset({"content-type", "content-language", "location", "retry-after"})
#: Whom the keys of the operator's requests belong to.
OPERATOR: Final = "operator"


def once(call: Call, caller: str, begin: Callable[[], Job]) -> Response:
    """Return the answer to a POST, after its commit; of a repeated one, the answer it had.

    `caller` is who the idempotency key belongs to: a client id, or `OPERATOR`. `begin` does what
    comes before the transaction and returns the job; a repeated request does not come to it.
    """
    key = call.idempotency_key
    if key is None:
        return call.world.writer.submit(begin())
    asked = idempotency.request_hash(call.method, call.path, call.body)
    with call.world.session() as session:
        known = idempotency.find(
            session, caller=caller, key=key, request_hash=asked, now=clock.now()
        )
    if known is not None:
        return _replayed(known)
    job = begin()

    def whole(session: Session) -> Response:
        claimed = idempotency.claim(
            session, caller=caller, key=key, request_hash=asked, now=clock.now()
        )
        if isinstance(claimed, Replay):  # a twin of this request was quicker
            return _replayed(claimed)
        answer = job(session)
        _keep(session, caller, key, answer)
        return answer

    return call.world.writer.submit(whole)


def answered(call: Call, caller: str, answer: Response) -> Response:
    """Return the answer to a POST that changes nothing; a repeated one gets the same again."""
    if call.idempotency_key is None:
        return answer
    return once(call, caller, lambda: lambda _session: answer)


def long(call: Call, caller: str, effect: Callable[[], Response]) -> Response:
    """Do `once`'s part for an effect that is no transaction of this world: a world made, say.

    The key is claimed first, so that of two requests at a time one is told to wait.
    """
    key = call.idempotency_key
    if key is None:
        return effect()
    asked = idempotency.request_hash(call.method, call.path, call.body)
    writer = call.world.writer
    claimed = writer.submit(
        lambda session: idempotency.claim(
            session, caller=caller, key=key, request_hash=asked, now=clock.now()
        )
    )
    if isinstance(claimed, Replay):
        return _replayed(claimed)
    try:
        answer = effect()
    except BaseException:
        writer.submit(lambda session: idempotency.release(session, caller=caller, key=key))
        raise
    writer.submit(lambda session: _keep(session, caller, key, answer))
    return answer


def _keep(session: Session, caller: str, key: str, answer: Response) -> None:
    idempotency.complete(
        session,
        caller=caller,
        key=key,
        status=answer.status_code,
        headers={name: text for name, text in answer.headers.items() if name in _KEPT_HEADERS},
        body=bytes(answer.body),
    )


def _replayed(replay: Replay) -> Response:
    headers = {**replay.headers, "Idempotency-Replayed": "true"}
    return Response(replay.body, replay.status, headers)
