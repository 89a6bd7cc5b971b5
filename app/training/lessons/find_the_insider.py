"""Find the insider: somebody at an agency looks at people without a reason. The log knows."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from app.platform import streams
from app.sandbox import personas
from app.training import staging
from app.training.lesson import Check, Lesson, Question, Step, Text, missing, passed
from app.training.staging import Look

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.platform.world import World
    from app.training.evidence import Evidence
    from app.training.lesson import Found
    from app.training.pupil import Pupil

_CLIENT = "hai-phong"
_PURPOSE = "administrative-procedure"
_FIELD = ("residence", "permanent_residence")
_OFFICERS: Final = ("can-bo-2", "can-bo-3", "can-bo-5", "can-bo-8")
#: Each official's dossiers, each about one person, who is looked at twice.
_DOSSIERS, _TIMES = 2, 2
#: How many people the one dossier was used for.
_LEAST_MISUSED, _SPREAD = 4, 3


def _prepare(world: World) -> Mapping[str, Any]:
    drawn = streams.digest_bytes(world.spec.seed, "insider", world.id)
    with world.session() as session:
        pins = [each.pin for each in personas.all_of_them(session)]
    insider = _OFFICERS[drawn[0] % len(_OFFICERS)]
    dossier = f"H24.7-260101-{drawn[1] % 90 + 10:04d}"
    people = _LEAST_MISUSED + drawn[2] % _SPREAD
    honest = [
        Look(officer, f"H24.7-260101-{100 * place + number:04d}", pins[4 * place + number])
        for place, officer in enumerate(_OFFICERS, 1)
        for number in range(_DOSSIERS)
        for _ in range(_TIMES)
    ]
    misused = [Look(insider, dossier, pin) for pin in pins[-people:]]
    middle = len(honest) // 2
    looks = [*honest[:middle], *misused[:-1], *honest[middle:], misused[-1]]
    staging.disclose(world, _CLIENT, _PURPOSE, _FIELD, looks)
    return {"officer": insider, "dossier": dossier, "people": str(people)}


def _said(name: str, seen: Evidence) -> Found:
    said = seen.answer(name)
    if not said:
        return missing("Nothing is written yet.", "Chưa có câu trả lời.")
    if said.casefold() == str(seen.prepared[name]).casefold():
        return passed("That is so.", "Đúng.")
    return missing(f"It is not {said}.", f"Không phải {said}.")


def _solve(me: Pupil) -> None:
    people: dict[tuple[str, str], set[str]] = {}
    for call in me.call("hai-phong", "GET", "/v1/requests?limit=200").json()["items"]:
        whole = me.call("hai-phong", "GET", f"/v1/requests/{call['request_id']}").json()
        if whole["path"].startswith("/v1/disclosures/"):
            asked = json.loads(whole["request_body"])
            at = asked["officer"], asked["dossier"]
            people.setdefault(at, set()).add(asked["number"])
    officer, dossier = max(people, key=lambda at: len(people[at]))
    me.write("officer", officer)
    me.write("dossier", dossier)
    me.write("people", str(len(people[officer, dossier])))


LESSON = Lesson(
    name="find-the-insider",
    order=140,
    title=Text("Find the insider in the log", "Tìm người trong cuộc qua nhật ký"),
    goal=Text(
        "At the one-stop shop of Hai Phong one official looks at people whose applications are not"
        " on the desk. Every look named an official and a dossier. Find who it is.",
        "Ở bộ phận một cửa Hải Phòng có một cán bộ tra cứu những người không hề nộp hồ sơ. Mỗi lần"
        " tra cứu đều nêu cán bộ và hồ sơ. Hãy tìm ra người đó.",
    ),
    reading=("log", "citizens"),
    clients=(_CLIENT,),
    steps=(
        Step(
            Text(
                "Get a token for hai-phong and list its calls.",
                "Xin mã cho hai-phong và liệt kê các lời gọi của nó.",
            ),
            'curl -s -H "Authorization: Bearer $TOKEN" "$ISSUER/v1/requests?limit=200"',
        ),
        Step(
            Text(
                "Look at one whole: who asked, in which dossier, about whom? Your world’s console"
                " shows the same.",
                "Xem đầy đủ một lời gọi: ai hỏi, hồ sơ nào, về ai? Bàn điều khiển thế giới của bạn"
                " cũng cho xem như vậy.",
            ),
            'REQUEST=…\ncurl -s -H "Authorization: Bearer $TOKEN" "$ISSUER/v1/requests/$REQUEST"',
        ),
        Step(
            Text(
                "A dossier is about one applicant. Which one was used for many people?",
                "Một hồ sơ là của một người. Hồ sơ nào đã dùng để tra cứu nhiều người?",
            )
        ),
    ),
    questions=(
        Question("officer", Text("Which official is it?", "Cán bộ nào?")),
        Question(
            "dossier", Text("Which dossier served as the pretext?", "Hồ sơ nào bị lợi dụng?")
        ),
        Question(
            "people",
            Text(
                "How many people were looked at in its name?", "Đã tra cứu bao nhiêu người với nó?"
            ),
        ),
    ),
    checks=tuple(
        Check(name, title, partial(_said, name))
        for name, title in (
            ("officer", Text("The official", "Cán bộ")),
            ("dossier", Text("The dossier", "Hồ sơ")),
            ("people", Text("How many people", "Số người")),
        )
    ),
    hints=(
        Text(
            "To look twice at the same person in one dossier is no misuse.",
            "Tra cứu cùng một người hai lần trong một hồ sơ không phải là lạm dụng.",
        ),
        Text(
            "Read request_body of every call, and count the different numbers for each dossier.",
            "Đọc request_body của từng lời gọi, đếm các số định danh khác nhau theo từng hồ sơ.",
        ),
    ),
    prepare=_prepare,
    solve=_solve,
)
