"""ID tokens: what a system is told about a sign-in itself (OpenID Connect Core 1.0 §2)."""

from __future__ import annotations

from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

import jwt
import msgspec

from app.platform.signing import base64url
from app.signin import keys

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.platform.rsa_keys import Rs256Signer
    from app.platform.signing import Es256Signer
    from app.platform.worlds import World

LIFETIME_SECONDS: Final = 600
_ALGORITHMS: Final = ("ES256", "RS256")
_LONGEST: Final = 16_384
#: What the JSON of a token holds that is no claim about the person.
TYPE: Final = "JWT"

_encoder = msgspec.json.Encoder()


class Hint(msgspec.Struct, frozen=True):
    """What an ID token that comes back says (`id_token_hint`); it may have expired."""

    sub: str
    aud: str
    sid: str


_decoder = msgspec.json.Decoder(Hint)


def signed(world: World, algorithm: str, claims: Mapping[str, Any]) -> str:
    """Return the ID token of these claims."""
    signer = keys.signers(world, algorithm)[0]
    return signer.compact(_protected(signer), _encoder.encode(claims)).decode()


def access_hash(access_token: str) -> str:
    """Return `at_hash` (§3.1.3.6): the left half of a SHA-256, as all algorithms here have it."""
    return base64url(sha256(access_token.encode()).digest()[:16]).decode()


def read_hint(world: World, unverified_token: str) -> Hint | None:
    """Read an ID token of ours that comes back, whether it has expired or not; None for another.

    The algorithm is that of the key: an HS256 made with a public key passes for nothing.
    """
    if len(unverified_token) > _LONGEST:
        return None
    try:
        header = jwt.get_unverified_header(unverified_token)
        signer = keys.find(world, str(header.get("kid")))
        if signer is None or header.get("typ") != TYPE:
            return None
        algorithm = signer.jwk["alg"]
        payload = jwt.PyJWS(algorithms=[algorithm]).decode(
            unverified_token, signer.public_key, algorithms=[algorithm]
        )
        hint = _decoder.decode(payload)
        issuer = msgspec.json.decode(payload, type=_Issued).iss
    except (jwt.PyJWTError, msgspec.DecodeError, ValueError, RecursionError):
        return None
    return hint if issuer == world.issuer else None


class _Issued(msgspec.Struct, frozen=True):
    iss: str


@lru_cache(maxsize=64)
def _protected(signer: Es256Signer | Rs256Signer) -> bytes:
    return signer.protected(typ=TYPE)
