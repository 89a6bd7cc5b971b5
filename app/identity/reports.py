"""Reports of life events, with what cards and accounts have to say to them.

The registry checks what it keeps itself. Whoever reports a life event does so through this room,
so that nobody's card is older than its holder may be. A card and an account keep what stood on
them: a correction of the holder does not print them anew.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from app.identity.models import Account, Card
from app.platform.errors import InvalidParam
from app.registry import events
from app.registry.reporting import checks

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from sqlalchemy.orm import Session

    from app.registry.events import Applied, Changed, Prepared, Report

_BIRTH: Final = frozenset({"birth_year", "birth_month", "birth_day"})
#: From which age there were cards of the form of 2021 (2014 Law, Art 19); those of 2024 are for
#: everybody, as accounts are.
_AGE_OF_2021: Final = 14


def prepare(
    session: Session, kind: str, rows: Sequence[Mapping[str, Any]], report: Report
) -> Prepared:
    """Read and check a file of reports, all of it; `events.write` writes it.

    Raises what `events.apply_all` raises.
    """
    return events.prepare(session, kind, rows, report, (_too_young,))


def enter(session: Session, kind: str, payload: Mapping[str, Any], report: Report) -> Applied:
    """Read, check and write one report. Objections name its members as `event.pin`.

    Raises `life-event-malformed` and `life-event-refused`, with nothing written.
    """
    prepared = events.prepare(session, kind, [payload], report, (_too_young,), "event.")
    [applied] = events.write(session, prepared)
    return applied


def _too_young(session: Session, changed: Sequence[Changed]) -> Iterator[tuple[int, InvalidParam]]:
    """Object to a date of birth at which a card or an account could not have been given."""
    reborn = {one.citizen_id: one for one in changed if _BIRTH & one.columns}
    cards = session.execute(
        select(Card.citizen_id, Card.issued_on, Card.form)
        .where(Card.citizen_id.in_(reborn))
        .order_by(Card.citizen_id, Card.issued_on)
    )
    for citizen_id, issued_on, form in cards:
        age = _AGE_OF_2021 if form == "2021" else 0
        born = reborn[citizen_id].birth
        if issued_on is not None and not checks.may_have_been(age, born, issued_on):
            yield (
                reborn[citizen_id].row,
                InvalidParam(
                    "birth_date",
                    "the person would have been too young for a card on record, which its day of "
                    "issue tells (card_issued_on)",
                    "người này khi đó chưa đủ tuổi để được cấp thẻ trên sổ (card_issued_on)",
                ),
            )
    accounts = session.execute(
        select(Account.citizen_id, Account.collected_on)
        .where(Account.citizen_id.in_(reborn))
        .order_by(Account.citizen_id)
    )
    for citizen_id, collected_on in accounts:
        if not checks.may_have_been(0, reborn[citizen_id].birth, collected_on):
            yield (
                reborn[citizen_id].row,
                InvalidParam(
                    "birth_date",
                    "an eID account on record was collected before that day",
                    "có tài khoản định danh đã được thu nhận trước ngày đó",
                ),
            )
