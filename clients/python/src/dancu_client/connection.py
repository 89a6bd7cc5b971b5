"""How a call goes: token, proof of its key, the request, and another try where that helps.

All of it is steps (`effects.py`): nothing here waits or reads from the network.
"""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeVar
from urllib.parse import urlencode

import msgspec
from joserfc.jwk import ECKey, RSAKey

from dancu_client import patience as waits
from dancu_client import signed
from dancu_client.answers import Logged
from dancu_client.credentials import AccessToken, Credential, Operator, dpop_proof
from dancu_client.effects import Lost, Pause, Reply, Send, Steps
from dancu_client.errors import (
    NotProvedError,
    OAuthError,
    ProblemError,
    StrangeAnswerError,
    UnreachableError,
)
from dancu_client.patience import Patience

_T = TypeVar("_T")
_L = TypeVar("_L", bound=Logged)
#: A token is renewed that many seconds before it ends.
_MARGIN_SECONDS = 30
_NONCE_WANTED = "use_dpop_nonce"
_TOKEN_WRONG = "token-invalid"  # noqa: S105 - the code of a problem
JSON = "application/json"
_FORM = "application/x-www-form-urlencoded"


class Metadata(msgspec.Struct, frozen=True, kw_only=True):
    """What is needed of a world's discovery document (OpenID Connect Discovery §3)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    pushed_authorization_request_endpoint: str
    userinfo_endpoint: str
    jwks_uri: str
    id_token_signing_alg_values_supported: tuple[str, ...]


class TokenAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What the token endpoint gives (RFC 6749 §5.1)."""

    access_token: str
    token_type: str
    expires_in: int
    scope: str = ""
    id_token: str | None = None
    refresh_token: str | None = None


class _OAuthAnswer(msgspec.Struct, frozen=True):
    error: str
    error_description: str = ""


@dataclass(frozen=True)
class Options:
    """How a client goes about its calls.

    With `sign`, answers are asked for as JWS, and checked; what is sealed is opened by
    `sealing_key`. Problems are told in `language`, `en` or `vi`. `now` gives seconds since 1970.
    """

    patience: Patience = field(default_factory=Patience)
    sign: bool = False
    sealing_key: ECKey | RSAKey | None = field(default=None, repr=False)
    language: Literal["en", "vi"] = "en"
    now: Callable[[], float] = time.time  # noqa: TID251 - tokens live in real time


class Calls:
    """One system at one world: what all of its calls share."""

    def __init__(
        self, url: str, credential: Credential | Operator, options: Options | None = None
    ) -> None:
        """Set up; nothing is asked yet. `url`: `http://127.0.0.1:8000`, or `…/w/NAME`."""
        said = options or Options()
        self.url = url.rstrip("/")
        self.credential = credential
        self._patience, self._now = said.patience, said.now
        self._sign, self._sealing_key = said.sign, said.sealing_key
        self._headers = {"Accept-Language": said.language}
        self._token: AccessToken | None = None
        self._nonce: str | None = None
        self._metadata: Metadata | None = None
        self._jwks: dict[str, ECKey | RSAKey] = {}

    def _get(
        self, path: str, as_type: type[_T], query: Mapping[str, Any] | None = None
    ) -> Steps[_T]:
        reply = yield from self._call("GET", path, query=query)
        return read(reply, as_type)

    def _post(self, path: str, body: Mapping[str, Any], as_type: type[_T]) -> Steps[_T]:
        reply = yield from self._call("POST", path, content=encoded(body))
        return read(reply, as_type)

    def _logged(self, path: str, body: Mapping[str, Any], as_type: type[_L]) -> Steps[_L]:
        """Ask a question whose answer can be had signed; read it as `as_type`."""
        asked = {**body, "signed": True} if self._sign else body
        reply = yield from self._call("POST", path, content=encoded(asked))
        return (yield from self._opened(reply, as_type))

    def _opened(self, reply: Reply, as_type: type[_L]) -> Steps[_L]:
        if reply.media_type != signed.MEDIA_TYPE:
            if self._sign:  # or whoever stands between could leave the signature out
                raise NotProvedError("a signed answer was asked for, and came without a signature")
            return read(reply, as_type)
        jws = signed.unsealed(reply.content.decode("ascii"), self._sealing_key)
        keys = yield from self._keys(signed.kid(jws))
        payload = signed.verify(jws, keys, typ=signed.ANSWER_TYPE)
        answer = read(Reply(reply.status, reply.headers, payload), as_type)
        return msgspec.structs.replace(answer, jws=jws)

    def _call(  # noqa: PLR0913 - a request has so many parts, each with a name
        self,
        method: str,
        path: str,
        *,
        content: bytes | Path | None = None,
        media_type: str = JSON,
        query: Mapping[str, Any] | None = None,
        into: Path | None = None,
        access: AccessToken | None = None,
        public: bool = False,
    ) -> Steps[Reply]:
        """Send until there is an answer; raise where it is a refusal or there is none.

        `access` is a person's token, in place of the system's own; a `public` address takes none.
        """
        headers = {"Accept": JSON, **self._headers}
        if content is not None:
            headers["Content-Type"] = media_type
        if method == "POST":
            headers["Idempotency-Key"] = uuid.uuid4().hex  # sent twice, it is done once
        url = self.url + path + _query(query)

        def prepare() -> Steps[Send]:
            shown = {} if public else (yield from self._shown(method, path, access))
            return Send(method, url, {**headers, **shown}, content, into)

        reply = yield from self._persist(prepare)
        if reply.is_error:
            raise _refusal(reply)
        return reply

    def _persist(self, prepare: Callable[[], Steps[Send]]) -> Steps[Reply]:
        """Send what is prepared anew each time, until it is answered or another try is no use.

        A proof lacks a nonce, or a token ended early: that is mended at once, and once.
        """
        attempt, mended = 0, set[str]()
        while True:
            attempt += 1
            reply = yield (yield from prepare())
            if not isinstance(reply, Reply | Lost):
                raise TypeError("a request is replied to")
            if isinstance(reply, Reply) and (cure := self._cure(reply)) not in {None, *mended}:
                mended.add(str(cure))
                continue
            wait = self._patience.wait(reply, attempt)
            if wait is not None:
                yield Pause(wait)
            elif isinstance(reply, Lost):
                raise UnreachableError(f"no answer from {self.url}: {reply.why}")
            else:
                return reply

    def _cure(self, reply: Reply) -> str | None:
        """Mend what the server says is amiss with token or proof; name it, None if nothing is."""
        nonce = reply.headers.get("dpop-nonce")
        if nonce is not None:
            self._nonce = nonce
            if reply.status in {400, 401}:
                return _NONCE_WANTED
        if reply.status == 401 and self._token is not None:
            document = waits.problem(reply)
            if document is not None and document.code == _TOKEN_WRONG:
                self._token = None
                return _TOKEN_WRONG
        return None

    def _shown(self, method: str, path: str, access: AccessToken | None) -> Steps[dict[str, str]]:
        """Return the headers that open an address, for a person's token or the system's own."""
        if isinstance(self.credential, Operator):
            return {"Authorization": f"Bearer {self.credential.token}"}
        token = access or (yield from self._own_token(self.credential))
        address = ""
        if token.dpop is not None:
            address = (yield from self._about()).issuer + path
        return token.shown(method, address, int(self._now()), self._nonce)

    def _own_token(self, credential: Credential) -> Steps[AccessToken]:
        held = self._token
        if held is None or held.expires_at - _MARGIN_SECONDS < self._now():
            form = {"grant_type": "client_credentials"}
            given = yield from self._token_of(credential, form)
            held = self._token = self._held(given, credential)
        return held

    def _held(self, given: TokenAnswer, credential: Credential) -> AccessToken:
        bound = credential.dpop if given.token_type == "DPoP" else None  # noqa: S105 - its type
        return AccessToken(given.access_token, self._now() + given.expires_in, bound)

    def _token_of(self, credential: Credential, form: Mapping[str, str]) -> Steps[TokenAnswer]:
        about = yield from self._about()
        reply = yield from self._form(credential, about.token_endpoint, form)
        return read(reply, TokenAnswer)

    def _form(self, credential: Credential, address: str, form: Mapping[str, str]) -> Steps[Reply]:
        """Post a form as this client; raise `OAuthError` where it is refused."""
        issuer = (yield from self._about()).issuer

        def prepare() -> Steps[Send]:
            yield from ()
            now = int(self._now())
            headers, more = credential.prove(issuer, now)
            if credential.dpop is not None:
                headers["DPoP"] = dpop_proof(
                    credential.dpop, "POST", address, now, nonce=self._nonce
                )
            headers |= {"Accept": JSON, "Content-Type": _FORM}
            return Send("POST", address, headers, urlencode({**form, **more}).encode())

        reply = yield from self._persist(prepare)
        if reply.is_error:
            raise _refusal(reply)
        return reply

    def _about(self) -> Steps[Metadata]:
        """Return the world's discovery document, asked for once.

        Raises `NotProvedError` where it names another issuer (OpenID Connect Discovery §4.3).
        """
        if self._metadata is None:
            path = "/.well-known/openid-configuration"
            reply = yield from self._call("GET", path, public=True)
            found = read(reply, Metadata)
            if found.issuer != self.url:
                raise NotProvedError(
                    f"{self.url} says that it is {found.issuer}: give that address to the client"
                )
            self._metadata = found
        return self._metadata

    def _keys(self, kid: str) -> Steps[dict[str, ECKey | RSAKey]]:
        """Return the world's public keys by their ids, fetched anew where `kid` is not known."""
        if kid not in self._jwks:
            reply = yield from self._call("GET", "/oidc/jwks", public=True)
            self._jwks = signed.keys(reply.content)
        return self._jwks


def encoded(body: Mapping[str, Any]) -> bytes:
    """Write a body as JSON; members that are None are not said."""
    return msgspec.json.encode({name: said for name, said in body.items() if said is not None})


def read(reply: Reply, as_type: type[_T]) -> _T:
    """Read an answer's JSON; raise `StrangeAnswerError` where it is not what was asked for.

    Nor is JSON that says a member twice (RFC 8259 §4), has no UTF-8 in it, or nests without end:
    two programs would read it differently.
    """
    try:
        json.loads(reply.content.decode(), object_pairs_hook=_each_once)
        return msgspec.json.decode(reply.content, type=as_type)
    except (ValueError, RecursionError) as error:
        raise StrangeAnswerError(f"the answer is not dancu's: {error}") from None


def _each_once(members: list[tuple[str, Any]]) -> None:
    names = [name for name, _ in members]
    if len(set(names)) < len(names):
        raise ValueError("a member is named twice")


def _query(said: Mapping[str, Any] | None) -> str:
    members = [
        (name, each)
        for name, value in (said or {}).items()
        if value is not None
        for each in (value if isinstance(value, list) else [value])
    ]
    return f"?{urlencode(members)}" if members else ""


def _refusal(reply: Reply) -> ProblemError | OAuthError | StrangeAnswerError:
    document = waits.problem(reply)
    if document is not None:
        return ProblemError(document, waits.retry_after(reply))
    try:
        told = msgspec.json.decode(reply.content, type=_OAuthAnswer)
    except msgspec.DecodeError:
        return StrangeAnswerError(f"the answer is {reply.status}, and not dancu's")
    return OAuthError(told.error, told.error_description)
