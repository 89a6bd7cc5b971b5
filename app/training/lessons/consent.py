"""Consent: a bank asks, the citizen decides on the phone, and takes it back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.exchange import consents
from app.platform import clock
from app.sandbox import personas
from app.training.lesson import Check, Lesson, Step, Text, missing, passed

if TYPE_CHECKING:
    from app.exchange.consents import ConsentView
    from app.training.evidence import Evidence
    from app.training.lesson import Found
    from app.training.pupil import Pupil

_CLIENT = "vietcombank-basic"
_PERSONA = "adult-level-2"
_ADDRESS = "/v1/disclosures/contact"


def _asked(seen: Evidence) -> list[ConsentView]:
    """Return the consents that the bank asked this person for in the lesson."""
    person = personas.find(seen.session, _PERSONA)
    ids = {call.answered.get("id") for call in seen.to("/v1/consent-requests", client=_CLIENT)}
    found = consents.of_citizen(seen.session, person.citizen_id, seen.world.today, clock.now())
    return [each for each in found if each.id in ids]


def _request(seen: Evidence) -> Found:
    if _asked(seen):
        return passed("The question is on the phone.", "Câu hỏi đã đến điện thoại.")
    return missing("The person was not asked.", "Chưa hỏi người đó.")


def _used(seen: Evidence) -> Found:
    for call in seen.to(_ADDRESS, client=_CLIENT):
        if call.asked.get("consent") and call.answered.get("outcome") == "disclosed":
            return passed("The phone number was read with it.", "Đã đọc số điện thoại.")
    if any(each.state == "given" for each in _asked(seen)):
        return missing(
            "The consent is given; nobody has named it in a question yet.",
            "Đã đồng ý; chưa câu hỏi nào nêu mã đồng ý.",
        )
    return missing("No consent was given and used.", "Chưa có đồng ý nào được cho và dùng.")


def _without(seen: Evidence) -> Found:
    codes = [call.row.problem_code for call in seen.to(_ADDRESS, client=_CLIENT, well=False)]
    if "consent-required" in codes:
        return passed("Without consent it was refused.", "Không có đồng ý thì bị từ chối.")
    return missing(
        "The bank has not tried without consent.", "Ngân hàng chưa thử khi chưa có đồng ý."
    )


def _withdrawn(seen: Evidence) -> Found:
    gone = {each.id for each in _asked(seen) if each.state == "withdrawn"}
    if not gone:
        return missing("The consent was not withdrawn.", "Chưa rút lại đồng ý.")
    for call in seen.to(_ADDRESS, client=_CLIENT, well=False):
        if call.status == 403 and call.asked.get("consent") in gone:
            return passed("Withdrawn, it counts no more.", "Đã rút lại, không còn giá trị.")
    return missing(
        "It is withdrawn. Ask for the phone number once more.",
        "Đã rút lại. Hãy hỏi số điện thoại lần nữa.",
    )


def _solve(me: Pupil) -> None:
    pin = me.persona("adult-level-2")["pin"]
    asked = {"number": pin, "fields": ["phone"], "purpose": "account-data"}
    me.post("vietcombank-basic", "/v1/disclosures/contact", asked)
    wish = {**asked, "why": "Mở tài khoản"}
    consent = me.post("vietcombank-basic", "/v1/consent-requests", wish)["id"]
    on_phone = f"/control/v1/phones/{pin}/consents/{consent}"
    me.power("POST", f"{on_phone}/decision", json={"decision": "accept"})
    me.post("vietcombank-basic", "/v1/disclosures/contact", {**asked, "consent": consent})
    me.power("POST", f"{on_phone}/withdrawal")
    me.post("vietcombank-basic", "/v1/disclosures/contact", {**asked, "consent": consent})


LESSON = Lesson(
    name="consent",
    order=50,
    title=Text("Consent", "Sự đồng ý"),
    goal=Text(
        "A bank may have a phone number only if the person agrees. Ask, let the person decide on"
        " the simulated phone, read, and see what a withdrawal does.",
        "Ngân hàng chỉ được lấy số điện thoại khi người đó đồng ý. Hãy hỏi, để người đó quyết định"
        " trên điện thoại mô phỏng, đọc dữ liệu, rồi xem việc rút lại có tác dụng gì.",
    ),
    reading=("citizens", "disclosures"),
    clients=(_CLIENT,),
    personas=(_PERSONA,),
    steps=(
        Step(
            Text(
                "As the bank, ask for the phone number without consent.",
                "Với ngân hàng, hỏi số điện thoại khi chưa có đồng ý.",
            ),
            'curl -s "$ISSUER/v1/disclosures/contact" -H "Authorization: Bearer $TOKEN"'
            " -H 'Content-Type: application/json' -d '{\"number\": \"'$ADULT_LEVEL_2'\","
            ' "fields": ["phone"], "purpose": "account-data"}\'',
        ),
        Step(
            Text(
                "Ask the person: why is for them to read. Keep the id of the answer.",
                "Hỏi người đó: why là để họ đọc. Giữ id trong câu trả lời.",
            ),
            'curl -s "$ISSUER/v1/consent-requests" -H "Authorization: Bearer $TOKEN"'
            " -H 'Content-Type: application/json' -d '{\"number\": \"'$ADULT_LEVEL_2'\","
            ' "fields": ["phone"], "purpose": "account-data", "why": "Mở tài khoản"}\'\n'
            "CONSENT=…",
        ),
        Step(
            Text(
                "Be the person, and accept on the phone.", "Là người đó, đồng ý trên điện thoại."
            ),
            'curl -s "$ISSUER/control/v1/phones/$ADULT_LEVEL_2/consents/$CONSENT/decision"'
            " -H \"Authorization: Bearer $OPERATOR\" -H 'Content-Type: application/json'"
            ' -d \'{"decision": "accept"}\'',
        ),
        Step(
            Text(
                'Read the phone number as the bank, with "consent": "…" in the question.',
                'Với ngân hàng, đọc số điện thoại, thêm "consent": "…" vào câu hỏi.',
            )
        ),
        Step(
            Text(
                "Withdraw it as the person, and let the bank ask once more.",
                "Là người đó, rút lại đồng ý, rồi để ngân hàng hỏi lần nữa.",
            ),
            'curl -s -X POST -H "Authorization: Bearer $OPERATOR"'
            ' "$ISSUER/control/v1/phones/$ADULT_LEVEL_2/consents/$CONSENT/withdrawal"',
        ),
    ),
    checks=(
        Check("without", Text("Refused without consent", "Bị từ chối khi chưa đồng ý"), _without),
        Check("request", Text("The person was asked", "Đã hỏi người đó"), _request),
        Check("used", Text("Read with consent", "Đọc khi được đồng ý"), _used),
        Check("withdrawn", Text("Withdrawn, and refused", "Rút lại, và bị từ chối"), _withdrawn),
    ),
    hints=(
        Text(
            "The bank’s purpose here is account-data: /v1/me tells which grants rest on consent.",
            "Mục đích của ngân hàng ở đây là account-data: /v1/me cho biết quyền nào cần đồng ý.",
        ),
        Text(
            "The order is: refused, asked, accepted, read, withdrawn, refused.",
            "Thứ tự: bị từ chối, hỏi, đồng ý, đọc, rút lại, bị từ chối.",
        ),
    ),
    solve=_solve,
)
