"""Signing citizens in: OpenID Connect with the code flow, PKCE and pushed requests.

begun = client.begin_sign_in("http://127.0.0.1:5000/callback")
# keep `begun` in the session, send the browser to begun.address; it comes back to the callback
person = client.finish_sign_in(begun, "http://127.0.0.1:5000/callback?code=…&state=…&iss=…")
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import msgspec

from dancu_client import signed
from dancu_client.answers import DossierAnswer, DossierLine
from dancu_client.connection import Calls, Metadata, TokenAnswer, encoded, read
from dancu_client.credentials import AccessToken, Credential, Operator, base64url
from dancu_client.effects import Steps
from dancu_client.errors import DancuClientError, NotProvedError, OAuthError
from dancu_client.operations import operation

LEVEL_1 = "urn:dancu:acr:level1"
LEVEL_2 = "urn:dancu:acr:level2"
#: Clocks differ by so much.
_LEEWAY_SECONDS = 60
_LEVELS = (LEVEL_1, LEVEL_2)


class SignInBegun(msgspec.Struct, frozen=True, kw_only=True):
    """What a relying party keeps in the browser's session until the answer comes.

    `address` is where the browser is sent. All but that is secret from others.
    """

    address: str
    redirect_uri: str
    state: str
    nonce: str
    verifier: str
    level: str


@dataclass(frozen=True)
class SignedIn:
    """A person who signed in: the ID token's claims, checked, and what opens their addresses."""

    claims: Mapping[str, Any]
    access: AccessToken
    refresh_token: str | None

    @property
    def subject(self) -> str:
        """This agency's name of the person."""
        return str(self.claims["sub"])


class SignIn(Calls):
    """Sign-ins at this system, and what a person who signed in has it do."""

    @operation
    def begin_sign_in(
        self,
        redirect_uri: str,
        *,
        scope: str = "openid profile",
        level: str = LEVEL_1,
        more: Mapping[str, str] | None = None,
    ) -> Steps[SignInBegun]:
        """Push a request, and return where to send the browser (RFC 9126, RFC 7636).

        `more` are further parameters, such as `claims`, `ui_locales` or `login_hint`.
        """
        credential = self._system()
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        form = {
            "response_type": "code",
            "scope": scope,
            "redirect_uri": redirect_uri,
            "state": state,
            "nonce": nonce,
            "acr_values": level,
            "code_challenge": base64url(hashlib.sha256(verifier.encode()).digest()),
            "code_challenge_method": "S256",
            **(more or {}),
        }
        about = yield from self._about()
        pushed = yield from self._form(
            credential, about.pushed_authorization_request_endpoint, form
        )
        reference = read(pushed, _Pushed).request_uri
        query = urlencode({"client_id": credential.client_id, "request_uri": reference})
        return SignInBegun(
            address=f"{about.authorization_endpoint}?{query}",
            redirect_uri=redirect_uri,
            state=state,
            nonce=nonce,
            verifier=verifier,
            level=level,
        )

    @operation
    def finish_sign_in(self, begun: SignInBegun, callback: str) -> Steps[SignedIn]:
        """Redeem what the browser brought back to the callback; `callback` is that whole address.

        Raises `OAuthError` where nobody signed in, `NotProvedError` where what came does not hold.

        1. The answer is to this request, and by this world (RFC 9207).
        2. The code is redeemed, with the verifier that only this party knows.
        3. The ID token holds (OpenID Connect Core §3.1.3.7).
        """
        credential, about = self._system(), (yield from self._about())
        # 1.
        answer = dict(parse_qsl(urlsplit(callback).query))
        same = hmac.compare_digest(answer.get("state", "").encode(), begun.state.encode())
        if not same or answer.get("iss") != about.issuer:
            raise NotProvedError("the answer is to another request, or another world's")
        if "error" in answer or "code" not in answer:
            raise OAuthError(answer.get("error", "no-code"), answer.get("error_description", ""))
        # 2.
        form = {
            "grant_type": "authorization_code",
            "code": answer["code"],
            "redirect_uri": begun.redirect_uri,
            "code_verifier": begun.verifier,
        }
        given = yield from self._token_of(credential, form)
        # 3.
        claims = yield from self._checked(given, credential, about, begun)
        return SignedIn(claims, self._held(given, credential), given.refresh_token)

    @operation
    def refresh_sign_in(self, person: SignedIn) -> Steps[SignedIn]:
        """Return the same sign-in with new tokens; it has to have `offline_access`."""
        if person.refresh_token is None:
            raise DancuClientError("the sign-in has no refresh token: ask for offline_access")
        credential = self._system()
        form = {"grant_type": "refresh_token", "refresh_token": person.refresh_token}
        given = yield from self._token_of(credential, form)
        refresh = given.refresh_token or person.refresh_token
        return SignedIn(person.claims, self._held(given, credential), refresh)

    @operation
    def userinfo(self, person: SignedIn) -> Steps[dict[str, Any]]:
        """Return what the person agreed to tell. Raises `NotProvedError` where it is another's."""
        reply = yield from self._call("GET", "/oidc/userinfo", access=person.access)
        told = read(reply, dict[str, Any])
        if told.get("sub") != person.subject:  # OpenID Connect Core §5.3.2
            raise NotProvedError("userinfo is about another person")
        return told

    @operation
    def create_dossier(
        self, person: SignedIn, service: str, answers: Mapping[str, Any], *, submit: bool = True
    ) -> Steps[DossierAnswer]:
        """Begin a dossier for a person who signed in with the scope `public-services`."""
        body = {"service": service, "answers": answers, "submit": submit}
        return self._for(person, "POST", "/v1/dossiers", body)

    @operation
    def submit_dossier(
        self, person: SignedIn, code: str, answers: Mapping[str, Any] | None = None
    ) -> Steps[DossierAnswer]:
        """Submit a draft, with more answers."""
        return self._for(person, "POST", f"/v1/dossiers/{code}/submission", {"answers": answers})

    @operation
    def dossier(self, person: SignedIn, code: str) -> Steps[DossierAnswer]:
        """Return one of the person's dossiers."""
        return self._for(person, "GET", f"/v1/dossiers/{code}")

    @operation
    def dossiers(self, person: SignedIn) -> Steps[tuple[DossierLine, ...]]:
        """Return the person's dossiers."""
        reply = yield from self._call("GET", "/v1/dossiers", access=person.access)
        return read(reply, tuple[DossierLine, ...])

    def _for(
        self, person: SignedIn, method: str, path: str, body: Mapping[str, Any] | None = None
    ) -> Steps[DossierAnswer]:
        content = None if body is None else encoded(body)
        reply = yield from self._call(method, path, content=content, access=person.access)
        return read(reply, DossierAnswer)

    def _system(self) -> Credential:
        if isinstance(self.credential, Operator):
            raise DancuClientError("people sign in at a system: give the client its credential")
        return self.credential

    def _checked(
        self, given: TokenAnswer, credential: Credential, about: Metadata, begun: SignInBegun
    ) -> Steps[dict[str, Any]]:
        """Check an ID token: 1. signature, 2. for us, by the world, today, 3. this sign-in's."""
        # 1. By a key of the world and that key's algorithm: neither `none` nor HS256 passes.
        if given.id_token is None:
            raise NotProvedError("there is no ID token")
        keys = yield from self._keys(signed.kid(given.id_token))
        payload = signed.verify(given.id_token, keys, typ=None)
        claims = msgspec.json.decode(payload, type=dict[str, Any])
        # 2.
        now, audience = self._now(), claims.get("aud")
        for_us: Iterable[Any] = audience if isinstance(audience, list) else [audience]
        if claims.get("iss") != about.issuer or list(for_us) != [credential.client_id]:
            raise NotProvedError("the ID token is another issuer's, or for another client")
        until, since = claims.get("exp", 0), max(claims.get("iat", 0), claims.get("nbf", 0))
        if until + _LEEWAY_SECONDS < now or since - _LEEWAY_SECONDS > now:
            raise NotProvedError("the ID token is over, or not yet valid")
        # 3.
        if claims.get("nonce") != begun.nonce or not isinstance(claims.get("sub"), str):
            raise NotProvedError("the ID token is another sign-in's, or about nobody")
        half = hashlib.sha256(given.access_token.encode()).digest()[:16]
        if claims.get("at_hash", base64url(half)) != base64url(half):
            raise NotProvedError("the ID token came with another access token")
        if _rank(claims.get("acr")) < _rank(begun.level):
            raise NotProvedError("the person proved less than was asked for")
        return claims


class _Pushed(msgspec.Struct, frozen=True):
    request_uri: str


def _rank(level: Any) -> int:
    return _LEVELS.index(level) if level in _LEVELS else -1
