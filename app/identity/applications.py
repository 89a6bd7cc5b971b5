"""Applications about eID accounts: what was filed, until when it is decided, and how.

An application that nobody decided earlier is granted on the day it is due: whoever asks about the
account from that day on finds it so (`applied`), and the next who changes anything about it, or
the sweep, writes it down (`settle`). By the world's clock.
"""

from __future__ import annotations

import datetime as dt  # noqa: TC003 - read at run time, where JSON schemas are made of them
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from sqlalchemy import delete, select

from app.identity import account_history, accounts, messages
from app.identity import account_problems as p
from app.identity.account_history import Event
from app.identity.models import Account as AccountRow
from app.identity.models import AccountApplication as Row
from app.identity.models import AccountContact, AccountEvent, OrganisationAccount
from app.platform import fresh

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

Kind = Literal["register", "upgrade", "lock", "unlock"]

NOTICE = (
    "Tài khoản định danh điện tử đã được cấp. Hãy kích hoạt trong bảy ngày.",
    "Your eID account has been granted. Activate it within seven days.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """An application as it stands. `organisation` is a tax code, empty for a person's account.

    `filed_by` is `holder`, `representative` or a system's client id; `refusal` a problem's code.
    """

    id: str
    citizen_id: int
    organisation: str
    kind: Kind
    level: int | None
    state: str
    filed_on: dt.date
    due_on: dt.date
    decided_on: dt.date | None
    filed_by: str
    officer: str | None
    form: str
    law: str
    reason: str
    refusal: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class New:
    """What is applied for; see `Application`."""

    citizen_id: int
    kind: Kind
    level: int | None
    filed_on: dt.date
    due_on: dt.date
    filed_by: str
    form: str
    law: str
    reason: str
    organisation: str = ""
    officer: str | None = None
    phone: str | None = None
    email: str | None = None
    representative_id: int | None = None


def file(session: Session, new: New) -> Application:
    """Take an application down. What is not checked: anything of what it says.

    There is one at a time about an account: `eid-application-pending` is for the caller to refuse.
    """
    row = Row(
        id=fresh.hex128(),
        state="pending",
        decided_on=None,
        refusal=None,
        **{name: getattr(new, name) for name in New.__dataclass_fields__},
    )
    session.add(row)
    session.flush()
    return _view(row)


def find(session: Session, application_id: str) -> Application | None:
    """Return an application as it is written, None if there is none."""
    row = session.get(Row, application_id)
    return None if row is None else _view(row)


def of_citizen(session: Session, citizen_id: int, today: dt.date) -> list[Application]:
    """Return what somebody applied for, organisations' accounts too, the last first.

    One that has become due is shown as granted.
    """
    rows = session.scalars(
        select(Row).where(Row.citizen_id == citizen_id).order_by(Row.filed_on.desc(), Row.id)
    )
    return [shown(_view(row), today) for row in rows]


def shown(application: Application, today: dt.date) -> Application:
    """Return the application as it stands on `today`."""
    if application.state == "pending" and application.due_on <= today:
        return replace(application, state="approved", decided_on=application.due_on)
    return application


def pending(session: Session, citizen_id: int, organisation: str = "") -> Application | None:
    """Return the application about an account that nobody has written a decision on."""
    row = session.scalar(
        select(Row).where(
            Row.citizen_id == citizen_id,
            Row.organisation == organisation,
            Row.state == "pending",
        )
    )
    return None if row is None else _view(row)


def pending_of_organisation(session: Session, tax_code: str) -> Application | None:
    """Return the application for an organisation's account that is not decided in writing."""
    row = session.scalar(select(Row).where(Row.organisation == tax_code, Row.state == "pending"))
    return None if row is None else _view(row)


def settle(session: Session, citizen_id: int, today: dt.date, now: dt.datetime) -> None:
    """Write down what has become due of this citizen's applications, in the world's writer."""
    rows = session.scalars(
        select(Row).where(
            Row.citizen_id == citizen_id, Row.state == "pending", Row.due_on <= today
        )
    ).all()
    for row in rows:
        _grant(session, row, row.due_on, now)


def settle_all(session: Session, today: dt.date, now: dt.datetime, most: int = 500) -> None:
    """Write down what has become due, of everybody; at most so many, as the writer is held."""
    rows = session.scalars(
        select(Row).where(Row.state == "pending", Row.due_on <= today).limit(most)
    ).all()
    for row in rows:
        _grant(session, row, row.due_on, now)


def approve(
    session: Session, application: Application, today: dt.date, now: dt.datetime
) -> Application:
    """Grant a pending application before it is due."""
    row = _row(session, application)
    _grant(session, row, today, now)
    return _view(row)


def refuse(
    session: Session, application: Application, refusal: str, today: dt.date
) -> Application:
    """Refuse a pending application; an account that it was to open is no more."""
    row = _row(session, application)
    row.state, row.decided_on, row.refusal = "refused", today, refusal
    session.flush()
    if row.kind == "register" and not row.organisation:
        account = accounts.of(session, row.citizen_id)
        if account is not None:
            for table in (AccountEvent, AccountContact):
                session.execute(delete(table).where(table.account_id == account.id))
            session.execute(delete(AccountRow).where(AccountRow.id == account.id))
    if row.kind == "register" and row.organisation:
        _forget_organisation(session, row.organisation)
    return _view(row)


def _row(session: Session, application: Application) -> Row:
    row = session.get(Row, application.id)
    if row is None or row.state != "pending":
        raise p.APPLICATION_DECIDED.error()
    return row


def _grant(session: Session, row: Row, day: dt.date, now: dt.datetime) -> None:
    row.state, row.decided_on = "approved", day
    session.flush()
    if row.organisation:
        _grant_organisation(session, row, day, now)
        return
    before = accounts.of(session, row.citizen_id)
    account = session.scalar(select(AccountRow).where(AccountRow.citizen_id == row.citizen_id))
    if before is None or account is None:
        return  # what it was about has been closed for good in the meantime
    applied = accounts.applied(before, _view(row), day)
    account.level, account.state = applied.level, applied.state
    account.state_since = applied.state_since
    session.flush()
    event = _event(row, day, applied.state, applied.level)
    if row.kind == "register":
        account_history.begin(session, account.id, event)
        messages.notify(session, row.citizen_id, "account", NOTICE, now)
    else:
        account_history.record(session, before, event)


def _grant_organisation(session: Session, row: Row, day: dt.date, now: dt.datetime) -> None:
    account = session.scalar(
        select(OrganisationAccount).where(OrganisationAccount.tax_code == row.organisation)
    )
    if account is None:
        return
    account.state_since = day
    event = _event(row, day, account.state, None)
    account_history.record_organisation(session, account.id, event)
    messages.notify(session, row.citizen_id, "account", NOTICE, now)


def _forget_organisation(session: Session, tax_code: str) -> None:
    session.execute(delete(OrganisationAccount).where(OrganisationAccount.tax_code == tax_code))


_EVENTS = {"register": "granted", "upgrade": "upgraded", "lock": "locked", "unlock": "unlocked"}


def _event(row: Row, day: dt.date, state: str, level: int | None) -> Event:
    by_authority = row.kind in {"lock", "unlock"}
    return Event(
        kind=_EVENTS[row.kind],
        reason=row.reason,
        done_by="authority" if by_authority else "police",
        officer=row.officer,
        happened_on=day,
        state=state,
        level=level,
    )


def _view(row: Row) -> Application:
    names = Application.__dataclass_fields__
    return Application(**{name: getattr(row, name) for name in names})
