"""What of wallets is forgotten: in time, and in a world that begins anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete

from app.identity import share_codes
from app.identity.credentials import offers
from app.identity.models import Credential, CredentialOffer, ShareCode, SpentNonce

if TYPE_CHECKING:
    import datetime as dt

    from sqlalchemy.orm import Session


def sweep(session: Session, now: dt.datetime) -> None:
    """Delete, as a job of the world's writer, the codes, offers and nonces that have ended."""
    offers.sweep(session, now)
    share_codes.sweep(session, now)


def begin_again(session: Session) -> None:
    """Forget what another incarnation signed, offered and shared: its issuer was another.

    Documents stay in their wallets; a phone gets its credentials anew when it needs them.
    """
    for model in (ShareCode, CredentialOffer, SpentNonce, Credential):
        session.execute(delete(model))
