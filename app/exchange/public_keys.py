"""Public keys of others (RFC 7517): which of a set may be used to seal answers, and which is.

A key says by its type what it is good for: elliptic curves for `ECDH-ES+A256KW`, RSA for
`RSA-OAEP-256` (RFC 7518 §4.3, §4.6). Nothing weaker is used, and no shared secret.
"""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode
from typing import TYPE_CHECKING, Final

import msgspec
from joserfc import jwk
from joserfc.errors import JoseError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from joserfc.jwk import Key

ECDH: Final = "ECDH-ES+A256KW"
RSA_OAEP: Final = "RSA-OAEP-256"
ALGORITHMS: Final = (ECDH, RSA_OAEP)
MOST_KEYS: Final = 20
#: RSA keys below are too weak (NIST SP 800-131A); those above cost more than they are worth.
RSA_BITS: Final = range(2048, 8193)
_KINDS: Final = {
    ("EC", "P-256"): ECDH,
    ("EC", "P-384"): ECDH,
    ("EC", "P-521"): ECDH,
    ("OKP", "X25519"): ECDH,
    ("RSA", None): RSA_OAEP,
}
#: Members of private and of shared keys (RFC 7518 §6).
PRIVATE: Final = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
_NEEDED: Final = {ECDH: {"deriveKey", "deriveBits"}, RSA_OAEP: {"wrapKey", "encrypt"}}
_LONGEST_KID: Final = 200


class SealingKey(msgspec.Struct, frozen=True, kw_only=True):
    """A public key to seal to, with the algorithm that its type pins (RFC 8725 §3.1)."""

    alg: str
    kid: str | None
    public: dict[str, str | list[str]]

    @property
    def name(self) -> str:
        """What tells this key from another: its thumbprint (RFC 7638)."""
        return str(self.imported().thumbprint())

    def imported(self) -> Key:
        """The key as joserfc takes it."""
        return jwk.import_key(self.public)


def choose(keys: Iterable[object], alg: str | None = None) -> SealingKey | None:
    """Return the first key of a set that answers can be sealed to, by `alg` if that is said.

    A key of another type, for signatures, or one whose private half stands beside it is passed
    over, as RFC 7517 §5 has it; None if no key is left.
    """
    for unverified_key in keys:
        found = usable(unverified_key)
        if found is not None and alg in (None, found.alg):
            return found
    return None


def usable(unverified_key: object) -> SealingKey | None:
    """Return a JWK as a key to seal to; None if it cannot be one.

    1. It is a public key, of a type that is used here.
    2. What it says about its own use allows it (RFC 7517 §4.2–4.4).
    3. It is a point on its curve, or an RSA modulus of a sound length.
    """
    # 1.
    if not isinstance(unverified_key, dict) or PRIVATE & unverified_key.keys():
        return None
    kind, curve = unverified_key.get("kty"), unverified_key.get("crv")
    alg = _KINDS.get((str(kind), None if curve is None else str(curve)))
    # 2.
    if alg is None or not _allows(unverified_key, alg):
        return None
    # 3.
    kid = unverified_key.get("kid")
    members = ("kty", "crv", "x", "y") if alg == ECDH else ("kty", "n", "e")
    public: dict[str, str | list[str]] = {
        name: unverified_key[name] for name in members if isinstance(unverified_key.get(name), str)
    }
    key = SealingKey(alg=alg, kid=kid if isinstance(kid, str) else None, public=public)
    return key if _is_sound(key) else None


def kept(keys: Iterable[object]) -> list[dict[str, object]]:
    """Return what is worth keeping of a registered set: the keys that are of use, and no more."""
    found = [key for key in map(usable, keys) if key is not None]
    return [
        {**key.public, "alg": key.alg, "use": "enc", **({"kid": key.kid} if key.kid else {})}
        for key in found
    ]


def has_private_part(keys: Sequence[object]) -> bool:
    """Whether somebody is about to register what should never leave their hands."""
    return any(isinstance(key, dict) and PRIVATE & key.keys() for key in keys)


def _allows(unverified_key: dict[str, object], alg: str) -> bool:
    operations = unverified_key.get("key_ops", [*_NEEDED[alg]])
    kid = unverified_key.get("kid", "")
    return (
        unverified_key.get("use", "enc") == "enc"
        and unverified_key.get("alg", alg) == alg
        and isinstance(operations, list)
        and any(isinstance(each, str) and each in _NEEDED[alg] for each in operations)
        and isinstance(kid, str)
        and len(kid) <= _LONGEST_KID
        and kid.isprintable()
    )


def _is_sound(key: SealingKey) -> bool:
    if key.alg == RSA_OAEP and not _is_sound_modulus(key.public):
        return False
    try:
        key.imported().get_op_key("encrypt" if key.alg == RSA_OAEP else "deriveKey")
    except (JoseError, ValueError, TypeError, KeyError, binascii.Error):
        return False
    return True


def _is_sound_modulus(public: dict[str, str | list[str]]) -> bool:
    """Measure the modulus before anybody computes with it, and refuse the exponents 1 and 2."""
    try:
        modulus, exponent = (_whole(str(public.get(name, ""))) for name in ("n", "e"))
    except (binascii.Error, ValueError):
        return False
    return modulus.bit_length() in RSA_BITS and exponent % 2 == 1 and 3 <= exponent < 2**64


def _whole(text: str) -> int:
    """Read a Base64urlUInt (RFC 7518 §2)."""
    return int.from_bytes(urlsafe_b64decode(text + "=" * (-len(text) % 4)), "big")
