"""Approvals: something a citizen is asked to allow on the phone, once, within a few minutes.

For sign-in on another device, consent, and the showing of documents. By real time. An approval is
decided with the account's device, and its passcode where the holder gives it; it can be relied on
once, and only for what it was asked for.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from sqlalchemy import delete, func, select, update

from app.identity import account_problems as p
from app.identity.models import Approval as Row
from app.platform import fresh

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.orm import Session

Decision = Literal["accepted", "refused"]
State = Literal["pending", "accepted", "refused", "expired", "used"]

#: How long an approval waits where who asks says nothing else.
LIFETIME: Final = dt.timedelta(minutes=5)
#: So many questions of one kind may one asker put to one person within so long.
MOST_ASKED, ASKED_WITHIN = 10, dt.timedelta(minutes=15)
KEPT: Final = dt.timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What a citizen is to allow, in both languages; `details` is what the phone shows with it.

    `asked_by` is who asks: a system's client id, or a part of this house.
    """

    kind: str
    title_vi: str
    title_en: str
    details: Mapping[str, Any]
    asked_by: str
    expires_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """An approval as it stands. `proofs` are the factors it was decided with."""

    id: str
    citizen_id: int
    kind: str
    title_vi: str
    title_en: str
    details: dict[str, Any]
    asked_by: str
    state: State
    asked_at: dt.datetime
    expires_at: dt.datetime
    decided_at: dt.datetime | None
    proofs: tuple[str, ...]


def ask(session: Session, citizen_id: int, asked: Ask, now: dt.datetime) -> Approval:
    """Put a question on somebody's phone."""
    row = Row(
        id=fresh.hex128(),
        citizen_id=citizen_id,
        kind=asked.kind,
        title_vi=asked.title_vi,
        title_en=asked.title_en,
        details=dict(asked.details),
        asked_by=asked.asked_by,
        state="pending",
        asked_at=now,
        expires_at=asked.expires_at or now + LIFETIME,
        decided_at=None,
        proofs=[],
        used_at=None,
    )
    session.add(row)
    session.flush()
    return _view(row, now)


def ask_whoever(session: Session, citizen_id: int | None, asked: Ask, now: dt.datetime) -> str:
    """Ask whoever was meant, if it is anybody and they were not asked too often; return the id.

    Of a question that was put to nobody the id is one that no approval has: `told` does not say.
    """
    if citizen_id is None or _is_pestered(session, citizen_id, asked, now):
        return fresh.hex128()
    return ask(session, citizen_id, asked, now).id


def decide(
    session: Session,
    approval_id: str,
    decision: Decision,
    *,
    proofs: Sequence[str],
    now: dt.datetime,
) -> Approval:
    """Take the citizen's decision; it is taken once.

    Raises `approval-unknown`, `approval-decided`, `approval-expired`. What is not checked: the
    proofs, which who calls has (`authentication.prove`).
    """
    decided = session.execute(
        update(Row)
        .where(Row.id == approval_id, Row.state == "pending", Row.expires_at > now)
        .values(state=decision, decided_at=now, proofs=list(proofs))
        .returning(Row.id)
    ).first()
    known = find(session, approval_id, now)
    if decided is not None:
        return known
    if known.state == "expired":
        raise p.APPROVAL_EXPIRED.error()
    raise p.APPROVAL_DECIDED.error()


def find(session: Session, approval_id: str, now: dt.datetime) -> Approval:
    """Return an approval as it stands; raise `approval-unknown`."""
    row = _row(session, approval_id)
    if row is None:
        raise p.APPROVAL_UNKNOWN.error()
    return _view(row, now)


def told(session: Session, approval_id: str, now: dt.datetime) -> State:
    """Return how it stands to who asked: pending, too, where it was put to nobody."""
    return told_many(session, [approval_id], now)[approval_id]


def told_many(session: Session, approval_ids: Sequence[str], now: dt.datetime) -> dict[str, State]:
    """Return how several stand to who asked, by id; one look for all of them."""
    rows = session.scalars(
        select(Row).where(Row.id.in_(approval_ids)).execution_options(populate_existing=True)
    )
    known = {row.id: _state(row, now) for row in rows}
    return {each: known.get(each, "pending") for each in approval_ids}


def decided_at(session: Session, approval_id: str) -> dt.datetime | None:
    """Return when it was accepted or refused; None if it was not, or was put to nobody."""
    row = _row(session, approval_id)
    return None if row is None else row.decided_at


def withdraw(session: Session, approval_ids: Sequence[str], now: dt.datetime) -> None:
    """Take questions back that were not decided on, if there are any: they show as refused."""
    session.execute(
        update(Row)
        .where(Row.id.in_(approval_ids), Row.state == "pending", Row.expires_at > now)
        .values(state="refused", decided_at=now)
    )


def use(
    session: Session, approval_id: str, citizen_id: int, now: dt.datetime, kind: str | None = None
) -> Approval | p.Refused:
    """Rely on an accepted approval of this citizen (and kind), in the world's writer: once.

    1. There is one, and it is theirs and of that kind.
    2. It was accepted.
    3. It has not expired, and nobody has relied on it: of two who try, one has it.
    """
    # 1.
    row = session.get(Row, approval_id)
    if row is None or row.citizen_id != citizen_id or kind not in {None, row.kind}:
        return p.Refused(p.APPROVAL_UNKNOWN)
    # 2.
    found = find(session, approval_id, now)
    hindering = {
        "pending": p.APPROVAL_PENDING,
        "refused": p.APPROVAL_REFUSED,
        "expired": p.APPROVAL_EXPIRED,
        "used": p.APPROVAL_DECIDED,
    }
    if found.state in hindering:
        return p.Refused(hindering[found.state])
    # 3.
    used = session.execute(
        update(Row)
        .where(Row.id == approval_id, Row.used_at.is_(None), Row.expires_at > now)
        .values(used_at=now)
        .returning(Row.id)
    ).first()
    return found if used is not None else p.Refused(p.APPROVAL_EXPIRED)


def refuse_pending(session: Session, citizen_id: int, now: dt.datetime) -> None:
    """Refuse everything that a citizen has not decided on."""
    session.execute(
        update(Row)
        .where(Row.citizen_id == citizen_id, Row.state == "pending")
        .values(state="refused", decided_at=now)
    )


def of_citizen(
    session: Session, citizen_id: int, now: dt.datetime, limit: int = 50
) -> list[Approval]:
    """Return what somebody was asked to allow, the latest first."""
    rows = session.scalars(
        select(Row)
        .where(Row.citizen_id == citizen_id)
        .order_by(Row.asked_at.desc(), Row.id)
        .limit(limit)
    )
    return [_view(row, now) for row in rows]


def sweep(session: Session, now: dt.datetime) -> None:
    """Delete approvals of more than thirty days ago."""
    session.execute(delete(Row).where(Row.asked_at <= now - KEPT))


def _row(session: Session, approval_id: str) -> Row | None:
    return session.scalar(
        select(Row).where(Row.id == approval_id).execution_options(populate_existing=True)
    )


def _is_pestered(session: Session, citizen_id: int, asked: Ask, now: dt.datetime) -> bool:
    """Whether one asker has asked somebody the same so often that the phone stays silent."""
    recent = select(func.count()).where(
        Row.citizen_id == citizen_id,
        Row.kind == asked.kind,
        Row.asked_by == asked.asked_by,
        Row.asked_at > now - ASKED_WITHIN,
    )
    return (session.scalar(recent) or 0) >= MOST_ASKED


def _view(row: Row, now: dt.datetime) -> Approval:
    return Approval(
        id=row.id,
        citizen_id=row.citizen_id,
        kind=row.kind,
        title_vi=row.title_vi,
        title_en=row.title_en,
        details=dict(row.details),
        asked_by=row.asked_by,
        state=_state(row, now),
        asked_at=row.asked_at,
        expires_at=row.expires_at,
        decided_at=row.decided_at,
        proofs=tuple(row.proofs),
    )


def _state(row: Row, now: dt.datetime) -> State:
    if row.used_at is not None:
        return "used"
    if row.state == "refused":
        return "refused"
    if row.expires_at <= now:
        return "expired"
    return "accepted" if row.state == "accepted" else "pending"
