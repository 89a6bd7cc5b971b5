"""Chip cards: which card a citizen has, what is left of its standing, and what happened to it.

A row says what was last recorded of a card. What follows from other facts is asked for at the
moment of use (`status`): a death, a cancelled number and the end of its term need no sweep.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from enum import StrEnum, unique
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, select

from app.identity import serials
from app.identity.models import CARD_VARIANTS, CardEvent
from app.identity.models import Card as Row
from app.platform import errors
from app.registry import fields as registry_fields

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from sqlalchemy.orm import Session

    from app.platform.world import World

#: What a card can be made to be for a test; None is genuine.
VARIANTS: Final = CARD_VARIANTS
#: States of a request under way, in their order: the card is not in its holder's hands.
UNDER_WAY: Final = ("requested", "taken_biometrics", "approved", "printed", "delivered")
#: States in which a card is, or last was, the one its holder goes by.
_COUNTED = ("active", "held", "expired", "lost", "damaged", "revoked")
_ONE_DAY: Final = dt.timedelta(days=1)
#: Made once: to build it takes longer than to run it.
_OF_CITIZENS: Final = (
    select(Row)
    .where(Row.citizen_id.in_(bindparam("citizen_ids", expanding=True)))
    .order_by(Row.citizen_id, Row.issued_on.asc().nulls_last(), Row.id)
)

UNKNOWN = errors.declare(
    code="card-unknown",
    kind="not_found",
    fault_of="caller",
    title_vi="Không có thẻ nào mang mã này",
    title_en="No card has this serial",
    next_vi="Xem mã thẻ bằng `dancu card list` hoặc POST /control/v1/cards/searches.",
    next_en="`dancu card list` and POST /control/v1/cards/searches tell the serials.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A card as of one day: `state` is `expired` from the day after `expires_on`.

    `number` is the personal number on the day of issue; `expires_on` is None for "no expiry".
    `variant` is None for a genuine card, else what it was made to be (`VARIANTS`).
    """

    id: int
    citizen_id: int
    number: str
    form: str
    state: str
    state_since: dt.date
    issued_on: dt.date | None
    issued_by: str | None
    expires_on: dt.date | None
    issue_reason: str
    variant: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One step in a card's life; what a generated card went through has no `recorded_at`."""

    state: str
    since: dt.date
    reason: str
    recorded_at: dt.datetime | None = None
    recorded_by: str | None = None


@unique
class Standing(StrEnum):
    """What a card is worth on a day; only `valid` is good for anything."""

    VALID = "valid"
    NOT_ISSUED = "not_issued"
    HOLDER_DECEASED = "holder_deceased"
    NUMBER_CANCELLED = "number_cancelled"
    EXPIRED = "expired"
    LOST = "lost"
    DAMAGED = "damaged"
    HELD = "held"
    REVOKED = "revoked"
    SUPERSEDED = "superseded"


#: What each standing means, in Vietnamese and in English.
MEANINGS: Final = {
    Standing.VALID: ("Thẻ còn giá trị sử dụng.", "The card is good."),
    Standing.NOT_ISSUED: ("Chưa cấp: yêu cầu đang được giải quyết.", "A request under way."),
    Standing.HOLDER_DECEASED: ("Chủ thẻ đã chết.", "The holder has died."),
    Standing.NUMBER_CANCELLED: (
        "Số định danh trên thẻ đã bị hủy, xác lập lại.",
        "The number on the card was cancelled since; the holder bears another.",
    ),
    Standing.EXPIRED: ("Thẻ hết thời hạn sử dụng.", "The card's last day has passed."),
    Standing.LOST: ("Thẻ đã báo mất.", "The card was reported lost or stolen."),
    Standing.DAMAGED: ("Thẻ hỏng, không sử dụng được.", "The card was damaged beyond use."),
    Standing.HELD: ("Thẻ đang bị giữ (Điều 29).", "The card is being held (Art 29)."),
    Standing.REVOKED: ("Thẻ đã bị thu hồi (Điều 29).", "The card was revoked (Art 29)."),
    Standing.SUPERSEDED: ("Đã cấp thẻ khác thay thế.", "Another card has replaced it."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """A card's standing on a day, and since when; `usable` is whether it may be relied on."""

    code: Standing
    since: dt.date | None

    @property
    def usable(self) -> bool:
        """Whether the card proves who its holder is."""
        return self.code is Standing.VALID


def current(session: Session, citizen_ids: Sequence[int], today: dt.date) -> dict[int, Card]:
    """Return the card each citizen has on `today`; who has none in any state is left out.

    That is the active one, else the one that last was; requests, whatever came of them, and
    superseded cards do not count. One statement.
    """
    cards = _by_citizen(session, citizen_ids)
    return {
        citizen_id: as_of(chosen, today)
        for citizen_id, rows in cards.items()
        if (chosen := _closest(rows)) is not None
    }


def replaced(session: Session, citizen_ids: Sequence[int], today: dt.date) -> dict[int, Card]:
    """Return the last card of each citizen that another one has replaced. One statement."""
    found: dict[int, Card] = {}
    for citizen_id, rows in _by_citizen(session, citizen_ids).items():
        for row in rows:  # in the order of their issue
            if row.state == "superseded" and row.issued_on is not None:
                found[citizen_id] = as_of(row, today)
    return found


def of_citizen(session: Session, citizen_id: int, today: dt.date) -> list[Card]:
    """Return every card a citizen has had or asked for, the oldest first, requests last."""
    rows = _by_citizen(session, [citizen_id]).get(citizen_id, [])
    return [as_of(row, today) for row in rows]


def by_serial(session: Session, world: World, unverified_serial: str) -> Card | None:
    """Return the card with that serial, or None. Serials are of this world alone."""
    card_id = serials.unseal(_key(world), unverified_serial)
    row = None if card_id is None else session.get(Row, card_id)
    return None if row is None else as_of(row, world.today)


def find(session: Session, world: World, unverified_serial: str) -> Card:
    """Return the card with that serial; raise `card-unknown`."""
    card = by_serial(session, world, unverified_serial)
    if card is None:
        raise UNKNOWN.error()
    return card


def serial(world: World, card: Card) -> str:
    """Return the card's public number, 16 characters; it is on its chip, too."""
    return serials.seal(_key(world), card.id)


def access_number(card: Card) -> str:
    """Return the CAN that opens the chip: the last six digits of the number.

    The real rule is not public; this one is often named, and is our choice.
    """
    return card.number[-6:]


def status(session: Session, card: Card, today: dt.date) -> Status:
    """Return what the card is worth on `today`, from its own state and its holder's.

    A holder's death comes first, then what was recorded of the card itself, then a number that was
    cancelled since, then the end of its term.
    """
    return statuses(session, [card], today)[card.id]


def statuses(session: Session, of: Sequence[Card], today: dt.date) -> dict[int, Status]:
    """Return what each card is worth, by its id: two statements for all of them."""
    names = ("state", "death_date", "superseded_pins")
    holders = registry_fields.read(session, [card.citizen_id for card in of], names, today)
    return {
        card.id: _status(card, holder, today) for card, holder in zip(of, holders, strict=True)
    }


def first_issued(session: Session, today: dt.date) -> Card | None:
    """Return some card that was issued, always the same one; None if there is none."""
    row = session.scalar(select(Row).where(Row.issued_on.is_not(None)).order_by(Row.id).limit(1))
    return None if row is None else as_of(row, today)


def _status(card: Card, holder: Mapping[str, Any], today: dt.date) -> Status:
    if card.state in UNDER_WAY:
        return Status(code=Standing.NOT_ISSUED, since=card.state_since)
    if holder["state"] == "dead":
        return Status(code=Standing.HOLDER_DECEASED, since=holder["death_date"])
    if card.state not in {"active", "expired"}:
        return Status(code=Standing(card.state), since=card.state_since)
    cancelled = {old.pin: old.superseded_on for old in holder["superseded_pins"]}
    if card.number in cancelled:
        return Status(code=Standing.NUMBER_CANCELLED, since=cancelled[card.number])
    return _of_term(card, today)


def _of_term(card: Card, today: dt.date) -> Status:
    if card.expires_on is not None and card.expires_on < today:
        return Status(code=Standing.EXPIRED, since=card.expires_on + _ONE_DAY)
    return Status(code=Standing.VALID, since=card.issued_on)


def history(session: Session, card_id: int) -> list[Event]:
    """Return what happened to a card, the oldest first. LookupError for an id that is nobody's."""
    row = session.get_one(Row, card_id)
    rows = session.scalars(
        select(CardEvent).where(CardEvent.card_id == card_id).order_by(CardEvent.id)
    )
    written = [
        Event(
            state=event.state,
            since=event.since,
            reason=event.reason,
            recorded_at=event.recorded_at,
            recorded_by=event.recorded_by,
        )
        for event in rows
    ]
    return written or generated_past(row)


def generated_past(row: Row) -> list[Event]:
    """Return the steps that can be told from the row of a card to which nothing was done here."""
    steps = []
    if row.issued_on is not None and row.state not in UNDER_WAY:
        steps.append(Event(state="active", since=row.issued_on, reason=row.issue_reason))
    if row.state != "active":
        steps.append(Event(state=row.state, since=row.state_since, reason=_why(row)))
    return steps


def has_history(session: Session, card_id: int) -> bool:
    """Whether anything has been written of a card: a generated one's past is told by its row."""
    return bool(with_history(session, [card_id]))


def with_history(session: Session, card_ids: Collection[int]) -> set[int]:
    """Return those of these cards of which anything has been written."""
    told = select(CardEvent.card_id).where(CardEvent.card_id.in_(card_ids)).distinct()
    return set(session.scalars(told)) if card_ids else set()


def closest(rows: Sequence[Row], today: dt.date) -> Card | None:
    """Return which of a citizen's cards counts on `today`, as `current` chooses it, if any."""
    chosen = _closest(rows)
    return None if chosen is None else as_of(chosen, today)


def as_of(row: Row, today: dt.date) -> Card:
    """Return a row as the card it is on `today`."""
    outlived = row.state == "active" and row.expires_on is not None and row.expires_on < today
    return Card(
        id=row.id,
        citizen_id=row.citizen_id,
        number=row.number,
        form=row.form,
        state="expired" if outlived else row.state,
        state_since=row.expires_on + _ONE_DAY if outlived and row.expires_on else row.state_since,
        issued_on=row.issued_on,
        issued_by=row.issued_by,
        expires_on=row.expires_on,
        issue_reason=row.issue_reason,
        variant=row.variant,
    )


def _why(row: Row) -> str:
    return row.issue_reason if row.state in UNDER_WAY else row.state


def _key(world: World) -> bytes:
    return world.root_key("card serials")


def _by_citizen(session: Session, citizen_ids: Sequence[int]) -> dict[int, list[Row]]:
    rows = session.scalars(_OF_CITIZENS, {"citizen_ids": list(citizen_ids)})
    found: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        found[row.citizen_id].append(row)
    return found


def _closest(rows: Sequence[Row]) -> Row | None:
    candidates = [row for row in rows if row.state in _COUNTED and row.issued_on is not None]
    latest_first = sorted(candidates, key=lambda row: (row.state_since, row.id), reverse=True)
    return min(latest_first, key=lambda row: row.state != "active", default=None)
