"""Sweeping: what sign-in forgets in time. The log keeps who signed in where for five years."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

from sqlalchemy import delete, select

from app.signin.models import (
    EndedAccess,
    SignIn,
    SignInCode,
    SignInLeg,
    SignInPage,
    SignInRefresh,
    SignInSession,
    SpentProof,
)

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

#: How long legs are kept, and a sign-in after the end of whatever hangs on it.
KEPT: Final = dt.timedelta(days=7)
_OVER: Final = (SignInPage, SignInCode, SignInRefresh, SignInSession, EndedAccess, SpentProof)


def sweep(session: Session, now: dt.datetime) -> None:
    """Delete, as one job of the world's writer, what nobody can use any more.

    A used code stays for a while after its end, so that a late replay is still told apart.
    """
    for model in _OVER:
        session.execute(delete(model).where(model.expires_at <= now - KEPT))
    session.execute(delete(SignInLeg).where(SignInLeg.at <= now - KEPT))
    hanging = [select(model.sign_in_id) for model in (SignInPage, SignInCode, SignInRefresh)]
    over = SignIn.expires_at <= now - KEPT
    session.execute(delete(SignIn).where(over, *(SignIn.id.not_in(each) for each in hanging)))
