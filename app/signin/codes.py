"""Authorisation codes: what a browser carries back to the system, good once and for a minute."""

from __future__ import annotations

import datetime as dt
import hmac
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from sqlalchemy import insert, select, update

from app.exchange.oauth import ErrorCode, OAuthError
from app.platform import clock, signing
from app.signin import issuing, secrecy, sign_ins
from app.signin.issuing import Untold
from app.signin.models import SignInCode
from app.signin.token_requests import error, spend

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.signin.issuing import Due, Tokens
    from app.signin.sign_ins import Known
    from app.signin.token_requests import TokenCall

GRANT_TYPE: Final = "authorization_code"
#: FAPI 2.0 §5.3.2.1: at most 60 s; no one needs more.
LIFETIME: Final = dt.timedelta(seconds=60)
_UNKNOWN: Final = "The code is unknown, has expired or was used: begin a new sign-in."


def issue(session: Session, sign_in_id: str, *, now: dt.datetime, is_used: bool = False) -> str:
    """Keep and return a code for a sign-in that the person agreed to; a used one is a fault."""
    code, kept = secrecy.fresh()
    session.execute(
        insert(SignInCode).values(
            code=kept,
            sign_in_id=sign_in_id,
            expires_at=now + LIFETIME,
            used_at=now if is_used else None,
        )
    )
    return code


def redeem(call: TokenCall) -> Tokens | OAuthError:
    """Answer a token request by code (RFC 6749 §4.1.3, RFC 7636 §4.6).

    1. The code is the system's own. One that was used before ends all that it gave (§4.1.2).
    2. It is alive, and what is sent with it is what it was asked for with: address, verifier, key.
    3. The proof is used up, then the code: of a thousand who try at once one gets past.
    4. What the system learns is decided and logged. What may pass leaves the code as it was.
    5. All that is committed; then the tokens are signed.
    """
    code = call.form.get("code")
    if code is None:
        return error(ErrorCode.INVALID_REQUEST, "code is missing.")

    def job(session: Session) -> Due | OAuthError:
        return _redeemed(session, call, secrecy.kept(code), clock.now())

    due = call.world.writer.submit(job)
    if isinstance(due, OAuthError):
        return due
    # 5.
    return issuing.sign(call.world, call.caller, call.bound, due)


def _redeemed(
    session: Session, call: TokenCall, kept: bytes, now: dt.datetime
) -> Due | OAuthError:
    # 1.
    row = session.execute(
        select(SignInCode.__table__).where(SignInCode.code == kept)
    ).one_or_none()
    known = None if row is None else sign_ins.find(session, row.sign_in_id)
    if row is None or known is None or known.client_id != call.caller.client_id:
        return error(ErrorCode.INVALID_GRANT, _UNKNOWN)
    if row.used_at is not None:
        sign_ins.revoke(session, known.id, "code-replayed")
    if row.used_at is not None or now >= row.expires_at:
        return error(ErrorCode.INVALID_GRANT, _UNKNOWN)
    # 2.
    mismatch = _mismatch(call, known)
    if mismatch is not None:
        return mismatch
    # 3.
    return spend(session, call) or _given(session, call, known, kept, now)


def _given(
    session: Session, call: TokenCall, known: Known, kept: bytes, now: dt.datetime
) -> Due | OAuthError:
    if not _used(session, kept, now) or not sign_ins.give(session, known.id):
        return error(ErrorCode.INVALID_GRANT, _UNKNOWN)
    # 4.
    told = due(session, call, known, now)
    if not isinstance(told, Untold):
        return told
    if told.passes:
        _unused(session, kept)
    return issuing.refused(told)


def due(session: Session, call: TokenCall, known: Known, now: dt.datetime) -> Due | Untold:
    """Decide and log what a system learns of a sign-in, and make its refresh token.

    What cannot pass ends the sign-in; after anything else its tokens are still to be given.
    """
    names = known.request.asked.id_token
    logged = issuing.log(session, call.world, call.errant, known, names=names)
    if isinstance(logged, Untold):
        if logged.passes:
            sign_ins.keep(session, known.id)
        else:
            sign_ins.revoke(session, known.id, logged.reason or "account")
        return logged
    told, seq = logged
    token = issuing.refresh_token(session, known, now=now)
    return issuing.Due(known=known, told=told, refresh_token=token, leaf_seq=seq)


def _mismatch(call: TokenCall, known: Known) -> OAuthError | None:
    """Compare what is sent with the code and what it was asked for with."""
    form, request = call.form, known.request
    if "redirect_uri" not in form:
        return error(ErrorCode.INVALID_REQUEST, "redirect_uri is missing.")
    if form["redirect_uri"] != request.redirect_uri:
        return error(ErrorCode.INVALID_GRANT, "redirect_uri is not the one of the request.")
    if "code_verifier" not in form:
        return error(ErrorCode.INVALID_REQUEST, "code_verifier is missing (RFC 7636).")
    made = challenge(form["code_verifier"])
    if not hmac.compare_digest(made.encode(), (request.code_challenge or "").encode()):
        return error(ErrorCode.INVALID_GRANT, "code_verifier does not fit the code_challenge.")
    if request.dpop_jkt is not None and request.dpop_jkt != call.jkt:
        return error(
            ErrorCode.INVALID_DPOP_PROOF, "The proof is by another key than the request's."
        )
    return None


def challenge(verifier: str) -> str:
    """Return the challenge that a verifier fits (RFC 7636 §4.2, S256)."""
    return signing.base64url(sha256(verifier.encode("ascii", "replace")).digest()).decode()


def _used(session: Session, kept: bytes, now: dt.datetime) -> bool:
    statement = (
        update(SignInCode)
        .where(SignInCode.code == kept, SignInCode.used_at.is_(None))
        .values(used_at=now)
        .returning(SignInCode.code)
    )
    return session.execute(statement).first() is not None


def _unused(session: Session, kept: bytes) -> None:
    """Let a code be good again that this very transaction used up."""
    session.execute(update(SignInCode).where(SignInCode.code == kept).values(used_at=None))
