"""The simulated phone's inbox: notices, and one-time codes, each good once and for three minutes.

Nothing is sent anywhere. By real time. A new code of a purpose ends the one before.
"""

from __future__ import annotations

import datetime as dt
import hmac
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import delete, func, select, update

from app.identity import attempts
from app.identity.account_problems import (
    CODE_EXPIRED,
    CODE_WRONG,
    CODES_TOO_MANY,
    LOCKED_OUT,
    Refused,
)
from app.identity.models import Message as Row

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.orm import Session

CODE_LIFETIME: Final = dt.timedelta(minutes=3)
#: So many codes may go to one person within so long.
MOST_CODES, CODES_WITHIN = 10, dt.timedelta(minutes=15)
KEPT: Final = dt.timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message as the phone shows it; `state` of a code is `open`, `used` or `expired`."""

    id: int
    phone: str | None
    purpose: str
    text_vi: str
    text_en: str
    code: str | None
    sent_at: dt.datetime
    expires_at: dt.datetime | None
    state: str | None


def send_code(
    session: Session, citizen_id: int, purpose: str, now: dt.datetime, phone: str | None = None
) -> Message:
    """Put a code into somebody's inbox; raise `codes-too-many`.

    `phone` is the number it goes to, None for a message within the app.
    """
    recent = select(func.count()).where(
        Row.citizen_id == citizen_id, Row.code.is_not(None), Row.sent_at > now - CODES_WITHIN
    )
    if (session.scalar(recent) or 0) >= MOST_CODES:
        raise CODES_TOO_MANY.error(retry_after=int(CODES_WITHIN.total_seconds()))
    session.execute(
        update(Row).where(*_open_codes(citizen_id, purpose, now)).values(expires_at=now)
    )
    code = f"{secrets.randbelow(1_000_000):06}"
    row = Row(
        citizen_id=citizen_id,
        phone=phone,
        purpose=purpose,
        text_vi=f"[MÔ PHỎNG] Mã xác thực của bạn là {code}, dùng một lần trong ba phút.",
        text_en=f"[SIMULATED] Your code is {code}: good once, for three minutes.",
        code=code,
        sent_at=now,
        expires_at=now + CODE_LIFETIME,
        used_at=None,
    )
    session.add(row)
    session.flush()
    return _view(row, now)


def use_code(
    session: Session, citizen_id: int, purpose: str, claimed: str, now: dt.datetime
) -> Refused | None:
    """Spend a code, in the world's writer; None if it was right. Failures are counted.

    Of two who send the same code one has it.
    """
    subject = f"code:{citizen_id}"
    wait = attempts.barred(session, subject, "code", now)
    if wait is not None:
        return Refused(LOCKED_OUT, wait)
    sent = session.scalars(_codes(citizen_id, purpose).limit(MOST_CODES)).all()
    known = [row for row in sent if _is(row, claimed)]
    if not known:
        attempts.failed(session, subject, "code", now)
        return Refused(CODE_WRONG)
    spent = session.execute(
        update(Row)
        .where(Row.id == known[0].id, *_open_codes(citizen_id, purpose, now))
        .values(used_at=now)
        .returning(Row.id)
    ).first()
    if spent is None:
        return Refused(CODE_EXPIRED)
    attempts.succeeded(session, subject, "code")
    return None


def notify(
    session: Session, citizen_id: int, purpose: str, texts: tuple[str, str], now: dt.datetime
) -> None:
    """Put a notice, in Vietnamese and English, into somebody's inbox."""
    session.add(
        Row(
            citizen_id=citizen_id,
            phone=None,
            purpose=purpose,
            text_vi=f"[MÔ PHỎNG] {texts[0]}",
            text_en=f"[SIMULATED] {texts[1]}",
            code=None,
            sent_at=now,
            expires_at=None,
            used_at=None,
        )
    )
    session.flush()


def inbox(session: Session, citizen_id: int, now: dt.datetime, limit: int = 50) -> list[Message]:
    """Return somebody's messages, the latest first."""
    rows = session.scalars(
        select(Row).where(Row.citizen_id == citizen_id).order_by(Row.id.desc()).limit(limit)
    )
    return [_view(row, now) for row in rows]


def sweep(session: Session, now: dt.datetime) -> None:
    """Delete messages of more than thirty days ago."""
    session.execute(delete(Row).where(Row.sent_at <= now - KEPT))


def _is(row: Row, claimed: str) -> bool:
    return hmac.compare_digest((row.code or "").encode(), claimed.encode())


def _codes(citizen_id: int, purpose: str) -> Select[Row]:
    return (
        select(Row)
        .where(Row.citizen_id == citizen_id, Row.purpose == purpose, Row.code.is_not(None))
        .order_by(Row.id.desc())
    )


def _open_codes(
    citizen_id: int, purpose: str, now: dt.datetime
) -> tuple[ColumnElement[bool], ...]:
    return (
        Row.citizen_id == citizen_id,
        Row.purpose == purpose,
        Row.code.is_not(None),
        Row.used_at.is_(None),
        Row.expires_at > now,
    )


def _view(row: Row, now: dt.datetime) -> Message:
    state = None
    if row.expires_at is not None:
        state = "open" if row.expires_at > now else "expired"
    if row.used_at is not None:
        state = "used"
    return Message(
        id=row.id,
        phone=row.phone,
        purpose=row.purpose,
        text_vi=row.text_vi,
        text_en=row.text_en,
        code=row.code,
        sent_at=row.sent_at,
        expires_at=row.expires_at,
        state=state,
    )
