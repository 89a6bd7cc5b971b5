"""Cases of a world that fails, is busy, slow or cut off: what passes, and what is waited for."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from email.utils import format_datetime
from typing import TYPE_CHECKING, Final

from app.platform import clock
from app.training.report_card.answers import page, problem
from app.training.report_card.cases import Case, Said
from app.training.report_card.checks import TOKEN, bounded, once, same_key, waited

if TYPE_CHECKING:
    from app.training.report_card.answers import Answer, Delivery
    from app.training.report_card.cases import Turn
    from app.training.report_card.door import Exchange

#: How long an answer takes that nobody should wait for, in seconds.
_NEVER: Final = 600.0
_MATCH: Final = frozenset({"match"})
_LATER: Final = frozenset({"later"})
_EITHER: Final = _MATCH | _LATER

_ASK_AGAIN: Final = Said(
    "Wait a little, ask again with the same Idempotency-Key, and conclude what is answered then.",
    "Chờ một chút, hỏi lại với cùng Idempotency-Key, và kết luận theo câu trả lời sau.",
)
_WAIT_AS_TOLD: Final = Said(
    "Wait as long as Retry-After says, then ask again, and conclude what is answered.",
    "Chờ đúng như Retry-After, rồi hỏi lại và kết luận theo câu trả lời.",
)
_GIVE_UP: Final = Said(
    "Try a few times with growing pauses, then stop and conclude `later`.",
    "Thử vài lần với khoảng nghỉ tăng dần, rồi dừng và kết luận `later`.",
)
_TIME_OUT: Final = Said(
    "Have a time-out of its own for the whole answer, and conclude `later` before the deadline.",
    "Có thời hạn riêng cho cả câu trả lời, và kết luận `later` trước hạn chót.",
)


def _failing(status: int, code: str = "unexpected", **headers: str) -> Turn:
    return lambda _: problem(status, code, **headers)


def _delivered(how: Delivery) -> Turn:
    """Carry it out, and send the answer so."""
    return lambda exchange: replace(exchange.true, delivery=how)


def _late(exchange: Exchange) -> Answer:
    return replace(exchange.true, wait=_NEVER)


def _by_the_clock(_: Exchange) -> Answer:
    """Say when in the form of a date (RFC 9110 §10.2.3), two whole seconds from now."""
    then = clock.now() + dt.timedelta(seconds=3)
    return problem(503, "unexpected", retry_after=format_datetime(then, usegmt=True))


OUTAGES: Final = (
    Case(name="error-500-once", gravity="light",
         happens=Said("500 once, then all is well", "500 một lần, rồi bình thường"),
         should=_ASK_AGAIN, turn=_failing(500), times=1, accepts=_EITHER,
         checks=(same_key, bounded())),
    Case(name="error-500-always", gravity="heavy",
         happens=Said("500, whenever it is asked", "lần nào hỏi cũng 500"),
         should=_GIVE_UP, turn=_failing(500), accepts=_LATER, checks=(same_key, bounded())),
    Case(name="page-502", gravity="heavy",
         happens=Said("502 with a page of HTML, once", "502 kèm trang HTML, một lần"),
         should=_ASK_AGAIN, turn=lambda _: page(502), times=1, accepts=_EITHER,
         checks=(same_key, bounded())),
    Case(name="unavailable-retry-after", gravity="light",
         happens=Said("503 with Retry-After: 1, once", "503 kèm Retry-After: 1, một lần"),
         should=_WAIT_AS_TOLD, turn=_failing(503, retry_after="1"), times=1, accepts=_MATCH,
         checks=(same_key, waited(1.0), bounded())),
    Case(name="unavailable-until", gravity="light",
         happens=Said("503 with Retry-After as a date in 3 seconds, once",
                      "503 kèm Retry-After ở dạng ngày giờ (3 giây nữa), một lần"),
         should=_WAIT_AS_TOLD, turn=_by_the_clock, times=1, accepts=_EITHER,
         checks=(same_key, waited(2.0), bounded())),
    Case(name="unavailable-for-an-hour", gravity="heavy",
         happens=Said("503 with Retry-After: 3600", "503 kèm Retry-After: 3600"),
         should=Said("Conclude `later` at once: to wait an hour, or to ask sooner, is no use.",
                     "Kết luận `later` ngay: không ai chờ một giờ, và hỏi sớm hơn là vô ích."),
         turn=_failing(503, retry_after="3600"), accepts=_LATER, checks=(once(),)),
    Case(name="unavailable-strange-retry-after", gravity="light",
         happens=Said("503 with Retry-After: soon, once", "503 kèm Retry-After: soon, một lần"),
         should=Said("Take what cannot be read for not said, and pause as long as it likes.",
                     "Coi giá trị không đọc được như không có, và tự chọn khoảng nghỉ."),
         turn=_failing(503, retry_after="soon"), times=1, accepts=_EITHER,
         checks=(same_key, bounded())),
    Case(name="gateway-504", gravity="heavy",
         happens=Said("504 once, though the question was carried out and logged",
                      "504 một lần, dù câu hỏi đã được thực hiện và ghi nhật ký"),
         should=_ASK_AGAIN, turn=lambda exchange: (exchange.true, problem(504, "unexpected"))[1],
         times=1, accepts=_EITHER, checks=(same_key, bounded())),
    Case(name="too-many-retry-after", gravity="heavy",
         happens=Said("429 with Retry-After: 1, once", "429 kèm Retry-After: 1, một lần"),
         should=_WAIT_AS_TOLD, turn=lambda _: problem(429, "rate-limited", "caller",
                                                      retry_after="1"),
         times=1, accepts=_MATCH, checks=(same_key, waited(1.0), bounded())),
    Case(name="too-many-always", gravity="heavy",
         happens=Said("429 without Retry-After, whenever it is asked",
                      "lần nào hỏi cũng 429, không có Retry-After"),
         should=_GIVE_UP, turn=lambda _: problem(429, "rate-limited", "caller"),
         accepts=_LATER, checks=(same_key, bounded())),
    Case(name="running", gravity="light",
         happens=Said("409 idempotency-running with Retry-After: 1, once: the first still runs",
                      "409 idempotency-running kèm Retry-After: 1, một lần: lần đầu còn chạy"),
         should=_WAIT_AS_TOLD, turn=lambda _: problem(409, "idempotency-running", "caller",
                                                      retry_after="1"),
         times=1, accepts=_MATCH, checks=(same_key, waited(1.0), bounded())),
    Case(name="token-unavailable", gravity="light",
         happens=Said("503 with Retry-After: 1 in place of a token, once",
                      "503 kèm Retry-After: 1 khi xin mã truy cập, một lần"),
         should=_WAIT_AS_TOLD, at=TOKEN, turn=_failing(503, retry_after="1"), times=1,
         accepts=_MATCH, checks=(waited(1.0, TOKEN), bounded(TOKEN))),
    Case(name="token-page", gravity="light",
         happens=Said("a page of HTML in place of a token, once",
                      "trang HTML thay cho mã truy cập, một lần"),
         should=_ASK_AGAIN, at=TOKEN, turn=lambda _: page(502), times=1, accepts=_EITHER,
         checks=(bounded(TOKEN),)),
    Case(name="cut-before", gravity="heavy",
         happens=Said("the connection is cut before anything was done, once",
                      "kết nối bị cắt trước khi làm gì, một lần"),
         should=_ASK_AGAIN, turn=lambda _: replace(problem(500, None), delivery="no-head"),
         times=1, accepts=_EITHER, checks=(same_key, bounded())),
    Case(name="cut-after", gravity="heavy",
         happens=Said("all is done and logged, then the connection is cut, once",
                      "làm xong, ghi nhật ký rồi cắt kết nối, một lần"),
         should=_ASK_AGAIN, turn=_delivered("no-head"), times=1, accepts=_EITHER,
         checks=(same_key, bounded())),
    Case(name="cut-in-the-head", gravity="heavy",
         happens=Said("the connection is cut within the headers, once",
                      "kết nối bị cắt giữa phần đầu, một lần"),
         should=_ASK_AGAIN, turn=_delivered("half-head"), times=1,
         accepts=_EITHER | {"unknown"}, checks=(same_key, bounded())),
    Case(name="cut-in-the-body", gravity="heavy",
         happens=Said("the connection is cut within the body, once",
                      "kết nối bị cắt giữa nội dung, một lần"),
         should=_ASK_AGAIN, turn=_delivered("half-body"), times=1,
         accepts=_EITHER | {"unknown"}, checks=(same_key, bounded())),
    Case(name="late", gravity="heavy",
         happens=Said("the answer does not come within ten minutes",
                      "mười phút cũng chưa có câu trả lời"),
         should=_TIME_OUT, turn=_late, accepts=_LATER, checks=(same_key,)),
    Case(name="drip", gravity="heavy",
         happens=Said("the answer comes byte by byte, five in a second",
                      "câu trả lời nhỏ giọt, mỗi giây năm byte"),
         should=Said("Have a time-out for the whole, too: each byte resets one for a pause.",
                     "Có thời hạn cho cả câu trả lời: mỗi byte làm mới thời hạn giữa các byte."),
         turn=_delivered("drip"), accepts=_LATER, checks=(same_key,)),
    Case(name="token-late", gravity="heavy",
         happens=Said("no token comes within ten minutes", "mười phút cũng chưa có mã truy cập"),
         should=_TIME_OUT, at=TOKEN, turn=_late, accepts=_LATER),
)  # fmt: skip
