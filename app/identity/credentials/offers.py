"""OpenID4VCI 1.0: credentials for another wallet, by a pre-authorised code.

    offer (phone) → code → token → nonce → proof of a key → credential

The phone makes the offer, which is the holder's consent; the other wallet redeems the code at the
token endpoint without being registered (§6.1), proves a key by a JWT over a fresh nonce (App. F.1)
and gets the credential bound to it. Of whatever is shown to us only hashes are kept.
"""

from __future__ import annotations

import datetime as dt
import hmac
import secrets
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import delete, update

from app.identity import wallet
from app.identity.credentials import issuing, jws, nonces
from app.identity.credentials.sd_jwt import RejectedError
from app.identity.models import CredentialOffer
from app.platform import fresh

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.identity.accounts import Account
    from app.platform.world import World

GRANT_TYPE: Final = "urn:ietf:params:oauth:grant-type:pre-authorized_code"
PROOF_TYPE: Final = "openid4vci-proof+jwt"
LIFETIME: Final = dt.timedelta(minutes=10)
TOKEN_SECONDS: Final = 600
#: How often a transaction code may be wrong before the offer is over.
MOST_WRONG_CODES: Final = 5
#: Credentials that one token is good for: a wallet asks again where an answer was lost.
MOST_CREDENTIALS: Final = 3
_SKEW: Final = 60
_SECRET_BYTES: Final = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """An offer as the phone shows it; code and transaction code are told once, here."""

    code: str
    tx_code: str | None
    kind: str
    expires_at: dt.datetime


class VciError(Exception):
    """An error of the protocol, by its code (RFC 6749 §5.2, OpenID4VCI §8.3.1)."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(error, description)
        self.error = error
        self.description = description


def configuration_id(kind: str) -> str:
    """Return how the issuer's metadata names a kind of document."""
    return f"{kind}-sd-jwt"


def offer(
    session: Session,
    account: Account,
    document_id: int,
    *,
    with_code: bool,
    now: dt.datetime,
    today: dt.date,
) -> Offer:
    """Offer an integrated document of this account to another wallet.

    Raises `document-unknown`, `document-not-integrated`, and what keeps the account from its
    wallet.
    """
    wallet.usable(session, account, today)
    held = wallet.find(session, account, document_id, today)
    if held.state != "integrated":
        raise wallet.NOT_INTEGRATED.error()
    code = secrets.token_urlsafe(_SECRET_BYTES)
    tx_code = f"{secrets.randbelow(10**6):06}" if with_code else None
    session.add(
        CredentialOffer(
            id=fresh.hex128(),
            document_id=held.id,
            code_hash=_hash(code),
            tx_code_hash=None if tx_code is None else _hash(tx_code),
            wrong_codes=0,
            created_at=now,
            expires_at=now + LIFETIME,
            redeemed_at=None,
            token_hash=None,
            issued=0,
        )
    )
    session.flush()
    return Offer(code=code, tx_code=tx_code, kind=held.kind, expires_at=now + LIFETIME)


def credential_offer(world: World, made: Offer) -> dict[str, Any]:
    """Return the offer's JSON (§4.1.1)."""
    grant: dict[str, Any] = {"pre-authorized_code": made.code}
    if made.tx_code is not None:
        grant["tx_code"] = {"input_mode": "numeric", "length": len(made.tx_code)}
    return {
        "credential_issuer": world.issuer,
        "credential_configuration_ids": [configuration_id(made.kind)],
        "grants": {GRANT_TYPE: grant},
    }


def redeem(session: Session, code: str, tx_code: str | None, now: dt.datetime) -> str | VciError:
    """Give a token for a pre-authorised code, in the world's writer: of all who try, one has it.

    Commit whatever comes of it: wrong transaction codes are counted. The error is a value.
    """
    row = session.query(CredentialOffer).filter_by(code_hash=_hash(code)).one_or_none()
    if row is None or row.expires_at <= now or row.wrong_codes >= MOST_WRONG_CODES:
        return VciError("invalid_grant", "The code is unknown, expired or was used before.")
    if (row.tx_code_hash is None) != (tx_code is None):
        return VciError("invalid_request", "A tx_code is given where the offer has one, and only.")
    if row.tx_code_hash is not None and not hmac.compare_digest(
        row.tx_code_hash, _hash(tx_code or "")
    ):
        row.wrong_codes += 1
        session.flush()
        return VciError("invalid_grant", "The tx_code is wrong.")
    token = secrets.token_urlsafe(_SECRET_BYTES)
    used = session.execute(
        update(CredentialOffer)
        .where(CredentialOffer.id == row.id, CredentialOffer.redeemed_at.is_(None))
        .values(
            redeemed_at=now,
            token_hash=_hash(token),
            expires_at=now + dt.timedelta(seconds=TOKEN_SECONDS),
        )
        .returning(CredentialOffer.id)
    ).first()
    if used is None:
        return VciError("invalid_grant", "The code is unknown, expired or was used before.")
    return token


def check_token(session: Session, unverified_token: str, now: dt.datetime) -> None:
    """Raise `VciError` for a token that gives nothing, before anything else is looked at."""
    _of_token(session, unverified_token, now)


def issue(
    session: Session,
    world: World,
    unverified_token: str,
    configuration: str,
    proof: str,
    now: dt.datetime,
) -> str:
    """Give the credential of a token's offer, bound to the key that the proof is by.

    1. The token is known and alive, and has not given too many.
    2. The configuration is the one that was offered.
    3. The proof is by the key in its header, for us, over a nonce of ours that nobody used.
    4. The document still counts, and the account may be used.

    Raises `VciError`, and what keeps the account from its wallet.
    """
    # 1.
    row = _of_token(session, unverified_token, now)
    account = wallet.account_of(session, row.document_id)
    held = wallet.find(session, account, row.document_id, world.today)
    # 2.
    if configuration != configuration_id(held.kind):
        raise VciError("unknown_credential_configuration", "Another one was offered.")
    # 3.
    jwk = _proved(session, world, proof, now)
    # 4.
    wallet.usable(session, account, world.today)
    row.issued += 1
    _, text = issuing.issue(session, world, held, jwk, now)
    return text


def sweep(session: Session, now: dt.datetime) -> None:
    """Delete offers and nonces that have expired."""
    session.execute(delete(CredentialOffer).where(CredentialOffer.expires_at <= now))
    nonces.sweep(session, now)


def _of_token(session: Session, unverified_token: str, now: dt.datetime) -> CredentialOffer:
    row = (
        session.query(CredentialOffer).filter_by(token_hash=_hash(unverified_token)).one_or_none()
    )
    if row is None or row.expires_at <= now or row.issued >= MOST_CREDENTIALS:
        raise VciError("invalid_token", "The token is unknown, expired or used up.")
    return row


def _proved(session: Session, world: World, proof: str, now: dt.datetime) -> dict[str, str]:
    """Return the key that a wallet proves to hold (App. F.1), its nonce spent."""
    try:
        unverified = jws.read(proof, PROOF_TYPE, "proof")
        key = jws.public_key(unverified.header.get("jwk"), "proof")
        claims = jws.check(unverified, key, "proof")
    except RejectedError as rejected:
        raise VciError("invalid_proof", f"The proof: {rejected.detail}.") from None
    made = claims.get("iat")
    if claims.get("aud") != world.issuer or "iss" in claims:
        raise VciError("invalid_proof", "The proof's aud must be the issuer, and it has no iss.")
    if not isinstance(made, int) or abs(now.timestamp() - made) > nonces.SECONDS + _SKEW:
        raise VciError("invalid_proof", "The proof's iat must be now.")
    if not nonces.spend(session, world, claims.get("nonce"), now):
        raise VciError("invalid_nonce", "The nonce is not ours, expired or used: get another.")
    jwk = unverified.header["jwk"]
    return {name: jwk[name] for name in ("kty", "crv", "x", "y")}


def _hash(secret: str) -> bytes:
    return sha256(secret.encode()).digest()
