"""Errors and back-off: wait as long as one is told, and do not repeat one's own mistakes."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from app.platform import clock
from app.sandbox import faults
from app.sandbox.weather import Profile, Step
from app.training.lesson import Check, Lesson, Question, Text, missing, passed
from app.training.lesson import Step as Task

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from app.platform.world import World
    from app.training.evidence import Call, Evidence
    from app.training.lesson import Found
    from app.training.pupil import Pupil

_CLIENT = "mobifone"
_ADDRESS = "/v1/verifications"
#: So many seconds a refusal says to wait, and so much of that clocks may lose.
_WAIT: Final = 2
_LEAST: Final = dt.timedelta(seconds=_WAIT - 0.05)
#: Three refusals, then an answer, again and again: an impatient client may try once more.
_WEATHER: Final = Profile(
    name="back-off",
    client_id=_CLIENT,
    path=_ADDRESS,
    steps=(
        Step(kind="rate-limit", times=2, retry_after=_WAIT),
        Step(kind="maintenance", times=1, retry_after=_WAIT),
        Step(kind="fine", times=1),
    ),
    repeat=True,
)


def _prepare(world: World) -> Mapping[str, Any]:
    now = clock.now()
    world.writer.submit(lambda session: faults.put(session, _WEATHER, now=now))
    return {}


def _runs(seen: Evidence) -> Iterator[list[Call]]:
    """Give each row of refusals that ended with an answer, and that answer."""
    run: list[Call] = []
    for call in seen.to(_ADDRESS, client=_CLIENT, well=False):
        run.append(call)
        if call.row.fault is None:
            yield run
            run = []


def _gaps(run: list[Call]) -> list[dt.timedelta]:
    at = [dt.datetime.fromisoformat(call.row.at) for call in run]
    return [later - earlier for earlier, later in pairwise(at)]


def _answered(seen: Evidence) -> Found:
    for call in seen.about("adult-level-2", _ADDRESS, client=_CLIENT):
        if call.answered.get("outcome") == "match":
            return passed("The question was answered.", "Câu hỏi đã được trả lời.")
    refused = sum(1 for _ in seen.to(_ADDRESS, client=_CLIENT, well=False))
    return missing(
        f"No match yet; {refused} calls so far.", f"Chưa có match; đã gọi {refused} lần."
    )


def _patient(seen: Evidence) -> Found:
    best = None
    for run in _runs(seen):
        shortest = min(_gaps(run), default=None)
        if shortest is not None and (best is None or shortest > best):
            best = shortest
    if best is None:
        return missing(
            "No refusal was followed by another try.", "Chưa thử lại sau lần bị từ chối nào."
        )
    seconds = f"{best.total_seconds():.1f}"
    if best >= _LEAST:
        return passed(f"Never sooner than {seconds} s.", f"Không lần nào sớm hơn {seconds} giây.")
    return missing(
        f"In your best run a try came after {seconds} s: too soon. Begin another run.",
        f"Ở lượt tốt nhất có lần thử lại sau {seconds} giây: quá sớm. Hãy thử lượt khác.",
    )


def _same(seen: Evidence) -> Found:
    for run in _runs(seen):
        if len(run) > 1 and len({call.row.request_body for call in run}) == 1:
            return passed("The same question each time.", "Mỗi lần vẫn là câu hỏi đó.")
    return missing(
        "Repeat the very same question until it is answered.",
        "Lặp lại đúng câu hỏi đó đến khi được trả lời.",
    )


def _own_fault(seen: Evidence) -> Found:
    found = [
        call
        for call in seen.to("/v1/", client=_CLIENT, well=False)
        if call.row.fault is None and call.answered.get("fault_of") == "caller"
    ]
    if not found:
        return missing(
            "No call was refused for your own mistake: name a purpose that does not exist.",
            "Chưa có lời gọi nào bị từ chối vì lỗi của chính bạn: nêu một mục đích không có.",
        )
    if len({(call.path, call.row.request_body) for call in found}) < len(found):
        return missing(
            "A mistake of your own was repeated as it was: waiting does not mend it.",
            "Đã lặp lại nguyên lỗi của mình: chờ đợi không sửa được.",
        )
    return passed("Your own mistake was not repeated.", "Không lặp lại lỗi của chính mình.")


def _whose(seen: Evidence) -> Found:
    said = seen.answer("member").lower()
    if said == "fault_of":
        return passed("Yes: fault_of.", "Đúng: fault_of.")
    if said:
        return missing("That is another member.", "Đó là thành phần khác.")
    return missing("Nothing is written yet.", "Chưa có câu trả lời.")


def _solve(me: Pupil) -> None:
    person = me.persona("adult-level-2")
    claims = {name: person[name] for name in ("full_name", "birth_date")}
    asked = {"number": person["pin"], "claims": claims, "purpose": "subscriber-registration"}
    answer = me.call("mobifone", "POST", "/v1/verifications", json=asked)
    while answer.status_code in {429, 503}:
        me.wait(float(answer.headers["Retry-After"]))
        answer = me.call("mobifone", "POST", "/v1/verifications", json=asked)
    wrong = {**asked, "fields": ["phone"], "purpose": "nothing"}
    wrong.pop("claims")
    me.post("mobifone", "/v1/disclosures/contact", wrong)
    me.write("member", "fault_of")


LESSON = Lesson(
    name="errors-and-back-off",
    order=90,
    title=Text("Errors and back-off", "Lỗi và chờ đợi"),
    goal=Text(
        "For this system verifications are refused again and again, as on a bad day. Get your"
        " answer: wait as long as you are told, repeat what may be repeated, and nothing else.",
        "Với hệ thống này, xác thực liên tục bị từ chối như một ngày xấu trời. Hãy lấy được câu"
        " trả lời: chờ đúng thời gian được báo, chỉ lặp lại điều nên lặp lại.",
    ),
    reading=("errors", "faults"),
    clients=(_CLIENT,),
    personas=("adult-level-2",),
    steps=(
        Task(
            Text(
                "Get a token for mobifone and verify the persona. Look at the head of the answer:"
                " status and Retry-After.",
                "Xin mã cho mobifone và xác thực nhân vật. Xem phần đầu câu trả lời: trạng thái và"
                " Retry-After.",
            ),
            'curl -si "$ISSUER/v1/verifications" -H "Authorization: Bearer $TOKEN"'
            " -H 'Content-Type: application/json' -d '{\"number\": \"'$ADULT_LEVEL_2'\","
            ' "claims": {"full_name": "…", "birth_date": "…"},'
            ' "purpose": "subscriber-registration"}\'',
        ),
        Task(
            Text(
                "Write a loop: on 429 and 503 wait the seconds told, then ask the same again.",
                "Viết vòng lặp: gặp 429 và 503 thì chờ đủ số giây được báo rồi hỏi lại y như vậy.",
            )
        ),
        Task(
            Text(
                "Make a mistake of your own, once: at /v1/disclosures/contact, name a purpose that"
                " does not exist. Read the problem.",
                "Tự gây một lỗi, đúng một lần: ở /v1/disclosures/contact, nêu một mục đích không"
                " có. Đọc thông báo lỗi.",
            ),
            'curl -si "$ISSUER/v1/disclosures/contact" -H "Authorization: Bearer $TOKEN"'
            " -H 'Content-Type: application/json' -d '{\"number\": \"'$ADULT_LEVEL_2'\","
            ' "fields": ["phone"], "purpose": "nothing"}\'',
        ),
    ),
    questions=(
        Question(
            "member",
            Text(
                "Which member of a problem tells who has to change something?",
                "Thành phần nào của thông báo lỗi cho biết ai phải sửa?",
            ),
        ),
    ),
    checks=(
        Check("answered", Text("The answer came", "Có câu trả lời"), _answered),
        Check("patient", Text("Waited as told", "Chờ đúng như được báo"), _patient),
        Check("same", Text("The same question", "Đúng câu hỏi đó"), _same),
        Check("own-fault", Text("One’s own mistake", "Lỗi của chính mình"), _own_fault),
        Check("whose", Text("Whose to mend", "Ai phải sửa"), _whose),
    ),
    hints=(
        Text(
            "Three refusals come before each answer. A token is good for ten minutes: no new one"
            " is needed for each try.",
            "Trước mỗi câu trả lời có ba lần bị từ chối. Mã dùng được mười phút: không cần xin lại"
            " mỗi lần thử.",
        ),
        Text(
            "In a shell: sleep 2 between the calls. In Python: time.sleep(float("
            'answer.headers["Retry-After"])).',
            "Trong shell: sleep 2 giữa các lần gọi. Trong Python: time.sleep(float("
            'answer.headers["Retry-After"])).',
        ),
    ),
    prepare=_prepare,
    solve=_solve,
)
