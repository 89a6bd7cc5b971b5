"""Prefilling: what the registry knows of a form is asked of it, and nobody has to write it again.

The competent agency asks, through the same gate as ever, for the dossier at hand: each disclosure
has its leaf. What its grants or a missing consent withhold, and what is not on record, the citizen
gives.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final

import msgspec

from app.exchange import sharing
from app.exchange.errands import Errand
from app.exchange.gate import Refused
from app.exchange.sharing import Ask
from app.procedures import competent

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.exchange.access import Access
    from app.exchange.callers import Caller
    from app.procedures.catalogue import Service

#: Who stands in the log where a form fills itself: no official has asked.
OFFICER: Final = "auto-prefill"
REGISTRY: Final = "population-database"
CITIZEN: Final = "citizen"


class FormField(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One member of a form: its value, who supplied it, and through which disclosure and leaf."""

    value: Any
    source: str
    disclosure: str | None = None
    leaf: int | None = None


class About(msgspec.Struct, frozen=True, kw_only=True):
    """Whom a form is about, for which dossier, and on which request of the citizen's."""

    citizen_id: int
    dossier: str
    request_id: str
    today: dt.date
    consent: str | None


def fill(
    session: Session,
    access: Access,
    caller: Caller,
    service: Service,
    about: About,
    now: dt.datetime,
) -> dict[str, FormField]:
    """Return what the registry supplies, by field, inside a job of the world's writer."""
    filled: dict[str, FormField] = {}
    pin = competent.pin_of(session, about.citizen_id)
    for disclosure, fields in service.by_disclosure.items():
        ask = Ask(errand=errand(service, about), disclosure=disclosure, number=pin, fields=fields)
        prepared = sharing.prepare(session, access, caller, ask)
        logged = sharing.record(session, access, prepared, now=now)
        if isinstance(prepared.verdict, Refused) or prepared.data is None:
            continue
        for name, value in prepared.data.items():
            if value not in (None, []):
                filled[name] = FormField(
                    value=msgspec.to_builtins(value),
                    source=REGISTRY,
                    disclosure=disclosure,
                    leaf=logged.proof.leaf.seq,
                )
    return filled


def errand(service: Service, about: About, officer: str | None = OFFICER) -> Errand:
    """Return what goes with a question for a dossier."""
    return Errand(
        request_id=about.request_id,
        today=about.today,
        purpose=service.purpose,
        officer=officer,
        dossier=about.dossier,
        consent=about.consent,
    )


def needs_consent(caller: Caller, service: Service, today: dt.date) -> bool:
    """Whether some grant through which the form is filled asks for the citizen's consent."""
    return any(
        grant.consent_required
        for disclosure in service.by_disclosure
        for grant in caller.grants.get((disclosure, service.purpose), ())
        if grant.is_in_force(today)
    )
