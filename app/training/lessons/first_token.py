"""First token: a system proves itself and learns who it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.exchange import agencies
from app.training.lesson import Check, Lesson, Question, Step, Text, missing, passed

if TYPE_CHECKING:
    from app.training.evidence import Evidence
    from app.training.lesson import Found
    from app.training.pupil import Pupil

_CLIENT = "vietcombank-basic"


def _token(seen: Evidence) -> Found:
    if any(seen.to("/oidc/token", client=_CLIENT)):
        return passed("The bank’s system was given a token.", "Hệ thống ngân hàng đã có mã.")
    if any(seen.to("/oidc/token", well=False)):
        return missing(
            "A token was asked for and refused: look at the client id and the secret.",
            "Đã xin mã nhưng bị từ chối: xem lại client id và bí mật.",
        )
    return missing("No token has been asked for.", "Chưa xin mã truy cập.")


def _used(seen: Evidence) -> Found:
    if any(seen.to("/v1/me", client=_CLIENT)):
        return passed("It was shown at /v1/me.", "Đã dùng mã ở /v1/me.")
    return missing("Nobody has asked /v1/me with it.", "Chưa gọi /v1/me bằng mã đó.")


def _level(seen: Evidence) -> Found:
    said = seen.answer("level")
    agency = agencies.find(seen.session, _CLIENT)
    [level] = [each.security_level for each in agency.systems if each.client_id == _CLIENT]
    if said == str(level):
        return passed(f"Level {said}, that is so.", f"Đúng, cấp độ {said}.")
    if said:
        return missing(f"It is not {said}.", f"Không phải {said}.")
    return missing("Nothing is written yet.", "Chưa có câu trả lời.")


def _solve(me: Pupil) -> None:
    told = me.call("vietcombank-basic", "GET", "/v1/me").json()
    me.write("level", str(told["system"]["security_level"]))


LESSON = Lesson(
    name="first-token",
    order=10,
    title=Text("First token", "Mã truy cập đầu tiên"),
    goal=Text(
        "Have a bank’s system prove itself, and let it tell you who it is and what it may ask.",
        "Cho hệ thống của một ngân hàng chứng minh mình là ai, rồi xem nó được hỏi những gì.",
    ),
    reading=("five-minutes", "governance"),
    clients=(_CLIENT,),
    steps=(
        Step(
            Text(
                "Get a token: the system shows its client id and its secret.",
                "Xin mã truy cập: hệ thống đưa ra client id và bí mật.",
            ),
            'curl -s -u "vietcombank-basic:$VIETCOMBANK_BASIC" -d grant_type=client_credentials'
            ' "$ISSUER/oidc/token"',
        ),
        Step(
            Text(
                "Keep what stands in access_token of such an answer, and show it.",
                "Giữ giá trị access_token của một câu trả lời như thế và đưa nó ra.",
            ),
            'TOKEN=$(curl -s -u "vietcombank-basic:$VIETCOMBANK_BASIC"'
            ' -d grant_type=client_credentials "$ISSUER/oidc/token" | cut -d \'"\' -f 4)\n'
            'curl -s -H "Authorization: Bearer $TOKEN" "$ISSUER/v1/me"',
        ),
        Step(
            Text(
                "Read the answer: connection, security level, grants, limits.",
                "Đọc câu trả lời: kết nối, cấp độ an toàn, quyền, hạn mức.",
            )
        ),
    ),
    questions=(
        Question(
            "level",
            Text(
                "Which security level does the system have?",
                "Hệ thống ở cấp độ an toàn thông tin nào?",
            ),
        ),
    ),
    checks=(
        Check("token", Text("A token was given", "Đã được cấp mã"), _token),
        Check("used", Text("The token was used", "Đã dùng mã"), _used),
        Check("level", Text("The level is known", "Biết cấp độ"), _level),
    ),
    hints=(
        Text(
            "A token is for ten minutes. When it is over, ask for another.",
            "Mã có giá trị mười phút. Hết hạn thì xin mã khác.",
        ),
        Text(
            "The answer of /v1/me has a member system, and there security_level.",
            "Câu trả lời của /v1/me có phần system, trong đó có security_level.",
        ),
    ),
    solve=_solve,
)
