"""RSA keys derived from a root secret, for those who can check no elliptic curve: RS256.

A key is the same each time, as all keys of a world are; finding its primes takes part of a second,
so it is made when it is first asked for and kept while the process lives.
"""

from __future__ import annotations

import hashlib
import json
import threading
from functools import lru_cache
from math import gcd, prod
from typing import Final

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from app.platform.signing import base64url, derive_bytes

BITS: Final = 2048
_EXPONENT: Final = 65537
_PRIME_BYTES: Final = BITS // 16
#: Rounds that leave an error below 2^-128 for random candidates of this size (FIPS 186-5, B.1).
_ROUNDS: Final = 8
_SMALL: Final = tuple(
    n for n in range(3, 2000, 2) if all(n % d for d in range(3, int(n**0.5) + 1, 2))
)
_PRODUCT: Final = prod(_SMALL)
_making: Final = threading.Lock()


class Rs256Signer:
    """A key that signs by RS256 (RFC 7518 §3.3); its `kid` is its thumbprint (RFC 7638)."""

    def __init__(self, private_key: rsa.RSAPrivateKey) -> None:
        self.private_key = private_key
        self.public_key = private_key.public_key()
        numbers = self.public_key.public_numbers()
        public = {
            "e": base64url(numbers.e.to_bytes(3, "big")).decode(),
            "kty": "RSA",
            "n": base64url(numbers.n.to_bytes(BITS // 8, "big")).decode(),
        }
        canonical = json.dumps(public, sort_keys=True, separators=(",", ":"))
        self.kid = base64url(hashlib.sha256(canonical.encode()).digest()).decode()
        self.jwk = {**public, "kid": self.kid, "alg": "RS256", "use": "sig"}

    def protected(self, **members: str) -> bytes:
        """Return the protected header, encoded: `alg`, `kid` and `members` (say `typ`)."""
        header = {"alg": "RS256", "kid": self.kid, **members}
        return base64url(json.dumps(header, separators=(",", ":")).encode())

    def compact(self, protected_b64: bytes, payload: bytes) -> bytes:
        """Return the JWS compact serialisation (RFC 7515 §7.1) of `payload`."""
        signing_input = protected_b64 + b"." + base64url(payload)
        signature = self.private_key.sign(signing_input, padding.PKCS1v15(), hashes.SHA256())
        return signing_input + b"." + base64url(signature)


def derive_rs256(root: bytes, label: str) -> Rs256Signer:
    """Return the 2,048-bit key of that label: two primes drawn from streams of their own."""
    with _making:  # of many who ask at first, one looks for primes
        return _derived(root, label)


@lru_cache(maxsize=64)
def _derived(root: bytes, label: str) -> Rs256Signer:
    p = _prime(root, f"rsa/p/{label}")
    q = _prime(root, f"rsa/q/{label}")
    return Rs256Signer(_key(max(p, q), min(p, q)))


def _key(p: int, q: int) -> rsa.RSAPrivateKey:
    d = pow(_EXPONENT, -1, (p - 1) * (q - 1) // gcd(p - 1, q - 1))
    return rsa.RSAPrivateNumbers(
        p=p,
        q=q,
        d=d,
        dmp1=d % (p - 1),
        dmq1=d % (q - 1),
        iqmp=pow(q, -1, p),
        public_numbers=rsa.RSAPublicNumbers(_EXPONENT, p * q),
    ).private_key()


def _prime(root: bytes, label: str) -> int:
    """Return the first prime at or after a number drawn at random, its two upper bits set."""
    drawn = int.from_bytes(derive_bytes(root, label, _PRIME_BYTES), "big")
    candidate = drawn | (0b11 << (8 * _PRIME_BYTES - 2)) | 1
    while not _is_prime(candidate):
        candidate += 2
    return candidate


def _is_prime(number: int) -> bool:
    """Miller–Rabin after trial division; `number` is odd and large. Not constant-time."""
    if gcd(number, _PRODUCT) != 1 or gcd(number - 1, _EXPONENT) != 1:
        return False
    odd, twos = number - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    return all(_witnesses(number, base, odd, twos) for base in _SMALL[:_ROUNDS])


def _witnesses(number: int, base: int, odd: int, twos: int) -> bool:
    """Whether `base` finds nothing against `number` being prime."""
    power = pow(base, odd, number)
    if power in (1, number - 1):
        return True
    for _ in range(twos - 1):
        power = power * power % number
        if power == number - 1:
            return True
    return False
