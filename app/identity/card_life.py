"""What can happen to a card: every move from state to state, checked, with its reason and history.

| move | from | to |
|---|---|---|
| request, advance | requested → taken_biometrics → approved → printed → delivered → active | |
| report_lost | active, expired | lost |
| report_damaged | active, expired | damaged |
| find | lost | active |
| hold, release | active, held | held, active |
| revoke | any that was issued and is not superseded or revoked | revoked |
| cancel | any under way | revoked |

Requests are in `card_requests`. A card becomes `superseded` when the next one is handed over. No
move makes it `expired`: its last day does (`cards.status`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from app.identity import cards
from app.identity.models import Card as Row
from app.identity.models import CardEvent
from app.platform import errors
from app.platform.errors import InvalidParam

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from sqlalchemy.orm import Session

    from app.identity.cards import Card

By = Literal["holder", "representative", "authority"]

MOVE_REFUSED = errors.declare(
    code="card-move-refused",
    kind="conflict",
    fault_of="caller",
    title_vi="Thẻ đang ở trạng thái không cho phép thao tác này",
    title_en="The card is in a state in which this cannot happen to it",
    next_vi="Xem trạng thái và lịch sử của thẻ; tài liệu cards.md liệt kê các bước chuyển.",
    next_en="Read the card with its history; docs/cards.md lists which state leads where.",
)
REASON_UNKNOWN = errors.declare(
    code="card-reason-unknown",
    kind="invalid",
    fault_of="caller",
    title_vi="Pháp luật không có lý do này cho thao tác đó",
    title_en="The law does not have this reason for that",
    next_vi="Dùng một trong các lý do nêu trong invalid_params.",
    next_en="Use one of the reasons named in invalid_params.",
)
NOT_THEIRS = errors.declare(
    code="card-move-not-theirs",
    kind="unprocessable",
    fault_of="caller",
    title_vi="Chỉ cơ quan có thẩm quyền làm được việc này",
    title_en="Only the authority can do this",
    next_vi="Gửi by: authority.",
    next_en="Send by: authority.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """When something happens, and who has it happen: the world's day and real time."""

    today: dt.date
    now: dt.datetime
    by: By


@dataclass(frozen=True, slots=True)
class Move:
    """A way from some states to another, with its reasons, the usual one first, and who may."""

    name: str
    source: tuple[str, ...]
    target: str
    reasons: tuple[str, ...]
    by: tuple[By, ...]
    law: str


_ANYBODY: Final[tuple[By, ...]] = ("holder", "representative", "authority")
_AUTHORITY: Final[tuple[By, ...]] = ("authority",)
_IN_HAND: Final = ("active", "expired")
_ISSUED: Final = ("active", "expired", "held", "lost", "damaged")
#: Moves by name, without the way from a request to a card (`card_requests`).
MOVES: Final = {
    move.name: move
    for move in (
        Move("report_lost", _IN_HAND, "lost", ("lost", "stolen"), _ANYBODY, "Art 24 (2)"),
        Move("report_damaged", _IN_HAND, "damaged", ("damaged",), _ANYBODY, "Art 24 (2)"),
        Move("find", ("lost",), "active", ("found",), _ANYBODY, "–"),
        Move(
            "hold",
            ("active",),
            "held",
            (
                "detention",
                "prison",
                "reform_school",
                "compulsory_education",
                "compulsory_rehabilitation",
            ),
            _AUTHORITY,
            "Art 29 (2)",
        ),
        Move("release", ("held",), "active", ("released",), _AUTHORITY, "Art 29 (3)"),
        Move(
            "revoke",
            _ISSUED,
            "revoked",
            (
                "issued_in_error",
                "nationality_lost",
                "nationality_renounced",
                "naturalisation_annulled",
                "altered",
                "holder_deceased",
            ),
            _AUTHORITY,
            "Art 29 (1)",
        ),
        Move(
            "cancel",
            cards.UNDER_WAY,
            "revoked",
            ("request_withdrawn", "request_refused"),
            _ANYBODY,
            "–",
        ),
    )
}


def move(
    session: Session, card_id: int, name: str, occasion: Occasion, reason: str | None = None
) -> Card:
    """Let one of `MOVES` happen to a card; return the card as it is then.

    A card that was made and never handed over has no day of issue any more when it is cancelled.
    Raises `card-move-refused`, `card-move-not-theirs` and `card-reason-unknown`; KeyError for a
    name that is no move.
    """
    way = MOVES[name]
    chosen = reason or way.reasons[0]
    if chosen not in way.reasons:
        known = ", ".join(way.reasons)
        raise REASON_UNKNOWN.error(params=(InvalidParam("reason", known, known),))
    if occasion.by not in way.by:
        raise NOT_THEIRS.error()
    row = session.get_one(Row, card_id, with_for_update=True)
    now = cards.as_of(row, occasion.today)
    if now.state not in way.source:
        raise refusal(now.state, way.source)
    if way.target == "active" and now.expires_on is not None and now.expires_on < occasion.today:
        # It comes back into its holder's hands, and is found to have expired meanwhile.
        enter(session, row, "expired", chosen, occasion)
    else:
        if name == "cancel":
            row.issued_on = row.issued_by = row.expires_on = None
        enter(session, row, way.target, chosen, occasion)
    return cards.as_of(row, occasion.today)


def refusal(state: str, source: tuple[str, ...]) -> errors.DancuError:
    """Return the error that tells in which state the card is and in which it would have to be."""
    wanted = ", ".join(source)
    return MOVE_REFUSED.error(
        f"the card is {state}; this happens to a card that is {wanted}",
        detail_vi=f"thẻ đang ở trạng thái {state}; thao tác này cần trạng thái {wanted}",
    )


def enter(session: Session, row: Row, state: str, reason: str, occasion: Occasion) -> None:
    """Put a card into a state from today, and write that down beside what was before."""
    session.add_all(_events_so_far(session, row))
    row.state, row.state_since = state, occasion.today
    write(session, row, reason, occasion)


def write(session: Session, row: Row, reason: str, occasion: Occasion) -> None:
    """Write down the state that a card came into today."""
    session.add(
        CardEvent(
            card_id=row.id,
            state=row.state,
            since=occasion.today,
            reason=reason,
            recorded_at=occasion.now,
            recorded_by=occasion.by,
        )
    )
    session.flush()


def make_variant(session: Session, card_id: int, variant: str | None) -> None:
    """Make a card other than genuine (`cards.VARIANTS`), or genuine again (None): for tests."""
    session.get_one(Row, card_id).variant = variant
    session.flush()


def _events_so_far(session: Session, row: Row) -> Iterator[CardEvent]:
    """Give what a generated card went through, if nothing is written of it yet."""
    if cards.has_history(session, row.id):
        return
    for event in cards.generated_past(row):
        yield CardEvent(
            card_id=row.id,
            state=event.state,
            since=event.since,
            reason=event.reason,
            recorded_at=None,
            recorded_by=None,
        )
