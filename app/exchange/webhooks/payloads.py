"""Payloads: what a message says, `type`, `timestamp` and `data` as Standard Webhooks has them."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

import msgspec

from app.exchange.change_feed import ChangeItem
from app.exchange.proof import LeafPlace
from app.exchange.webhooks.messages import TEST
from app.registry import world_events

if TYPE_CHECKING:
    from app.exchange.proof import Proof

#: A day of the world's clock begins at midnight in Việt Nam.
_VIETNAM: Final = dt.timezone(dt.timedelta(hours=7))


class Fired(msgspec.Struct, frozen=True, kw_only=True):
    """What is fired by hand says."""

    text: str = "Thông điệp thử · a test message"


class Payload(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The body of a message. `data` is the item that the change feed has of it.

    `timestamp` is when it happened: midnight in Việt Nam of the day by the world's clock.
    `receipt` proves that what was sent is in the log, at `leaf`.
    """

    type: str
    timestamp: str
    data: ChangeItem | Fired
    webhook: str
    world: str
    simulated: bool
    legal_basis: str | None = None
    receipt: str | None = None
    leaf: LeafPlace | None = None


_encoder = msgspec.json.Encoder()


def type_of(kind: str) -> str:
    """Return the type of a message about an event of this kind: `life_event.permanent_move`.

    Of what happens to all it is `world_event.administrative_merger`.
    """
    group = "world_event." if kind in world_events.NAMES else "life_event."
    return group + kind.replace("-", "_")


def of_change(
    item: ChangeItem, webhook_id: str, issuer: str, legal_basis: str, proved: Proof
) -> bytes:
    """Return the body of a message about a change."""
    midnight = dt.datetime.combine(item.occurred_on, dt.time(), _VIETNAM)
    return _encoder.encode(
        Payload(
            type=type_of(item.kind),
            timestamp=midnight.isoformat(),
            data=item,
            webhook=webhook_id,
            world=issuer,
            simulated=True,
            legal_basis=legal_basis,
            receipt=proved.receipt,
            leaf=proved.leaf,
        )
    )


def of_test(webhook_id: str, issuer: str, at: dt.datetime) -> bytes:
    """Return the body of a message that was fired by hand: it is about nobody."""
    return _encoder.encode(
        Payload(
            type=TEST,
            timestamp=at.isoformat(),
            data=Fired(),
            webhook=webhook_id,
            world=issuer,
            simulated=True,
        )
    )
