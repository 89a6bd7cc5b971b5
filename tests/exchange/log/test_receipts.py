"""Receipts: a caller can keep them, and nobody can make them fit another leaf."""

from __future__ import annotations

import json

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from app.exchange.log import leaves, merkle, receipts
from app.exchange.log.errors import InvalidReceiptError
from app.platform.signing import Es256Signer, derive_p256

ISSUER = "http://127.0.0.1:8000"
ORIGIN = "log.example/1"
SIGNER = Es256Signer(derive_p256(b"r" * 32, "receipts/1"))
KEYS = {SIGNER.kid: SIGNER.public_key}
DRAFT = leaves.LeafDraft(
    agency="000.00.00.H26",
    system="bank-a-basic",
    purpose="account-opening",
    legal_basis="Nghị định 69/2024/NĐ-CP",
    kind=leaves.Kind.VERIFICATION,
    outcome="match",
    fields=("full_name",),
    request_id="r1",
    domain_time="2026-01-01",
    salt="00" * 16,
)
AT = "2026-01-01T00:00:00.000Z"
TEXT = leaves.place(DRAFT, log=ORIGIN, seq=3, recorded_at=AT)
APPENDED = leaves.Appended(3, TEXT, merkle.leaf_hash(TEXT), AT)


def issued() -> str:
    return receipts.issue(APPENDED, log=ORIGIN, issuer=ISSUER, signer=SIGNER).decode()


def signed(claims: object, *, typ: str = receipts.TYPE) -> str:
    payload = json.dumps(claims).encode()
    return SIGNER.compact(SIGNER.protected(typ=typ), payload).decode()


def claims(**changed: object) -> dict[str, object]:
    return {
        "iss": ISSUER,
        "leaf": TEXT.decode(),
        "leaf_hash": merkle.leaf_hash(TEXT).hex(),
        "log": ORIGIN,
        "recorded_at": AT,
        "seq": 3,
    } | changed


def test_a_receipt_carries_the_leaf_it_is_for():
    receipt = receipts.verify(issued(), KEYS, issuer=ISSUER)
    assert receipt.leaf.encode() == TEXT
    assert receipt.leaf_hash == merkle.leaf_hash(TEXT).hex()
    assert (receipt.iss, receipt.log, receipt.seq, receipt.recorded_at) == (ISSUER, ORIGIN, 3, AT)


def test_any_jose_library_reads_a_receipt():
    opened = jwt.decode_complete(issued(), SIGNER.public_key, algorithms=["ES256"], issuer=ISSUER)
    assert opened["payload"] == claims()
    assert opened["header"]["typ"] == "dancu-receipt+jwt"


@given(st.data())
def test_no_changed_character_of_a_receipt_goes_unseen(data):
    token = issued()
    position = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(
        st.sampled_from("ABCDEFghijkl0123456789-_.=").filter(lambda char: char != token[position])
    )
    with pytest.raises(InvalidReceiptError):
        receipts.verify(token[:position] + other + token[position + 1 :], KEYS, issuer=ISSUER)


def test_the_unused_bits_of_the_signatures_last_character_are_zero():
    token = issued()
    assert token[-1] in "AQgw"  # 64 bytes leave four bits over
    with pytest.raises(InvalidReceiptError, match="padding"):
        receipts.verify(token[:-1] + chr(ord(token[-1]) + 1), KEYS, issuer=ISSUER)


@pytest.mark.parametrize(
    "changed",
    [
        {"seq": 4},
        {"log": "log.example/2"},
        {"recorded_at": "2026-01-01T00:00:00.001Z"},
        {"leaf_hash": "00" * 32},
        {"leaf": TEXT.decode().replace("match", "no_match")},
        {"iss": "http://other.example"},
        {"seq": "3"},
        {"more": 1},
    ],
)
def test_a_signed_receipt_that_contradicts_its_leaf_is_refused(changed):
    with pytest.raises(InvalidReceiptError):
        receipts.verify(signed(claims(**changed)), KEYS, issuer=ISSUER)


def test_a_signed_text_that_is_no_leaf_is_refused():
    text = "not a leaf"
    changed = claims(leaf=text, leaf_hash=merkle.leaf_hash(text.encode()).hex())
    with pytest.raises(InvalidReceiptError, match="not a leaf"):
        receipts.verify(signed(changed), KEYS, issuer=ISSUER)


def test_another_kind_of_token_of_the_same_key_is_no_receipt():
    with pytest.raises(InvalidReceiptError, match="not a receipt"):
        receipts.verify(signed(claims(), typ="at+jwt"), KEYS, issuer=ISSUER)


def test_a_receipt_of_an_unknown_key_is_refused():
    stranger = Es256Signer(derive_p256(b"s" * 32, "receipts/1"))
    token = receipts.issue(APPENDED, log=ORIGIN, issuer=ISSUER, signer=stranger).decode()
    with pytest.raises(InvalidReceiptError, match="kid"):
        receipts.verify(token, KEYS, issuer=ISSUER)


def test_the_reader_chooses_the_algorithm():
    headers = {"kid": SIGNER.kid, "typ": receipts.TYPE}
    unsigned = jwt.encode(claims(), key=None, algorithm="none", headers=headers)
    other = jwt.encode(
        claims(),
        Ed25519PrivateKey.from_private_bytes(b"e" * 32),
        algorithm="EdDSA",
        headers=headers,
    )
    for token in (unsigned, other):
        with pytest.raises(InvalidReceiptError):
            receipts.verify(token, KEYS, issuer=ISSUER)


@given(st.text(max_size=40))
def test_any_text_is_a_receipt_or_is_refused(token):
    with pytest.raises(InvalidReceiptError):
        receipts.verify(token, KEYS, issuer=ISSUER)
