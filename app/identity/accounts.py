"""eID accounts: level, state and dates (Decree 69/2024), as of one day.

What the registry and the cards say is asked at the moment of use: the account of somebody who has
died is closed, one whose papers have ended is locked, though nothing was written.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Protocol

from sqlalchemy import bindparam, select

from app.identity import account_problems as p
from app.identity import papers
from app.identity.models import Account as Row
from app.identity.models import AccountApplication, AccountContact
from app.registry import citizens
from app.sectors import subscribers

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy.orm import Session

    from app.platform.errors import Problem
    from app.registry.citizens import Brief

# Made once: to build a statement takes longer than to run it, and every sign-in asks these.
_OF_CITIZEN: Final = select(Row).where(Row.citizen_id == bindparam("citizen_id"))
_PENDING: Final = select(AccountApplication).where(
    AccountApplication.citizen_id.in_(bindparam("citizen_ids", expanding=True)),
    AccountApplication.organisation == "",
    AccountApplication.state == "pending",
)

#: Days after the notice in which a holder activates an account alone (Decree 69/2024).
ACTIVATION_DAYS: Final = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account: `collected` when the file was taken, `active` from its activation."""

    id: int
    citizen_id: int
    level: int
    state: str
    state_since: dt.date
    collected_on: dt.date
    activated_on: dt.date | None
    problem: str | None = None
    """The code of what stands against its use, as `current` found it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What an account is good for on a day: `problem` says why it cannot be used."""

    level: int
    state: str
    problem: Problem | None

    @property
    def usable(self) -> bool:
        """Whether its holder may use it."""
        return self.problem is None

    @property
    def code(self) -> str | None:
        """The code of the problem, None for an account that can be used."""
        return None if self.problem is None else self.problem.code


def current(session: Session, citizen_ids: Sequence[int], today: dt.date) -> dict[int, Account]:
    """Return each citizen's account as it stands on `today`; who has none is left out.

    A handful of statements, whatever the number of citizens.
    """
    rows = session.scalars(select(Row).where(Row.citizen_id.in_(citizen_ids)))
    found = {row.citizen_id: _view(row) for row in rows}
    standing = standings(session, found.values(), today)
    return {
        citizen_id: replace(
            account,
            state=standing[citizen_id].state,
            level=standing[citizen_id].level,
            problem=standing[citizen_id].code,
        )
        for citizen_id, account in found.items()
    }


def of(session: Session, citizen_id: int) -> Account | None:
    """Return somebody's account as it is written, None if there is none."""
    row = session.scalar(_OF_CITIZEN, {"citizen_id": citizen_id})
    return None if row is None else _view(row)


def standing(session: Session, account: Account, today: dt.date) -> Standing:
    """Return what an account is good for on `today`."""
    return standings(session, [account], today)[account.citizen_id]


def standings(
    session: Session, accounts: Iterable[Account], today: dt.date
) -> dict[int, Standing]:
    """Return what each account is good for on `today`, by citizen; the first that holds counts.

    1. The holder has died: closed, at once and for good.
    2. It was closed.
    3. It was locked, by whomever.
    4. It is still being decided whether there will be one.
    5. It was never activated; after seven days its holder cannot do that alone any more.
    6. The card, or the foreigner's permit, has ended: locked until there is a new one.
    """
    written = list(accounts)
    applied_for = _pending(session, [account.citizen_id for account in written])
    each = [applied(account, applied_for.get(account.citizen_id), today) for account in written]
    ids = [account.citizen_id for account in each]
    people = {person.id: person for person in citizens.read(session, ids)}
    locks = papers.locks(session, ids, today)
    return {
        account.citizen_id: _standing(
            account,
            people[account.citizen_id],
            (applied_for.get(account.citizen_id), locks.get(account.citizen_id)),
            today,
        )
        for account in each
    }


def applied(account: Account, application: Filed | None, today: dt.date) -> Account:
    """Return the account with what was applied for, from the day on which that is due."""
    if application is None or application.due_on > today:
        return account
    since = application.due_on
    match application.kind:
        case "register":
            return replace(account, state_since=since)
        case "upgrade":
            return replace(account, level=2)
        case "lock":
            return replace(account, state="locked", state_since=since)
        case _:
            return replace(account, state="active", state_since=since)


def phone_of(session: Session, account: Account) -> str | None:
    """Return the number that one-time codes go to: the account's, else the first in own name."""
    contact = session.get(AccountContact, account.id)
    if contact is not None and contact.phone is not None:
        return contact.phone
    return _own_phone(session, account.citizen_id)


def contact_of(session: Session, account: Account) -> tuple[str | None, str | None]:
    """Return telephone number and e-mail address; the latter only if it was told."""
    contact = session.get(AccountContact, account.id)
    return phone_of(session, account), None if contact is None else contact.email


def bound_to(session: Session, phone: str) -> int | None:
    """Return the id of the account that a telephone number was bound to, None if to none."""
    row = session.scalar(select(AccountContact).where(AccountContact.phone == phone))
    return None if row is None else row.account_id


def require(standing: Standing, level: int) -> Problem | None:
    """Return what keeps an account from a service of this level, None if nothing."""
    if standing.problem is not None:
        return standing.problem
    return p.LEVEL_TOO_LOW if standing.level < level else None


#: States an account shows for what was found in the registry, on papers and among applications.
_SHOWN: Final[Mapping[str, str]] = {
    p.HOLDER_DECEASED.code: "closed",
    p.APPLICATION_PENDING.code: "pending",
    p.CARD_EXPIRED.code: "locked",
    p.CARD_HELD.code: "locked",
    p.CARD_REVOKED.code: "locked",
    p.PERMIT_EXPIRED.code: "locked",
}


def _standing(
    account: Account, person: Brief, hindering: tuple[Filed | None, Problem | None], today: dt.date
) -> Standing:
    problem = _problem(account, person, hindering, today)
    state = account.state if problem is None else _SHOWN.get(problem.code, account.state)
    return Standing(level=account.level, state=state, problem=problem)


def _problem(
    account: Account, person: Brief, hindering: tuple[Filed | None, Problem | None], today: dt.date
) -> Problem | None:
    application, lock = hindering
    # 1.
    if person.state == "dead":
        return p.HOLDER_DECEASED
    # 2, 3.
    if account.state in _ENDED:
        return _ENDED[account.state]
    # 4, 5.
    if account.state == "collected":
        return _not_active(account, application, today)
    # 6.
    return lock


_ENDED: Final[Mapping[str, Problem]] = {"closed": p.ACCOUNT_CLOSED, "locked": p.ACCOUNT_LOCKED}


def _not_active(account: Account, application: Filed | None, today: dt.date) -> Problem:
    if application is not None and application.kind == "register" and application.due_on > today:
        return p.APPLICATION_PENDING
    last = account.state_since + dt.timedelta(days=ACTIVATION_DAYS)
    return p.NOT_ACTIVATED if today <= last else p.ACTIVATION_LAPSED


class Filed(Protocol):
    """What of an application decides over an account."""

    @property
    def kind(self) -> str:
        """What for."""

    @property
    def due_on(self) -> dt.date:
        """From when on it is granted."""


def _pending(session: Session, citizen_ids: Sequence[int]) -> dict[int, AccountApplication]:
    rows = session.scalars(_PENDING, {"citizen_ids": list(citizen_ids)})
    return {row.citizen_id: row for row in rows}


def _own_phone(session: Session, citizen_id: int) -> str | None:
    person = next(iter(citizens.read(session, [citizen_id])), None)
    if person is None:
        return None
    entries = subscribers.of_citizen(session, citizen_id, person.pin)
    return next((entry.number for entry in entries if entry.state == "active"), None)


def _view(row: Row) -> Account:
    return Account(
        id=row.id,
        citizen_id=row.citizen_id,
        level=row.level,
        state=row.state,
        state_since=row.state_since,
        collected_on=row.collected_on,
        activated_on=row.activated_on,
    )
