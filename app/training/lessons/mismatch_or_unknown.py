"""Mismatch or unknown? Why a bank hears no more than no, and who hears more."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from app.sandbox import personas
from app.training.lesson import Check, Lesson, Question, Step, Text, missing, passed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.training.evidence import Call, Evidence
    from app.training.lesson import Found
    from app.training.pupil import Pupil

_BANK, _MINISTRY = "vietcombank-basic", "bca"
_DEAD = "deceased"
_ADDRESS = "/v1/verifications"
#: What the ministry is to hear, and what that is called.
_CASES: Final = {
    "mismatch": Text("a wrong name", "sai họ tên"),
    "not_found": Text("a number that nobody bears", "số không của ai"),
    "deceased": Text("somebody who has died", "người đã chết"),
}


def _told(seen: Evidence, client: str, outcome: str) -> Iterator[Call]:
    for call in seen.to(_ADDRESS, client=client):
        if call.answered.get("outcome") == outcome:
            yield call


def _ministry(outcome: str, seen: Evidence) -> Found:
    case = _CASES[outcome]
    if any(_told(seen, _MINISTRY, outcome)):
        return passed(f"The ministry was told {outcome}.", f"Bộ nhận được {outcome}.")
    return missing(f"The ministry has not asked about {case.en}.", f"Bộ chưa hỏi về {case.vi}.")


def _bank(seen: Evidence) -> Found:
    asked = {str(call.asked.get("number")) for call in _told(seen, _BANK, "no_match")}
    dead = personas.find(seen.session, _DEAD).pin
    if dead not in asked:
        return missing(
            "The bank has not asked about the one who has died.",
            "Ngân hàng chưa hỏi về người đã chết.",
        )
    if len(asked) < 3:
        return missing(
            f"The bank was told no_match about {len(asked)} of three numbers.",
            f"Ngân hàng nhận no_match về {len(asked)} trong ba số.",
        )
    return passed(
        "In all three cases the bank heard the same.", "Cả ba trường hợp ngân hàng nghe như nhau."
    )


def _why(seen: Evidence) -> Found:
    said = seen.answer("grant").lower().replace("-", "_")
    if said == "outcome_detail":
        return passed("Yes: outcome_detail.", "Đúng: outcome_detail.")
    if said:
        return missing("That is not it: compare /v1/me of both.", "Chưa đúng: so sánh /v1/me.")
    return missing("Nothing is written yet.", "Chưa có câu trả lời.")


def _solve(me: Pupil) -> None:
    person, dead = me.persona("adult-level-2"), me.persona("deceased")
    claims = (
        (person["pin"], "Trần Thị Sai"),
        ("901090999998", person["full_name"]),
        (dead["pin"], dead["full_name"]),
    )
    for client, purpose in (("vietcombank-basic", "ekyc"), ("bca", "linked-procedures")):
        for number, name in claims:
            asked = {"number": number, "claims": {"full_name": name}, "purpose": purpose}
            me.post(client, "/v1/verifications", asked)
    me.write("grant", "outcome_detail")


LESSON = Lesson(
    name="mismatch-or-unknown",
    order=30,
    title=Text("Mismatch or unknown?", "Sai hay không có?"),
    goal=Text(
        "A bank hears no_match whether the name is wrong, the number is nobody’s or the person has"
        " died: else it could find out who lives. See it, and see who is told more.",
        "Ngân hàng chỉ nghe no_match dù sai họ tên, số không của ai hay người đã chết: nếu không"
        " sẽ dò được ai còn sống. Hãy thấy điều đó, và xem ai được biết nhiều hơn.",
    ),
    reading=("verification",),
    clients=(_BANK, _MINISTRY),
    personas=("adult-level-2", _DEAD),
    steps=(
        Step(
            Text(
                "As the bank (purpose ekyc), claim full_name: a wrong name for the living person,"
                " any name for a number that nobody bears, the right name for the dead one.",
                "Với ngân hàng (purpose ekyc), khai full_name: tên sai của người đang sống, một"
                " tên bất kỳ cho số không của ai, tên đúng của người đã chết.",
            )
        ),
        Step(
            Text(
                "Get a token for the ministry’s system bca.",
                "Xin mã cho hệ thống bca của Bộ.",
            ),
            'curl -s -u "bca:$BCA" -d grant_type=client_credentials "$ISSUER/oidc/token"',
        ),
        Step(
            Text(
                "Ask the same three as the ministry, with the purpose linked-procedures.",
                "Hỏi lại ba lần đó với tư cách Bộ, purpose là linked-procedures.",
            )
        ),
        Step(
            Text(
                "Compare both answers, and what /v1/me says of both systems.",
                "So sánh hai bên, và so sánh /v1/me của hai hệ thống.",
            )
        ),
    ),
    questions=(
        Question(
            "grant",
            Text(
                "Which member of system in /v1/me lets the ministry hear the reason?",
                "Thành phần nào của system trong /v1/me cho phép Bộ biết lý do?",
            ),
        ),
    ),
    checks=(
        Check("bank", Text("The bank heard no three times", "Ngân hàng ba lần nghe không"), _bank),
        *(
            Check(
                outcome,
                Text(f"The ministry heard {outcome}", f"Bộ nghe {outcome}"),
                partial(_ministry, outcome),
            )
            for outcome in _CASES
        ),
        Check("why", Text("Why that is so", "Vì sao như vậy"), _why),
    ),
    hints=(
        Text(
            "A number of twelve digits that begins like the persona’s and ends with 999998 is"
            " nobody’s.",
            "Số mười hai chữ số bắt đầu như số của nhân vật và kết thúc bằng 999998 không của ai.",
        ),
        Text(
            "As the document has it: systems with outcome_detail get the column with reasons.",
            "Tài liệu ghi: hệ thống có outcome_detail mới được biết cột lý do.",
        ),
    ),
    solve=_solve,
)
