"""Webhooks: a system has changes sent to it, and takes nothing that is not signed."""

from __future__ import annotations

import base64
import hmac
from typing import TYPE_CHECKING, Final

from app.exchange.webhooks import signing, subscriptions
from app.training.lesson import Check, Lesson, Question, Step, Text, missing, passed

if TYPE_CHECKING:
    from app.training.evidence import Evidence
    from app.training.lesson import Found
    from app.training.pupil import Pupil

_CLIENT = "bhxh"
_ADDRESS = "/v1/webhooks"
#: The message that a learner signs by hand.
_ID: Final = "msg_1"
_TIMESTAMP: Final = 1767225600
_BODY: Final = b'{"type":"life_event.death"}'


def _added(seen: Evidence) -> list[str]:
    """Return the ids of the webhooks of the lesson that hear of deaths alone."""
    calls = seen.to(_ADDRESS, client=_CLIENT)
    asked = [call for call in calls if call.asked.get("kinds") == ["death"]]
    return [call.answered["id"] for call in asked if "id" in call.answered]


def _subscribed(seen: Evidence) -> Found:
    if _added(seen):
        return passed("Deaths will be sent there.", "Các sự kiện khai tử sẽ được gửi tới đó.")
    if any(call.asked.get("url") for call in seen.to(_ADDRESS, client=_CLIENT)):
        return missing("It hears of everything: name kinds.", "Nhận mọi loại: hãy nêu kinds.")
    return missing("Nothing is subscribed.", "Chưa đăng ký webhook nào.")


def _fired(seen: Evidence) -> Found:
    if any(call.path.endswith("/test") for call in seen.to(_ADDRESS, client=_CLIENT)):
        return passed("A test message is on its way.", "Thông điệp thử đang được gửi.")
    return missing("No test message was sent.", "Chưa gửi thông điệp thử.")


def _looked(seen: Evidence) -> Found:
    if any(call.path.endswith("/attempts") for call in seen.to(_ADDRESS, client=_CLIENT)):
        return passed("The delivery log was read.", "Đã đọc nhật ký gửi.")
    return missing("The delivery log was not read.", "Chưa đọc nhật ký gửi.")


def _signed(seen: Evidence) -> Found:
    said = seen.answer("signature")
    if not said:
        return missing("Nothing is written yet.", "Chưa có câu trả lời.")
    sent = {
        signing.ID: _ID,
        signing.TIMESTAMP: str(_TIMESTAMP),
        signing.SIGNATURE: said,
    }
    kept = {each.id for each in subscriptions.all_of_them(seen.session, _CLIENT)}
    for added in kept.intersection(_added(seen)):
        secret = subscriptions.secret(seen.session, seen.world, added, _CLIENT)
        try:
            signing.verify(secret, sent, _BODY, now=_TIMESTAMP)
        except signing.SignatureError:
            continue
        return passed("The secret gives just that.", "Đúng chữ ký do bí mật đó tạo ra.")
    return missing(
        "No secret of yours that signs now gives that.",
        "Không bí mật nào đang dùng của bạn cho chữ ký này.",
    )


def _solve(me: Pupil) -> None:
    wish = {
        "url": "http://127.0.0.1:9999/hook",
        "purpose": "social-insurance",
        "officer": "can-bo-1",
        "kinds": ["death"],
    }
    hook = me.post("bhxh", "/v1/webhooks", wish)["id"]
    secret = me.call("bhxh", "GET", f"/v1/webhooks/{hook}/secret").json()["secret"]
    me.call("bhxh", "POST", f"/v1/webhooks/{hook}/test")
    me.call("bhxh", "GET", f"/v1/webhooks/{hook}/attempts")
    key = base64.b64decode(secret.removeprefix("whsec_"))
    text = b'msg_1.1767225600.{"type":"life_event.death"}'
    signature = base64.b64encode(hmac.digest(key, text, "sha256")).decode()
    me.write("signature", f"v1,{signature}")


LESSON = Lesson(
    name="webhooks",
    order=100,
    title=Text("Webhooks", "Webhook"),
    goal=Text(
        "Social security has deaths sent to an address of its own, and takes only what its secret"
        " has signed. Subscribe, send a test, and make a signature by hand.",
        "Bảo hiểm xã hội nhận tin khai tử tại địa chỉ của mình và chỉ nhận thông điệp có chữ ký"
        " đúng. Hãy đăng ký, gửi thử và tự tạo một chữ ký.",
    ),
    reading=("webhooks",),
    clients=(_CLIENT,),
    steps=(
        Step(
            Text(
                "Get a token for bhxh, and subscribe to deaths. Nobody has to listen there yet.",
                "Xin mã cho bhxh và đăng ký nhận tin khai tử. Chưa cần ai nghe ở đó.",
            ),
            'curl -s "$ISSUER/v1/webhooks" -H "Authorization: Bearer $TOKEN"'
            ' -H \'Content-Type: application/json\' -d \'{"url": "http://127.0.0.1:9999/hook",'
            ' "purpose": "social-insurance", "officer": "can-bo-1", "kinds": ["death"]}\'\n'
            "HOOK=…",
        ),
        Step(
            Text(
                "Have a test message sent, and look what became of it.",
                "Cho gửi một thông điệp thử và xem kết quả.",
            ),
            'curl -s -X POST "$ISSUER/v1/webhooks/$HOOK/test" -H "Authorization: Bearer $TOKEN"\n'
            'curl -s "$ISSUER/v1/webhooks/$HOOK/attempts" -H "Authorization: Bearer $TOKEN"',
        ),
        Step(
            Text(
                "Read the secret, and sign a message with it as the server does: id, timestamp and"
                " body, joined by dots.",
                "Lấy bí mật và ký một thông điệp như máy chủ: id, thời điểm và nội dung, nối bằng"
                " dấu chấm.",
            ),
            'curl -s "$ISSUER/v1/webhooks/$HOOK/secret" -H "Authorization: Bearer $TOKEN"\n'
            "SECRET=…\n"
            "python3 -c 'import base64, hmac, sys; key = base64.b64decode(sys.argv[1][6:]);"
            ' print("v1," + base64.b64encode(hmac.digest(key, sys.argv[2].encode(), "sha256"))'
            '.decode())\' "$SECRET" \'msg_1.1767225600.{"type":"life_event.death"}\'',
        ),
    ),
    questions=(
        Question(
            "signature",
            Text(
                "Which webhook-signature has the message of step 3?",
                "Thông điệp ở bước 3 có webhook-signature nào?",
            ),
        ),
    ),
    checks=(
        Check("subscribed", Text("Deaths subscribed", "Đã đăng ký tin khai tử"), _subscribed),
        Check("fired", Text("A test sent", "Đã gửi thử"), _fired),
        Check("looked", Text("The delivery log read", "Đã đọc nhật ký gửi"), _looked),
        Check("signature", Text("A signature by hand", "Chữ ký tự tạo"), _signed),
    ),
    hints=(
        Text(
            "A secret is whsec_ and base64: the key is what that decodes to.",
            "Bí mật gồm whsec_ và base64: khóa là phần đã giải mã.",
        ),
        Text(
            "The answer begins with v1, and has no space. A rotated secret signs otherwise.",
            "Câu trả lời bắt đầu bằng v1, và không có dấu cách. Đổi bí mật thì chữ ký đổi.",
        ),
    ),
    solve=_solve,
)
