"""Credit: a score on consent, openly synthetic, and a second look at it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.training.lesson import Check, Lesson, Question, Step, Text, missing, passed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from app.training.evidence import Evidence
    from app.training.lesson import Found
    from app.training.pupil import Pupil

_LENDER, _AUTHORITY = "mcredit", "bca"
_PERSONA = "adult-level-2"
_ADDRESS, _APPEALS = "/v1/credit-assessments", "/v1/credit-appeals"


def _assessments(seen: Evidence) -> Iterator[dict[str, Any]]:
    for call in seen.to(_ADDRESS, client=_LENDER):
        found = call.answered.get("assessment")
        if found is not None:
            yield found


def _refused(seen: Evidence) -> Found:
    codes = [call.row.problem_code for call in seen.to(_ADDRESS, client=_LENDER, well=False)]
    if "consent-required" in codes:
        return passed("Without consent there is no score.", "Không có đồng ý thì không có điểm.")
    return missing(
        "The lender has not tried without consent.", "Bên cho vay chưa thử khi chưa có đồng ý."
    )


def _scored(seen: Evidence) -> Found:
    for found in _assessments(seen):
        return passed(
            f"{found['score']}, band {found['band']}.",
            f"{found['score']} điểm, hạng {found['band']}.",
        )
    return missing("There is no score.", "Chưa có điểm.")


def _reason(seen: Evidence) -> Found:
    said = seen.answer("reason").casefold()
    found = next((each for each in _assessments(seen) if each["reasons"]), None)
    if not said or found is None:
        return missing("Nothing is written yet.", "Chưa có câu trả lời.")
    most = max(each["points_lost"] for each in found["reasons"])
    costly = {each["code"] for each in found["reasons"] if each["points_lost"] == most}
    if said in {code.casefold() for code in costly}:
        return passed("That cost the most points.", "Lý do đó mất nhiều điểm nhất.")
    return missing("Another reason cost more.", "Lý do khác mất nhiều điểm hơn.")


def _appealed(seen: Evidence) -> Found:
    if any(found.get("second_look") for found in _assessments(seen)):
        return passed("A second look was asked for.", "Đã yêu cầu xem lại.")
    return missing("Nobody has asked for a second look.", "Chưa ai yêu cầu xem lại.")


def _decided(seen: Evidence) -> Found:
    calls = seen.to(_APPEALS, client=_AUTHORITY)
    done = [call.answered for call in calls if call.path.endswith("/decision")]
    if done:
        outcome = done[-1].get("outcome")
        return passed(f"The authority decided: {outcome}.", f"Cơ quan đã quyết định: {outcome}.")
    return missing("The authority has not decided.", "Cơ quan chưa quyết định.")


def _solve(me: Pupil) -> None:
    pin = me.persona("adult-level-2")["pin"]
    asked = {"number": pin, "purpose": "credit-scoring"}
    me.post("mcredit", "/v1/credit-assessments", asked)
    grants = me.call("mcredit", "GET", "/v1/me").json()["grants"]
    [fields] = [each["fields"] for each in grants if each["service"] == "credit-assessment"]
    wish = {**asked, "fields": fields, "why": "Vay mua xe"}
    consent = me.post("mcredit", "/v1/consent-requests", wish)["id"]
    on_phone = f"/control/v1/phones/{pin}/consents/{consent}/decision"
    me.power("POST", on_phone, json={"decision": "accept"})
    told = me.post("mcredit", "/v1/credit-assessments", {**asked, "consent": consent})
    found = told["assessment"]
    dearest = max(found["reasons"], key=lambda each: each["points_lost"])
    me.write("reason", dearest["code"])
    appeal = {"ground": "data-wrong", "said": "Khoản vay này đã trả hết"}
    me.post("mcredit", f"/v1/credit-assessments/{found['id']}/appeal", appeal)
    decision = {"answer": "Đã đối chiếu", "officer": "can-bo-1", "leave_out": []}
    me.post("bca", f"/v1/credit-appeals/{found['id']}/decision", decision)


LESSON = Lesson(
    name="credit",
    order=135,
    title=Text("Credit", "Khả tín"),
    goal=Text(
        "A lender asks for a synthetic score: only with consent, with reasons, and open to a"
        " second look. Take it from the question to the authority’s decision.",
        "Bên cho vay xin điểm khả tín mô phỏng: chỉ khi công dân đồng ý, có lý do và được xem lại."
        " Hãy đi từ câu hỏi đến quyết định của cơ quan.",
    ),
    reading=("credit", "citizens"),
    clients=(_LENDER, _AUTHORITY),
    personas=(_PERSONA,),
    steps=(
        Step(
            Text(
                "Get a token for mcredit, and ask for a score without consent.",
                "Xin mã cho mcredit và hỏi điểm khi chưa có đồng ý.",
            ),
            'curl -s "$ISSUER/v1/credit-assessments" -H "Authorization: Bearer $TOKEN"'
            " -H 'Content-Type: application/json' -d '{\"number\": \"'$ADULT_LEVEL_2'\","
            ' "purpose": "credit-scoring"}\'',
        ),
        Step(
            Text(
                "Ask the person: for every field of the grant for credit-assessment (/v1/me).",
                "Hỏi người đó: mọi trường mà quyền credit-assessment có (xem /v1/me).",
            ),
            'FIELDS=$(curl -s "$ISSUER/v1/me" -H "Authorization: Bearer $TOKEN" | python3 -c'
            ' \'import json, sys; print(json.dumps([g["fields"] for g in'
            ' json.load(sys.stdin)["grants"] if g["service"] == "credit-assessment"][0]))\')\n'
            'curl -s "$ISSUER/v1/consent-requests" -H "Authorization: Bearer $TOKEN"'
            " -H 'Content-Type: application/json' -d '{\"number\": \"'$ADULT_LEVEL_2'\","
            ' "purpose": "credit-scoring", "fields": \'"$FIELDS"\', "why": "Vay mua xe"}\'\n'
            "CONSENT=…",
        ),
        Step(
            Text("Accept on the phone, and ask again.", "Đồng ý trên điện thoại rồi hỏi lại."),
            'curl -s "$ISSUER/control/v1/phones/$ADULT_LEVEL_2/consents/$CONSENT/decision"'
            " -H \"Authorization: Bearer $OPERATOR\" -H 'Content-Type: application/json'"
            ' -d \'{"decision": "accept"}\'\n'
            'curl -s "$ISSUER/v1/credit-assessments" -H "Authorization: Bearer $TOKEN"'
            " -H 'Content-Type: application/json' -d '{\"number\": \"'$ADULT_LEVEL_2'\","
            ' "purpose": "credit-scoring", "consent": "\'$CONSENT\'"}\'\nASSESSMENT=…',
        ),
        Step(
            Text("Ask for a second look.", "Yêu cầu xem lại."),
            'curl -s "$ISSUER/v1/credit-assessments/$ASSESSMENT/appeal"'
            " -H \"Authorization: Bearer $TOKEN\" -H 'Content-Type: application/json'"
            ' -d \'{"ground": "data-wrong", "said": "Khoản vay này đã trả hết"}\'',
        ),
        Step(
            Text(
                "Be the authority: get a token for bca, and decide.",
                "Làm cơ quan: xin mã cho bca và quyết định.",
            ),
            'curl -s "$ISSUER/v1/credit-appeals/$ASSESSMENT/decision"'
            " -H \"Authorization: Bearer $TOKEN\" -H 'Content-Type: application/json'"
            ' -d \'{"answer": "Đã đối chiếu", "officer": "can-bo-1", "leave_out": []}\'',
        ),
    ),
    questions=(
        Question(
            "reason",
            Text(
                "Which reason (code) cost the most points?",
                "Lý do nào (code) mất nhiều điểm nhất?",
            ),
        ),
    ),
    checks=(
        Check("refused", Text("Refused without consent", "Bị từ chối khi chưa đồng ý"), _refused),
        Check("scored", Text("A score", "Có điểm"), _scored),
        Check("reason", Text("The dearest reason", "Lý do nặng nhất"), _reason),
        Check("appealed", Text("A second look asked for", "Đã yêu cầu xem lại"), _appealed),
        Check("decided", Text("The authority decided", "Cơ quan đã quyết định"), _decided),
    ),
    hints=(
        Text(
            "Consent is to every field that is read: what is left out gives fewer points.",
            "Đồng ý cho từng trường được đọc: thiếu trường thì ít điểm hơn.",
        ),
        Text(
            "reasons in the answer name points_lost; write the code of the largest.",
            "reasons trong câu trả lời có points_lost; ghi code của mục lớn nhất.",
        ),
    ),
    solve=_solve,
)
