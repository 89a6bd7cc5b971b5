"""Bulk: many people in one call, and a whole file in the background."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.training.lesson import Check, Lesson, Question, Step, Text, missing, passed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from app.training.evidence import Evidence
    from app.training.lesson import Found
    from app.training.pupil import Pupil

_CLIENT = "viettel"
_PERSONAS = ("adult-level-2", "deceased")
_BATCH, _JOBS = "/v1/verifications/batch", "/v1/reconciliations"
_NEAR = "near_match"


def _batch(seen: Evidence) -> Found:
    sizes = [len(call.answered.get("results", ())) for call in seen.to(_BATCH, client=_CLIENT)]
    if max(sizes, default=0) > 1:
        return passed(f"{max(sizes)} people in one call.", f"{max(sizes)} người trong một lần.")
    return missing("No batch was asked.", "Chưa hỏi lô nào.")


def _done(seen: Evidence) -> Iterator[dict[str, Any]]:
    for call in seen.to(_JOBS, client=_CLIENT):
        if call.answered.get("state") == "done":
            yield call.answered


def _job(seen: Evidence) -> Found:
    if any(_done(seen)):
        return passed("The file was compared.", "Đã đối soát xong tệp.")
    if any(seen.to(_JOBS, client=_CLIENT)):
        return missing("Ask for the job until it is done.", "Hỏi tiếp đến khi công việc xong.")
    return missing("No file was begun.", "Chưa bắt đầu tệp nào.")


def _fetched(seen: Evidence) -> Found:
    if any(call.path.endswith("/results") for call in seen.to(_JOBS, client=_CLIENT)):
        return passed("The results were fetched.", "Đã lấy kết quả.")
    return missing("The results were not fetched.", "Chưa lấy kết quả.")


def _verdict(seen: Evidence) -> Found:
    said = seen.answer("verdict")
    if said == _NEAR and any(each["counts"].get(_NEAR) for each in _done(seen)):
        return passed("The person is meant beyond doubt.", "Chắc chắn là người đó.")
    if said == _NEAR:
        return missing("No file of yours has such a row.", "Tệp của bạn không có dòng như vậy.")
    if said:
        return missing("That row has another verdict.", "Dòng đó có kết quả khác.")
    return missing("Nothing is written yet.", "Chưa có câu trả lời.")


def _solve(me: Pupil) -> None:
    people = [me.persona("adult-level-2"), me.persona("deceased")]
    items = [
        {"number": each["pin"], "claims": {"full_name": each["full_name"]}} for each in people
    ]
    me.post("viettel", "/v1/verifications/batch", {"purpose": "data-cleansing", "items": items})
    columns = {name: name for name in ("number", "full_name", "birth_date")}
    asked = {"purpose": "data-cleansing", "format": "csv", "columns": columns}
    job = "/v1/reconciliations/" + me.post("viettel", "/v1/reconciliations", asked)["id"]
    lines = ["number,full_name,birth_date", f"{people[0]['pin']},NGUYEN VAN AN,1990-09-03"]
    file = "\n".join(lines).encode()
    kind = {"Content-Type": "text/csv"}
    me.call("viettel", "PUT", f"{job}/file", content=file, headers=kind)
    while me.call("viettel", "GET", job).json()["state"] != "done":
        me.wait(0.2)
    results = me.call("viettel", "GET", f"{job}/results?format=csv").text
    me.write("verdict", results.splitlines()[1].split(",")[1])


LESSON = Lesson(
    name="bulk",
    order=120,
    title=Text("Bulk", "Hỏi hàng loạt"),
    goal=Text(
        "An operator has more than one subscriber. Ask about several people in one call, then have"
        " a whole file compared in the background, and fetch a verdict for each row.",
        "Nhà mạng có nhiều thuê bao. Hãy hỏi nhiều người trong một lần, rồi cho đối soát cả tệp"
        " ở chế độ nền và lấy kết quả từng dòng.",
    ),
    reading=("verification", "reconciliation"),
    clients=(_CLIENT,),
    personas=_PERSONAS,
    steps=(
        Step(
            Text(
                "Get a token for viettel, and ask about two people at once.",
                "Xin mã cho viettel và hỏi hai người một lần.",
            ),
            'curl -s "$ISSUER/v1/verifications/batch" -H "Authorization: Bearer $TOKEN"'
            ' -H \'Content-Type: application/json\' -d \'{"purpose": "data-cleansing",'
            ' "items": [{"number": "\'$ADULT_LEVEL_2\'", "claims": {"full_name":'
            ' "Nguyễn Văn An"}}, {"number": "\'$DECEASED\'", "claims":'
            ' {"birth_date": "1950-01-01"}}]}\'',
        ),
        Step(
            Text("Begin a job for a file.", "Bắt đầu một công việc cho tệp."),
            'curl -s "$ISSUER/v1/reconciliations" -H "Authorization: Bearer $TOKEN"'
            ' -H \'Content-Type: application/json\' -d \'{"purpose": "data-cleansing",'
            ' "format": "csv", "columns": {"number": "number", "full_name": "full_name",'
            ' "birth_date": "birth_date"}}\'\nJOB=…',
        ),
        Step(
            Text("Send the file: a name without its marks.", "Gửi tệp: một tên bị mất dấu."),
            "printf 'number,full_name,birth_date\\n%s,NGUYEN VAN AN,1990-09-03\\n'"
            ' "$ADULT_LEVEL_2" > people.csv\n'
            'curl -s -T people.csv "$ISSUER/v1/reconciliations/$JOB/file"'
            " -H \"Authorization: Bearer $TOKEN\" -H 'Content-Type: text/csv'",
        ),
        Step(
            Text(
                "See how far it is, and when it is done, fetch the results.",
                "Xem tiến độ, và khi xong thì lấy kết quả.",
            ),
            'curl -s "$ISSUER/v1/reconciliations/$JOB" -H "Authorization: Bearer $TOKEN"\n'
            'curl -s "$ISSUER/v1/reconciliations/$JOB/results?format=csv"'
            ' -H "Authorization: Bearer $TOKEN"',
        ),
    ),
    questions=(
        Question(
            "verdict",
            Text(
                "Which verdict has the row whose name lost its marks?",
                "Dòng có tên bị mất dấu nhận kết quả (verdict) nào?",
            ),
        ),
    ),
    checks=(
        Check("batch", Text("Several at once", "Nhiều người một lần"), _batch),
        Check("job", Text("A file compared", "Đã đối soát một tệp"), _job),
        Check("fetched", Text("Results fetched", "Đã lấy kết quả"), _fetched),
        Check("verdict", Text("What a row is told", "Kết quả của một dòng"), _verdict),
    ),
    hints=(
        Text(
            "A job goes from awaiting_file over waiting and running to done.",
            "Công việc đi từ awaiting_file qua waiting và running đến done.",
        ),
        Text(
            "The second column of the results is the verdict; a person who is meant beyond doubt,"
            " though something differs, is near_match.",
            "Cột thứ hai của kết quả là verdict; chắc chắn là người đó dù có khác biệt thì là"
            " near_match.",
        ),
    ),
    solve=_solve,
)
