"""What a caller keeps of an exchange: the leaf itself, signed by the log when it was recorded.

A receipt is a compact JWS (RFC 7515), ES256, typ `dancu-receipt+jwt`. It promises that the leaf
stands at index `seq`; the inclusion proof, once a checkpoint covers the leaf, shows the promise
kept. A log that drops the leaf has signed the evidence against itself.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec

from app.exchange.log import leaves, merkle
from app.exchange.log.errors import InvalidReceiptError, MalformedLeafError, UnknownKeyError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

    from app.platform.signing import Es256Signer

TYPE = "dancu-receipt+jwt"
_ALGORITHM = "ES256"


class Receipt(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The claims of a receipt. `leaf` is the leaf's exact text, `leaf_hash` RFC 6962's, in hex."""

    iss: str
    leaf: str
    leaf_hash: str
    log: str
    recorded_at: str
    seq: int


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Receipt)


def issue(appended: leaves.Appended, *, log: str, issuer: str, signer: Es256Signer) -> bytes:
    """Sign the receipt of one recorded leaf of the log with this origin."""
    claims = Receipt(
        iss=issuer,
        leaf=appended.leaf_text.decode(),
        leaf_hash=appended.leaf_hash.hex(),
        log=log,
        recorded_at=appended.recorded_at,
        seq=appended.seq,
    )
    return signer.compact(_protected(signer), _encoder.encode(claims))


def verify(
    unverified_receipt: str, keys: Mapping[str, EllipticCurvePublicKey], *, issuer: str
) -> Receipt:
    """Return a receipt that the issuer signed with one of `keys` (by kid) and that fits its leaf.

    Raises `InvalidReceiptError`, of which `UnknownKeyError` is one. What is not checked: that the
    leaf is in the tree; that takes an inclusion proof for `leaf_hash` and a checkpoint.
    """
    # 1. The signature, by an algorithm and a key that we choose.
    claims = _open(unverified_receipt, keys)
    # 2. The issuer.
    if claims.iss != issuer:
        raise InvalidReceiptError("another issuer made the receipt")
    # 3. The leaf is whole, and is what the hash is over.
    text = claims.leaf.encode()
    if merkle.leaf_hash(text).hex() != claims.leaf_hash:
        raise InvalidReceiptError("the hash is not the leaf's")
    try:
        leaf = leaves.parse(text)
    except MalformedLeafError as error:
        raise InvalidReceiptError(str(error)) from error
    # 4. The claims beside the leaf say what the leaf says.
    if (leaf.log, leaf.seq, leaf.recorded_at) != (claims.log, claims.seq, claims.recorded_at):
        raise InvalidReceiptError("the claims are not those of the leaf")
    return claims


def _open(unverified_receipt: str, keys: Mapping[str, EllipticCurvePublicKey]) -> Receipt:
    import jwt  # noqa: PLC0415 - heavy, and to sign takes none of it

    jws = jwt.PyJWS(algorithms=[_ALGORITHM])
    try:
        header = jws.get_unverified_header(unverified_receipt)
        key = keys.get(str(header.get("kid")))
        if key is None:
            raise UnknownKeyError("no key of that kid")
        if header.get("typ") != TYPE:  # RFC 8725 §3.11
            raise InvalidReceiptError("the token is not a receipt")
        payload = jws.decode(unverified_receipt, key, algorithms=[_ALGORITHM])
        return _decoder.decode(payload)
    except (jwt.InvalidTokenError, msgspec.DecodeError, UnicodeError) as error:
        raise InvalidReceiptError(f"not a receipt of this log: {error}") from None


@lru_cache(maxsize=64)
def _protected(signer: Es256Signer) -> bytes:
    return signer.protected(typ=TYPE)
