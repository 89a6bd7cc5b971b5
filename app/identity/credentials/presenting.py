"""Presenting: what the simulated phone shows of a document, bound to one request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.identity import wallet
from app.identity.credentials import issuing, key_binding, sd_jwt
from app.platform import errors

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection

    from sqlalchemy.orm import Session

    from app.identity.accounts import Account
    from app.identity.wallet import Held
    from app.platform.world import World

NOTHING_TO_SHOW = errors.declare(
    code="document-not-in-wallet",
    kind="conflict",
    fault_of="citizen",
    title_vi="Ví không có giấy tờ đã tích hợp nào thuộc loại được yêu cầu",
    title_en="The wallet has no integrated document of a kind that was asked for",
    next_vi="Yêu cầu tích hợp giấy tờ vào ví trước.",
    next_en="Have the document integrated into the wallet first.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What a phone is asked to show: one document of these kinds, these claims of it."""

    kinds: Collection[str]
    claims: Collection[str]
    nonce: str
    audience: str


def present(
    session: Session, world: World, account: Account, asked: Request, now: dt.datetime
) -> str:
    """Return the presentation that the phone makes; no more is told than was asked for.

    Raises `document-not-in-wallet` and what keeps the account from its wallet.
    """
    held = choose(session, account, asked.kinds, world.today)
    credential = issuing.on_phone(session, world, account, held, now)
    return key_binding.bind(
        issuing.phone_signer(session, world, account),
        sd_jwt.choose(credential, asked.claims),
        nonce=asked.nonce,
        audience=asked.audience,
        now=int(now.timestamp()),
    )


def choose(session: Session, account: Account, kinds: Collection[str], today: dt.date) -> Held:
    """Return the first integrated document of these kinds; raise `document-not-in-wallet`."""
    for held in wallet.contents(session, account, today):
        if held.kind in kinds and held.state == "integrated":
            return held
    raise NOTHING_TO_SHOW.error()
