"""Organisations' accounts: no level; the legal representative applies with an account of level 2.

Decree 69/2024, Art 9 and 13. The register of organisations is asked at the moment of use: where an
organisation has ended, or has another representative, the account cannot be used.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from app.identity import account_history, account_law, accounts, applications
from app.identity import account_problems as p
from app.identity.account_history import Event
from app.identity.account_problems import Refused
from app.identity.models import OrganisationAccount as Row
from app.sectors import organisations

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.identity.applications import Application
    from app.identity.phones import Phone
    from app.platform.errors import Problem
    from app.sectors.organisations import Organisation


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationAccount:
    """An organisation's account as it stands; `problem` says why it cannot be used."""

    id: int
    tax_code: str
    state: str
    state_since: dt.date
    collected_on: dt.date
    activated_on: dt.date | None
    problem: Problem | None

    @property
    def usable(self) -> bool:
        """Whether the representative may act with it."""
        return self.problem is None


def find(session: Session, tax_code: str, today: dt.date) -> OrganisationAccount | None:
    """Return an organisation's account as it stands, None if there is none."""
    row = session.scalar(select(Row).where(Row.tax_code == tax_code))
    if row is None:
        return None
    return OrganisationAccount(
        id=row.id,
        tax_code=row.tax_code,
        state=row.state,
        state_since=row.state_since,
        collected_on=row.collected_on,
        activated_on=row.activated_on,
        problem=_problem(session, row, today),
    )


def register(phone: Phone, tax_code: str) -> Application | Refused:
    """Apply for an account of an organisation that the holder of this phone represents.

    1. A decree is in force, the organisation is registered and has not ended.
    2. The holder is the legal representative who is registered, and has a usable account of level
       2; those who are not learn nothing else.
    3. There is no account yet, and no application for one.
    4. It is filed; how long it takes depends on whether a national database has the organisation.
    """
    session, today = phone.session, phone.today
    applications.settle(session, phone.citizen_id, today, phone.now)
    # 1.
    law = account_law.of(today)
    organisation = organisations.find(session, tax_code)
    if law is None or organisation is None:
        return Refused(p.NOT_IN_FORCE if law is None else p.ORGANISATION_UNKNOWN)
    # 2, 3.
    problem = _may_act(phone, organisation) or _exists(phone, tax_code)
    if problem is not None:
        return Refused(problem)
    # 4.
    session.add(
        Row(
            tax_code=tax_code,
            state="collected",
            state_since=today,
            collected_on=today,
            activated_on=None,
        )
    )
    return applications.file(
        session,
        applications.New(
            citizen_id=phone.citizen_id,
            organisation=tax_code,
            kind="register",
            level=None,
            filed_on=today,
            due_on=account_law.organisation_due(
                law, today, nationally_known=organisation.nationally_known
            ),
            filed_by="representative",
            form="TK02",
            law=law.name,
            reason="registration",
        ),
    )


def activate(phone: Phone, tax_code: str) -> OrganisationAccount | Refused:
    """Activate an organisation's account, by its representative, within seven days."""
    applications.settle(phone.session, phone.citizen_id, phone.today, phone.now)
    return _change(phone, tax_code, "activated", "active", p.NOT_ACTIVATED)


def lock(phone: Phone, tax_code: str) -> OrganisationAccount | Refused:
    """Lock an organisation's account at once, as its representative asks."""
    return _change(phone, tax_code, "locked", "locked", None)


def unlock(phone: Phone, tax_code: str) -> OrganisationAccount | Refused:
    """Unlock an organisation's account at once, as its representative asks."""
    return _change(phone, tax_code, "unlocked", "active", p.ACCOUNT_LOCKED)


def _change(
    phone: Phone, tax_code: str, kind: str, state: str, wanted: Problem | None
) -> OrganisationAccount | Refused:
    """Bring an account whose standing is `wanted` into a state."""
    session = phone.session
    organisation = organisations.find(session, tax_code)
    if organisation is None:
        return Refused(p.ORGANISATION_UNKNOWN)
    problem = _may_act(phone, organisation)
    if problem is not None:
        return Refused(problem)
    account = find(session, tax_code, phone.today)
    if account is None:
        return Refused(p.ACCOUNT_MISSING)
    if account.problem is not wanted:
        return Refused(account.problem or p.LOCK_STATE)
    row = session.get_one(Row, account.id)
    row.state, row.state_since = state, phone.today
    row.activated_on = row.activated_on or phone.today
    event = Event(
        kind=kind,
        reason="holder_request",
        done_by="representative",
        happened_on=phone.today,
        state=state,
        level=None,
    )
    account_history.record_organisation(session, row.id, event)
    return find(session, tax_code, phone.today) or account


def _may_act(phone: Phone, organisation: Organisation) -> Problem | None:
    if not organisations.is_representative(phone.session, organisation, phone.citizen_id):
        return p.NOT_LEGAL_REPRESENTATIVE
    if organisation.state == "dissolved":
        return p.ORGANISATION_ENDED
    account = accounts.of(phone.session, phone.citizen_id)
    if account is None:
        return p.ACCOUNT_MISSING
    return accounts.require(accounts.standing(phone.session, account, phone.today), 2)


def _exists(phone: Phone, tax_code: str) -> Problem | None:
    if applications.pending(phone.session, phone.citizen_id, tax_code) is not None:
        return p.APPLICATION_PENDING
    known = phone.session.scalar(select(Row.id).where(Row.tax_code == tax_code))
    return None if known is None else p.ACCOUNT_EXISTS


def _problem(session: Session, row: Row, today: dt.date) -> Problem | None:
    organisation = organisations.find(session, row.tax_code)
    if organisation is None or organisation.state == "dissolved":
        return p.ORGANISATION_ENDED
    if row.state != "collected":
        return {"closed": p.ACCOUNT_CLOSED, "locked": p.ACCOUNT_LOCKED}.get(row.state)
    waiting = applications.pending_of_organisation(session, row.tax_code)
    if waiting is not None and waiting.due_on > today:
        return p.APPLICATION_PENDING
    since = row.state_since if waiting is None else waiting.due_on
    last = since + dt.timedelta(days=accounts.ACTIVATION_DAYS)
    return p.NOT_ACTIVATED if today <= last else p.ACTIVATION_LAPSED
