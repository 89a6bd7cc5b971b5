"""SIM clean-up: an operator's dirty file, a hidden truth, and a score."""

from __future__ import annotations

import csv
from collections import Counter
from typing import TYPE_CHECKING, Final

from app.scenarios import runs
from app.training.lesson import Check, Lesson, Step, Text, missing, passed

if TYPE_CHECKING:
    from app.scenarios.telling import RunView
    from app.training.evidence import Evidence
    from app.training.lesson import Found
    from app.training.pupil import Pupil

_CLIENT = "viettel"
_SCENARIO = "sim-cleanup"
_RUNS = f"/v1/scenarios/{_SCENARIO}/runs"
#: Of 100; 0 is what needs no thought.
_ENOUGH: Final = 40


def _runs(seen: Evidence) -> list[RunView]:
    """Return the runs whose score proves something."""
    found = runs.of_agency(seen.session, seen.world, None, _SCENARIO)
    return [run for run in found if run.client == _CLIENT and not run.practice]


def _begun(seen: Evidence) -> Found:
    if _runs(seen):
        return passed("There is a file.", "Đã có tệp.")
    return missing("No run was begun.", "Chưa bắt đầu lượt nào.")


def _read(seen: Evidence) -> Found:
    if any("/files/extract." in call.path for call in seen.to(_RUNS, client=_CLIENT)):
        return passed("The file was downloaded.", "Đã tải tệp.")
    return missing("The file was not downloaded.", "Chưa tải tệp.")


def _asked(seen: Evidence) -> Found:
    if any(seen.to("/v1/verifications", client=_CLIENT)) or any(
        seen.to("/v1/reconciliations", client=_CLIENT)
    ):
        return passed("The registry was asked.", "Đã hỏi cơ sở dữ liệu.")
    return missing("Nobody has asked the registry.", "Chưa hỏi cơ sở dữ liệu.")


def _better(seen: Evidence) -> Found:
    cards = [card for run in _runs(seen) for card in runs.scorecards(seen.session, run.id)]
    scores = [card.score for card in cards]
    best = max(scores, default=0.0)
    if best >= _ENOUGH:
        return passed(f"{best:.0f} of 100.", f"{best:.0f} trên 100.")
    if scores:
        return missing(
            f"The best so far is {best:.0f}: {_ENOUGH} is enough.",
            f"Cao nhất đến nay là {best:.0f}: cần {_ENOUGH}.",
        )
    return missing("No answer was submitted.", "Chưa nộp câu trả lời.")


def _solve(me: Pupil) -> None:
    begin = "/v1/scenarios/sim-cleanup/runs"
    run = f"{begin}/" + me.post("viettel", begin, {"size": 200, "seed": 7})["id"]
    file = me.call("viettel", "GET", f"{run}/files/extract.csv")
    rows = list(csv.DictReader(file.text.splitlines()))
    asked = [row for row in rows if len(row["id_number"]) in {9, 12} and row["subscriber_name"]]
    items = []
    for row in asked:
        born = "-".join(reversed(row["birth_date"].split("/")))  # 1990-09-03
        claims = {"full_name": row["subscriber_name"]} | ({"birth_date": born} if born else {})
        items.append({"number": row["id_number"], "claims": claims})
    batch = {"purpose": "data-cleansing", "items": items}
    told = me.post("viettel", "/v1/verifications/batch", batch)["results"]
    found = {row["record_id"]: said for row, said in zip(asked, told, strict=True)}
    verdicts = {
        "match": "match",
        "birth_date_partial": "match",
        "near_match": "near_match",
        "mismatch": "near_match",
        "old_number_linked": "old_number",
        "superseded_number": "superseded_number",
        "deceased": "deceased",
    }
    sims = Counter(row["id_number"] for row in rows)
    devices = Counter(row["device"] for row in rows)
    days = Counter((row["id_number"], row["dealer"], row["activated_on"]) for row in rows)
    lines = ["record_id,verdict,number,flag,action"]
    for row in rows:
        said = found.get(row["record_id"], {})
        verdict = verdicts.get(said.get("outcome") or "", "wrong_number")
        if set((said.get("attributes") or {}).values()) == {"mismatch"}:
            verdict = "another_person"  # neither name nor birth date are the bearer's
        many, has_contract = sims[row["id_number"]], row["contract"] == "yes"
        a_day = days[row["id_number"], row["dealer"], row["activated_on"]]
        flag = (
            "sim_farm" if devices[row["device"]] > 5
            else "strawman" if a_day > 7 and not has_contract
            else "over_10" if many > 10
            else "over_3" if many > 3
            else "none"
        )  # fmt: skip
        is_fraud = flag in {"strawman", "sim_farm"} or verdict == "another_person"
        unsettled = verdict != "match" or (flag != "none" and not has_contract)
        action = "block" if is_fraud else "correct" if unsettled else "keep"
        lines.append(f"{row['record_id']},{verdict},,{flag},{action}")
    sent = {"content": "\n".join(lines).encode(), "headers": {"Content-Type": "text/csv"}}
    me.call("viettel", "POST", f"{run}/submissions", **sent)


LESSON = Lesson(
    name="sim-cleanup",
    order=130,
    title=Text("SIM clean-up", "Làm sạch thuê bao"),
    goal=Text(
        "An operator’s subscribers are dirty in known ways, and only the server knows what is true"
        " of each. Ask the registry, answer row by row, and reach 40 of 100 points.",
        "Tệp thuê bao của nhà mạng bẩn theo những cách đã biết, chỉ máy chủ biết sự thật. Hãy hỏi"
        " cơ sở dữ liệu, trả lời từng dòng và đạt 40 trên 100 điểm.",
    ),
    reading=("scenarios",),
    clients=(_CLIENT,),
    steps=(
        Step(
            Text(
                "Get a token for viettel, have a file made, and download it.",
                "Xin mã cho viettel, cho tạo tệp và tải về.",
            ),
            'curl -s "$ISSUER/v1/scenarios/sim-cleanup/runs" -H "Authorization: Bearer $TOKEN"'
            " -H 'Content-Type: application/json' -d '{\"size\": 200, \"seed\": 7}'\n"
            "RUN=…\n"
            'curl -s "$ISSUER/v1/scenarios/sim-cleanup/runs/$RUN/files/extract.csv"'
            ' -H "Authorization: Bearer $TOKEN" -o extract.csv',
        ),
        Step(
            Text(
                "Submit an answer that believes everybody, and look at its score.",
                "Nộp câu trả lời tin mọi người và xem điểm.",
            ),
            "(echo record_id,verdict,number,flag,action; tail -n +2 extract.csv | cut -d, -f1 |"
            " sed 's/$/,match,,none,keep/') > answer.csv\n"
            'curl -s "$ISSUER/v1/scenarios/sim-cleanup/runs/$RUN/submissions"'
            " -H \"Authorization: Bearer $TOKEN\" -H 'Content-Type: text/csv'"
            " --data-binary @answer.csv",
        ),
        Step(
            Text(
                "Write a program: verify every row in one batch (viettel is told details), count"
                " SIMs by number, by device and by day, and answer anew. The columns and the costs"
                " of mistakes stand at /v1/scenarios/sim-cleanup.",
                "Viết chương trình: xác minh mọi dòng trong một lô (viettel được biết chi tiết),"
                " đếm SIM theo số giấy tờ, thiết bị và ngày, rồi trả lời lại. Các cột và giá của"
                " sai sót có ở /v1/scenarios/sim-cleanup.",
            )
        ),
    ),
    checks=(
        Check("begun", Text("A file made", "Đã tạo tệp"), _begun),
        Check("read", Text("The file read", "Đã đọc tệp"), _read),
        Check("asked", Text("The registry asked", "Đã hỏi cơ sở dữ liệu"), _asked),
        Check("better", Text("40 points", "40 điểm"), _better),
    ),
    hints=(
        Text(
            "Birth dates in the file are dd/mm/yyyy; the API wants them the other way round."
            " Blocking an honest person costs ten times as much as asking.",
            "Ngày sinh trong tệp là dd/mm/yyyy; API cần thứ tự ngược lại. Chặn nhầm người ngay đắt"
            " gấp nhiều lần hỏi lại.",
        ),
        Text(
            "match and birth_date_partial: keep; near_match, old and cancelled numbers: correct;"
            " where name and birth date both differ it is another’s paper: block. More than five"
            " SIMs in one device are a farm.",
            "match và birth_date_partial: keep; near_match, số cũ, đã hủy: correct; tên và ngày"
            " sinh đều khác là giấy tờ của người khác: block. Trên năm SIM trong một thiết bị là"
            " ổ SIM.",
        ),
    ),
    solve=_solve,
)
