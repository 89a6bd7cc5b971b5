"""The codes by which learners come in: drawn, read, and compared in constant time.

A code names its class and its learner, and has twelve characters at random (59 bits), of which
only the digest is kept. After a few wrong ones under one number that number waits, so that nobody
guesses; who has come in is not kept out by that.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import secrets
from typing import TYPE_CHECKING, Final, NamedTuple

from app.platform import errors, names

if TYPE_CHECKING:
    from app.training.models import Learner

WRONG = errors.declare(
    code="learner-code-wrong",
    kind="forbidden",
    fault_of="caller",
    title_vi="Mã học viên không đúng",
    title_en="That is not a learner's code",
    next_vi="Nhập đúng mã giảng viên đưa; giảng viên có thể cấp mã mới.",
    next_en="Type the code as the trainer gave it; the trainer can give a new one.",
)
WAIT = errors.declare(
    code="learner-code-wait",
    kind="too_many",
    fault_of="caller",
    title_vi="Đã nhập sai mã quá nhiều lần",
    title_en="Too many wrong codes",
    next_vi="Đợi một phút rồi nhập lại.",
    next_en="Wait a minute, then try again.",
)

#: Without the signs that are taken for others.
_SIGNS: Final = "23456789abcdefghjkmnpqrstuvwxyz"
_GROUPS, _LENGTH = 3, 4
#: So many wrong codes under one number, within so long, and it waits.
_MOST_MISSES: Final = 5
_WINDOW: Final = dt.timedelta(minutes=1)


class Code(NamedTuple):
    """A code as it was read: nothing of it is proved."""

    class_name: str
    number: int
    secret: str


def draw(class_name: str, number: int) -> str:
    """Return a new code for a learner."""
    groups = ("".join(secrets.choice(_SIGNS) for _ in range(_LENGTH)) for _ in range(_GROUPS))
    return "-".join((class_name, f"{number:02d}", *groups))


def read(text: str) -> Code | None:
    """Read a code as it was typed; None for what is none.

    >>> read(" Thu-Hai-07-ABCD-efgh-jkmn ")
    Code(class_name='thu-hai', number=7, secret='abcdefghjkmn')
    """
    *name, number, first, second, third = ("", "", "", "", *text.strip().lower().split("-"))
    class_name = "-".join(filter(None, name))
    is_number = number.isascii() and number.isdecimal() and len(number) <= _LENGTH
    if not (is_number and names.is_valid(class_name)):
        return None
    return Code(class_name, int(number), first + second + third)


def digest(world_id: str, number: int, secret: str) -> str:
    """Return what is kept of a code, in hex."""
    return hashlib.sha256(f"{world_id}|{number}|{secret}".encode()).hexdigest()


def digest_of(world_id: str, code: str) -> str:
    """Return what is kept of a code that was drawn here."""
    found = read(code)
    assert found is not None, "a code that was drawn is one"  # noqa: S101 - else nobody comes in
    return digest(world_id, found.number, found.secret)


def is_right(learner: Learner, secret: str) -> bool:
    """Whether that is the learner's code; takes the same time whatever it is."""
    claimed = digest(learner.world_id, learner.number, secret)
    return hmac.compare_digest(claimed, learner.code_digest)


def check_pace(learner: Learner, now: dt.datetime) -> None:
    """Raise `learner-code-wait` where too many wrong codes were typed under the number."""
    if learner.missed_at is None or learner.misses < _MOST_MISSES:
        return
    left = learner.missed_at + _WINDOW - now
    if left > dt.timedelta():
        raise WAIT.error(retry_after=int(left.total_seconds()) + 1)


def miss(learner: Learner, now: dt.datetime) -> None:
    """Count a wrong code under the learner's number."""
    if learner.missed_at is None or now - learner.missed_at > _WINDOW:
        learner.misses, learner.missed_at = 0, now
    learner.misses += 1
