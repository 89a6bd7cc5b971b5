"""Provenance: who supplied what is told of a person's card and eID account, and when.

Nothing is kept for it: it is read off the history of both, on a day of the world's clock.
1. What is printed on a card came with its issue, by the ministry, on the day of issue.
2. Its state came with the last thing that happened to it: that its term has ended, with the issue.
3. What an account is came with its registration, its activation, or what changed it since.
4. What others decide over card and account (a death, a cancelled number, a paper that ended) was
   supplied by whoever supplied that.

Who is told to have supplied it is the ministry, but where the holder or who represents them did
it on the phone or asked for it: that the ministry enters what others ask for is our reading.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from app.identity import account_history, accounts, cards
from app.identity import account_problems as p
from app.identity.cards import Standing
from app.registry import citizens
from app.registry import provenance as registry
from app.registry.provenance import Provenance
from app.sectors import residence_permits

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from sqlalchemy.orm import Session

    from app.identity.accounts import Account
    from app.identity.cards import Card

    _Events = Sequence[account_history.Event]

Source = Literal[
    "card_issue",
    "card_change",
    "account_registration",
    "account_activation",
    "account_change",
    "residence_permit",
]

_MINISTRY: Final = "bca"
#: Who does something themselves; for all others the ministry does it.
_THEMSELVES: Final = frozenset({"holder", "representative"})
_TITLES: Final[Mapping[Source, tuple[str, str]]] = {
    "card_issue": ("Cấp thẻ", "Issue of the card"),
    "card_change": ("Cập nhật tình trạng thẻ", "Change of the card's state"),
    "account_registration": (
        "Đăng ký tài khoản định danh điện tử",
        "Registration of the eID account",
    ),
    "account_activation": (
        "Kích hoạt tài khoản định danh điện tử",
        "Activation of the eID account",
    ),
    "account_change": ("Cập nhật tài khoản định danh điện tử", "Change of the eID account"),
    "residence_permit": ("Giấy tờ cư trú của người nước ngoài", "A foreigner's residence permit"),
}
_SOURCES: Final[Mapping[str, Source]] = {
    "granted": "account_registration",
    "activated": "account_activation",
}
_PRINTED: Final = (
    "card_issued_on",
    "card_issued_by",
    "card_expires_on",
    "card_form",
    "card_number",
)
#: Which field of the registry decides what a card is worth.
_DECIDING: Final[Mapping[Standing, str]] = {
    Standing.HOLDER_DECEASED: "state",
    Standing.NUMBER_CANCELLED: "superseded_pins",
}
#: Problems of accounts that come from the card.
_OF_CARD: Final = frozenset({p.CARD_EXPIRED.code, p.CARD_HELD.code, p.CARD_REVOKED.code})


class _At(NamedTuple):
    """Whose, and on which day; and the card they have, if any."""

    session: Session
    citizen_id: int
    today: dt.date
    card: Card | None


def of(session: Session, citizen_id: int, today: dt.date) -> dict[str, Provenance]:
    """Return who supplied each of the identity room's fields; those of what is not there lack.

    What has become due of applications is to be settled before (`applications.settle`).
    """
    card = cards.current(session, [citizen_id], today).get(citizen_id)
    at = _At(session, citizen_id, today, card)
    told = {} if card is None else _of_card(at, card)
    account = accounts.of(session, citizen_id)
    return told if account is None else told | _of_account(at, account)


def _of_card(at: _At, card: Card) -> dict[str, Provenance]:
    issue = _told("card_issue", "authority", card.issued_on)
    state = _state_of(at, card)
    deciding = _DECIDING.get(cards.status(at.session, card, at.today).code)
    worth = state if deciding is None else _of_registry(at, deciding)
    return {
        **dict.fromkeys(_PRINTED, issue),
        "card_state": state,
        "card_status": worth,
        "card_status_since": worth,
    }


def _state_of(at: _At, card: Card) -> Provenance:
    last = cards.history(at.session, card.id)[-1]
    is_issue = (last.state, last.reason) == ("active", card.issue_reason)
    return _told("card_issue" if is_issue else "card_change", last.recorded_by, last.since)


def _of_account(at: _At, account: Account) -> dict[str, Provenance]:
    events = account_history.of(at.session, account)
    activated = [each for each in events if each.kind == "activated"]
    state = _event(_last_change(events, "state"))
    problem = accounts.standing(at.session, account, at.today).code
    shown = _deciding(at, problem) or state
    return {
        "account_level": _event(_last_change(events, "level")),
        "account_state": shown,
        "account_state_since": state,
        "account_activated_on": _event(activated[-1] if activated else events[0]),
        "account_problem": shown,
    }


def _last_change(events: _Events, column: Literal["state", "level"]) -> account_history.Event:
    """Return the last of what happened that changed this, the first included."""
    changed = [
        after
        for before, after in pairwise(events)
        if getattr(before, column) != getattr(after, column)
    ]
    return [events[0], *changed][-1]


def _deciding(at: _At, problem: str | None) -> Provenance | None:
    """Return who supplied what keeps an account from use, where that is not written in it."""
    if problem == p.HOLDER_DECEASED.code:
        return _of_registry(at, "state")
    if problem in _OF_CARD and at.card is not None:
        return _state_of(at, at.card)
    if problem == p.PERMIT_EXPIRED.code:
        [holder] = citizens.read(at.session, [at.citizen_id])
        permit = residence_permits.latest(at.session, holder.pin)
        return _told("residence_permit", None, None if permit is None else permit.issued_on)
    return None


def _event(event: account_history.Event) -> Provenance:
    source = _SOURCES.get(event.kind, "account_change")
    return _told(source, event.done_by, event.happened_on)


def _of_registry(at: _At, field: str) -> Provenance:
    return registry.of(at.session, at.citizen_id, [field])[field]


def _told(source: Source, done_by: str | None, on: dt.date | None) -> Provenance:
    title_vi, title_en = _TITLES[source]
    return Provenance(
        supplied_by=done_by if done_by in _THEMSELVES else _MINISTRY,
        source=source,
        source_vi=title_vi,
        source_en=title_en,
        on=on,
        event_id=None,
        documents=(),
    )
