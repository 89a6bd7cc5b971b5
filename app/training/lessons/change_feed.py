"""The change feed: an agency hears what changed about whom, and goes on from where it stood."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.sandbox import personas
from app.training.lesson import Check, Lesson, Question, Step, Text, missing, passed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from app.training.evidence import Evidence
    from app.training.lesson import Found
    from app.training.pupil import Pupil

_CLIENT = "bhxh"
_PERSONA = "adult-level-1"
_ADDRESS = "/v1/changes"


def _items(seen: Evidence) -> Iterator[dict[str, Any]]:
    """Give what the feed told of the person, the oldest page first."""
    pin = personas.find(seen.session, _PERSONA).pin
    for call in seen.to(_ADDRESS, client=_CLIENT):
        yield from (item for item in call.answered.get("items", ()) if item.get("pin") == pin)


def _begun(seen: Evidence) -> Found:
    if any(call.answered.get("next_cursor") for call in seen.to(_ADDRESS, client=_CLIENT)):
        return passed("There is a cursor to go on from.", "Đã có con trỏ để đọc tiếp.")
    if "officer-required" in [call.row.problem_code for call in seen.to(_ADDRESS, well=False)]:
        return missing("Name the officer: officer=can-bo-1.", "Nêu cán bộ: officer=can-bo-1.")
    return missing("The feed was not read.", "Chưa đọc dòng thay đổi.")


def _heard(seen: Evidence) -> Found:
    if any("full_name" in item.get("changed", ()) for item in _items(seen)):
        return passed("The agency heard of the new name.", "Cơ quan đã biết tên mới.")
    return missing("No page told of a new name.", "Chưa trang nào nói về tên mới.")


def _onward(seen: Evidence) -> Found:
    pages = [call.answered for call in seen.to(_ADDRESS, client=_CLIENT)]
    told = [any("full_name" in item["changed"] for item in each["items"]) for each in pages]
    if True in told and len(pages) > (at := told.index(True)) + 1 and not pages[-1]["items"]:
        went_on = pages[-1]["next_cursor"] == pages[at]["next_cursor"]
        if went_on:
            return passed("Beyond it there is nothing new.", "Sau đó không có gì mới.")
    return missing(
        "Go on from the cursor of the page that told of it: nothing comes twice.",
        "Đọc tiếp từ con trỏ của trang có tin đó: không gì lặp lại.",
    )


def _name(seen: Evidence) -> Found:
    said = seen.answer("person")
    if said and any(said == item.get("person") for item in _items(seen)):
        return passed("That is the agency’s name of the person.", "Đúng mã của người đó ở đây.")
    if said:
        return missing("No item of yours has that.", "Không mục nào của bạn có giá trị này.")
    return missing("Nothing is written yet.", "Chưa có câu trả lời.")


def _solve(me: Pupil) -> None:
    asked = {"purpose": "social-insurance", "officer": "can-bo-1", "fields": "full_name"}

    def read(**place: str) -> dict[str, Any]:
        page: dict[str, Any] = me.call(
            "bhxh", "GET", "/v1/changes", params={**asked, **place}
        ).json()
        return page

    cursor = read(start="latest")["next_cursor"]
    row = {"pin": me.persona("adult-level-1")["pin"], "name": "Trần Thị Bính"}
    me.power("PATCH", "/control/v1/citizens", json={"reason": "a wrong name", "rows": [row]})
    page = read(cursor=cursor)
    me.write("person", page["items"][0]["person"])
    read(cursor=page["next_cursor"])


LESSON = Lesson(
    name="change-feed",
    order=110,
    title=Text("The change feed", "Dòng thay đổi"),
    goal=Text(
        "Social security keeps people’s data, and wants to hear when it is out of date. Follow the"
        " feed: begin, let something happen, go on from the cursor.",
        "Bảo hiểm xã hội lưu dữ liệu công dân và muốn biết khi nào dữ liệu cũ. Theo dòng thay đổi:"
        " bắt đầu, để một việc xảy ra, đọc tiếp từ con trỏ.",
    ),
    reading=("changes", "life-events"),
    clients=(_CLIENT,),
    personas=(_PERSONA,),
    steps=(
        Step(
            Text(
                "Get a token for bhxh, and begin at the latest change. Keep next_cursor.",
                "Xin mã cho bhxh và bắt đầu từ thay đổi mới nhất. Giữ next_cursor.",
            ),
            'curl -sG "$ISSUER/v1/changes" -H "Authorization: Bearer $TOKEN"'
            " -d purpose=social-insurance -d officer=can-bo-1 -d fields=full_name"
            " -d start=latest\nCURSOR=…",
        ),
        Step(
            Text(
                "Let something happen: the registry corrects a name.",
                "Để một việc xảy ra: cơ quan đăng ký sửa một tên.",
            ),
            'curl -s -X PATCH "$ISSUER/control/v1/citizens" -H "Authorization: Bearer $OPERATOR"'
            ' -H \'Content-Type: application/json\' -d \'{"reason": "a wrong name", "rows":'
            ' [{"pin": "\'$ADULT_LEVEL_1\'", "name": "Trần Thị Bính"}]}\'',
        ),
        Step(
            Text(
                "Go on from the cursor.",
                "Đọc tiếp từ con trỏ.",
            ),
            'curl -sG "$ISSUER/v1/changes" -H "Authorization: Bearer $TOKEN"'
            " -d purpose=social-insurance -d officer=can-bo-1 -d fields=full_name"
            ' -d "cursor=$CURSOR"',
        ),
        Step(
            Text(
                "Keep its next_cursor, and go on once more: nothing comes twice.",
                "Giữ next_cursor của trang đó và đọc tiếp lần nữa: không gì lặp lại.",
            )
        ),
    ),
    questions=(
        Question(
            "person",
            Text(
                "By which name (person) does the feed call the one it told you of?",
                "Dòng thay đổi gọi người đó bằng giá trị person nào?",
            ),
        ),
    ),
    checks=(
        Check("begun", Text("The feed begun", "Đã bắt đầu đọc"), _begun),
        Check("heard", Text("A change heard of", "Đã biết một thay đổi"), _heard),
        Check("onward", Text("Gone on from there", "Đọc tiếp từ đó"), _onward),
        Check("person", Text("Who it was about", "Về ai"), _name),
    ),
    hints=(
        Text(
            "A cursor belongs to its parameters: give the same purpose and fields each time.",
            "Con trỏ gắn với tham số: mỗi lần dùng cùng purpose và fields.",
        ),
        Text(
            "Three pages: start=latest, then each time cursor= with the next_cursor before.",
            "Ba trang: start=latest, rồi mỗi lần cursor= với next_cursor trước đó.",
        ),
    ),
    solve=_solve,
)
