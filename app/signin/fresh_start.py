"""What a fork or a reset world starts without: every sign-in of another incarnation.

What systems registered stays: it belongs to the world. What is to go wrong with their tokens ends
with the profiles that say so (`app.sandbox.faults`). Tokens of another incarnation are refused in
any case, for they name it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import delete

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

#: Those that refer to a sign-in before it.
_OF_SIGN_INS: Final = (
    SignInPage,
    SignInCode,
    SignInRefresh,
    SignIn,
    SignInSession,
    SignInLeg,
    EndedAccess,
    SpentProof,
)


def begin(session: Session) -> None:
    """Forget every sign-in."""
    for model in _OF_SIGN_INS:
        session.execute(delete(model))
