"""Challenges for Active Authentication: ours, good for one proof within a minute.

Were the reader to choose them, it could replay what a chip once signed.
"""

from __future__ import annotations

import datetime as dt
import secrets
from typing import TYPE_CHECKING, Final

import msgspec
from sqlalchemy import insert, update

from app.identity.chip.active import CHALLENGE_BYTES
from app.identity.models import ChipChallenge as Row

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

LIFETIME: Final = dt.timedelta(seconds=60)


class Issued(msgspec.Struct, frozen=True, kw_only=True):
    """A challenge, and until when it is good."""

    challenge: bytes
    expires_at: dt.datetime


def issue(session: Session, owner: str, *, now: dt.datetime) -> Issued:
    """Make a challenge for a system, as a job of the world's writer."""
    issued = Issued(challenge=secrets.token_bytes(CHALLENGE_BYTES), expires_at=now + LIFETIME)
    values = {"challenge": issued.challenge.hex(), "owner": owner, "expires_at": issued.expires_at}
    session.execute(insert(Row).values(values))
    return issued


def take(session: Session, challenge: bytes, owner: str, *, now: dt.datetime) -> bool:
    """Use a challenge up, as a job of the world's writer; False if it is not good (any more).

    One statement decides: of many that come at once with one challenge, one takes it.
    """
    taken = session.execute(
        update(Row)
        .where(
            Row.challenge == challenge.hex(),
            Row.owner == owner,
            Row.used_at.is_(None),
            Row.expires_at > now,
        )
        .values(used_at=now)
        .returning(Row.challenge)
    )
    return taken.first() is not None
