"""Verify: a claim about a person is true, and there is a receipt for the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.training.lesson import Check, Lesson, Question, Step, Text, missing, passed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.training.evidence import Call, Evidence
    from app.training.lesson import Found
    from app.training.pupil import Pupil

_CLIENT = "vietcombank-basic"
_PERSONA = "adult-level-2"
_ADDRESS = "/v1/verifications"


def _matches(seen: Evidence) -> Iterator[Call]:
    """Give the verifications of the persona that matched."""
    about = seen.about(_PERSONA, _ADDRESS, client=_CLIENT)
    return (call for call in about if call.answered.get("outcome") == "match")


def _match(seen: Evidence) -> Found:
    if any(_matches(seen)):
        return passed("The bank was told match.", "Ngân hàng nhận được match.")
    refused = [call for call in seen.to(_ADDRESS, well=False) if call.row.problem_code]
    if refused:
        code = refused[-1].row.problem_code
        return missing(f"The last one was refused: {code}.", f"Lần cuối bị từ chối: {code}.")
    if any(seen.to(_ADDRESS)):
        return missing(
            "Somebody was verified, but not this person, or with a wrong claim.",
            "Đã xác thực, nhưng không phải người này, hoặc thông tin chưa đúng.",
        )
    return missing("Nobody has been verified.", "Chưa xác thực ai.")


def _whole(seen: Evidence) -> Found:
    claimed = [len(call.asked.get("claims", {})) for call in _matches(seen)]
    if max(claimed, default=0) >= 3:
        return passed("Three things were claimed at once.", "Đã hỏi ba thông tin cùng lúc.")
    return missing(
        "Claim three things in one question: name, birth date, sex.",
        "Hỏi ba thông tin trong một lần: họ tên, ngày sinh, giới tính.",
    )


def _leaf(seen: Evidence) -> Found:
    said = seen.answer("leaf")
    known = {str(call.answered["leaf"]["seq"]) for call in _matches(seen)}
    if said in known:
        return passed(f"Leaf {said} stands for it.", f"Lá số {said} ghi lại lần đó.")
    if said:
        return missing(f"Leaf {said} is of something else.", f"Lá số {said} là của việc khác.")
    return missing("Nothing is written yet.", "Chưa có câu trả lời.")


def _solve(me: Pupil) -> None:
    person = me.persona("adult-level-2")
    claims = {name: person[name] for name in ("full_name", "birth_date", "sex")}
    asked = {"number": person["pin"], "claims": claims, "purpose": "ekyc"}
    told = me.post("vietcombank-basic", "/v1/verifications", asked)
    me.write("leaf", str(told["leaf"]["seq"]))


LESSON = Lesson(
    name="verify",
    order=20,
    title=Text("Verify", "Xác thực"),
    goal=Text(
        "Ask whether what somebody says about themselves is true. No data comes back: only yes or"
        " no, and a receipt.",
        "Hỏi xem điều một người khai về mình có đúng không. Không có dữ liệu trả về: chỉ đúng hay"
        " không, kèm biên nhận.",
    ),
    reading=("verification", "log"),
    clients=(_CLIENT,),
    personas=(_PERSONA,),
    steps=(
        Step(
            Text(
                "Verify the persona with the name and the birth date that stand above.",
                "Xác thực nhân vật bằng họ tên và ngày sinh ghi ở trên.",
            ),
            'curl -s "$ISSUER/v1/verifications" -H "Authorization: Bearer $TOKEN"'
            " -H 'Content-Type: application/json' -d '{\"number\": \"'$ADULT_LEVEL_2'\","
            ' "claims": {"full_name": "…", "birth_date": "…"}, "purpose": "ekyc"}\'',
        ),
        Step(
            Text(
                "Ask again with one claim more, sex: M or F.",
                "Hỏi lại, thêm giới tính (sex): M hoặc F.",
            )
        ),
        Step(
            Text(
                "Look at receipt and leaf in the answer: this exchange stands in the world’s log.",
                "Xem receipt và leaf trong câu trả lời: lần trao đổi này đã ghi vào nhật ký.",
            )
        ),
    ),
    questions=(
        Question(
            "leaf",
            Text(
                "Which leaf of the log stands for your match (its seq)?",
                "Lá nào của nhật ký ghi lại lần khớp của bạn (số seq)?",
            ),
        ),
    ),
    checks=(
        Check("match", Text("The claim matched", "Thông tin khớp"), _match),
        Check("whole", Text("Three claims at once", "Ba thông tin một lần"), _whole),
        Check("leaf", Text("The leaf is known", "Biết lá của nhật ký"), _leaf),
    ),
    hints=(
        Text(
            "TOKEN is the access_token of the lesson before; it is over after ten minutes.",
            "TOKEN là access_token của bài trước; nó hết hạn sau mười phút.",
        ),
        Text(
            'The answer ends with "leaf": {"seq": …}. That number is asked for.',
            'Câu trả lời kết thúc bằng "leaf": {"seq": …}. Đó là số cần ghi.',
        ),
    ),
    solve=_solve,
)
