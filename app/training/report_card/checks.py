"""What has to be so of a client's calls, beside what it concludes."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

from app.training.report_card.cases import Said

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.training.report_card.cases import Call, Check, Watched

QUESTION: Final = "/v1/verifications"
TOKEN: Final = "/oidc/token"  # noqa: S105 - an address
#: Clocks of two processes on one machine, and what a system rounds.
_SLACK: Final = 0.1
#: Tries that follow each other faster than that are a hammer.
_LEAST_GAP: Final = 0.1
_MOST_TRIES: Final = 8


def once(path: str = QUESTION) -> Check:
    """What was refused is asked once: nothing changes by asking again."""

    def check(watched: Watched) -> Said | None:
        count = len(watched.at(path))
        if count <= 1:
            return None
        return Said(
            f"it asked {count} times, and was refused the same way each time",
            f"hỏi {count} lần, lần nào cũng bị từ chối như nhau",
        )

    return check


def at_most(most: int, path: str = QUESTION) -> Check:
    """What a new token does not mend is not asked on and on."""

    def check(watched: Watched) -> Said | None:
        count = len(watched.at(path))
        if count <= most:
            return None
        return Said(
            f"it called {path} {count} times: once more than at first is enough",
            f"gọi {path} {count} lần: thêm một lần là đủ",
        )

    return check


def bounded(path: str = QUESTION, most: int = _MOST_TRIES) -> Check:
    """There is an end to trying, and time between tries."""

    def check(watched: Watched) -> Said | None:
        calls = watched.at(path)
        if len(calls) > most:
            return Said(
                f"it asked {len(calls)} times: more than {most} only add to the load",
                f"hỏi {len(calls)} lần: quá {most} lần chỉ làm máy chủ thêm tải",
            )
        quick = min(_gaps(calls), default=_LEAST_GAP)
        if quick >= _LEAST_GAP:
            return None
        return Said(
            f"it asked again after {quick * 1000:.0f} ms: back off",
            f"hỏi lại chỉ sau {quick * 1000:.0f} ms: phải giãn cách",
        )

    return check


def waited(seconds: float, path: str = QUESTION) -> Check:
    """It is asked again no earlier than the server said."""

    def check(watched: Watched) -> Said | None:
        early = next((gap for gap in _gaps(watched.at(path)[:2]) if gap + _SLACK < seconds), None)
        if early is None:
            return None
        return Said(
            f"it asked again after {early:.1f} s, and was told to wait {seconds:.0f} s",
            f"hỏi lại sau {early:.1f} giây dù được bảo chờ {seconds:.0f} giây",
        )

    return check


def same_key(watched: Watched) -> Said | None:
    """A question that is sent again is the same one: one Idempotency-Key, one body."""
    calls = watched.at(QUESTION)
    keys = {call.headers.get("idempotency-key") for call in calls}
    if len(calls) < 2 or (len(keys) == 1 and None not in keys):
        return None
    return Said(
        "it sent the question again without the same Idempotency-Key: it may count twice",
        "gửi lại câu hỏi mà không giữ nguyên Idempotency-Key: có thể bị tính hai lần",
    )


def renewed(watched: Watched) -> Said | None:
    """After a 401 a new token is asked for, and shown."""
    shown = [call.headers.get("authorization") for call in watched.at(QUESTION)]
    if len(watched.at(TOKEN)) > 1 and len(set(shown)) > 1:
        return None
    return Said(
        "it did not ask for a new token after 401", "không xin mã truy cập mới sau khi nhận 401"
    )


def kept_secret(watched: Watched) -> Said | None:
    """Neither secret nor token goes to another host."""
    gave = [
        call
        for call in watched.elsewhere
        if "authorization" in call.headers or b"client_secret" in call.body
    ]
    if not gave:
        return None
    return Said(
        "it followed a redirect to another host, and showed its secret or token there",
        "đi theo chuyển hướng sang máy khác và đưa bí mật hoặc mã truy cập ra đó",
    )


def not_elsewhere(watched: Watched) -> Said | None:
    """The question, which is about a person, goes to no other host."""
    asked = [call for call in watched.elsewhere if call.body]
    if not asked:
        return None
    return Said("it sent the person's data to another host", "gửi dữ liệu cá nhân sang máy khác")


def _gaps(calls: Sequence[Call]) -> list[float]:
    return [after.began - before.ended for before, after in pairwise(calls)]
