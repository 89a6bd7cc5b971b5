"""Locking and unlocking: the holder at once, an authority by form TK03 within three working days.

Who locked an account unlocks it (2023 Law, Art 34; Decree 69/2024, Art 15). What the registry and
the papers do to an account nobody does here: see `accounts`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from sqlalchemy import update

from app.identity import account_history, account_law, accounts, applications, working_days
from app.identity import account_problems as p
from app.identity.account_history import Event
from app.identity.account_problems import Refused
from app.identity.models import Account as AccountRow

if TYPE_CHECKING:
    import datetime as dt

    from sqlalchemy.orm import Session

    from app.identity.accounts import Account
    from app.identity.applications import Application

Kind = Literal["lock", "unlock"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """An authority's request about an account: form TK03, by an officer, for a reason."""

    citizen_id: int
    kind: Kind
    reason: str
    filed_by: str
    officer: str


def by_holder(session: Session, account: Account, kind: Kind, today: dt.date) -> Account | Refused:
    """Lock or unlock an account as its holder asks: at once. Settle what is due before."""
    standing = accounts.standing(session, account, today)
    if standing.problem is p.HOLDER_DECEASED:
        return Refused(p.HOLDER_DECEASED)
    if account.state != ("active" if kind == "lock" else "locked"):
        return Refused(p.LOCK_STATE)
    if kind == "unlock" and _locked_by(session, account) != "holder":
        return Refused(p.NOT_UNLOCKABLE)
    state = "locked" if kind == "lock" else "active"
    event = Event(
        kind=f"{kind}ed",
        reason="holder_request",
        done_by="holder",
        happened_on=today,
        state=state,
        level=account.level,
    )
    account_history.record(session, account, event)
    session.execute(
        update(AccountRow)
        .where(AccountRow.id == account.id)
        .values(state=state, state_since=today)
    )
    session.flush()
    return accounts.of(session, account.citizen_id) or account


def by_authority(
    session: Session, request: Request, today: dt.date, now: dt.datetime
) -> Application | Refused:
    """File an authority's request; it is decided in one and two working days."""
    applications.settle(session, request.citizen_id, today, now)
    account = accounts.of(session, request.citizen_id)
    if account is None:
        return Refused(p.ACCOUNT_MISSING)
    if applications.pending(session, request.citizen_id) is not None:
        return Refused(p.APPLICATION_PENDING)
    if account.state != ("active" if request.kind == "lock" else "locked"):
        return Refused(p.LOCK_STATE)
    law = account_law.of(today)
    if law is None:
        return Refused(p.NOT_IN_FORCE)
    return applications.file(
        session,
        applications.New(
            citizen_id=request.citizen_id,
            kind=request.kind,
            level=account.level,
            filed_on=today,
            due_on=working_days.after(today, account_law.LOCK_DAYS),
            filed_by=request.filed_by,
            officer=request.officer,
            form="TK03",
            law=law.name,
            reason=request.reason,
        ),
    )


def _locked_by(session: Session, account: Account) -> str:
    locked = [each for each in account_history.of(session, account) if each.kind == "locked"]
    return locked[-1].done_by
