"""Showing: what is told of a dossier, to whom, and the leaf that stands for it.

A dossier holds what the registry supplied, so whoever is shown one is in the log first: the portal
through which the citizen asks, or the competent agency, within its grants.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import select

from app.exchange import proof
from app.exchange.callers import Caller
from app.exchange.log import store
from app.exchange.log.leaves import Kind, LeafDraft
from app.exchange.proof import LeafPlace
from app.identity import working_days
from app.procedures import catalogue
from app.procedures.housing import PaperWanted
from app.procedures.models import Dossier, DossierEvent, ProcedureStep
from app.procedures.prefilling import FormField

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.exchange.access import Access
    from app.exchange.proof import Proof

#: States in which somebody still has to do something.
OPEN = frozenset({"draft", "submitted", "received", "more_information_wanted", "approved"})

#: States in which the form is the citizen's to complete.
MAY_SUBMIT = ("draft", "more_information_wanted")


class DossierEventView(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was done about it: on the world's day, by whom, and its place in the log."""

    state: str
    on: dt.date
    by: str
    officer: str | None
    reason: str | None
    leaf: int | None


class DossierStepView(msgspec.Struct, frozen=True, kw_only=True):
    """One agency's part of a linked procedure; `code` and `reason` tell why it is not done."""

    name: str
    agency: str
    state: str
    attempts: int
    done_on: dt.date | None
    code: str | None
    reason: str | None
    result: dict[str, Any] | None
    leaf: int | None


class DossierView(msgspec.Struct, frozen=True, kw_only=True):
    """A dossier as it stands on the world's day.

    `fields` are the members of its form; `missing` are still to be given before it can be
    submitted (of a linked procedure's, which is filed as declared, none), and `papers` says which
    of them is a paper that no register spares, and why. `overdue` says that the
    agency is late, by `days_late` working days. `clerk` acted for the citizen, by `consent`.
    """

    code: str
    service: str
    agency: str
    portal: str
    channel: str
    clerk: str | None
    consent: str | None
    state: str
    state_since: dt.date
    reason: str | None
    created_on: dt.date
    submitted_on: dt.date | None
    due_on: dt.date | None
    closed_on: dt.date | None
    overdue: bool
    days_late: int
    fields: dict[str, FormField]
    missing: tuple[str, ...]
    wanted: tuple[str, ...]
    papers: tuple[PaperWanted, ...]
    prefilled: int
    required: int
    fee: int
    fee_waived: bool
    result: str | None
    history: tuple[DossierEventView, ...]
    steps: tuple[DossierStepView, ...]


class DossierLine(msgspec.Struct, frozen=True, kw_only=True):
    """A dossier in a list: nothing that is personal."""

    code: str
    service: str
    agency: str
    state: str
    state_since: dt.date
    submitted_on: dt.date | None
    due_on: dt.date | None
    overdue: bool


class DossierAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A dossier, and the proof that it was shown."""

    dossier: DossierView
    simulated: bool
    request_id: str
    receipt: str
    leaf: LeafPlace


class By(msgspec.Struct, frozen=True, kw_only=True):
    """Who sees a dossier or does something about it, on which request."""

    caller: Caller
    request_id: str
    today: dt.date
    now: dt.datetime
    officer: str | None = None
    legal_basis: str | None = None


def record(session: Session, access: Access, row: Dossier, by: By, outcome: str) -> Proof:
    """Log that somebody did something about a dossier, and was shown it."""
    service = catalogue.find(row.service)
    draft = LeafDraft(
        agency=by.caller.agency_code,
        system=by.caller.client_id,
        purpose=service.purpose,
        legal_basis=by.legal_basis or service.law,
        kind=Kind.DOSSIER,
        outcome=outcome,
        fields=tuple(sorted(row.fields)),
        request_id=by.request_id,
        domain_time=by.today.isoformat(),
        salt=proof.salt(),
        subject=proof.citizen_subject(access, row.citizen_id),
        officer=by.officer,
        dossier=row.code,
        consent=row.consent_id,
    )
    [appended] = store.append(session, access.world, [draft], now=by.now)
    return proof.prove(access.world, appended)


def note(session: Session, row: Dossier, by: By, reason: str | None, leaf: int | None) -> None:
    """Keep in the dossier's history what it came to."""
    session.add(
        DossierEvent(
            dossier_id=row.id,
            state=row.state,
            on_day=by.today,
            recorded_at=by.now,
            by=by.caller.client_id,
            officer=by.officer,
            reason=reason,
            leaf_seq=leaf,
        )
    )
    session.flush()


def answer(session: Session, row: Dossier, by: By, proved: Proof) -> DossierAnswer:
    """Return what is told; the leaf is in the log, in the same transaction."""
    return DossierAnswer(
        dossier=view(session, row, by.today),
        simulated=True,
        request_id=by.request_id,
        receipt=proved.receipt,
        leaf=proved.leaf,
    )


def view(session: Session, row: Dossier, today: dt.date) -> DossierView:
    """Return a dossier as of the world's day."""
    fields = {name: msgspec.convert(value, FormField) for name, value in row.fields.items()}
    return DossierView(
        code=row.code,
        service=row.service,
        agency=row.agency,
        portal=row.client_id,
        channel=row.channel,
        clerk=row.clerk,
        consent=row.consent_id,
        state=row.state,
        state_since=row.state_since,
        reason=row.reason,
        created_on=row.created_on,
        submitted_on=row.submitted_on,
        due_on=row.due_on,
        closed_on=row.closed_on,
        overdue=is_overdue(row, today),
        days_late=_days_late(row, today),
        fields=fields,
        missing=_missing(row),
        wanted=tuple(row.wanted),
        papers=tuple(msgspec.convert(each, PaperWanted) for each in row.papers),
        prefilled=row.prefilled,
        required=row.required,
        fee=row.fee,
        fee_waived=row.fee_waived,
        result=row.result,
        history=_history(session, row.id),
        steps=_steps(session, row.id),
    )


def _missing(row: Dossier) -> tuple[str, ...]:
    """Return what the citizen has still to give, where the form is theirs to complete."""
    if row.declaration is not None or row.state not in MAY_SUBMIT:
        return ()
    required = catalogue.find(row.service).required
    return tuple(name for name in required if name not in row.fields)


def line(row: Dossier, today: dt.date) -> DossierLine:
    """Return a dossier as it stands in a list."""
    return DossierLine(
        code=row.code,
        service=row.service,
        agency=row.agency,
        state=row.state,
        state_since=row.state_since,
        submitted_on=row.submitted_on,
        due_on=row.due_on,
        overdue=is_overdue(row, today),
    )


def is_overdue(row: Dossier, today: dt.date) -> bool:
    """Whether the agency has let the last day pass: seen on the world's day, not noted."""
    return row.due_on is not None and row.state in OPEN - {"draft"} and row.due_on < today


def _days_late(row: Dossier, today: dt.date) -> int:
    if row.due_on is None or not is_overdue(row, today):
        return 0
    return working_days.between(row.due_on, today)


def _history(session: Session, dossier_id: int) -> tuple[DossierEventView, ...]:
    rows = session.scalars(
        select(DossierEvent).where(DossierEvent.dossier_id == dossier_id).order_by(DossierEvent.id)
    )
    return tuple(
        DossierEventView(
            state=each.state,
            on=each.on_day,
            by=each.by,
            officer=each.officer,
            reason=each.reason,
            leaf=each.leaf_seq,
        )
        for each in rows
    )


def _steps(session: Session, dossier_id: int) -> tuple[DossierStepView, ...]:
    rows = session.scalars(
        select(ProcedureStep)
        .where(ProcedureStep.dossier_id == dossier_id)
        .order_by(ProcedureStep.position)
    )
    return tuple(
        DossierStepView(
            name=each.name,
            agency=each.agency,
            state=each.state,
            attempts=each.attempts,
            done_on=each.done_on,
            code=each.code,
            reason=each.reason,
            result=each.result,
            leaf=each.leaf_seq,
        )
        for each in rows
    )
