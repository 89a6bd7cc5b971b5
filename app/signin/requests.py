"""The authorisation request: read once, checked by a numbered list, then never changed.

What is wrong with its client or its redirect address is told to the person, on a page; everything
else is told to the system, by a redirect (RFC 6749 §4.1.2.1). A redirect has to be earned first.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import msgspec

from app.exchange.oauth import ErrorCode
from app.signin import claims
from app.signin.levels import LEVEL_OF

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.signin.registrations import ClientRegistration

#: RFC 7636 §4.2: base64url of a SHA-256.
_CHALLENGE: Final = re.compile("[A-Za-z0-9_-]{43}")
_PROMPTS: Final = frozenset({"none", "login", "consent", "select_account"})
_DIGITS: Final = re.compile("[0-9]{1,9}")
_NUMBER: Final = re.compile("[0-9]{9}|[0-9]{12}")
LONGEST: Final = 2_000
#: Parameters that are read; others are ignored (RFC 6749 §3.1).
PARAMETERS: Final = (
    "acr_values",
    "claims",
    "client_id",
    "code_challenge",
    "code_challenge_method",
    "dpop_jkt",
    "id_token_hint",
    "login_hint",
    "max_age",
    "nonce",
    "prompt",
    "purpose",
    "redirect_uri",
    "registration",
    "request",
    "request_uri",
    "response_mode",
    "response_type",
    "scope",
    "state",
    "ui_locales",
)
_UNSUPPORTED: Final = {
    "request": ErrorCode.REQUEST_NOT_SUPPORTED,
    "request_uri": ErrorCode.REQUEST_URI_NOT_SUPPORTED,
    "registration": ErrorCode.REGISTRATION_NOT_SUPPORTED,
}


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked about the person: claims by where they are told, and how well they are proved.

    `essential` are claims without which the system cannot do (§5.5.1). `level` is the level of
    the account that is asked for, `must_reach` whether anything less is a failure. `subject` is
    the `sub` that it has to be.
    """

    id_token: tuple[str, ...] = ()
    userinfo: tuple[str, ...] = ()
    essential: tuple[str, ...] = ()
    level: int = 1
    must_reach: bool = False
    subject: str | None = None

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that all the claims are made from."""
        return claims.fields((*self.id_token, *self.userinfo))


class AuthorizationRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A request that was checked; `locale` is the language its pages are told in, if it says."""

    client_id: str
    redirect_uri: str | None
    scope: tuple[str, ...]
    asked: Asked
    state: str | None = None
    nonce: str | None = None
    code_challenge: str | None = None
    dpop_jkt: str | None = None
    prompt: tuple[str, ...] = ()
    max_age: int | None = None
    login_hint: str | None = None
    locale: str | None = None
    purpose: str | None = None
    binding_message: str | None = None


class Mistake(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong with a request, in the words of the standard; for the system's developer."""

    error: ErrorCode
    description: str


def read(parameters: Mapping[str, str]) -> AuthorizationRequest | Mistake:
    """Check all but the client and where the answer goes, which has been done.

    1. Nothing is asked in a way that is not offered here.
    2. It asks for a code, in the query (OpenID Connect Core 1.0 §3.1.2.1).
    3. It is a sign-in: `openid` is in its scope; a scope that nobody knows is ignored (§3.1.2.1).
    4. It proves later that it is the one that asked: PKCE by S256 (RFC 7636 §4.3, RFC 9700).
    5. How the person is to be asked, and for what, makes sense.
    """
    # 1.
    for name, error in _UNSUPPORTED.items():
        if name in parameters:
            return Mistake(error=error, description=f"{name} is not supported; push the request.")
    mistake = _shape(parameters) or _manner(parameters)
    if mistake is not None:
        return mistake
    asked = read_asked(parameters)
    if isinstance(asked, Mistake):
        return asked
    max_age = parameters.get("max_age")
    return AuthorizationRequest(
        client_id=parameters["client_id"],
        redirect_uri=parameters["redirect_uri"],
        scope=known_scopes(parameters),
        asked=asked,
        state=parameters.get("state"),
        nonce=parameters.get("nonce"),
        code_challenge=parameters["code_challenge"],
        dpop_jkt=parameters.get("dpop_jkt"),
        prompt=tuple(parameters.get("prompt", "").split()),
        max_age=None if max_age is None else int(max_age),
        login_hint=number_hint(parameters.get("login_hint")),
        locale=locale(parameters.get("ui_locales")),
        purpose=parameters.get("purpose"),
    )


def earns_redirect(parameters: Mapping[str, str], registration: ClientRegistration) -> str | None:
    """Return why the answer may not be sent to the address that is asked for; None if it may.

    Nothing is guessed: the address has to be named even where one is registered, so that what is
    compared is what is used (RFC 9700 §4.1.3).
    """
    uri = parameters.get("redirect_uri")
    if uri is None:
        return "redirect_uri is missing."
    if not registration.may_redirect(uri):
        return "redirect_uri is not one that the system has registered."
    return None


def known_scopes(parameters: Mapping[str, str]) -> tuple[str, ...]:
    """Return the scopes that mean something here, in their order, each once."""
    named = dict.fromkeys(parameters.get("scope", "").split())
    return tuple(scope for scope in named if scope in claims.KNOWN_SCOPES)


def number_hint(text: str | None) -> str | None:
    """Return a `login_hint` that can be a personal number; any other is ignored."""
    return text if text is not None and _NUMBER.fullmatch(text) else None


def locale(ui_locales: str | None) -> str | None:
    """Return the first of the languages that there is (§3.1.2.1: a preference, never an error)."""
    for tag in (ui_locales or "").lower().split():
        if (primary := tag.partition("-")[0]) in ("vi", "en"):
            return primary
    return None


def read_asked(parameters: Mapping[str, str]) -> Asked | Mistake:
    """Read what is asked about the person: scopes, the `claims` parameter, `acr_values`."""
    try:
        asked = msgspec.json.decode(parameters.get("claims", "{}"), type=_ClaimsParameter)
    except (msgspec.DecodeError, RecursionError):
        return _wrong("claims is not the JSON object of OpenID Connect Core 1.0 §5.5.")
    scoped = claims.of_scopes(known_scopes(parameters))
    of_id_token = tuple(name for name in asked.id_token if name in claims.CLAIMS)
    named = tuple(name for name in asked.userinfo if name in claims.CLAIMS)
    both = (*asked.id_token.items(), *asked.userinfo.items())
    level, must_reach = _level(parameters.get("acr_values", ""), asked.id_token.get("acr"))
    subjects = {one.text for name, one in both if name == "sub" and one and one.text}
    if len(subjects) > 1:
        return _wrong("claims asks for two people at once.")
    return Asked(
        id_token=of_id_token,
        userinfo=tuple(dict.fromkeys((*scoped, *named))),
        essential=tuple(
            name for name, one in both if name in claims.CLAIMS and one and one.essential
        ),
        level=level,
        must_reach=must_reach,
        subject=next(iter(subjects), None),
    )


class _One(msgspec.Struct, frozen=True):
    """How one claim is asked for (§5.5.1)."""

    essential: bool = False
    value: Any = None
    values: tuple[Any, ...] = ()

    @property
    def text(self) -> str | None:
        """The value, where it is text, as those are that count here: `sub` and `acr`."""
        return self.value if isinstance(self.value, str) else None

    @property
    def texts(self) -> tuple[str, ...]:
        """All values that are text: they are wishes, in their order."""
        return tuple(each for each in (self.value, *self.values) if isinstance(each, str))


class _ClaimsParameter(msgspec.Struct, frozen=True):
    """The `claims` parameter (§5.5); members that nobody knows are ignored."""

    userinfo: dict[str, _One | None] = {}
    id_token: dict[str, _One | None] = {}


def _level(acr_values: str, acr: _One | None) -> tuple[int, bool]:
    """Return the level asked for, and whether less will not do.

    `acr_values` is a wish (§3.1.2.1), the first that is known counts; `claims` may make it a
    condition (§5.5.1.1).
    """
    if acr is not None:
        named = acr.texts
        levels = [LEVEL_OF[value] for value in named if value in LEVEL_OF]
        # Of several that will do, the lowest is the one without which it fails.
        if named and acr.essential:
            return (min(levels), True) if levels else (max(LEVEL_OF.values()) + 1, True)
        if levels:
            return levels[0], False
    wished = [LEVEL_OF[value] for value in acr_values.split() if value in LEVEL_OF]
    return (wished[0] if wished else 1), False


def _shape(parameters: Mapping[str, str]) -> Mistake | None:
    """Steps 2, 3 and 4."""
    # 2.
    kind = parameters.get("response_type")
    if kind is not None and kind != "code":
        return Mistake(
            error=ErrorCode.UNSUPPORTED_RESPONSE_TYPE, description="response_type must be code."
        )
    if kind is None or parameters.get("response_mode", "query") != "query":
        return _wrong("response_type must be code, response_mode (if it is sent) query.")
    # 3.
    if claims.OPENID not in parameters.get("scope", "").split():
        return Mistake(error=ErrorCode.INVALID_SCOPE, description="scope must contain openid.")
    # 4.
    if parameters.get("code_challenge_method", "plain") != "S256":
        return _wrong("code_challenge_method must be S256.")
    if not _CHALLENGE.fullmatch(parameters.get("code_challenge", "")):
        return _wrong("code_challenge must be the base64url of a SHA-256: 43 characters.")
    return None


def _manner(parameters: Mapping[str, str]) -> Mistake | None:
    """Step 5, but for what is asked about the person."""
    prompts = parameters.get("prompt", "").split()
    if not _PROMPTS.issuperset(prompts):
        return _wrong(f"prompt may hold {', '.join(sorted(_PROMPTS))}.")
    if "none" in prompts and len(prompts) > 1:
        return _wrong("prompt=none stands alone.")
    if not _DIGITS.fullmatch(parameters.get("max_age", "0")):
        return _wrong("max_age must be a number of seconds.")
    if not _CHALLENGE.fullmatch(parameters.get("dpop_jkt", "0" * 43)):
        return _wrong("dpop_jkt must be a JWK thumbprint: 43 characters.")
    for name in ("state", "nonce"):
        if len(parameters.get(name, "")) > LONGEST:
            return _wrong(f"{name} is longer than {LONGEST} characters.")
    return None


def _wrong(description: str) -> Mistake:
    return Mistake(error=ErrorCode.INVALID_REQUEST, description=description)
