"""RSA keys that derive: the same each time, each label's own, and good for other libraries."""

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from app.platform import rsa_keys

ROOT = b"r" * 32


@pytest.fixture(scope="module")
def signer():
    return rsa_keys.derive_rs256(ROOT, "id_token/1")


def test_a_root_and_a_label_give_one_key(signer):
    numbers = signer.private_key.private_numbers()
    rsa_keys._derived.cache_clear()
    again = rsa_keys.derive_rs256(ROOT, "id_token/1")
    assert again.private_key.private_numbers() == numbers
    assert again.kid == signer.kid


def test_the_key_is_one_as_others_make_them(signer):
    assert signer.private_key.key_size == rsa_keys.BITS
    numbers = signer.private_key.private_numbers()
    assert numbers.p != numbers.q
    assert numbers.p * numbers.q == numbers.public_numbers.n
    other = rsa.generate_private_key(65537, 2048).private_numbers()
    assert rsa_keys._is_prime(other.p)
    assert not rsa_keys._is_prime(other.p * other.q)
    assert not rsa_keys._is_prime(561)  # Carmichael's


def test_another_library_checks_what_it_signs(signer):
    token = signer.compact(signer.protected(typ="JWT"), b'{"sub":"x"}').decode()
    assert jwt.decode(token, jwt.PyJWK(signer.jwk), ["RS256"]) == {"sub": "x"}
    assert jwt.get_unverified_header(token)["kid"] == signer.kid
