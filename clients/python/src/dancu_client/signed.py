"""What the world has signed: answers, receipts, the tokens of sign-ins; opened where sealed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from joserfc import jwe, jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, JWKRegistry, RSAKey

from dancu_client.errors import NotProvedError

MEDIA_TYPE = "application/jose"
ANSWER_TYPE = "dancu-answer+jwt"
#: Which algorithm a key is used with follows from the key, not from what the token says.
_ALGORITHMS = {"EC": "ES256", "RSA": "RS256"}
_SEALED_BY = ["ECDH-ES+A256KW", "RSA-OAEP-256", "A256GCM"]
_SEALED_PARTS = 5


class _KeySet(msgspec.Struct, frozen=True):
    keys: list[dict[str, Any]]


def keys(raw: bytes) -> dict[str, ECKey | RSAKey]:
    """Read a JWK Set; keys by their ids. Raises `NotProvedError`."""
    try:
        found = msgspec.json.decode(raw, type=_KeySet).keys
        imported = {str(each.get("kid")): JWKRegistry.import_key(each) for each in found}
    except (msgspec.DecodeError, JoseError, ValueError) as error:
        raise NotProvedError(f"the keys cannot be read: {error}") from None
    return {kid: key for kid, key in imported.items() if isinstance(key, ECKey | RSAKey)}


def header(unverified: str) -> dict[str, Any]:
    """Return what a compact JWS says of itself. Raises `NotProvedError`."""
    try:
        said: dict[str, Any] = jws.extract_compact(unverified.encode()).headers()
    except (JoseError, ValueError) as error:
        raise NotProvedError(f"no signed text: {error}") from None
    return said


def kid(unverified: str) -> str:
    """Return which key a compact JWS says it is signed by."""
    return str(header(unverified).get("kid"))


def verify(unverified: str, known: Mapping[str, ECKey | RSAKey], *, typ: str | None) -> bytes:
    """Return what one of the known keys has signed, by that key's algorithm.

    `typ` is what the text has to say that it is (RFC 8725 §3.11). Raises `NotProvedError`.
    """
    said = header(unverified)
    key = known.get(str(said.get("kid")))
    if key is None:
        raise NotProvedError("it is signed by a key that the world does not have")
    if typ is not None and said.get("typ") != typ:
        raise NotProvedError(f"it is no {typ}")
    try:
        return jws.deserialize_compact(
            unverified, key, algorithms=[_ALGORITHMS[key.key_type]]
        ).payload
    except (JoseError, ValueError) as error:
        raise NotProvedError(f"the signature does not hold: {error}") from None


def unsealed(text: str, key: ECKey | RSAKey | None) -> str:
    """Return the signed text, decrypted where it is sealed. Raises `NotProvedError`."""
    if text.count(".") + 1 != _SEALED_PARTS:
        return text
    if key is None:
        raise NotProvedError("the answer is sealed: give the client its sealing_key")
    try:
        opened = jwe.decrypt_compact(text, key, algorithms=_SEALED_BY).plaintext
    except (JoseError, ValueError) as error:
        raise NotProvedError(f"the answer cannot be opened: {error}") from None
    return (opened or b"").decode("ascii")
