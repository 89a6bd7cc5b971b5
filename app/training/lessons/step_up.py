"""Step-up: a level that is asked for has to be proved, and read in the ID token."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from app.signin import levels, tracing
from app.training.lesson import Check, Lesson, Question, Step, Text, missing, passed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from app.training.evidence import Evidence
    from app.training.lesson import Found
    from app.training.pupil import Pupil

_CLIENT = "vietcombank-basic"
_PERSONA = "adult-level-2"


def _asked(seen: Evidence) -> list[tracing.LegView]:
    """Return the legs at which level 2 was asked for."""
    legs = tracing.latest(seen.session, client_id=_CLIENT)
    return [leg for leg in legs if leg.carried.get("acr_values") == levels.ACR_OF[2]]


def _claims(seen: Evidence) -> Iterator[dict[str, Any]]:
    """Give the ID tokens of level 2."""
    for leg in tracing.latest(seen.session, client_id=_CLIENT):
        claims = leg.gave.get("id_token", {}).get("claims", {}) if leg.leg == "token" else {}
        if claims.get("acr") == levels.ACR_OF[2]:
            yield claims


def _short(seen: Evidence) -> Found:
    if any(leg.gave.get("error") == "interaction_required" for leg in _asked(seen)):
        return passed("The passcode alone did not do.", "Chỉ mã khóa thì chưa đủ.")
    return missing(
        "Level 2 was not tried with the passcode alone.", "Chưa thử mức 2 chỉ với mã khóa."
    )


def _proved(seen: Evidence) -> Found:
    if any("code" in leg.gave for leg in _asked(seen)):
        return passed("With two factors there is a code.", "Hai yếu tố thì có mã.")
    return missing("Nobody has proved level 2.", "Chưa ai chứng minh được mức 2.")


def _read(seen: Evidence) -> Found:
    if any(_claims(seen)):
        return passed("The ID token says level 2.", "ID token ghi mức 2.")
    return missing("No ID token of level 2 was given.", "Chưa có ID token mức 2.")


def _assurance(seen: Evidence) -> Found:
    said = seen.answer("assurance")
    if said and any(said == str(claims["assurance"]) for claims in _claims(seen)):
        return passed("That is what was proved.", "Đúng mức đã chứng minh.")
    if said:
        return missing("No ID token of level 2 says so.", "Không ID token mức 2 nào ghi vậy.")
    return missing("Nothing is written yet.", "Chưa có câu trả lời.")


def _solve(me: Pupil) -> None:
    request = {
        "client_id": "vietcombank-basic",
        "response_type": "code",
        "scope": "openid",
        "redirect_uri": "http://127.0.0.1:5000/callback",
        "acr_values": "urn:dancu:acr:level2",
        "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        "code_challenge_method": "S256",
    }

    def go(factors: str) -> dict[str, str]:
        who = f"adult-level-2; factors={factors}"
        person = {"Authorization": f"Bearer {me.operator}", "Dancu-Sign-In": who}
        address = f"{me.issuer}/oidc/authorize"
        came = me.http.request(
            "GET", address, params=request, headers=person, follow_redirects=False
        )
        return dict(parse_qsl(urlsplit(came.headers["location"]).query))

    go("pin")
    form = {
        "grant_type": "authorization_code",
        "code": go("pin otp")["code"],
        "redirect_uri": request["redirect_uri"],
        "code_verifier": "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
    }
    proof = ("vietcombank-basic", me.secret("vietcombank-basic"))
    me.http.request("POST", f"{me.issuer}/oidc/token", auth=proof, data=form)
    me.write("assurance", "2")  # two kinds of factor: the passcode, and the phone's code


LESSON = Lesson(
    name="step-up",
    order=70,
    title=Text("Step-up", "Nâng mức xác thực"),
    goal=Text(
        "A large transfer takes level 2. Ask for it, see that one factor does not do, and read in"
        " the ID token what was proved: to ask is not enough.",
        "Giao dịch lớn cần mức 2. Hãy yêu cầu mức đó, xem một yếu tố là chưa đủ, và đọc trong ID"
        " token điều đã được chứng minh: chỉ yêu cầu thì chưa đủ.",
    ),
    reading=("sign-in", "eid-accounts"),
    clients=(_CLIENT,),
    personas=(_PERSONA,),
    steps=(
        Step(
            Text(
                "Ask for level 2 by acr_values, with the passcode alone.",
                "Yêu cầu mức 2 bằng acr_values, chỉ với mã khóa.",
            ),
            'curl -si -G "$ISSUER/oidc/authorize" -H "Authorization: Bearer $OPERATOR"'
            " -H 'Dancu-Sign-In: adult-level-2; factors=pin' -d client_id=vietcombank-basic"
            " -d response_type=code -d scope=openid -d acr_values=urn:dancu:acr:level2"
            " -d redirect_uri=http://127.0.0.1:5000/callback"
            " -d code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
            " -d code_challenge_method=S256",
        ),
        Step(
            Text(
                "The same with two factors: factors=pin otp.",
                "Như trên với hai yếu tố: factors=pin otp.",
            )
        ),
        Step(
            Text(
                "Redeem the code.",
                "Đổi mã.",
            ),
            'CODE=…\ncurl -s -u "vietcombank-basic:$VIETCOMBANK_BASIC" "$ISSUER/oidc/token"'
            ' -d grant_type=authorization_code -d "code=$CODE"'
            " -d redirect_uri=http://127.0.0.1:5000/callback"
            " -d code_verifier=dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
        ),
        Step(
            Text(
                "Read the middle part of the ID token: acr, amr, assurance. Never take level 2 for"
                " proved because you asked for it.",
                "Đọc phần giữa của ID token: acr, amr, assurance. Đừng coi là mức 2 chỉ vì đã"
                " yêu cầu.",
            ),
            "ID_TOKEN=…\necho \"$ID_TOKEN\" | cut -d. -f2 | tr '_-' '/+' | base64 -d 2>/dev/null",
        ),
    ),
    questions=(
        Question(
            "assurance",
            Text(
                "Which level of Decree 69/2024 (assurance) was proved?",
                "Đã chứng minh mức nào của Nghị định 69/2024 (assurance)?",
            ),
        ),
    ),
    checks=(
        Check("short", Text("One factor does not do", "Một yếu tố là chưa đủ"), _short),
        Check("proved", Text("Two factors do", "Hai yếu tố thì đủ"), _proved),
        Check("read", Text("An ID token of level 2", "ID token mức 2"), _read),
        Check("assurance", Text("What was proved", "Điều đã chứng minh"), _assurance),
    ),
    hints=(
        Text(
            "Without the second factor the answer is an error in location, and no code.",
            "Thiếu yếu tố thứ hai thì location có error và không có mã.",
        ),
        Text(
            "assurance stands beside amr in the ID token: the number of kinds of factor.",
            "assurance nằm cạnh amr trong ID token: số loại yếu tố.",
        ),
    ),
    solve=_solve,
)
