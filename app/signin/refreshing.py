"""Refresh tokens: what a system goes on with while the person is away.

Each is used once and replaced; one that is used twice was stolen from one of the two, and ends the
sign-in (RFC 9700 §4.14.2). One that was refused was not replaced, and stays good. Those
of FAPI systems stay as they are, for they are bound to a client that proves itself by its key, and
a lost answer would end a sign-in (FAPI 2.0 §5.3.2.1).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec
from sqlalchemy import select, update

from app.exchange.oauth import ErrorCode, OAuthError
from app.platform import clock
from app.signin import issuing, secrecy, sign_ins
from app.signin.issuing import Untold
from app.signin.models import SignInRefresh
from app.signin.token_requests import error, spend

if TYPE_CHECKING:
    import datetime as dt

    from sqlalchemy.orm import Session

    from app.signin.issuing import Due, Tokens
    from app.signin.sign_ins import Known
    from app.signin.token_requests import TokenCall

GRANT_TYPE: Final = "refresh_token"
_UNKNOWN: Final = "The refresh token is unknown, has expired or was used: begin a new sign-in."


def refresh(call: TokenCall) -> Tokens | OAuthError:
    """Answer a token request by refresh token (RFC 6749 §6, OpenID Connect Core §12).

    1. The token is the system's own, and its sign-in still counts.
    2. No more is asked for than the person allowed.
    3. The request's proof is used up, whatever comes of the rest.
    4. Where tokens rotate it is used up; used a second time, it ends the sign-in.
    5. What the system learns is decided and logged. A refusal leaves the token as it was: nothing
       takes its place (RFC 6749 §5.2). Then the tokens are signed.
    """
    token = call.form.get("refresh_token")
    if token is None:
        return error(ErrorCode.INVALID_REQUEST, "refresh_token is missing.")

    def job(session: Session) -> Due | OAuthError:
        return _refreshed(session, call, token, clock.now())

    due = call.world.writer.submit(job)
    if isinstance(due, OAuthError):
        return due
    return issuing.sign(call.world, call.caller, call.bound, due)


def find(session: Session, unverified_token: str) -> tuple[Known, dt.datetime, bool] | None:
    """Return the sign-in of a refresh token, when it ends, and whether it can still be used."""
    row = session.execute(
        select(SignInRefresh.__table__).where(
            SignInRefresh.token == secrecy.kept(unverified_token)
        )
    ).one_or_none()
    known = None if row is None else sign_ins.find(session, row.sign_in_id)
    if row is None or known is None:
        return None
    return known, row.expires_at, row.used_at is None and known.state == "given"


def _refreshed(
    session: Session, call: TokenCall, token: str, now: dt.datetime
) -> Due | OAuthError:
    # 1.
    found = find(session, token)
    if found is None or found[0].client_id != call.caller.client_id:
        return error(ErrorCode.INVALID_GRANT, _UNKNOWN)
    known, expires_at, is_good = found
    if not is_good:
        sign_ins.revoke(session, known.id, "refresh-token-replayed")
    if not is_good or now >= expires_at:
        return error(ErrorCode.INVALID_GRANT, _UNKNOWN)
    # 2.
    narrowed = _narrowed(call, known)
    if isinstance(narrowed, OAuthError):
        return narrowed
    # 3.
    spent_before = spend(session, call)
    if spent_before is not None:
        return spent_before
    # 4.
    is_used = call.caller.fapi or _used(session, token, now)
    if not is_used:
        return error(ErrorCode.INVALID_GRANT, _UNKNOWN)
    # 5.
    answer = _again if call.caller.fapi else _rotated
    return answer(session, call, narrowed, token, now)


def _narrowed(call: TokenCall, known: Known) -> Known | OAuthError:
    """Return the sign-in with the scope that is asked for now, which is no wider (§6).

    Its next ID token has no nonce: that was for the first (OpenID Connect Core §12.2).
    """
    allowed = known.request.scope
    scope = tuple(dict.fromkeys(call.form.get("scope", " ".join(allowed)).split()))
    if not set(scope) <= set(allowed):
        return error(ErrorCode.INVALID_SCOPE, "The scope is wider than what the person allowed.")
    request = msgspec.structs.replace(known.request, scope=scope, nonce=None)
    return msgspec.structs.replace(known, request=request)


def _again(
    session: Session, call: TokenCall, known: Known, token: str, _now: dt.datetime
) -> Due | OAuthError:
    """Give the same refresh token again."""
    names = known.request.asked.id_token
    logged = issuing.log(session, call.world, call.errant, known, names=names)
    if isinstance(logged, Untold):
        return issuing.refused(logged)
    return issuing.Due(known=known, told=logged[0], refresh_token=token, leaf_seq=logged[1])


def _rotated(
    session: Session, call: TokenCall, known: Known, token: str, now: dt.datetime
) -> Due | OAuthError:
    """Give another one, which allows what the first did, however this answer is narrowed."""
    again = _again(session, call, known, token, now)
    if isinstance(again, OAuthError):
        _unused(session, token)
        return again
    whole = sign_ins.find(session, known.id) or known
    following = issuing.refresh_token(session, whole, now=now)
    return msgspec.structs.replace(again, refresh_token=following)


def _used(session: Session, token: str, now: dt.datetime) -> bool:
    kept = secrecy.kept(token)
    statement = (
        update(SignInRefresh)
        .where(SignInRefresh.token == kept, SignInRefresh.used_at.is_(None))
        .values(used_at=now)
        .returning(SignInRefresh.token)
    )
    return session.execute(statement).first() is not None


def _unused(session: Session, token: str) -> None:
    """Let a token be good again that this very transaction used up."""
    kept = secrecy.kept(token)
    session.execute(update(SignInRefresh).where(SignInRefresh.token == kept).values(used_at=None))
