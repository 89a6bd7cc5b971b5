"""Sign-in: a bank signs a citizen in by the code flow, leg by leg."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from app.signin import tracing
from app.training.lesson import Check, Lesson, Question, Step, Text, missing, passed

if TYPE_CHECKING:
    from app.training.evidence import Evidence
    from app.training.lesson import Found
    from app.training.pupil import Pupil

_CLIENT = "vietcombank-basic"
_PERSONA = "adult-level-2"


def _authorize(seen: Evidence) -> Found:
    legs = tracing.latest(seen.session, client_id=_CLIENT)
    if any(seen.to("/oidc/authorize")) and any("code" in leg.gave for leg in legs):
        return passed("The browser came back with a code.", "Trình duyệt đã mang mã về.")
    return missing("No code has come back.", "Chưa có mã nào được mang về.")


def _redeemed(seen: Evidence) -> Found:
    codes = [leg for leg in _tokens(seen) if leg.error is None]
    if codes and any(seen.to("/oidc/token", client=_CLIENT)):
        return passed("The code was redeemed.", "Đã đổi mã lấy token.")
    return missing(
        "No code was redeemed: it lives for a minute, and needs the verifier.",
        "Chưa đổi mã: mã chỉ sống một phút và cần code_verifier.",
    )


def _once(seen: Evidence) -> Found:
    if any(leg.error == "invalid_grant" for leg in _tokens(seen)):
        return passed("A second time it was refused.", "Lần thứ hai bị từ chối.")
    return missing("The code was not tried twice.", "Chưa thử dùng mã lần thứ hai.")


def _told(seen: Evidence) -> Found:
    if any(seen.to("/oidc/userinfo")):
        return passed("Userinfo told what the person agreed to.", "Đã đọc userinfo.")
    return missing("Userinfo was not asked.", "Chưa hỏi userinfo.")


def _subject(seen: Evidence) -> Found:
    said = seen.answer("sub")
    known = {leg.gave["id_token"]["claims"]["sub"] for leg in _tokens(seen) if leg.error is None}
    if said in known:
        return passed(
            "That is the bank’s name of the person.", "Đúng, ngân hàng gọi người đó vậy."
        )
    if said:
        return missing("No ID token of yours has that sub.", "Không ID token nào có sub này.")
    return missing("Nothing is written yet.", "Chưa có câu trả lời.")


def _tokens(seen: Evidence) -> list[tracing.LegView]:
    legs = tracing.latest(seen.session, client_id=_CLIENT)
    return [leg for leg in legs if leg.leg == "token" and "code" in leg.carried]


def _solve(me: Pupil) -> None:
    # RFC 7636, Appendix B: whoever redeems the code knows what this is the hash of.
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    request = {
        "client_id": "vietcombank-basic",
        "response_type": "code",
        "scope": "openid profile",
        "redirect_uri": "http://127.0.0.1:5000/callback",
        "state": "s-1",
        "nonce": "n-1",
        "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        "code_challenge_method": "S256",
    }
    person = {"Authorization": f"Bearer {me.operator}", "Dancu-Sign-In": "adult-level-2"}
    address = f"{me.issuer}/oidc/authorize"
    came = me.http.request("GET", address, params=request, headers=person, follow_redirects=False)
    answer = dict(parse_qsl(urlsplit(came.headers["location"]).query))
    form = {
        "grant_type": "authorization_code",
        "code": answer["code"],
        "redirect_uri": request["redirect_uri"],
        "code_verifier": verifier,
    }
    proof = ("vietcombank-basic", me.secret("vietcombank-basic"))
    told = me.http.request("POST", f"{me.issuer}/oidc/token", auth=proof, data=form).json()
    bearer = {"Authorization": f"Bearer {told['access_token']}"}
    known = me.http.request("GET", f"{me.issuer}/oidc/userinfo", headers=bearer).json()
    me.write("sub", known["sub"])
    me.http.request("POST", f"{me.issuer}/oidc/token", auth=proof, data=form)


LESSON = Lesson(
    name="sign-in",
    order=60,
    title=Text("Sign-in", "Đăng nhập"),
    goal=Text(
        "Sign a citizen in at a bank by OpenID Connect, one leg after the other, and see who that"
        " is to the bank.",
        "Cho công dân đăng nhập vào ngân hàng bằng OpenID Connect, từng bước một, và xem ngân hàng"
        " biết người đó là ai.",
    ),
    reading=("sign-in",),
    clients=(_CLIENT,),
    personas=(_PERSONA,),
    steps=(
        Step(
            Text(
                "Be the browser. The header Dancu-Sign-In is the person’s part, without a page;"
                " what comes back stands in location.",
                "Làm trình duyệt. Dancu-Sign-In là phần của công dân, không cần trang; kết quả nằm"
                " trong location.",
            ),
            'curl -si -G "$ISSUER/oidc/authorize" -H "Authorization: Bearer $OPERATOR"'
            " -H 'Dancu-Sign-In: adult-level-2' -d client_id=vietcombank-basic"
            " -d response_type=code -d 'scope=openid profile' -d state=s-1 -d nonce=n-1"
            " -d redirect_uri=http://127.0.0.1:5000/callback"
            " -d code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
            " -d code_challenge_method=S256",
        ),
        Step(
            Text(
                "Be the bank: within a minute, redeem the code by the verifier.",
                "Làm ngân hàng: trong một phút, đổi mã bằng code_verifier.",
            ),
            'CODE=…\ncurl -s -u "vietcombank-basic:$VIETCOMBANK_BASIC" "$ISSUER/oidc/token"'
            ' -d grant_type=authorization_code -d "code=$CODE"'
            " -d redirect_uri=http://127.0.0.1:5000/callback"
            " -d code_verifier=dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
        ),
        Step(
            Text(
                "Ask who that is, with what stands in access_token.",
                "Hỏi đó là ai, bằng giá trị access_token.",
            ),
            'ACCESS=…\ncurl -s "$ISSUER/oidc/userinfo" -H "Authorization: Bearer $ACCESS"',
        ),
        Step(
            Text(
                "Redeem the same code once more.",
                "Đổi lại đúng mã đó một lần nữa.",
            )
        ),
    ),
    questions=(
        Question("sub", Text("Which sub has the person here?", "sub của người đó ở đây là gì?")),
    ),
    checks=(
        Check("authorize", Text("Back with a code", "Trở về với mã"), _authorize),
        Check("redeemed", Text("The code redeemed", "Đã đổi mã"), _redeemed),
        Check("told", Text("Userinfo read", "Đã đọc userinfo"), _told),
        Check("once", Text("A code is good once", "Mã chỉ dùng một lần"), _once),
        Check("sub", Text("Who it is", "Đó là ai"), _subject),
    ),
    hints=(
        Text(
            "The console’s page Sign-ins shows each leg, and why one failed.",
            "Trang Đăng nhập của bảng điều khiển cho xem từng bước và vì sao hỏng.",
        ),
        Text(
            "CODE is what stands between code= and &state= in location; sub is in userinfo.",
            "CODE nằm giữa code= và &state= trong location; sub có trong userinfo.",
        ),
    ),
    solve=_solve,
)
