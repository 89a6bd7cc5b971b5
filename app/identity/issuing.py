"""Issuing by the hundred: cards and accounts that people get while a world's clock is advanced.

The same rules as at the counter (`card_requests`), for many people at once, each on a day of their
own: from the request to the hand on one day. What is written is what a generated card or account
has: the row tells its past, and steps are written down only where some have been before.

What everybody gets is read and decided outside the world's writer (`prepare`), which then makes
sure that nothing it rests on has changed since (`write`).
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

import msgspec
from sqlalchemy import (
    Text,
    bindparam,
    case,
    func,
    insert,
    literal,
    select,
    true,
    union_all,
    update,
)
from sqlalchemy import cast as as_type

from app.identity import account_history, accounts, card_life, card_requests, cards, printed
from app.identity.account_history import Event
from app.identity.card_life import Occasion
from app.identity.expiry import expires_on
from app.identity.models import Account, AccountApplication, Card
from app.platform.errors import DancuError
from app.registry import citizens, events
from app.registry import fields as registry_fields
from app.registry.countries import HOME

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from sqlalchemy import BindParameter, ColumnElement
    from sqlalchemy.orm import Session

    from app.registry.citizens import Brief

    _Paper = tuple[int, str, int]

#: What somebody may get.
CARD, ACCOUNT, ACTIVATION = KINDS = ("card", "account", "activation")
#: Why somebody does not get what was to be given: codes, beside those of `card_requests`.
GONE, HAS_ONE, NO_CARD, NOT_WAITING = (
    "citizen-not-here",
    "eid-account-exists",
    "card-not-valid",
    "eid-account-not-waiting",
)
_COUNTED = ("active", "expired", "lost", "damaged", "held")
#: Why there is a new card after one that is in this state; after others an age is the reason.
_REASONS = {"revoked": "first", "lost": "lost", "damaged": "damaged"}


class Wanted(NamedTuple):
    """Somebody who is to get something (`KINDS`) on a day; `level` is that of an account."""

    what: str
    citizen_id: int
    day: dt.date
    level: int = 2


class Holdings(NamedTuple):
    """Who holds what: ids of all who ever had a card, of those who wait for one, of accounts.

    `ending` are those whose card ends soon, has ended, or is lost or damaged. `collected` are
    accounts that were never activated.
    """

    holders: Sequence[int]
    waiting: Sequence[int]
    ending: Sequence[int]
    accounts: Sequence[int]
    collected: Sequence[int]


@dataclass(slots=True)
class Issue:
    """What some of those wanted, `done`, get, and who gets nothing, by the code of the reason.

    It was decided as of the event `version`, by the papers `seen`: of whom, in what state, and
    which.
    """

    version: int
    seen: frozenset[_Paper]
    done: list[Wanted]
    refused: dict[int, str] = field(default_factory=dict)
    cards: list[dict[str, Any]] = field(default_factory=list)
    superseded: list[dict[str, Any]] = field(default_factory=list)
    accounts: list[dict[str, Any]] = field(default_factory=list)
    activated: list[dict[str, Any]] = field(default_factory=list)
    by_hand: list[Callable[[Session], None]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of those wanted: people, their nationality, cards, accounts.

    `told` are the cards, and `written` the accounts, of which anything has been written down;
    `deciding` are those on whose application the police have not decided. `now` is real time.
    """

    people: Mapping[int, Brief]
    nationality: Mapping[int, str]
    cards: Mapping[int, list[Card]]
    told: set[int]
    accounts: Mapping[int, Account]
    written: set[int]
    deciding: set[int]
    now: dt.datetime


#: Made once: to build statements takes longer than to run them.
_IDS: Final[BindParameter[int]] = bindparam("ids", expanding=True)
_PENDING: Final = select(AccountApplication.citizen_id).where(
    AccountApplication.citizen_id.in_(_IDS), AccountApplication.state == "pending"
)
#: The papers of some citizens and the state of each: what a decision rests on.
_PAPERS: Final = union_all(
    select(Card.citizen_id, Card.state, Card.id).where(Card.citizen_id.in_(_IDS)),
    select(Account.citizen_id, Account.state, -Account.id).where(Account.citizen_id.in_(_IDS)),
    _PENDING.add_columns(literal("pending"), literal(0)),
)
_SUPERSEDE: Final = (
    update(Card)
    .where(Card.id == bindparam("key"))
    .values(state="superseded", state_since=bindparam("since"))
)
_ACTIVATE: Final = (
    update(Account)
    .where(Account.id == bindparam("key"))
    .values(state="active", state_since=bindparam("since"), activated_on=bindparam("since"))
)


def holdings(session: Session, until: dt.date) -> Holdings:
    """Read who holds what; of the cards that end, those that do by the day `until`."""
    waiting = Card.state.in_(cards.UNDER_WAY)
    ends = (Card.state == "active") & (Card.expires_on <= until)
    ending = ends | Card.state.in_(("expired", "lost", "damaged"))
    holders, under_way, to_renew = _ids(session, Card, (~waiting, waiting, ending))
    all_, collected = _ids(session, Account, (true(), Account.state == "collected"))
    return Holdings(holders, under_way, to_renew, all_, collected)


def _ids(
    session: Session, table: type[Card | Account], kinds: Sequence[ColumnElement[bool]]
) -> list[list[int]]:
    """Return whose rows of a table are of each kind: as JSON, a tenth of the time rows take."""
    own = as_type(table.citizen_id, Text)
    texts = [func.aggregate_strings(case((kind, own)), ",") for kind in kinds]
    told = session.execute(select(*texts)).one()
    return [msgspec.json.decode(f"[{text or ''}]", type=list[int]) for text in told]


def prepare(
    session: Session, wanted: Sequence[Wanted], now: dt.datetime, at_once: int
) -> Iterator[Issue]:
    """Decide what each of these people gets, each one once, in pieces of `at_once` at most.

    The session may only read; `now` is real time. Nothing that one gets changes what another does:
    all is read at once, and pieces may be written later, in any order.

    - A card: who had none gets the first; whose card ends within two years or has ended, the next;
      whose request is under way, that.
    - An account is collected from who has a card; an account that was collected is activated.
    """
    version = events.version(session)
    seen: dict[int, set[_Paper]] = defaultdict(set)
    for paper in _seen(session, [one.citizen_id for one in wanted]):
        seen[paper[0]].add(paper)
    known = _known(session, wanted, now)
    issue = Issue(version, frozenset(), [])
    for one in wanted:
        # What goes its steps at the counter takes as long as a hundred rows.
        if len(issue.done) >= at_once or issue.by_hand:
            yield issue
            issue = Issue(version, frozenset(), [])
        issue.seen |= seen[one.citizen_id]
        issue.done.append(one)
        holder = known.people.get(one.citizen_id)
        code = GONE if holder is None else _GIVEN[one.what](issue, one, holder, known)
        if code is not None:
            issue.refused[one.citizen_id] = code
    if issue.done:
        yield issue


def write(session: Session, issue: Issue) -> None:
    """Write what was prepared, in the world's writer.

    Raises `Outdated` if what it rests on has changed since.
    """
    ids = [one.citizen_id for one in issue.done]
    if events.version(session) != issue.version or _seen(session, ids) != issue.seen:
        raise events.Outdated
    for give in issue.by_hand:
        give(session)
    connection = session.connection()
    for statement, rows in (
        (_SUPERSEDE, issue.superseded),  # the cards before make room
        (insert(Card), issue.cards),
        (insert(Account), issue.accounts),
        (_ACTIVATE, issue.activated),
    ):
        if rows:
            connection.execute(statement, rows)


def _seen(session: Session, ids: Collection[int]) -> frozenset[_Paper]:
    rows = session.connection().execute(_PAPERS, {"ids": list(ids)})
    return frozenset((citizen_id, state, which) for citizen_id, state, which in rows)


def _known(session: Session, wanted: Sequence[Wanted], now: dt.datetime) -> _Known:
    ids = [one.citizen_id for one in wanted]
    people = {person.id: person for person in citizens.read(session, ids)}
    today = max((one.day for one in wanted), default=dt.date.min)
    told = registry_fields.read(session, list(people), ("nationality",), today)
    own: dict[int, list[Card]] = defaultdict(list)
    for card in session.scalars(select(Card).where(Card.citizen_id.in_(ids)).order_by(Card.id)):
        own[card.citizen_id].append(card)
    kept = session.scalars(select(Account).where(Account.citizen_id.in_(ids))).all()
    return _Known(
        people=people,
        nationality={
            citizen_id: said["nationality"] for citizen_id, said in zip(people, told, strict=True)
        },
        cards=own,
        told=cards.with_history(session, [card.id for rows in own.values() for card in rows]),
        accounts={account.citizen_id: account for account in kept},
        written=account_history.written(session, [account.id for account in kept]),
        deciding=set(session.scalars(_PENDING, {"ids": ids})),
        now=now,
    )


def _card(issue: Issue, one: Wanted, holder: Brief, known: _Known) -> str | None:
    """Give the next card, or the one that was asked for; return why not."""
    own, today = known.cards.get(holder.id, []), one.day
    by = Occasion(today=today, now=known.now, by="authority")
    last = cards.closest(own, today)
    reason = "first" if last is None else _REASONS.get(last.state, "age_milestone")
    asked = next((card.id for card in own if card.state in cards.UNDER_WAY), None)
    try:
        form = card_requests.form_for(holder, known.nationality[holder.id], by, asks=False)
        if asked is None:
            card_requests.founded(holder, last, reason, today)
    except DancuError as error:
        return error.code
    if asked is not None:
        issue.by_hand.append(lambda session: _finish(session, asked, by))
        return None
    for card in (card for card in own if card.state in _COUNTED):
        if card.id in known.told:
            issue.by_hand.append(_superseding(card.id, reason, by))
        else:
            issue.superseded.append({"key": card.id, "since": today})
    issue.cards.append(
        {
            "citizen_id": holder.id,
            "number": holder.pin,
            "form": form,
            "state": "active",
            "state_since": today,
            "issued_on": today,
            "issued_by": printed.ISSUERS[form],
            "expires_on": expires_on(holder.birth_date, today),
            "issue_reason": reason,
        }
    )
    return None


def _account(issue: Issue, one: Wanted, holder: Brief, known: _Known) -> str | None:
    """Collect an account; return why not."""
    card = cards.closest(known.cards.get(holder.id, []), one.day)
    if holder.state != "alive" or known.nationality[holder.id] != HOME:
        return GONE
    if holder.id in known.accounts:
        return HAS_ONE
    if card is None or card.state != "active":
        return NO_CARD
    said = {"citizen_id": holder.id, "level": one.level, "state": "collected"}
    issue.accounts.append({**said, "state_since": one.day, "collected_on": one.day})
    return None


def _activation(issue: Issue, one: Wanted, holder: Brief, known: _Known) -> str | None:
    """Activate the account that was collected; return why not."""
    account = known.accounts.get(holder.id)
    is_waiting = account is not None and account.state == "collected"
    if account is None or not is_waiting or holder.state != "alive" or holder.id in known.deciding:
        return NOT_WAITING
    issue.activated.append({"key": account.id, "since": one.day})
    if account.id in known.written:
        event = Event(
            kind="activated",
            reason="holder_request",
            done_by="holder",
            happened_on=one.day,
            state="active",
            level=account.level,
        )
        issue.by_hand.append(lambda session: _note(session, holder.id, event))
    return None


#: What gives each kind.
_GIVEN: Final[Mapping[str, Callable[[Issue, Wanted, Brief, _Known], str | None]]] = {
    CARD: _card,
    ACCOUNT: _account,
    ACTIVATION: _activation,
}


def _finish(session: Session, card_id: int, by: Occasion) -> None:
    """Hand over the card that was asked for, step by step."""
    card_requests.advance(session, card_id, by, to="active")


def _superseding(card_id: int, reason: str, by: Occasion) -> Callable[[Session], None]:
    """Return what lets a card of which something is written make room, and writes that down."""
    return lambda session: card_life.enter(
        session, session.get_one(Card, card_id), "superseded", reason, by
    )


def _note(session: Session, citizen_id: int, event: Event) -> None:
    """Write down an activation where something was written of the account before."""
    account = cast("accounts.Account", accounts.of(session, citizen_id))
    account_history.record(session, account, event)
