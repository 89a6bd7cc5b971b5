"""Idempotency: a POST that is sent twice with one key happens once and is answered twice alike.

A key belongs to its caller and world, and to one request: method, path, query, body and the form
of answer it asks for. It is kept for 24 hours. `claim`, the effect and `complete` stand in one
transaction of the writer, so a crash leaves all of them or none. An effect too long for that
claims first; if its process dies, the claim is taken over by whoever sends the request again.
Statuses are those of draft-ietf-httpapi-idempotency-key-header: 422 for another request, 409
while the first one runs.
"""

from __future__ import annotations

import datetime as dt
import secrets
from hashlib import sha256
from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import delete, insert, select, update

from app.exchange.models import IdempotencyKey
from app.platform import engines, errors

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

LIFETIME = dt.timedelta(hours=24)
#: Names this process: its own claims run until it completes or releases them.
BOOT_ID = secrets.token_hex(16)
#: Where several processes may serve, another one's claim counts as abandoned after this.
ABANDONED_AFTER = dt.timedelta(minutes=15)
#: Stands among the headers that are kept; a colon is in no header's name (RFC 9110 §5.1).
_DECISION = ":decision"

IDEMPOTENCY_RUNNING = errors.declare(
    code="idempotency-running",
    kind="conflict",
    fault_of="caller",
    title_vi="Yêu cầu đầu tiên với khóa này còn đang được xử lý",
    title_en="The first request with this key is still running",
    next_vi="Đợi một lát rồi gửi lại với cùng khóa để nhận cùng câu trả lời.",
    next_en="Wait a moment, then send it again with the same key to get its answer.",
)
IDEMPOTENCY_MISMATCH = errors.declare(
    code="idempotency-mismatch",
    kind="unprocessable",
    fault_of="caller",
    title_vi="Khóa này đã dùng cho một yêu cầu khác",
    title_en="The key was used for another request",
    next_vi="Dùng khóa mới cho yêu cầu mới; gửi lại thì giữ nguyên địa chỉ, nội dung,"
    " Accept và Accept-Language.",
    next_en="Use a new key for a new request; to repeat one, send the same address, body,"
    " Accept and Accept-Language.",
)


class Replay(msgspec.Struct, frozen=True, kw_only=True):
    """The answer that was given: to be given again, byte by byte.

    `decision` is what the gate had said, None for an answer that needed none. `body` is None where
    the world keeps no bodies: the question has to be put again.
    """

    status: int
    headers: dict[str, str]
    body: bytes | None
    decision: str | None = None


class Fresh(msgspec.Struct, frozen=True):
    """The key is new: carry the request out, then `complete` or `release`."""


_FRESH = Fresh()


def request_hash(method: str, target: bytes, form: str, body: bytes) -> bytes:
    """Return what a key is bound to, besides its caller and world.

    `target` is path and query. `form` is what the headers choose of an answer: a signed one is
    not given to whoever asks for another.
    """
    return sha256(b"\0".join((method.encode(), target, form.encode(), body))).digest()


def find(
    session: Session, *, caller: str, key: str, request_hash: bytes, now: dt.datetime
) -> Replay | None:
    """Return the answer kept under the key, if there is one: reads only.

    Raises `idempotency-mismatch` if the key was used for another request.
    """
    known = _known(session, caller, key, now)
    if known is None:
        return None
    _check_same(known, request_hash)
    return _replay(known)


def claim(
    session: Session, *, caller: str, key: str, request_hash: bytes, now: dt.datetime
) -> Fresh | Replay:
    """Take the key for this request, inside the world's writer, or return the answer it has.

    Raises `idempotency-mismatch` for another request's key, and `idempotency-running` while the
    first one has not ended.
    """
    known = _known(session, caller, key, now)
    if known is not None:
        _check_same(known, request_hash)
        replay = _replay(known)
        if replay is not None:
            return replay
        if not _is_abandoned(session, known, now):
            raise IDEMPOTENCY_RUNNING.error(retry_after=1)
    # The writer is alone: nobody comes between looking and inserting.
    session.execute(delete(IdempotencyKey).where(_of(caller, key)))
    claimed = {"caller": caller, "key": key, "boot_id": BOOT_ID, "created_at": now}
    session.execute(insert(IdempotencyKey).values(request_hash=request_hash, **claimed))
    return _FRESH


def complete(session: Session, *, caller: str, key: str, answer: Replay) -> None:
    """Keep the answer of a claimed request, in the transaction of its effect."""
    session.execute(update(IdempotencyKey).where(_of(caller, key)).values(_columns(answer)))


def settle(
    session: Session,
    *,
    caller: str,
    key: str,
    request_hash: bytes,
    now: dt.datetime,
    answer: Replay,
) -> None:
    """Keep an answer whether the claim is still there or went with what the effect replaced."""
    session.execute(delete(IdempotencyKey).where(_of(caller, key)))
    claimed = {"caller": caller, "key": key, "boot_id": BOOT_ID, "created_at": now}
    session.execute(
        insert(IdempotencyKey).values(request_hash=request_hash, **claimed, **_columns(answer))
    )


def release(session: Session, *, caller: str, key: str) -> None:
    """Give a claimed key back: the request failed and may be tried again."""
    unanswered = IdempotencyKey.status.is_(None)
    session.execute(delete(IdempotencyKey).where(_of(caller, key), unanswered))


def sweep(session: Session, now: dt.datetime, retention_days: int) -> None:
    """Forget the keys whose 24 hours are over, and the answers with them.

    Where the world keeps no bodies, forget also those of answers that can be had by asking again:
    all that went through the gate.
    """
    session.execute(delete(IdempotencyKey).where(IdempotencyKey.created_at <= now - LIFETIME))
    if retention_days:
        return
    kept = select(IdempotencyKey).where(IdempotencyKey.body.is_not(None))
    for known in session.scalars(kept):
        if _DECISION in (known.headers or {}):
            known.body = None


def _of(caller: str, key: str) -> ColumnElement[bool]:
    return (IdempotencyKey.caller == caller) & (IdempotencyKey.key == key)


def _known(session: Session, caller: str, key: str, now: dt.datetime) -> IdempotencyKey | None:
    alive = IdempotencyKey.created_at > now - LIFETIME
    return session.scalar(select(IdempotencyKey).where(_of(caller, key), alive))


def _check_same(known: IdempotencyKey, request_hash: bytes) -> None:
    if known.request_hash != request_hash:
        raise IDEMPOTENCY_MISMATCH.error()


def _replay(known: IdempotencyKey) -> Replay | None:
    if known.status is None:
        return None
    headers = {name: str(value) for name, value in (known.headers or {}).items()}
    decision = headers.pop(_DECISION, None)
    return Replay(status=known.status, headers=headers, body=known.body, decision=decision)


def _columns(answer: Replay) -> dict[str, object]:
    decided = {} if answer.decision is None else {_DECISION: answer.decision}
    return {
        "status": answer.status,
        "headers": {**answer.headers, **decided},
        "body": answer.body,
    }


def _is_abandoned(session: Session, running: IdempotencyKey, now: dt.datetime) -> bool:
    """Whether the process that claimed the key is gone: on SQLite one process serves at a time."""
    if running.boot_id == BOOT_ID:
        return False
    if engines.dialect(session.get_bind()) == "sqlite":
        return True
    return running.created_at <= now - ABANDONED_AFTER
