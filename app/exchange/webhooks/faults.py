"""Faults of webhooks: what is to go wrong with messages, so that a receiver's checks are tried.

A receiver that takes any of these for an ordinary message has a hole. They are turned on by a
profile of `app.sandbox.faults`; the delivery log names the one that an attempt was made with.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

WRONG_SIGNATURE, LATE = "webhook-wrong-signature", "webhook-late"
REPLAYED, DUPLICATED = "webhook-replayed", "webhook-duplicated"
OUT_OF_ORDER: Final = "webhook-out-of-order"
#: How old a message claims to be that is late or replayed: twice what receivers tolerate.
OLD_SECONDS: Final = 600


class Fault(NamedTuple):
    """One fault: what happens, and by which rule a receiver notices."""

    name: str
    title_vi: str
    title_en: str
    rule: str


_STANDARD: Final = "Standard Webhooks"
#: Every fault of messages, by name.
FAULTS: Final[Mapping[str, Fault]] = {
    each.name: each
    for each in (
        Fault(
            WRONG_SIGNATURE,
            "chữ ký do khóa khác tạo ra",
            "the signature is by another secret",
            f"{_STANDARD}, verifying signatures: refuse it",
        ),
        Fault(
            LATE,
            "dấu thời gian cũ mười phút",
            "the time is ten minutes ago, and signed so",
            f"{_STANDARD}, verifying signatures: `webhook-timestamp` out of tolerance",
        ),
        Fault(
            REPLAYED,
            "bị gửi lại: cùng mã, dấu thời gian cũ",
            "after it arrived it comes again as it was recorded: same id, a time ten minutes ago",
            f"{_STANDARD}: the tolerance, and `webhook-id` that was seen",
        ),
        Fault(
            DUPLICATED,
            "gửi hai lần với cùng một mã",
            "after it arrived it comes again, signed anew under its id",
            f"{_STANDARD}: `webhook-id` that was seen; take it for done, and answer 2xx",
        ),
        Fault(
            OUT_OF_ORDER,
            "các thông điệp đến ngược thứ tự",
            "the messages of a turn come the last one first",
            "`recorded_on`, and values as of today: an older message changes nothing",
        ),
    )
}
