"""Failures in a row: after a few, nothing more is heard for a while.

By real time, for each subject and each thing to prove. The numbers are ours; the real ones are not
public. Counting is a write: who checks a proof does so in the world's writer and commits, whatever
comes of it.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final, Literal

from sqlalchemy import delete

from app.identity.models import FailedProof

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

Factor = Literal["passcode", "code", "face", "device"]

#: So many failures in a row, and no more are heard for so long. Failures are forgotten after that
#: time, too.
MOST_FAILURES: Final = 5
BARRED_FOR: Final = dt.timedelta(minutes=15)


def subject_of(account_id: int | None, number: str) -> str:
    """Name a subject: an account, or a number that has none and is treated alike."""
    return f"number:{number}" if account_id is None else f"account:{account_id}"


def barred(session: Session, subject: str, factor: Factor, now: dt.datetime) -> int | None:
    """Return for how many seconds nothing is heard, None if something is."""
    row = session.get(FailedProof, (subject, factor))
    if row is None or row.barred_until is None or row.barred_until <= now:
        return None
    return max(1, round((row.barred_until - now).total_seconds()))


def failed(
    session: Session,
    subject: str,
    factor: Factor,
    now: dt.datetime,
    *,
    most: int = MOST_FAILURES,
) -> None:
    """Count a failure; the last one that is heard (`most` of them are) bars the next."""
    row = session.get(FailedProof, (subject, factor))
    if row is None:
        row = FailedProof(
            subject=subject, factor=factor, failures=0, last_at=now, barred_until=None
        )
        session.add(row)
    if row.last_at <= now - BARRED_FOR:
        row.failures = 0
    row.failures += 1
    row.last_at = now
    if row.failures >= most:
        row.barred_until, row.failures = now + BARRED_FOR, 0
    session.flush()


def succeeded(session: Session, subject: str, factor: Factor) -> None:
    """Forget the failures before."""
    row = session.get(FailedProof, (subject, factor))
    if row is not None:
        session.delete(row)
        session.flush()


def forgive(session: Session, subject: str) -> None:
    """Forget every failure of a subject, and hear it again."""
    session.execute(delete(FailedProof).where(FailedProof.subject == subject))


def sweep(session: Session, now: dt.datetime) -> None:
    """Delete what no longer counts."""
    session.execute(delete(FailedProof).where(FailedProof.last_at <= now - BARRED_FOR))
