"""What happened to an account, why, and who had it done: kept, and told.

The past of a generated account is told from its own dates until something happens to it; then it
is written down first.
"""

from __future__ import annotations

import datetime as dt  # noqa: TC003 - read at run time, where JSON schemas are made of `Event`
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from app.identity.models import AccountEvent as Row

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from sqlalchemy.orm import Session

    from app.identity.accounts import Account


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened, and the state and level it led to. `done_by` is who caused it."""

    kind: str
    reason: str
    done_by: str
    officer: str | None = None
    happened_on: dt.date
    state: str
    level: int | None


def of(session: Session, account: Account) -> list[Event]:
    """Return what happened to an account, the first first."""
    told = session.scalars(select(Row).where(Row.account_id == account.id).order_by(Row.id)).all()
    return [_event(row) for row in told] or list(_past(account))


def of_organisation(session: Session, account_id: int) -> list[Event]:
    """Return what happened to an organisation's account, the first first."""
    told = session.scalars(
        select(Row).where(Row.organisation_account_id == account_id).order_by(Row.id)
    )
    return [_event(row) for row in told]


def record(session: Session, account: Account, event: Event) -> None:
    """Write down what happens to an account; `account` is as it was before."""
    coming = [event] if is_written(session, account.id) else [*_past(account), event]
    session.add_all(Row(account_id=account.id, **asdict(each)) for each in coming)
    session.flush()


def is_written(session: Session, account_id: int) -> bool:
    """Whether anything has been written of an account: a generated one's past is in its row."""
    return bool(written(session, [account_id]))


def written(session: Session, account_ids: Collection[int]) -> set[int]:
    """Return those of these accounts of which anything has been written."""
    told = select(Row.account_id).where(Row.account_id.in_(account_ids)).distinct()
    return {account_id for account_id in session.scalars(told) if account_id is not None}


def begin(session: Session, account_id: int, event: Event) -> None:
    """Write down the first thing that happens to a new account."""
    session.add(Row(account_id=account_id, **asdict(event)))
    session.flush()


def record_organisation(session: Session, account_id: int, event: Event) -> None:
    """Write down what happens to an organisation's account."""
    session.add(Row(organisation_account_id=account_id, **asdict(event)))
    session.flush()


def _past(account: Account) -> Iterable[Event]:
    """Tell the past of a generated account; why it was locked or closed is what is usual."""

    def event(kind: str, reason: str, done_by: str, day: dt.date, state: str) -> Event:
        return Event(
            kind=kind,
            reason=reason,
            done_by=done_by,
            happened_on=day,
            state=state,
            level=account.level,
        )

    yield event("granted", "registration", "police", account.collected_on, "collected")
    if account.activated_on is not None:
        yield event("activated", "holder_request", "holder", account.activated_on, "active")
    if account.state == "locked":
        yield event("locked", "holder_request", "holder", account.state_since, "locked")
    if account.state == "closed":
        yield event("closed", "holder_died", "registry", account.state_since, "closed")


def _event(row: Row) -> Event:
    return Event(
        kind=row.kind,
        reason=row.reason,
        done_by=row.done_by,
        officer=row.officer,
        happened_on=row.happened_on,
        state=row.state,
        level=row.level,
    )
