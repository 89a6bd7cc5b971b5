"""Share codes: what a holder lets one clerk see, once, within a minute.

For a counter without a reader: the phone shows a code, and a QR code of it; the clerk's system
redeems it. The clerk sees what the holder chose, as the wallet has it at that moment.
"""

from __future__ import annotations

import base64
import datetime as dt
import secrets
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import delete, select, update

from app.identity import wallet
from app.identity.models import ShareCode, WalletDocument
from app.platform import errors

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from app.identity.accounts import Account

LIFETIME: Final = dt.timedelta(seconds=60)
#: Eighty bits: 16 letters of base32, which nobody guesses in a minute.
_CODE_BYTES: Final = 10
#: What a QR code of a share code begins with, so that a reader knows what it has read.
QR_PREFIX: Final = "DANCU-SHARE:1:"
_KEPT: Final = dt.timedelta(days=1)

CLAIM_UNKNOWN = errors.declare(
    code="claim-unknown",
    kind="invalid",
    fault_of="caller",
    title_vi="Giấy tờ này không có thông tin được nêu",
    title_en="The document has no such claim",
    next_vi="Xem các thông tin của loại giấy tờ tại GET /v1/credential-types.",
    next_en="GET /v1/credential-types lists the claims of each kind.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """What a code is good for, and until when. The code itself is told once, here."""

    code: str
    kind: str
    claims: list[str]
    expires_at: dt.datetime

    @property
    def qr_text(self) -> str:
        """What a QR code of it says."""
        return f"{QR_PREFIX}{self.code}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Redeemed:
    """What the clerk sees. `failed` says why nothing: `unknown`, `expired`, `used`, `ended`."""

    failed: str | None
    citizen_id: int | None = None
    kind: str | None = None
    claims: dict[str, Any] | None = None


def share(
    session: Session,
    account: Account,
    document_id: int,
    claims: Sequence[str],
    today: dt.date,
    now: dt.datetime,
) -> Shared:
    """Make a code for these claims of a document.

    Raises `document-unknown`, `document-not-integrated`, `claim-unknown` and what keeps the
    account from its wallet.
    """
    wallet.usable(session, account, today)
    held = wallet.find(session, account, document_id, today)
    if held.state != "integrated":
        raise wallet.NOT_INTEGRATED.error()
    check_claims(held.kind, claims)
    code = base64.b32encode(secrets.token_bytes(_CODE_BYTES)).decode()
    session.add(
        ShareCode(
            code_hash=_hash(code),
            document_id=held.id,
            claims=list(claims),
            created_at=now,
            expires_at=now + LIFETIME,
            redeemed_at=None,
        )
    )
    session.flush()
    return Shared(code=code, kind=held.kind, claims=list(claims), expires_at=now + LIFETIME)


def check_claims(kind: str, claims: Sequence[str]) -> None:
    """Raise `claim-unknown` for claims that a kind of document does not have."""
    known = {claim.name for claim in wallet.kind_of(kind).every_claim}
    unknown = tuple(
        errors.InvalidParam(f"body.claims.{place}", "not of this kind", "không thuộc loại này")
        for place, name in enumerate(claims)
        if name not in known
    )
    if unknown:
        raise CLAIM_UNKNOWN.error(params=unknown)


def kind_of(session: Session, code: str) -> str | None:
    """Return of which kind the document of a code is, None for a code that there is not."""
    return session.scalar(
        select(WalletDocument.kind)
        .join(ShareCode, ShareCode.document_id == WalletDocument.id)
        .where(ShareCode.code_hash == _hash(code))
    )


def redeem(session: Session, code: str, today: dt.date, now: dt.datetime) -> Redeemed:
    """Use a code, in the world's writer: of all who try, one has it.

    Whether the document still counts, and its account may be used, is asked now.
    """
    hashed = _hash(code)
    used = session.execute(
        update(ShareCode)
        .where(
            ShareCode.code_hash == hashed,
            ShareCode.redeemed_at.is_(None),
            ShareCode.expires_at > now,
        )
        .values(redeemed_at=now)
        .returning(ShareCode.document_id, ShareCode.claims)
    ).one_or_none()
    if used is None:
        return Redeemed(failed=_why_not(session, hashed))
    document_id, claims = used
    account = wallet.account_of(session, document_id)
    try:
        wallet.usable(session, account, today)
    except errors.DancuError:
        return Redeemed(failed="ended", citizen_id=account.citizen_id)
    held = wallet.find(session, account, document_id, today)
    if held.state != "integrated":
        return Redeemed(failed="ended", citizen_id=account.citizen_id)
    return Redeemed(
        failed=None,
        citizen_id=account.citizen_id,
        kind=held.kind,
        claims={name: held.claims.get(name) for name in claims},
    )


def sweep(session: Session, now: dt.datetime) -> None:
    """Delete codes that nobody asks about any more."""
    session.execute(delete(ShareCode).where(ShareCode.expires_at < now - _KEPT))


def _why_not(session: Session, hashed: bytes) -> str:
    row = session.execute(
        select(ShareCode.redeemed_at).where(ShareCode.code_hash == hashed)
    ).one_or_none()
    if row is None:
        return "unknown"
    return "expired" if row.redeemed_at is None else "used"


def _hash(code: str) -> bytes:
    return sha256(code.encode()).digest()
