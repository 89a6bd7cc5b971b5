"""User codes: what a person types from another device, and how often somebody may guess at one.

A code has 34 bits and is good for minutes (RFC 8628 §6.1), which is enough while guesses are few
(§5.1). So wrong ones are counted by the browser and for the whole world, by real time; those that
come without our cookie are one browser. While a limit stands, no code is looked up.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

from app.identity import attempts
from app.platform import errors
from app.signin import secrecy, sign_ins

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.signin.sign_ins import Known

USER_CODES_TOO_MANY = errors.declare(
    code="user-codes-too-many",
    kind="too_many",
    fault_of="citizen",
    title_vi="Quá nhiều mã sai: tạm thời không nhận thêm",
    title_en="Too many wrong codes: no more are taken for a while",
    next_vi="Chờ 15 phút rồi nhập mã mới mà thiết bị hiện ra, hoặc quét mã QR bằng máy khác.",
    next_en="Wait a quarter of an hour and type the new code that the device shows by then, or"
    " scan its QR code with another device.",
)

#: Wrong codes in the whole world within one window. One browser has `attempts.MOST_FAILURES`.
MOST_IN_WORLD: Final = 100
_WINDOW: Final = dt.timedelta(minutes=15)
_FACTOR: Final = "code"


def enter(
    session: Session, unverified_code: str, browser: str | None, now: dt.datetime
) -> Known | None:
    """Return the sign-in of the device that shows this code, in the world's writer.

    None for a code that is unknown or over, which is counted: commit it. `browser` is the secret
    of its cookie. Raises `user-codes-too-many`.
    """
    everybody = f"user-code:world:{int(now.timestamp() / _WINDOW.total_seconds())}"
    here = f"user-code:{secrecy.kept(browser or '').hex()}"
    for subject in (here, everybody):
        wait = attempts.barred(session, subject, _FACTOR, now)
        if wait is not None:
            raise USER_CODES_TOO_MANY.error(retry_after=wait)
    known = sign_ins.by_user_code(session, sign_ins.typed(unverified_code))
    if known is not None and known.is_open(now):
        attempts.succeeded(session, here, _FACTOR)
        return known
    attempts.failed(session, here, _FACTOR, now)
    attempts.failed(session, everybody, _FACTOR, now, most=MOST_IN_WORLD)
    return None
