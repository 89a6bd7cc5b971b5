"""What a forger makes of something signed: each way that a careless check lets pass."""

from __future__ import annotations

import hmac
import json
from typing import TYPE_CHECKING, Any, Final

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from app.platform.signing import base64url
from app.training.report_card.mirror import encoded, opened, signed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from app.training.report_card.mirror import Mirror

#: A member of the header that nobody knows, and that has to be understood (RFC 7515 §4.1.11).
_CRITICAL: Final = "urn:dancu:never-heard-of"


def altered(mirror: Mirror, token: str, payload: bytes) -> str:
    """Keep the signature, and say something else."""
    del mirror
    head, _, signature = token.split(".")
    return f"{head}.{base64url(payload).decode()}.{signature}"


def by_a_stranger(mirror: Mirror, token: str, payload: bytes) -> str:
    """Sign by another key under the name of the right one."""
    header, _ = opened(token)
    return signed(mirror.strangers[header["alg"]], header, payload)


def by_an_unknown_key(mirror: Mirror, token: str, payload: bytes) -> str:
    """Sign by a key that is not in the JWK Set."""
    header, _ = opened(token)
    stranger = mirror.strangers[header["alg"]]
    return signed(stranger, {**header, "kid": stranger.kid}, payload)


def with_its_own_key(mirror: Mirror, token: str, payload: bytes) -> str:
    """Bring the key along in the header (RFC 7515 §4.1.3)."""
    header, _ = opened(token)
    stranger = mirror.strangers[header["alg"]]
    kept = {name: said for name, said in header.items() if name != "kid"}
    return signed(stranger, {**kept, "jwk": stranger.jwk}, payload)


def unsigned(mirror: Mirror, token: str, payload: bytes) -> str:
    """Say that it is not signed (alg none, RFC 8725 §3.1)."""
    del mirror
    header, _ = opened(token)
    head = encoded({"alg": "none", "typ": header.get("typ")})
    return f"{head.decode()}.{base64url(payload).decode()}."


def by_the_public_key(mirror: Mirror, token: str, payload: bytes) -> str:
    """Sign by HS256 with what everybody knows: the public key as PEM (RFC 8725 §2.1)."""
    header, _ = opened(token)
    public = mirror.signers[header["alg"]].public_key
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    signing_input = encoded({**header, "alg": "HS256"}) + b"." + base64url(payload)
    mac = hmac.digest(pem, signing_input, "sha256")
    return (signing_input + b"." + base64url(mac)).decode()


def with_a_demand(mirror: Mirror, token: str, payload: bytes) -> str:
    """Sign rightly, and demand in the header what nobody understands."""
    header, _ = opened(token)
    demanding = {**header, "crit": [_CRITICAL], _CRITICAL: True}
    return signed(mirror.signers[header["alg"]], demanding, payload)


def of_another_type(typ: str) -> Callable[[Mirror, str, bytes], str]:
    """Sign rightly, as something else (RFC 8725 §3.11)."""

    def made(mirror: Mirror, token: str, payload: bytes) -> str:
        header, _ = opened(token)
        return signed(mirror.signers[header["alg"]], {**header, "typ": typ}, payload)

    return made


def rightly(mirror: Mirror, token: str, payload: bytes) -> str:
    """Sign something else by the right key: what is wrong is what it says."""
    header, _ = opened(token)
    return signed(mirror.signers[header["alg"]], header, payload)


def claims(token: str) -> dict[str, Any]:
    """Return the members of a signed object, unverified."""
    told: dict[str, Any] = json.loads(opened(token)[1])
    return told


def written(members: Mapping[str, Any]) -> bytes:
    """Write members as a payload."""
    return json.dumps(members, ensure_ascii=False, separators=(",", ":")).encode()
