"""The world as it is seen through a door: the same answers, signed by the door, as its own.

A client is given the door's address, and has to find there one issuer whose metadata, receipts,
answers and ID tokens name it. So what passes is signed anew by keys that live as long as a run,
with the door in place of the world. A world's own keys are needed for nothing, and what a door
has signed is worth nothing elsewhere. Access tokens pass as they are: they go back to the world.
"""

from __future__ import annotations

import binascii
import json
import re
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import ec, rsa

from app.platform.rsa_keys import BITS, Rs256Signer
from app.platform.signing import Es256Signer, base64url

_COMPACT: Final = re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]+")
#: What the world's clients check; the types of what is signed.
RECEIPT: Final = "dancu-receipt+jwt"
ANSWER: Final = "dancu-answer+jwt"
ID_TOKEN: Final = "JWT"  # noqa: S105 - a type
_RE_SIGNED: Final = frozenset({RECEIPT, ANSWER, ID_TOKEN})
_EXPONENT: Final = 65537
Signer = Es256Signer | Rs256Signer


class Mirror:
    """The keys of one run: those it shows, those of a stranger, and those it rotates to."""

    def __init__(self) -> None:
        self.signers, self.strangers, self.later = _pair(), _pair(), _pair()

    def keys(self, *, rotated: bool = False) -> dict[str, Any]:
        """Return the JWK Set (RFC 7517 §5) that stands at `jwks_uri`."""
        shown = [*self.signers.values(), *(self.later.values() if rotated else ())]
        return {"keys": [signer.jwk for signer in shown]}

    def seen(self, text: str, issuer: str, door: str) -> str:
        """Return a text of the world as the door says it: its address, its signatures."""
        changed = text.replace(issuer, door)
        return _COMPACT.sub(lambda found: self._again(found[0], issuer, door), changed)

    def _again(self, token: str, issuer: str, door: str) -> str:
        try:
            header, payload = opened(token)
        except ValueError:
            return token
        signer = self.signers.get(header.get("alg", ""))
        if signer is None or header.get("typ") not in _RE_SIGNED:
            return token
        inner = self.seen(payload.decode(), issuer, door).encode()
        return signed(signer, {**header, "kid": signer.kid}, inner)


def opened(token: str) -> tuple[dict[str, Any], bytes]:
    """Return header and payload of a compact JWS, unverified. ValueError where it is none."""
    head, payload, _ = token.split(".")
    header = json.loads(decoded(head))
    if not isinstance(header, dict):
        raise ValueError("a header is an object")  # noqa: TRY004 - as every other text that is none
    return header, decoded(payload)


def decoded(part: str) -> bytes:
    """Decode base64url without padding. ValueError where it is none."""
    try:
        return binascii.a2b_base64(part.replace("-", "+").replace("_", "/") + "==")
    except binascii.Error as error:
        raise ValueError(str(error)) from None


def encoded(header: dict[str, Any]) -> bytes:
    """Encode a header as it stands in a compact JWS."""
    return base64url(json.dumps(header, separators=(",", ":")).encode())


def signed(signer: Signer, header: dict[str, Any], payload: bytes) -> str:
    """Return a compact JWS with exactly this header."""
    return signer.compact(encoded(header), payload).decode()


def _pair() -> dict[str, Signer]:
    small = Es256Signer(ec.generate_private_key(ec.SECP256R1()))
    large = Rs256Signer(rsa.generate_private_key(_EXPONENT, BITS))
    return {"ES256": small, "RS256": large}
