"""Keys derived from a root secret, and JSON Web Signatures (RFC 7515) assembled by hand."""

from __future__ import annotations

import binascii
import json
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

#: The order of P-256's base point (FIPS 186-5; SEC 2 §2.4.2).
P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_SCALAR_BYTES = 32
_URL_SAFE = bytes.maketrans(b"+/", b"-_")
_STANDARD = bytes.maketrans(b"-_", b"+/")
_ECDSA_SHA256 = ec.ECDSA(hashes.SHA256())


def base64url(data: bytes) -> bytes:
    """Encode as RFC 7515 §2 wants it: URL-safe, without padding."""
    return binascii.b2a_base64(data, newline=False).translate(_URL_SAFE).rstrip(b"=")


def from_base64url(text: bytes) -> bytes:
    """Decode what `base64url` gives, and nothing else: one text alone means these bytes.

    Raises `ValueError` for padding, letters of another alphabet, and bits left over.
    """
    data = binascii.a2b_base64(text.translate(_STANDARD) + b"=" * (-len(text) % 4))
    if base64url(data) != text:
        raise ValueError("not base64url")
    return data


def derive_bytes(root: bytes, label: str, length: int = 32) -> bytes:
    """Return `length` bytes that only this root and label give (HKDF-SHA256, RFC 5869)."""
    kdf = HKDF(algorithm=hashes.SHA256(), length=length, salt=None, info=label.encode())
    return kdf.derive(root)


def derive_p256(root: bytes, label: str) -> ec.EllipticCurvePrivateKey:
    """Return the P-256 private key of that label.

    A candidate outside 1…n−1 is rejected and the next one drawn (FIPS 186-5 A.2.2), so every
    scalar is equally likely.
    """
    attempt = 0
    while True:
        candidate = derive_bytes(root, f"p256/{attempt}/{label}", _SCALAR_BYTES)
        scalar = int.from_bytes(candidate, "big")
        if 0 < scalar < P256_ORDER:
            return ec.derive_private_key(scalar, ec.SECP256R1())
        attempt += 1


def derive_ed25519(root: bytes, label: str) -> Ed25519PrivateKey:
    """Return the Ed25519 private key of that label; any 32 bytes are one (RFC 8032 §5.1.5)."""
    return Ed25519PrivateKey.from_private_bytes(derive_bytes(root, f"ed25519/{label}"))


def thumbprint(jwk: dict[str, str]) -> str:
    """Return the JWK thumbprint (RFC 7638) of an EC key: SHA-256, base64url."""
    required = {name: jwk[name] for name in ("crv", "kty", "x", "y")}
    canonical = json.dumps(required, sort_keys=True, separators=(",", ":"))
    return base64url(sha256(canonical.encode()).digest()).decode()


def public_jwk(key: ec.EllipticCurvePublicKey) -> dict[str, str]:
    """Return the public key as an EC JWK (RFC 7518 §6.2.1), without a `kid`."""
    numbers = key.public_numbers()
    x, y = (base64url(n.to_bytes(_SCALAR_BYTES, "big")).decode() for n in (numbers.x, numbers.y))
    return {"kty": "EC", "crv": "P-256", "x": x, "y": y}


class Es256Signer:
    """A P-256 key that signs by ES256 (RFC 7518 §3.4); `kid` defaults to its thumbprint."""

    def __init__(self, private_key: ec.EllipticCurvePrivateKey, kid: str | None = None) -> None:
        self.private_key = private_key
        self.public_key = private_key.public_key()
        public = public_jwk(self.public_key)
        self.kid = kid or thumbprint(public)
        self.jwk = {**public, "kid": self.kid, "alg": "ES256", "use": "sig"}

    def sign(self, payload: bytes) -> bytes:
        """Return the 64 bytes r ‖ s over `payload`."""
        r, s = decode_dss_signature(self.private_key.sign(payload, _ECDSA_SHA256))
        return r.to_bytes(_SCALAR_BYTES, "big") + s.to_bytes(_SCALAR_BYTES, "big")

    def protected(self, **members: str) -> bytes:
        """Return the protected header, encoded: `alg`, `kid` and `members` (say `typ`).

        It is the same for every message of a kind: make it once and keep it.
        """
        header = {"alg": "ES256", "kid": self.kid, **members}
        return base64url(json.dumps(header, separators=(",", ":")).encode())

    def compact(self, protected_b64: bytes, payload: bytes) -> bytes:
        """Return the JWS compact serialisation (RFC 7515 §7.1) of `payload`."""
        signing_input = protected_b64 + b"." + base64url(payload)
        return signing_input + b"." + base64url(self.sign(signing_input))


def derive_signer(root: bytes, use: str, version: int) -> Es256Signer:
    """Return the ES256 key of one use; versions count up from 1 with every rotation."""
    return Es256Signer(derive_p256(root, f"{use}/{version}"))


@dataclass(frozen=True)
class KeySet:
    """The ES256 keys of one use: the current one, and the one before it, still accepted."""

    use: str
    current: Es256Signer
    previous: Es256Signer | None

    @classmethod
    def derive(cls, root: bytes, use: str, version: int) -> KeySet:
        """Derive the keys of `version`, which counts up from 1 with every rotation."""
        previous = derive_signer(root, use, version - 1) if version > 1 else None
        return cls(use, derive_signer(root, use, version), previous)

    @cached_property
    def signers(self) -> tuple[Es256Signer, ...]:
        """The signers whose signatures are still accepted, the current one first."""
        return (self.current,) if self.previous is None else (self.current, self.previous)

    def find(self, kid: str) -> Es256Signer | None:
        """The signer with that key id, if it is still accepted."""
        return next((signer for signer in self.signers if signer.kid == kid), None)

    def jwks(self) -> list[dict[str, str]]:
        """The public keys, as the members of a JWK Set's `keys` (RFC 7517 §5)."""
        return [signer.jwk for signer in self.signers]
