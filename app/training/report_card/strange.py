"""Cases of an answer that is not one: nothing may be concluded of it, and nothing may break."""

from __future__ import annotations

import unicodedata
import zlib
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import msgspec

from app.training.report_card.answers import JSON, Answer, of_json, page
from app.training.report_card.cases import Case, Said

if TYPE_CHECKING:
    from app.training.report_card.cases import Turn
    from app.training.report_card.door import Exchange

#: What may be concluded where no answer can be read.
_NOTHING: Final = frozenset({"unknown", "later"})
_DEEP: Final = 100_000
#: What a packed body becomes, in bytes.
_UNPACKED: Final = 1 << 27
_PART: Final = 1 << 22

_NO_ANSWER: Final = Said(
    "Conclude `unknown`: it is no answer, so neither yes nor no.",
    "Kết luận `unknown`: đó không phải câu trả lời, nên không phải có hay không.",
)
_BOUNDED: Final = Said(
    "Read no more than an answer can have, stop, and conclude `unknown`.",
    "Chỉ đọc đến kích thước một câu trả lời có thể có, dừng, và kết luận `unknown`.",
)
_FORGIVE: Final = Said(
    "Pass over what it does not know, and conclude `match`.",
    "Bỏ qua những gì không biết, và kết luận `match`.",
)


def _but(**members: object) -> Turn:
    """Answer with other members: what is not known to be an outcome is none."""
    return lambda exchange: exchange.true.but(**members)


def _cut_short(exchange: Exchange) -> Answer:
    """Half of the JSON, as a whole body."""
    true = exchange.true
    return true.saying(true.body[: len(true.body) // 2])


def _twice(exchange: Exchange) -> Answer:
    """Say the outcome twice, and differently."""
    body = exchange.true.body
    return exchange.true.saying(b'{"outcome":"no_match",' + body.lstrip()[1:])


def _deep(exchange: Exchange) -> Answer:
    """Nest a member that nobody knows."""
    nested = b'{"extra":' + b"[" * _DEEP + b"]" * _DEEP + b","
    return exchange.true.saying(nested + exchange.true.body.lstrip()[1:])


def _packed(exchange: Exchange) -> Answer:
    """The answer, and then a great many spaces, in gzip, whoever asks."""
    packing = zlib.compressobj(level=1, wbits=zlib.MAX_WBITS | 16)
    parts = [packing.compress(exchange.true.body)]
    parts += [packing.compress(b" " * _PART) for _ in range(_UNPACKED // _PART)]
    packed = b"".join([*parts, packing.flush()])
    return exchange.true.saying(packed).having(content_encoding="gzip")


def _decomposed(exchange: Exchange) -> Answer:
    """Add Vietnamese in decomposed form, as some systems write it."""
    note = unicodedata.normalize("NFD", "Đã đối chiếu với cơ sở dữ liệu quốc gia về dân cư")
    return exchange.true.but(note=note)


STRANGE: Final = (
    Case(name="whole", gravity="heavy",
         happens=Said("nothing goes wrong", "không có gì sai"),
         should=Said("Conclude `match`.", "Kết luận `match`."),
         turn=lambda exchange: exchange.true, accepts=frozenset({"match"})),
    Case(name="json-cut-short", gravity="heavy",
         happens=Said("200 with half of the JSON", "200 với một nửa JSON"),
         should=_NO_ANSWER, turn=_cut_short, accepts=_NOTHING),
    Case(name="page-200", gravity="heavy",
         happens=Said("200 with a page of HTML, as a proxy's log-in",
                      "200 kèm trang HTML của proxy"),
         should=_NO_ANSWER, turn=lambda _: page(200), accepts=_NOTHING),
    Case(name="empty-200", gravity="heavy",
         happens=Said("200 with nothing", "200 không có nội dung"),
         should=_NO_ANSWER, turn=lambda exchange: exchange.true.saying(b""), accepts=_NOTHING),
    Case(name="connected-on-paper", gravity="heavy",
         happens=Said("200 with {}", "200 với {}"),
         should=_NO_ANSWER, turn=lambda _: of_json(200, {}), accepts=_NOTHING),
    Case(name="no-content-204", gravity="light",
         happens=Said("204 in place of an answer", "204 thay cho câu trả lời"),
         should=_NO_ANSWER, turn=lambda _: Answer(204, (), b""), accepts=_NOTHING),
    Case(name="other-content-type", gravity="light",
         happens=Said("a whole answer that says it is text/plain",
                      "câu trả lời đủ nhưng ghi là text/plain"),
         should=Said("Conclude `match` or `unknown`: either is sound, to break is not.",
                     "Kết luận `match` hoặc `unknown`: đều được, miễn không hỏng."),
         turn=lambda exchange: exchange.true.having(content_type="text/plain"),
         accepts=_NOTHING | {"match"}),
    Case(name="other-charset", gravity="light",
         happens=Said("JSON in UTF-16, though JSON is UTF-8 (RFC 8259 §8.1)",
                      "JSON mã hóa UTF-16, dù JSON phải là UTF-8 (RFC 8259 §8.1)"),
         should=_NO_ANSWER, accepts=_NOTHING | {"match"},
         turn=lambda exchange: exchange.true.saying(
             exchange.true.body.decode().encode("utf-16"), f"{JSON}; charset=utf-16")),
    Case(name="no-utf-8", gravity="heavy",
         happens=Said("a member whose bytes are no UTF-8",
                      "một thành phần có byte không phải UTF-8"),
         should=_NO_ANSWER, accepts=_NOTHING,
         turn=lambda exchange: exchange.true.saying(
             exchange.true.body.replace(b'"outcome"', b'"note":"Nguy\xe3n","outcome"'))),
    Case(name="without-an-end", gravity="heavy",
         happens=Said("a body that goes on for ever", "nội dung không bao giờ hết"),
         should=_BOUNDED, turn=lambda exchange: replace(exchange.true, delivery="endless"),
         accepts=_NOTHING),
    Case(name="packed", gravity="heavy",
         happens=Said("a little gzip that becomes 134 MB: the answer, then spaces",
                      "một ít gzip bung ra 134 MB: câu trả lời rồi toàn dấu cách"),
         should=_BOUNDED, turn=_packed, accepts=_NOTHING),
    Case(name="deep", gravity="heavy",
         happens=Said("an unknown member, nested 100,000 deep",
                      "một thành phần lạ, lồng sâu 100.000 tầng"),
         should=Said("Conclude `unknown`, or pass over it and conclude `match`; do not break.",
                     "Kết luận `unknown`, hoặc bỏ qua và kết luận `match`; đừng hỏng."),
         turn=_deep, accepts=_NOTHING | {"match"}),
    Case(name="said-twice", gravity="heavy",
         happens=Said("the outcome twice, and differently (RFC 8259 §4)",
                      "outcome nói hai lần, mỗi lần một khác (RFC 8259 §4)"),
         should=Said("Refuse JSON that names a member twice: conclude `unknown`.",
                     "Không nhận JSON có thành phần trùng tên: kết luận `unknown`."),
         turn=_twice, accepts=_NOTHING),
    Case(name="outcome-unknown", gravity="heavy",
         happens=Said("outcome: match_suspended, which nobody defined",
                      "outcome: match_suspended, chưa ai định nghĩa"),
         should=Said("Compare outcomes whole: what is not known is `unknown`, neither yes nor no.",
                     "So sánh trọn giá trị: cái chưa biết là `unknown`, không phải có hay không."),
         turn=_but(outcome="match_suspended"), accepts=_NOTHING),
    Case(name="outcome-no-text", gravity="heavy",
         happens=Said("outcome: true", "outcome: true"),
         should=_NO_ANSWER, turn=_but(outcome=True), accepts=_NOTHING),
    Case(name="outcome-null", gravity="heavy",
         happens=Said("outcome: null", "outcome: null"),
         should=_NO_ANSWER, turn=_but(outcome=None), accepts=_NOTHING),
    Case(name="more-members", gravity="light",
         happens=Said("members that a later server adds",
                      "các thành phần máy chủ bản sau thêm vào"),
         should=_FORGIVE, turn=_but(extra={"since": 2027}, confidence=0.5),
         accepts=frozenset({"match"})),
    Case(name="hint-before", gravity="light",
         happens=Said("103 Early Hints before the answer (RFC 8297)",
                      "103 Early Hints trước câu trả lời (RFC 8297)"),
         should=Said("Wait for the final answer, and conclude `match`.",
                     "Chờ câu trả lời cuối, và kết luận `match`."),
         turn=lambda exchange: replace(exchange.true, delivery="hinted"),
         accepts=frozenset({"match"})),
    Case(name="decomposed", gravity="light",
         happens=Said("the claim comes in decomposed Unicode (NFD), and so does a member of the"
                      " answer",
                      "tên cần đối chiếu và một thành phần trả lời ở dạng Unicode tổ hợp (NFD)"),
         should=Said("Send and read it as it is: conclude `match`.",
                     "Gửi và đọc nguyên như vậy: kết luận `match`."),
         turn=_decomposed, decomposed=True, accepts=frozenset({"match"})),
    Case(name="error-within-200", gravity="heavy",
         happens=Said("200 with a problem in place of an answer",
                      "200 nhưng nội dung là tài liệu lỗi"),
         should=_NO_ANSWER, accepts=_NOTHING | {"refused"},
         turn=lambda _: of_json(200, msgspec.json.decode(
             b'{"status":500,"code":"unexpected","fault_of":"simulation","title":"no answer"}'))),
)  # fmt: skip
