"""Fields and purpose: data leaves field by field, for a purpose, to somebody with a grant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.training.lesson import Check, Lesson, Question, Step, Text, missing, passed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.training.evidence import Call, Evidence
    from app.training.lesson import Found
    from app.training.pupil import Pupil

_SHOP, _BANK = "ha-noi", "vietcombank-basic"
_PERSONA = "adult-level-2"
_ADDRESS = "/v1/disclosures/residence"


def _disclosed(seen: Evidence) -> Iterator[Call]:
    about = seen.about(_PERSONA, _ADDRESS, client=_SHOP)
    return (call for call in about if call.answered.get("outcome") == "disclosed")


def _refused(seen: Evidence) -> Found:
    codes = [call.row.problem_code for call in seen.to(_ADDRESS, well=False)]
    if {"officer-required", "dossier-required"} & set(codes):
        return passed(
            "The shop was refused: it named no official or no dossier.",
            "Đã bị từ chối vì thiếu cán bộ hoặc hồ sơ.",
        )
    return missing(
        "The shop has not asked without naming official and dossier.",
        "Chưa thử hỏi mà không nêu cán bộ và hồ sơ.",
    )


def _bank(seen: Evidence) -> Found:
    codes = [call.row.problem_code for call in seen.to(_ADDRESS, client=_BANK, well=False)]
    if "purpose-not-allowed" in codes:
        return passed("The bank has no grant for that.", "Ngân hàng không có quyền đó.")
    return missing(
        "The bank has not been refused for its purpose.", "Ngân hàng chưa bị từ chối vì mục đích."
    )


def _one(seen: Evidence) -> Found:
    if any(call.asked.get("fields") == ["permanent_residence"] for call in _disclosed(seen)):
        return passed("One field was asked for, and given.", "Đã hỏi và nhận đúng một trường.")
    if any(_disclosed(seen)):
        return missing(
            "More was asked for than the permanent residence.",
            "Đã hỏi nhiều hơn nơi thường trú.",
        )
    return missing("No residence was disclosed.", "Chưa nhận được nơi cư trú nào.")


def _withheld(seen: Evidence) -> Found:
    if any(call.answered.get("withheld") for call in _disclosed(seen)):
        return passed(
            "A field outside the grant was withheld, the others were given.",
            "Trường ngoài quyền bị giữ lại, các trường khác vẫn được cấp.",
        )
    return missing(
        "No field has been withheld: ask for one that the shop has no grant for, beside another.",
        "Chưa có trường nào bị giữ lại: hỏi một trường ngoài quyền cùng một trường được cấp.",
    )


def _law(seen: Evidence) -> Found:
    said = seen.answer("ward").casefold()
    known = [
        call.answered["data"]["permanent_residence"]["place"]["commune"]["name"].casefold()
        for call in _disclosed(seen)
        if call.answered["data"].get("permanent_residence")
    ]
    if said and any(said in name for name in known):
        return passed("That is the ward of today.", "Đúng phường hiện nay.")
    if said:
        return missing("That is not its name today.", "Không phải tên hiện nay.")
    return missing("Nothing is written yet.", "Chưa có câu trả lời.")


def _solve(me: Pupil) -> None:
    pin = me.persona("adult-level-2")["pin"]
    asked = {"number": pin, "fields": ["permanent_residence"]}
    me.post("vietcombank-basic", "/v1/disclosures/residence", {**asked, "purpose": "ekyc"})
    asked["purpose"] = "administrative-procedure"
    me.post("ha-noi", "/v1/disclosures/residence", asked)
    asked |= {"officer": "can-bo-1", "dossier": "H26.1-260101-0001"}
    told = me.post("ha-noi", "/v1/disclosures/residence", asked)
    asked["fields"] = ["permanent_residence", "residence_history"]
    me.post("ha-noi", "/v1/disclosures/residence", asked)
    me.write("ward", told["data"]["permanent_residence"]["place"]["commune"]["name"])


LESSON = Lesson(
    name="fields-and-purpose",
    order=40,
    title=Text("Fields and purpose", "Trường thông tin và mục đích"),
    goal=Text(
        "Read where an applicant lives, as a one-stop shop may: this field and no other, for its"
        " purpose, with official and dossier named. See what is refused and what is withheld.",
        "Đọc nơi thường trú của người nộp hồ sơ như bộ phận một cửa được phép: chỉ trường đó, đúng"
        " mục đích, nêu cán bộ và hồ sơ. Xem điều gì bị từ chối, điều gì bị giữ lại.",
    ),
    reading=("disclosures",),
    clients=(_SHOP, _BANK),
    personas=(_PERSONA,),
    steps=(
        Step(
            Text(
                "Get a token for ha-noi and ask for the residence with nothing but the purpose.",
                "Xin mã cho ha-noi và hỏi nơi cư trú, chỉ nêu mục đích.",
            ),
            'curl -s "$ISSUER/v1/disclosures/residence" -H "Authorization: Bearer $TOKEN"'
            " -H 'Content-Type: application/json' -d '{\"number\": \"'$ADULT_LEVEL_2'\","
            ' "fields": ["permanent_residence"], "purpose": "administrative-procedure"}\'',
        ),
        Step(
            Text(
                'Name the official and the dossier: "officer": "can-bo-1", "dossier":'
                ' "H26.1-260101-0001".',
                'Nêu cán bộ và hồ sơ: "officer": "can-bo-1", "dossier": "H26.1-260101-0001".',
            )
        ),
        Step(
            Text(
                "Ask for residence_history beside it: no province has a grant for that.",
                "Hỏi thêm residence_history: tỉnh không có quyền với trường đó.",
            )
        ),
        Step(
            Text(
                "Ask the same as the bank, with its purpose ekyc.",
                "Hỏi như vậy với tư cách ngân hàng, mục đích ekyc.",
            )
        ),
    ),
    questions=(
        Question(
            "ward",
            Text(
                "In which ward (phường), as of today, does the person live?",
                "Theo địa giới hiện nay, người đó thường trú ở phường nào?",
            ),
        ),
    ),
    checks=(
        Check(
            "refused", Text("Refused without a dossier", "Bị từ chối khi thiếu hồ sơ"), _refused
        ),
        Check("one", Text("One field, and no more", "Một trường, không hơn"), _one),
        Check("withheld", Text("A field withheld", "Một trường bị giữ lại"), _withheld),
        Check("bank", Text("The bank refused", "Ngân hàng bị từ chối"), _bank),
        Check("ward", Text("The ward is known", "Biết phường"), _law),
    ),
    hints=(
        Text(
            "A refusal names its code and what to do next; so does every withheld field.",
            "Lời từ chối nêu mã và việc cần làm; mỗi trường bị giữ lại cũng vậy.",
        ),
        Text(
            'Ask for both at once: "fields": ["permanent_residence", "residence_history"].',
            'Hỏi cả hai một lần: "fields": ["permanent_residence", "residence_history"].',
        ),
    ),
    solve=_solve,
)
