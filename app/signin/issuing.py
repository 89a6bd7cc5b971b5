"""Issuing: the tokens of a sign-in, and the leaf that says who was told what of whom.

The leaf of a sign-in is appended in the transaction that uses up the code: no system learns who
signed in without it. Signatures are made after the commit, outside the writer.
"""

from __future__ import annotations

import datetime as dt
import time
from typing import TYPE_CHECKING, Any, Final

import msgspec
from sqlalchemy import insert

from app.exchange import access as accesses
from app.exchange.gate import Reason, Refused
from app.exchange.log import store
from app.exchange.oauth import ErrorCode, OAuthError
from app.exchange.refusals import PROBLEMS
from app.exchange.tokens import LIFETIME_SECONDS, Confirmation
from app.platform import clock
from app.signin import access_tokens, claims, faults, id_tokens, levels, secrecy, telling
from app.signin.models import SignInRefresh
from app.signin.registrations import ClientRegistration
from app.signin.sign_ins import Known

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.exchange.access import Access
    from app.exchange.callers import Caller
    from app.platform.worlds import World
    from app.signin.telling import Errant

REFRESH_LIFETIME: Final = dt.timedelta(days=30)
#: What the person has no part in, and what is over when the operator or the next day says so.
_PASSING: Final = frozenset(
    {
        Reason.NOT_CONNECTED,
        Reason.CONNECTION_SUSPENDED,
        Reason.SECURITY_LEVEL,
        Reason.INSPECTION_LAPSED,
        Reason.QUOTA_EXCEEDED,
        Reason.RATE_LIMITED,
    }
)


class Tokens(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A successful answer of the token endpoint (RFC 6749 §5.1, OpenID Connect Core §3.1.3.3)."""

    access_token: str
    token_type: str
    expires_in: int
    scope: str
    id_token: str | None = None
    refresh_token: str | None = None


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """What a system is to get: it is logged, and has still to be signed.

    `told` are the claims about the person that the ID token carries.
    """

    known: Known
    told: dict[str, Any]
    refresh_token: str | None
    leaf_seq: int


class Untold(msgspec.Struct, frozen=True, kw_only=True):
    """Why a system learns nothing now: what ails the account (no `reason`), or the gate's words.

    `passes` says that it may pass by itself: what the system showed is not used up by it.
    """

    why: str
    reason: Reason | None = None

    @property
    def passes(self) -> bool:
        """Whether only the system's connection or its quota stands in the way."""
        return self.reason in _PASSING


class Bound(msgspec.Struct, frozen=True, kw_only=True):
    """How tokens are signed: as registered, bound to a key (RFC 9449 §5), with which faults."""

    registration: ClientRegistration
    jkt: str | None
    faults: frozenset[str] = frozenset()


def log(
    session: Session,
    world: World,
    errant: Errant,
    known: Known,
    *,
    names: tuple[str, ...],
    outcome: str = telling.SIGNED_IN,
) -> tuple[dict[str, Any], int] | Untold:
    """Decide what is told now, append its leaf and return the claims with the leaf's place.

    In a job of the writer, which is to be committed whatever comes of it: a refusal has a leaf.
    """
    access: Access = accesses.of(world)
    verdict = telling.decide(session, errant, known, names)
    if isinstance(verdict, str):
        return Untold(why=f"The person's account cannot be used: {verdict}.")
    told = (
        {}
        if isinstance(verdict, Refused)
        else telling.read(session, known, verdict, names, errant.today)
    )
    leaf = telling.draft(access, errant, known, verdict, outcome=outcome)
    [appended] = store.append(session, world, [leaf], now=clock.now())
    if isinstance(verdict, Refused):
        problem = PROBLEMS[verdict.reason]
        why = f"{problem.title_en}: {problem.next_en} ({problem.code})"
        return Untold(why=why, reason=verdict.reason)
    accesses.answered(world, errant.caller)
    return told, appended.seq


def refused(untold: Untold) -> OAuthError:
    """Return the error for a code or a refresh token.

    It is good no more, or not for this client now (RFC 6749 §5.2, which knows no `access_denied`).
    """
    code = ErrorCode.UNAUTHORIZED_CLIENT if untold.passes else ErrorCode.INVALID_GRANT
    return OAuthError(error=code, error_description=untold.why)


def refresh_token(session: Session, known: Known, *, now: dt.datetime) -> str | None:
    """Keep and return a refresh token, where the person allowed use while they are away."""
    if claims.OFFLINE not in known.request.scope:
        return None
    token, kept = secrecy.fresh()
    session.execute(
        insert(SignInRefresh).values(
            token=kept, sign_in_id=known.id, expires_at=now + REFRESH_LIFETIME, used_at=None
        )
    )
    return token


def sign(world: World, caller: Caller, bound: Bound, due: Due) -> Tokens:
    """Sign what is due, as well or as badly as the system's faults want it."""
    jkt = bound.jkt
    if "slow-token" in bound.faults:
        time.sleep(faults.SLOW_SECONDS)
    now = clock.epoch()
    known = due.known
    person = known.person
    if person is None:
        raise ValueError("nobody has signed in")
    acr = levels.ACR_OF[person.level]
    of_access = access_tokens.claims_for(world, caller, known, acr, now)
    if jkt is not None:
        of_access = msgspec.structs.replace(of_access, cnf=Confirmation(jkt=jkt))
    access_token = access_tokens.signed(world, of_access)
    of_id = {
        "iss": world.issuer,
        "sub": of_access.sub,
        "aud": caller.client_id,
        "iat": now,
        "exp": now + id_tokens.LIFETIME_SECONDS,
        "auth_time": person.auth_time,
        "acr": acr,
        "amr": person.amr,
        "assurance": person.assurance,
        "at_hash": id_tokens.access_hash(access_token),
        "sid": known.id,
        "simulated": True,
        **({} if known.request.nonce is None else {"nonce": known.request.nonce}),
        **due.told,
    }
    return Tokens(
        access_token=access_token,
        token_type="Bearer" if jkt is None else "DPoP",
        expires_in=LIFETIME_SECONDS,
        scope=of_access.scope,
        id_token=faults.id_token(world, bound.registration.id_token_alg, of_id, bound.faults),
        refresh_token=due.refresh_token,
    )
