"""Signing: keys that only their root and label give, and signatures that others can check."""

import base64
import json

import jwt
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from hypothesis import given
from hypothesis import strategies as st

from app.platform import signing

ROOT = bytes(range(32))


def unpadded(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@given(st.binary(max_size=70))
def test_base64url_is_read_as_it_was_written(data):
    text = signing.base64url(data)
    assert text == base64.urlsafe_b64encode(data).rstrip(b"=")
    assert signing.from_base64url(text) == data


@given(st.binary(max_size=12) | st.text(alphabet="AQgw-_+/= \n", max_size=12).map(str.encode))
def test_bytes_have_one_base64url(text):
    """RFC 7515 §2, RFC 4648 §3.2, §3.3 and §3.5: nothing but what the encoder writes is read."""
    try:
        data = signing.from_base64url(text)
    except ValueError:
        return
    assert signing.base64url(data) == text


@pytest.mark.parametrize("text", [b"AA==", b"AB", b"A", b"A+", b"A A", b"AAAA\n", b"\xff\xff"])
def test_what_is_no_base64url_is_refused(text):
    with pytest.raises(ValueError, match=r"base64|[Pp]adding|data"):
        signing.from_base64url(text)


def test_derived_bytes_follow_rfc_5869():
    """Appendix A.3: SHA-256, no salt, no info."""
    derived = signing.derive_bytes(b"\x0b" * 22, "", 42)
    assert derived.hex() == (
        "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"
    )


def test_a_derived_key_is_the_same_for_ever():
    key = signing.derive_p256(ROOT, "token/1")
    assert key.private_numbers().private_value == int.from_bytes(
        signing.derive_bytes(ROOT, "p256/0/token/1"), "big"
    )


def test_a_scalar_outside_the_range_is_drawn_again(monkeypatch):
    """Half of all candidates are out of a range of half the size."""
    monkeypatch.setattr(signing, "P256_ORDER", 2**255)
    drawn = {}
    for number in range(16):
        key = signing.derive_p256(ROOT, str(number))
        drawn[number] = key.private_numbers().private_value
    candidates = {
        number: [
            int.from_bytes(signing.derive_bytes(ROOT, f"p256/{attempt}/{number}"), "big")
            for attempt in range(16)
        ]
        for number in drawn
    }
    assert drawn == {n: next(c for c in of if c < 2**255) for n, of in candidates.items()}
    assert any(of[0] >= 2**255 for of in candidates.values())


def test_other_roots_and_labels_give_other_keys():
    keys = {
        signing.derive_ed25519(root, label).private_bytes_raw()
        for root in (ROOT, ROOT[::-1])
        for label in ("a", "b")
    }
    assert len(keys) == 4


def test_a_public_key_is_written_as_rfc_7515_does():
    """The key of appendix A.3."""
    scalar = int.from_bytes(unpadded("jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"), "big")
    jwk = signing.public_jwk(ec.derive_private_key(scalar, ec.SECP256R1()).public_key())
    assert jwk == {
        "kty": "EC",
        "crv": "P-256",
        "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
    }


def test_a_thumbprint_is_rfc_9449_s():
    """The key and `jkt` of section 6.1."""
    jwk = {
        "kty": "EC",
        "x": "l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs",
        "y": "9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA",
        "crv": "P-256",
    }
    assert signing.thumbprint(jwk) == "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"


def test_a_raw_signature_verifies():
    signer = signing.Es256Signer(signing.derive_p256(ROOT, "x"))
    for number in range(64):  # a short r or s comes once in 128
        payload = str(number).encode()
        raw = signer.sign(payload)
        assert len(raw) == 64
        r, s = int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")
        der = encode_dss_signature(r, s)
        signer.public_key.verify(der, payload, ec.ECDSA(hashes.SHA256()))
        with pytest.raises(InvalidSignature):
            signer.public_key.verify(der, payload + b"x", ec.ECDSA(hashes.SHA256()))


def test_another_library_reads_our_jws():
    signer = signing.Es256Signer(signing.derive_p256(ROOT, "x"))
    compact = signer.compact(signer.protected(typ="at+jwt"), b'{"sub":"a"}')
    key = jwt.PyJWK(signer.jwk)
    decoded = jwt.decode_complete(compact, key, algorithms=["ES256"])
    assert decoded["payload"] == {"sub": "a"}
    assert decoded["header"] == {"alg": "ES256", "kid": signer.kid, "typ": "at+jwt"}


def test_a_key_set_keeps_the_key_before():
    first = signing.KeySet.derive(ROOT, "token", 1)
    second = signing.KeySet.derive(ROOT, "token", 2)
    assert first.previous is None
    assert second.previous.kid == first.current.kid
    assert second.find(first.current.kid).jwk == first.current.jwk
    assert second.find("other") is None
    assert [jwk["kid"] for jwk in second.jwks()] == [second.current.kid, first.current.kid]


def test_a_jwk_has_no_private_member():
    (jwk,) = signing.KeySet.derive(ROOT, "token", 1).jwks()
    assert set(jwk) == {"kty", "crv", "x", "y", "kid", "alg", "use"}
    assert json.loads(json.dumps(jwk)) == jwk
