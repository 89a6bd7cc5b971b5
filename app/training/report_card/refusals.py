"""Cases of a world that refuses, or sends elsewhere: what is mended once, and what is left be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app.training.report_card.answers import Answer, of_json, problem
from app.training.report_card.cases import Case, Said
from app.training.report_card.checks import (
    TOKEN,
    at_most,
    kept_secret,
    not_elsewhere,
    once,
    renewed,
)

if TYPE_CHECKING:
    from app.training.report_card.door import Exchange

_REFUSED: Final = frozenset({"refused"})
_LEAVE: Final = Said(
    "Conclude `refused`, tell somebody who can mend it, and do not ask again.",
    "Kết luận `refused`, báo cho người sửa được, và không hỏi lại.",
)


def _sent_elsewhere(exchange: Exchange) -> Answer:
    """Redirect to the trap, which the door's own port is not (307 keeps method and body)."""
    return Answer(307, (("Location", f"{exchange.door.elsewhere}{exchange.asked.target}"),), b"")


REFUSALS: Final = (
    Case(name="token-expired", gravity="heavy",
         happens=Said("401 token-invalid once: the token ended early",
                      "401 token-invalid một lần: mã truy cập hết hạn sớm"),
         should=Said("Ask for a new token, once, and ask again with it.",
                     "Xin mã truy cập mới, một lần, rồi hỏi lại."),
         turn=lambda _: problem(401, "token-invalid", "caller"), times=1,
         accepts=frozenset({"match"}), checks=(renewed,)),
    Case(name="token-never-good", gravity="heavy",
         happens=Said("401 token-invalid, whatever token is shown",
                      "401 token-invalid với mọi mã truy cập"),
         should=Said("Renew the token once, then conclude `refused`: it is no use to go on.",
                     "Xin mã mới một lần, rồi kết luận `refused`: tiếp tục là vô ích."),
         turn=lambda _: problem(401, "token-invalid", "caller"),
         accepts=_REFUSED, checks=(at_most(3, TOKEN), at_most(3))),
    Case(name="client-unknown", gravity="heavy",
         happens=Said("the token endpoint says invalid_client", "điểm cấp mã trả invalid_client"),
         should=_LEAVE, at=TOKEN,
         turn=lambda _: of_json(401, {"error": "invalid_client", "error_description": "unknown"}),
         accepts=_REFUSED, checks=(once(TOKEN),)),
    Case(name="grant-withdrawn", gravity="heavy",
         happens=Said("403 grant-expired: the grant was withdrawn",
                      "403 grant-expired: quyền đã bị rút"),
         should=_LEAVE, turn=lambda _: problem(403, "grant-expired", "caller"),
         accepts=_REFUSED, checks=(once(),)),
    Case(name="request-wrong", gravity="heavy",
         happens=Said("422 with invalid_params", "422 kèm invalid_params"),
         should=_LEAVE, turn=lambda _: problem(422, "request-invalid", "caller").but(
             invalid_params=[{"name": "body.number", "reason": "no number"}]),
         accepts=_REFUSED, checks=(once(),)),
    Case(name="problem-unknown", gravity="heavy",
         happens=Said("403 with a code that did not exist when the client was written",
                      "403 với một mã lỗi chưa có khi viết client"),
         should=Said("Go by status and `fault_of`: conclude `refused`, and do not ask again.",
                     "Dựa vào mã trạng thái và `fault_of`: kết luận `refused`, không hỏi lại."),
         turn=lambda _: problem(403, "tomorrows-refusal", "registry"),
         accepts=_REFUSED, checks=(once(),)),
    Case(name="problem-without-code", gravity="light",
         happens=Said("403 with a problem that has no code", "403 kèm tài liệu lỗi không có mã"),
         should=Said("Go by the status: conclude `refused` or `unknown`, and do not ask again.",
                     "Dựa vào mã trạng thái: `refused` hoặc `unknown`, không hỏi lại."),
         turn=lambda _: problem(403, None, "caller"),
         accepts=_REFUSED | {"unknown"}, checks=(once(),)),
    Case(name="problem-in-words", gravity="light",
         happens=Said("400 with a line of text", "400 kèm một dòng chữ"),
         should=Said("Go by the status: conclude `refused` or `unknown`, and do not ask again.",
                     "Dựa vào mã trạng thái: `refused` hoặc `unknown`, không hỏi lại."),
         turn=lambda _: Answer(400, (("Content-Type", "text/plain"),), b"Bad request"),
         accepts=_REFUSED | {"unknown"}, checks=(once(),)),
    Case(name="address-gone", gravity="light",
         happens=Said("404: there is nothing at the address", "404: không có gì ở địa chỉ này"),
         should=Said("Conclude `refused` or `unknown`: that a person is not there is never a 404.",
                     "Kết luận `refused` hoặc `unknown`: không có người đó không bao giờ là 404."),
         turn=lambda _: problem(404, "address-unknown", "caller"),
         accepts=_REFUSED | {"unknown"}, checks=(once(),)),
    Case(name="sent-elsewhere", gravity="grave",
         happens=Said("307 to another host, in place of an answer",
                      "307 sang máy khác thay cho câu trả lời"),
         should=Said("Follow no redirect with a token or a person's data: conclude `unknown`.",
                     "Không đi theo chuyển hướng khi mang mã hay dữ liệu cá nhân: `unknown`."),
         turn=_sent_elsewhere, accepts=frozenset({"unknown", "later", "refused"}),
         checks=(kept_secret, not_elsewhere)),
    Case(name="token-sent-elsewhere", gravity="grave",
         happens=Said("307 to another host, in place of a token",
                      "307 sang máy khác thay cho mã truy cập"),
         should=Said("Show the secret to the configured host alone: conclude `unknown`.",
                     "Chỉ đưa bí mật cho máy đã cấu hình: kết luận `unknown`."),
         at=TOKEN, turn=_sent_elsewhere, accepts=frozenset({"unknown", "later", "refused"}),
         checks=(kept_secret,)),
)  # fmt: skip
