"""Relying parties: what systems send to get tokens, ready to be sent, and how it is checked.

A party proves itself by its secret or by assertions, as it is registered. Its people sign in
without pages; the code in each answer makes the request that redeems it.
"""

from __future__ import annotations

import base64
import secrets
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
import msgspec

from app.exchange import access, credentials
from app.exchange.oauth import ASSERTION_TYPE
from app.platform import clock
from app.platform.signing import Es256Signer, base64url
from app.sandbox import operator
from benchmarks import questions
from benchmarks.questions import WrongAnswerError
from benchmarks.servers.running import HOST

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from app.platform.world import World
    from benchmarks.load.orders import Sample

CALLBACK: Final = "http://127.0.0.1:9999/callback"
_FORM: Final = "application/x-www-form-urlencoded"
#: How long an assertion is good: those of a run are made before it begins.
_ASSERTION_SECONDS: Final = 240
_NONCE: Final = "n-0S6_WzA2Mj"
_VERIFIER: Final = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"  # RFC 7636, appendix B


@dataclass(frozen=True)
class Party:
    """A connected system, and what it proves itself with: a secret, or a key for assertions."""

    client_id: str
    secret: str
    signer: Es256Signer
    is_by_assertion: bool

    def token_requests(self, port: int, many: int) -> list[bytes]:
        """Return requests for the system's own token; by assertion each is good once."""
        form = {"grant_type": "client_credentials"}
        if not self.is_by_assertion:
            return [self._post(port, form)]
        return [self._post(port, form) for _ in range(many)]

    def authorization_requests(
        self, port: int, people: Sequence[str], operator_token: str
    ) -> list[bytes]:
        """Return one request at the authorisation endpoint for each of these numbers."""
        challenge = base64url(sha256(_VERIFIER.encode()).digest()).decode()
        asked = {
            "client_id": self.client_id,
            "response_type": "code",
            "scope": "openid profile",
            "redirect_uri": CALLBACK,
            "state": "af0ifjsldkj",
            "nonce": _NONCE,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        head = (
            f"GET /oidc/authorize?{urlencode(asked)} HTTP/1.1\r\nhost: {HOST}:{port}\r\n"
            f"authorization: Bearer {operator_token}\r\ndancu-sign-in: "
        )
        return [f"{head}{number}\r\n\r\n".encode() for number in people]

    def redemptions(self, port: int, answers: Iterable[Sample]) -> list[bytes]:
        """Return the requests that redeem the codes of these answers."""
        return [
            self._post(
                port,
                {
                    "grant_type": "authorization_code",
                    "code": _code(sample.answer),
                    "redirect_uri": CALLBACK,
                    "code_verifier": _VERIFIER,
                },
            )
            for sample in answers
        ]

    def _post(self, port: int, form: dict[str, str]) -> bytes:
        proof = f"{self.client_id}:{self.secret}".encode()
        head = f"authorization: Basic {base64.b64encode(proof).decode()}\r\n"
        if self.is_by_assertion:
            form = {**form, **self._assertion(f"http://{HOST}:{port}")}
            head = ""
        body = urlencode(form)
        return (
            f"POST /oidc/token HTTP/1.1\r\nhost: {HOST}:{port}\r\n{head}"
            f"content-type: {_FORM}\r\ncontent-length: {len(body)}\r\n\r\n{body}"
        ).encode()

    def _assertion(self, issuer: str) -> dict[str, str]:
        """RFC 7523 §2.2."""
        now = clock.epoch()
        claims = {
            "iss": self.client_id,
            "sub": self.client_id,
            "aud": issuer,
            "iat": now,
            "exp": now + _ASSERTION_SECONDS,
            "jti": secrets.token_hex(16),
        }
        signed = self.signer.compact(self.signer.protected(typ="JWT"), msgspec.json.encode(claims))
        return {"client_assertion_type": ASSERTION_TYPE, "client_assertion": signed.decode()}


def party(world: World, client_id: str) -> Party:
    """Return a system of the world with the secret or the key that the world gave it."""
    caller = access.of(world).snapshot().callers[client_id]
    version = caller.credential_version
    return Party(
        client_id,
        credentials.client_secret(world, client_id, version),
        credentials.signer(world, client_id, version),
        is_by_assertion=caller.auth_method == "private_key_jwt",
    )


def operator_token(home: Path, world: World) -> str:
    """Return the token under which nobody has to open a page."""
    return operator.world_token(operator.token(home), world.id)


def check(port: int, samples: Iterable[Sample]) -> None:
    """Check that these answers hold tokens of the server; raise `WrongAnswerError`."""
    keys = questions.published_keys(port)
    for sample in samples:
        told = msgspec.json.decode(sample.answer.partition(b"\r\n\r\n")[2])
        _claims(told["access_token"], keys)
        if "id_token" in told and _claims(told["id_token"], keys)["nonce"] != _NONCE:
            raise WrongAnswerError("an ID token is of another request")


def _claims(token: str, keys: dict[str, Any]) -> dict[str, Any]:
    header = jwt.get_unverified_header(token)
    try:
        payload = jwt.PyJWS().decode(token, keys[header["kid"]], algorithms=["ES256", "RS256"])
    except (jwt.PyJWTError, KeyError) as error:
        raise WrongAnswerError("a token is not signed by the server") from error
    told: dict[str, Any] = msgspec.json.decode(payload)
    return told


def _code(answer: bytes) -> str:
    """Return the code that a redirect carries."""
    head = answer.partition(b"\r\n\r\n")[0].decode()
    lines = (line.partition(": ") for line in head.split("\r\n")[1:])
    location = next(text for name, _, text in lines if name.lower() == "location")
    found = parse_qs(urlsplit(location).query)
    if "code" not in found:
        raise WrongAnswerError(location)
    return found["code"][0]
