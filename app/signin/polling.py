"""Polling: how a system gets its tokens when the person decides on another device.

The device flow (RFC 8628) and CIBA's poll mode (OpenID CIBA Core 1.0 §10.1) differ in the name of
what the system shows; answers and errors are the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app.exchange.oauth import ErrorCode, OAuthError
from app.platform import clock
from app.signin import approving, codes, issuing, sign_ins
from app.signin.issuing import Untold
from app.signin.token_requests import error, spend

if TYPE_CHECKING:
    import datetime as dt

    from sqlalchemy.orm import Session

    from app.signin.issuing import Due, Tokens
    from app.signin.sign_ins import Known
    from app.signin.token_requests import TokenCall

DEVICE: Final = "urn:ietf:params:oauth:grant-type:device_code"
CIBA: Final = "urn:openid:params:grant-type:ciba"
#: The parameter that each shows, and the flow it belongs to.
_SHOWS: Final = {DEVICE: ("device_code", "device"), CIBA: ("auth_req_id", "ciba")}
INTERVAL_SECONDS: Final = 5
_SLOWER_SECONDS: Final = 5
_UNKNOWN: Final = "It is unknown, was used, or is another system's."


def collect(call: TokenCall) -> Tokens | OAuthError:
    """Answer a system that asks whether its person has decided (RFC 8628 §3.4, §3.5).

    1. What it shows is its own, and its tokens were not given before.
    2. It does not ask too often.
    3. The person has decided, in time.
    4. The tokens are given once, whoever asks at the same time; the leaf is appended. What may
       pass leaves them to be asked for again.
    """
    parameter, flow = _SHOWS[call.form["grant_type"]]
    handle = call.form.get(parameter)
    if handle is None:
        return error(ErrorCode.INVALID_REQUEST, f"{parameter} is missing.")

    def job(session: Session) -> Due | OAuthError:
        now = clock.now()
        # 1.
        known = sign_ins.by_handle(session, handle)
        if known is None or known.flow != flow or known.client_id != call.caller.client_id:
            return error(ErrorCode.INVALID_GRANT, _UNKNOWN)
        return _asked(session, call, known, now)

    due = call.world.writer.submit(job)
    if isinstance(due, OAuthError):
        return due
    return issuing.sign(call.world, call.caller, call.bound, due)


def _asked(session: Session, call: TokenCall, known: Known, now: dt.datetime) -> Due | OAuthError:
    # 2.
    if known.state == "open" and not sign_ins.poll(
        session, known, now=now, slower_by=_SLOWER_SECONDS
    ):
        return error(ErrorCode.SLOW_DOWN, "Wait five seconds longer between two requests.")
    # 3.
    if known.flow == "ciba" and known.state == "open":
        known = approving.settle(session, call.world, known)
    undecided = _undecided(known, now)
    if undecided is not None:
        return undecided
    # 4.
    spent_before = spend(session, call)
    if spent_before is not None:
        return spent_before
    if not sign_ins.give(session, known.id):
        return error(ErrorCode.INVALID_GRANT, _UNKNOWN)
    told = codes.due(session, call, known, now)
    if not isinstance(told, Untold):
        return told
    # RFC 8628 §3.5 and CIBA Core §11 have a word for what RFC 6749 §5.2 has not.
    code = ErrorCode.INVALID_GRANT if told.reason is None else ErrorCode.ACCESS_DENIED
    return error(code, told.why)


def _undecided(known: Known, now: dt.datetime) -> OAuthError | None:
    if known.state == "refused":
        return error(ErrorCode.ACCESS_DENIED, "The person refused, or cannot sign in.")
    if known.state == "open" and now >= known.expires_at:
        return error(ErrorCode.EXPIRED_TOKEN, "The time is over: begin anew.")
    if known.state == "open":
        return error(ErrorCode.AUTHORIZATION_PENDING, "The person has not decided yet.")
    if known.state != "granted":
        return error(ErrorCode.INVALID_GRANT, _UNKNOWN)
    return None
