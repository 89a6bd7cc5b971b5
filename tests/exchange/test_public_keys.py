"""Public keys of others: which may be used to seal answers to, and which is chosen."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from joserfc.jwk import ECKey, OKPKey, RSAKey

from app.exchange import public_keys
from app.exchange.public_keys import ECDH, RSA_OAEP

EC = ECKey.generate_key("P-256").as_dict(private=False)
P521 = ECKey.generate_key("P-521").as_dict(private=False)
X25519 = OKPKey.generate_key("X25519").as_dict(private=False)
RSA = RSAKey.generate_key(2048).as_dict(private=False)


@pytest.mark.parametrize(
    ("key", "alg"), [(EC, ECDH), (P521, ECDH), (X25519, ECDH), (RSA, RSA_OAEP)]
)
def test_the_type_of_a_key_pins_its_algorithm(key, alg):
    found = public_keys.choose([{**key, "kid": "one", "use": "enc"}])
    assert (found.alg, found.kid) == (alg, "one")
    assert found.name == public_keys.choose([key]).name


def test_the_first_key_that_can_be_used_is_chosen():
    assert public_keys.choose([{"kty": "oct", "k": "AAAA"}, 7, RSA, EC]).alg == RSA_OAEP
    assert public_keys.choose([RSA, EC], ECDH).alg == ECDH
    assert public_keys.choose([RSA], ECDH) is None
    assert public_keys.choose([]) is None


@pytest.mark.parametrize(
    "said",
    [
        {"use": "sig"},
        {"alg": "ES256"},
        {"alg": "ECDH-ES"},
        {"alg": RSA_OAEP},
        {"key_ops": ["verify"]},
        {"key_ops": "deriveKey"},
        {"crv": "secp256k1"},
        {"crv": "P-384"},
        {"crv": ["P-256"]},
        {"kty": "OKP"},
        {"kty": "OKP", "crv": "Ed25519"},
        {"d": "AAAA"},
        {"x": EC["y"], "y": EC["x"]},
        {"x": "***"},
        {"x": 7},
        {"y": ""},
        {"kid": 7},
        {"kid": "k" * 201},
        {"kid": "a\nb"},
    ],
)
def test_a_key_that_says_otherwise_is_passed_over(said):
    assert public_keys.usable({**EC, **said}) is None


@pytest.mark.parametrize("said", [{"key_ops": ["deriveBits"]}, {"alg": ECDH}, {"x5c": ["AA"]}])
def test_what_a_key_says_besides_does_not_matter(said):
    assert public_keys.usable({**EC, **said}) is not None


@pytest.mark.parametrize(
    "said",
    [
        {"n": RSA["n"][:172]},
        {"n": "_" * 20_000},
        {"n": "*"},
        {"n": 7},
        {"e": "AQ"},
        {"e": "Ag"},
        {"e": "AAAA"},
        {"e": "_" * 12 + "w"},
    ],
)
def test_a_weak_or_oversized_rsa_key_is_passed_over(said):
    assert public_keys.usable({**RSA, **said}) is None


def test_only_what_is_of_use_is_kept_of_a_set():
    kept = public_keys.kept([{**EC, "kid": "a", "comment": "x" * 100}, {"kty": "oct"}, X25519])
    assert [key.get("kid") for key in kept] == ["a", None]
    assert all(key["use"] == "enc" and "comment" not in key for key in kept)
    assert public_keys.choose(kept).kid == "a"


def test_a_private_key_is_noticed():
    assert public_keys.has_private_part([EC, {**EC, "d": "AAAA"}])
    assert public_keys.has_private_part([{"kty": "oct", "k": "AAAA"}])
    assert not public_keys.has_private_part([EC, 7])


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)
_KEYISH = st.fixed_dictionaries(
    {"kty": st.sampled_from(["EC", "OKP", "RSA", "oct", 1, None])},
    optional=dict.fromkeys(
        ["crv", "x", "y", "n", "e", "use", "alg", "key_ops", "kid"],
        _JSON
        | st.sampled_from(["P-256", "X25519", "enc", "AQAB", EC["x"], X25519["x"], RSA["n"]]),
    ),
)


@example(EC | {"key_ops": [["deriveKey"], {}]})
@given(_JSON | _KEYISH)
def test_no_key_is_believed_by_mistake(unverified_key):
    found = public_keys.usable(unverified_key)
    assert found is None or found.alg in public_keys.ALGORITHMS
