"""Sessions with a chip: kept in the world's database between one request and the next.

Not in the process: with several workers the next request may come to another one, and a server
that is started anew goes on where it was. A request reads the session, the chip answers, and what
it remembers then is written by the world's writer, unless another request was quicker: a chip
answers one reader at a time. Keys of a session lie in the database for its few minutes; they
protect a simulated card.
"""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec
from sqlalchemy import func, insert, select, update

from app.identity.chip import applet, forgetting, personalising
from app.identity.models import ChipSession as Row
from app.platform import errors

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from app.identity.cards import Card
    from app.identity.chip.applet import Chip
    from app.platform.world import World

LIFETIME: Final = dt.timedelta(minutes=5)
#: Sessions that a world holds at once.
MOST: Final = 1_000

UNKNOWN = errors.declare(
    code="chip-session-unknown",
    kind="not_found",
    fault_of="caller",
    title_vi="Không có phiên đọc chip này, hoặc phiên đã hết hạn",
    title_en="There is no such session with this chip, or it has ended",
    next_vi="Mở phiên mới: POST /v1/cards/{serial}/sessions. Phiên kéo dài 5 phút.",
    next_en="Open another one: POST /v1/cards/{serial}/sessions. A session lasts 5 minutes.",
)
BUSY = errors.declare(
    code="chip-session-busy",
    kind="conflict",
    fault_of="caller",
    title_vi="Chip đang trả lời một yêu cầu khác của phiên này",
    title_en="The chip was answering another request of this session",
    next_vi="Gửi lần lượt từng yêu cầu trong một phiên; mở phiên mới để đọc lại từ đầu.",
    next_en="Send one request of a session at a time; open another session to begin anew.",
)
FULL = errors.declare(
    code="chip-sessions-full",
    kind="too_many",
    fault_of="caller",
    title_vi="Quá nhiều phiên đọc chip đang mở",
    title_en="Too many sessions with chips are open",
    next_vi="Đợi các phiên cũ hết hạn (5 phút) rồi thử lại.",
    next_en="Wait until earlier sessions have ended (5 minutes), then try again.",
)


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """A session that has just been opened."""

    id: str
    expires_at: dt.datetime


@dataclass(kw_only=True)
class Kept:
    """A session at hand: the chip, what it remembers, and which answer is its next."""

    id: str
    turn: int
    chip: Chip
    state: applet.Session


def begin(session: Session, card: Card, owner: str, *, now: dt.datetime) -> Opened:
    """Put the card into a reader's field, as a job of the world's writer.

    The caller has made sure that it has a chip. Raises `chip-sessions-full`.
    """
    forgetting.sweep(session, now)
    if (session.scalar(select(func.count()).select_from(Row)) or 0) >= MOST:
        raise FULL.error(retry_after=int(LIFETIME.total_seconds()))
    opened = Opened(id=secrets.token_hex(16), expires_at=now + LIFETIME)
    session.execute(
        insert(Row).values(
            id=opened.id,
            card_id=card.id,
            owner=owner,
            state=_encode(applet.Session()),
            turn=0,
            expires_at=opened.expires_at,
        )
    )
    return opened


def load(
    session: Session, world: World, card: Card, session_id: str, owner: str, *, now: dt.datetime
) -> Kept:
    """Return a session as it was left; raise `chip-session-unknown`, also for somebody else's."""
    row = session.get(Row, session_id)
    if row is None or (row.card_id, row.owner) != (card.id, owner) or row.expires_at <= now:
        raise UNKNOWN.error()
    chip = personalising.chip_of(session, world, card)
    return Kept(id=row.id, turn=row.turn, chip=chip, state=_decode(row.state))


def transmit(kept: Kept, commands: Sequence[bytes]) -> list[bytes]:
    """Have the chip answer commands in their order; `kept` remembers. Touches no database."""
    return [
        applet.answer(kept.chip, kept.state, command, secrets.token_bytes) for command in commands
    ]


def save(session: Session, kept: Kept) -> None:
    """Write what the chip remembers, as a job of the world's writer; raise `chip-session-busy`."""
    saved = session.execute(
        update(Row)
        .where(Row.id == kept.id, Row.turn == kept.turn)
        .values(state=_encode(kept.state), turn=kept.turn + 1)
        .returning(Row.id)
    )
    if saved.first() is None:
        raise BUSY.error()


_encode: Final = msgspec.msgpack.Encoder().encode
_decode: Final = msgspec.msgpack.Decoder(applet.Session).decode
