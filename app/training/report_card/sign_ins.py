"""Cases of a sign-in that goes wrong, for a relying party: who must not be let in."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from app.signin import levels
from app.signin.faults import FAULTS
from app.training.report_card import forging
from app.training.report_card.answers import of_json, page, problem
from app.training.report_card.cases import Said, SignInCase
from app.training.report_card.mirror import opened, signed

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.training.report_card.answers import Answer
    from app.training.report_card.cases import Gravity, Turn
    from app.training.report_card.door import Exchange
    from app.training.report_card.mirror import Mirror

    Claims = dict[str, Any]
    Query = dict[str, str]

AUTHORIZE: Final = "/oidc/authorize"
TOKEN: Final = "/oidc/token"  # noqa: S105 - an address
USERINFO: Final = "/oidc/userinfo"
#: The case that has to go well, or the others mean nothing.
WHOLE: Final = "whole"
_LATE_SECONDS: Final = 5.0
_REFUSE: Final = Said("Sign nobody in, and show a page that says so.",
                      "Không cho ai đăng nhập, và hiện trang báo lỗi.")  # fmt: skip
_SIGN_IN: Final = Said("Sign the person in.", "Cho người đó đăng nhập.")
_LIVE: Final = Said("Ask again, or show a page that says so; do not break.",
                    "Hỏi lại, hoặc hiện trang báo lỗi; đừng hỏng.")  # fmt: skip


def _true(exchange: Exchange) -> Answer:
    return exchange.true


def _id_token(
    claims: Callable[[Claims], Claims] = lambda said: said,
    forge: Callable[[Mirror, str, bytes], str] = forging.rightly,
) -> Turn:
    """Change what an ID token says, and sign it so."""

    def turn(exchange: Exchange) -> Answer:
        token = exchange.true.members().get("id_token")
        if token is None:
            return exchange.true
        said = forging.written(claims(forging.claims(token)))
        return exchange.true.but(id_token=forge(exchange.door.mirror, token, said))

    return turn


def _rotated(mirror: Mirror, token: str, payload: bytes) -> str:
    """Sign by the key that the world has rotated to."""
    header, _ = opened(token)
    signer = mirror.later[header["alg"]]
    return signed(signer, {**header, "kid": signer.kid}, payload)


def _with_new_keys(exchange: Exchange) -> Answer:
    exchange.door.rotated = True
    return _id_token(forge=_rotated)(exchange)


def _without(*names: str) -> Callable[[Claims], Claims]:
    return lambda said: {name: value for name, value in said.items() if name not in names}


def _for_two(said: Claims) -> Claims:
    return {**said, "aud": [said["aud"], "somebody-else"], "azp": "somebody-else"}


def _callback(change: Callable[[Query], Query]) -> Turn:
    """Change what the browser brings back to the relying party."""

    def turn(exchange: Exchange) -> Answer:
        true = exchange.true
        parts = urlsplit(true.header("location"))
        if not parts.query:
            return true
        query = urlencode(change(dict(parse_qsl(parts.query))))
        return true.having(location=parts._replace(query=query).geturl())

    return turn


def _but(**members: str) -> Callable[[Query], Query]:
    return lambda query: {**query, **members}


def _less(name: str) -> Callable[[Query], Query]:
    return lambda query: {each: text for each, text in query.items() if each != name}


def _denied(query: Query) -> Query:
    kept = {name: text for name, text in query.items() if name != "code"}
    return {**kept, "error": "access_denied"}


def _of_another_sign_in(exchange: Exchange) -> Answer:
    """Bring back the code of a sign-in that somebody else began (RFC 9700 §4.5)."""
    return _callback(_but(code=exchange.door.code_of_another(exchange.asked)))(exchange)


def _without_id_token(exchange: Exchange) -> Answer:
    told = {name: said for name, said in exchange.true.members().items() if name != "id_token"}
    return of_json(exchange.true.status, told)


def _fault(name: str, gravity: Gravity = "grave") -> SignInCase:
    """Return the case of a fault of claims that the world has a name for, in the same words."""
    fault = FAULTS[name]
    if fault.claims is None:
        raise ValueError(f"{name} changes no claim")
    return SignInCase(
        name=name,
        gravity=gravity,
        happens=Said(fault.title_en, fault.title_vi),
        should=Said(f"{_REFUSE.en} ({fault.rule})", f"{_REFUSE.vi} ({fault.rule})"),
        at=TOKEN,
        turn=_id_token(fault.claims),
    )


def _otherwise(said: Claims) -> Claims:
    """Say one thing more than the world has signed."""
    return {**said, "forged": True}


def _forged(name: str, forge: Callable[[Mirror, str, bytes], str], en: str, vi: str) -> SignInCase:
    return SignInCase(name=name, gravity="grave", happens=Said(en, vi), should=_REFUSE, at=TOKEN,
                      turn=_id_token(_otherwise, forge))  # fmt: skip


def _brought(name: str, gravity: Gravity, turn: Turn, en: str, vi: str) -> SignInCase:
    return SignInCase(name=name, gravity=gravity, happens=Said(en, vi), should=_REFUSE,
                      at=AUTHORIZE, turn=turn)  # fmt: skip


def _lower(said: Claims) -> Claims:
    return {**said, "acr": levels.ACR_OF[1]}


RELYING_PARTY: Final = (
    SignInCase(name=WHOLE, gravity="heavy", at=TOKEN, turn=_true, signs_in=True,
               happens=Said("nothing goes wrong", "không có gì sai"), should=_SIGN_IN),
    SignInCase(name="keys-rotated", gravity="heavy", at=TOKEN, turn=_with_new_keys, signs_in=True,
               happens=Said("signed by a key that is new in the JWKS",
                            "ký bằng khóa mới có trong JWKS"),
               should=Said("Fetch the keys again for an unknown kid, once; sign the person in.",
                           "Tải lại khóa khi gặp kid lạ, một lần, và cho đăng nhập.")),
    SignInCase(name="requests-fresh", gravity="grave", at=TOKEN, turn=_true, signs_in=True,
               way="twice",
               happens=Said("two sign-ins, one after the other", "hai lần đăng nhập liên tiếp"),
               should=Said("Have another state, nonce and PKCE challenge (S256) each time.",
                           "Mỗi lần có state, nonce và PKCE (S256) khác nhau.")),
    _forged("bad-signature", forging.altered, "the ID token's signature is of another payload",
            "chữ ký của ID token thuộc nội dung khác"),
    _forged("signed-by-a-stranger", forging.by_a_stranger,
            "signed by another key under the right key's name",
            "ký bằng khóa khác, mang tên khóa đúng"),
    _forged("unknown-key", forging.by_an_unknown_key, "signed by a key not in the JWKS",
            "ký bằng khóa không có trong JWKS"),
    _forged("with-its-own-key", forging.with_its_own_key,
            "the key comes along in the header (jwk)",
            "khóa đi kèm trong phần đầu (jwk)"),
    _forged("alg-none", forging.unsigned, "not signed (alg none)", "không ký (alg none)"),
    _forged("hs256-public-key", forging.by_the_public_key, "HS256 keyed with the public key",
            "HS256 với khóa công khai"),
    _forged("crit", forging.with_a_demand, "a critical header that nobody understands",
            "phần đầu đòi hỏi (crit) điều không ai hiểu"),
    *(_fault(name) for name in ("wrong-issuer", "wrong-audience", "expired", "wrong-nonce")),
    *(_fault(name, "heavy") for name in ("not-yet-valid", "missing-claim")),
    _fault("wrong-at-hash", "light"),
    SignInCase(name="wrong-acr", gravity="grave", at=TOKEN, turn=_id_token(_lower), level=2,
               happens=Said("level 2 was asked for, acr says level 1",
                            "yêu cầu mức 2, acr ghi mức 1"),
               should=Said("Read acr: who proved less than was asked for is not signed in.",
                           "Đọc acr: chưa đạt mức đã yêu cầu thì không cho đăng nhập.")),
    SignInCase(name="for-another-party", gravity="grave", at=TOKEN, turn=_id_token(_for_two),
               happens=Said("aud names this client and another, azp the other",
                            "aud có thêm hệ thống khác, azp là hệ thống khác đó"), should=_REFUSE),
    SignInCase(name="nonce-missing", gravity="grave", at=TOKEN, turn=_id_token(_without("nonce")),
               happens=Said("the nonce is missing", "thiếu nonce"), should=_REFUSE),
    SignInCase(name="exp-missing", gravity="heavy", at=TOKEN, turn=_id_token(_without("exp")),
               happens=Said("exp is missing", "thiếu exp"), should=_REFUSE),
    SignInCase(name="id-token-missing", gravity="heavy", at=TOKEN, turn=_without_id_token,
               happens=Said("there is no ID token", "không có ID token"), should=_REFUSE),
    _brought("wrong-state", "grave", _callback(_but(state="of-another-request")),
             "the answer has another state", "state của yêu cầu khác"),
    _brought("state-missing", "grave", _callback(_less("state")), "the answer has no state",
             "câu trả lời không có state"),
    _brought("wrong-answer-issuer", "grave", _callback(_but(iss="https://other-issuer.invalid")),
             "the answer's iss is another (RFC 9207)", "iss trong câu trả lời sai (RFC 9207)"),
    _brought("answer-issuer-missing", "heavy", _callback(_less("iss")),
             "the answer has no iss, though the metadata promises one (RFC 9207 §2.4)",
             "câu trả lời không có iss dù siêu dữ liệu có hứa (RFC 9207 §2.4)"),
    _brought("code-of-another", "grave", _of_another_sign_in,
             "the code is of a sign-in that somebody else began",
             "mã của lần đăng nhập do người khác bắt đầu"),
    _brought("code-unknown", "light", _callback(_but(code="never-given")),
             "a code that was never given", "mã chưa từng được cấp"),
    _brought("denied", "light", _callback(_denied),
             "error=access_denied: the person does not agree",
             "error=access_denied: người đó không đồng ý"),
    SignInCase(name="other-browser", gravity="grave", at=AUTHORIZE, turn=_true,
               way="other-browser",
               happens=Said("another browser opens the callback (login CSRF)",
                            "trình duyệt khác mở địa chỉ callback (login CSRF)"),
               should=Said("Bind state to the browser that began: sign nobody in.",
                           "Gắn state với trình duyệt đã bắt đầu: không cho ai đăng nhập.")),
    SignInCase(name="callback-again", gravity="grave", at=AUTHORIZE, turn=_true, way="again",
               happens=Said("another browser opens the callback after it was used",
                            "trình duyệt khác mở lại callback đã dùng"), should=_REFUSE),
    SignInCase(name="token-unavailable", gravity="light", at=TOKEN, signs_in=None, times=1,
               turn=lambda _: problem(503, "fault-error", retry_after="1"),
               happens=Said(FAULTS["token-unavailable"].title_en,
                            FAULTS["token-unavailable"].title_vi), should=_LIVE),
    SignInCase(name="token-no-json", gravity="light", at=TOKEN, turn=lambda _: page(200),
               happens=Said("a page of HTML in place of tokens",
                            "trang HTML thay cho mã truy cập"),
               should=_LIVE),
    SignInCase(name="token-refused", gravity="light", at=TOKEN,
               turn=lambda _: of_json(400, {"error": "invalid_grant"}),
               happens=Said("invalid_grant in place of tokens",
                            "invalid_grant thay cho mã truy cập"),
               should=_REFUSE),
    SignInCase(name="slow-token", gravity="light", at=TOKEN, signs_in=None,
               turn=lambda exchange: replace(exchange.true, wait=_LATE_SECONDS),
               happens=Said(FAULTS["slow-token"].title_en, FAULTS["slow-token"].title_vi),
               should=Said("Wait for it, or show a page that says so.",
                           "Chờ, hoặc hiện trang báo lỗi.")),
    SignInCase(name="wrong-userinfo-subject", gravity="grave", at=USERINFO,
               turn=lambda exchange: exchange.true.but(sub="of-somebody-else"),
               happens=Said("userinfo has another sub", "userinfo của người khác"),
               should=Said("Compare sub with the ID token's (OpenID Connect Core §5.3.2), and take"
                           " nothing of it: sign nobody in.",
                           "So sub với ID token (OpenID Connect Core §5.3.2), bỏ hết: không cho ai"
                           " đăng nhập.")),
    SignInCase(name="userinfo-no-json", gravity="light", at=USERINFO, signs_in=None,
               turn=lambda _: page(502),
               happens=Said("a page of HTML in place of userinfo", "trang HTML thay cho userinfo"),
               should=_LIVE),
)  # fmt: skip
