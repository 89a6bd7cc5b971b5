"""The chip: what its signatures prove, and what only the chip itself can."""

from __future__ import annotations

import base64
import io
import zipfile
from typing import TYPE_CHECKING

from app.training.lesson import Check, Lesson, Question, Step, Text, missing, passed

if TYPE_CHECKING:
    from typing import Any

    from app.training.evidence import Evidence
    from app.training.lesson import Found
    from app.training.pupil import Pupil

_CLIENT = "vietcombank-basic"
_GENUINE, _TAMPERED, _CLONED = "chip-genuine", "chip-tampered", "chip-cloned"
_ADDRESS = "/v1/chip-verifications"


def _answers(seen: Evidence, persona: str) -> list[dict[str, Any]]:
    return [call.answered for call in seen.about(persona, _ADDRESS, client=_CLIENT)]


def _genuine(seen: Evidence) -> Found:
    if any(each.get("outcome") == "genuine" for each in _answers(seen, _GENUINE)):
        return passed("What is on the chip was signed.", "Nội dung chip đã được ký.")
    return missing("The genuine card was not verified.", "Chưa xác minh thẻ thật.")


def _tampered(seen: Evidence) -> Found:
    found = _answers(seen, _TAMPERED)
    if any(each.get("outcome") == "tampered" for each in found):
        return passed("Another name than was signed.", "Tên khác với tên đã ký.")
    if found:
        return missing(
            "The signature alone holds: send data groups 1 and 13 beside it.",
            "Riêng chữ ký thì vẫn đúng: gửi kèm nhóm dữ liệu 1 và 13.",
        )
    return missing("The tampered card was not verified.", "Chưa xác minh thẻ bị sửa.")


def _cloned(seen: Evidence) -> Found:
    if _answers(seen, _CLONED):
        return passed("A copy of its files passes.", "Bản sao các tệp vẫn qua được.")
    return missing("The cloned card was not verified.", "Chưa xác minh thẻ sao chép.")


def _unchecked(seen: Evidence) -> Found:
    said = seen.answer("check").casefold()
    checks = [each.get("checks") or {} for each in _answers(seen, _CLONED)]
    skipped = {name for each in checks for name, found in each.items() if found == "not_checked"}
    if said in skipped:
        return passed("The chip has to sign something new.", "Chip phải ký một thử thách mới.")
    if said:
        return missing("That was checked, or is no check.", "Cái đó đã kiểm, hoặc không có.")
    return missing("Nothing is written yet.", "Chưa có câu trả lời.")


def _solve(me: Pupil) -> None:
    operator = {"Authorization": f"Bearer {me.operator}"}
    for name in ("chip-genuine", "chip-tampered", "chip-cloned"):
        pin = me.persona(name)["pin"]
        [card, *_] = me.power("POST", "/control/v1/cards/searches", json={"pin": pin})
        address = f"{me.issuer}/control/v1/cards/{card['serial']}/chip.zip"
        files = me.http.request("GET", address, headers=operator).content
        with zipfile.ZipFile(io.BytesIO(files)) as chip:
            read = {each: chip.read(f"{each}.bin") for each in ("EF.SOD", "DG1", "DG13")}
        told = {each: base64.b64encode(content).decode() for each, content in read.items()}
        groups = {"1": told["DG1"], "13": told["DG13"]}
        asked = {"number": pin, "purpose": "ekyc", "sod": told["EF.SOD"], "data_groups": groups}
        me.post("vietcombank-basic", "/v1/chip-verifications", asked)
    me.write("check", "active")


LESSON = Lesson(
    name="chip",
    order=80,
    title=Text("The chip", "Chip trên thẻ"),
    goal=Text(
        "Have three cards verified by what is on their chips: a genuine one, one that was changed,"
        " and a copy. See which of them a signature tells apart.",
        "Xác minh ba thẻ bằng nội dung chip: thẻ thật, thẻ bị sửa và thẻ sao chép. Xem chữ ký phân"
        " biệt được thẻ nào.",
    ),
    reading=("chip",),
    clients=(_CLIENT,),
    personas=(_GENUINE, _TAMPERED, _CLONED),
    steps=(
        Step(
            Text(
                "Get a token for vietcombank-basic. Find the card’s serial, and what readers read"
                " of its chip.",
                "Xin mã cho vietcombank-basic. Tìm số sê-ri của thẻ và những gì đầu đọc đọc được.",
            ),
            'curl -s "$ISSUER/control/v1/cards/searches" -H "Authorization: Bearer $OPERATOR"'
            " -H 'Content-Type: application/json' -d '{\"pin\": \"'$CHIP_GENUINE'\"}'\n"
            "SERIAL=…\n"
            'curl -s "$ISSUER/control/v1/cards/$SERIAL/chip.zip" -o chip.zip'
            ' -H "Authorization: Bearer $OPERATOR"\npython3 -m zipfile -e chip.zip chip',
        ),
        Step(
            Text(
                "Send the signatures (EF.SOD) and two of the files that they are about.",
                "Gửi chữ ký (EF.SOD) và hai tệp mà nó ký.",
            ),
            "SOD=$(base64 -w0 chip/EF.SOD.bin) DG1=$(base64 -w0 chip/DG1.bin)"
            " DG13=$(base64 -w0 chip/DG13.bin)\n"
            'curl -s "$ISSUER/v1/chip-verifications" -H "Authorization: Bearer $TOKEN"'
            " -H 'Content-Type: application/json' -d '{\"number\": \"'$CHIP_GENUINE'\","
            ' "purpose": "ekyc", "sod": "\'$SOD\'", "data_groups": {"1": "\'$DG1\'",'
            ' "13": "\'$DG13\'"}}\'',
        ),
        Step(
            Text(
                "Do the same with the numbers CHIP_TAMPERED and CHIP_CLONED.",
                "Làm như vậy với các số CHIP_TAMPERED và CHIP_CLONED.",
            )
        ),
        Step(
            Text(
                "Read checks in the answer about the copy: one was not made.",
                "Đọc checks trong câu trả lời về thẻ sao chép: có một mục chưa kiểm.",
            )
        ),
    ),
    questions=(
        Question(
            "check",
            Text(
                "Which check would have told the copy (its name in checks)?",
                "Mục kiểm tra nào phát hiện được bản sao (tên trong checks)?",
            ),
        ),
    ),
    checks=(
        Check("genuine", Text("The genuine card", "Thẻ thật"), _genuine),
        Check("tampered", Text("The changed card", "Thẻ bị sửa"), _tampered),
        Check("cloned", Text("The copy", "Thẻ sao chép"), _cloned),
        Check("check", Text("What a copy cannot do", "Điều bản sao không làm được"), _unchecked),
    ),
    hints=(
        Text(
            "A signature says who wrote the files, not on which chip they are.",
            "Chữ ký cho biết ai ghi tệp, không cho biết tệp nằm trên chip nào.",
        ),
        Text(
            "The check is one that says not_checked: active.",
            "Mục đó ghi not_checked: active.",
        ),
    ),
    solve=_solve,
)
