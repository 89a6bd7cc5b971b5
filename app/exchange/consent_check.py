"""What the gate is told of consents: read at the moment of use, so that a withdrawal counts.

Apart from the register (`consents`), because every question to the exchange comes this way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from app.exchange import gate
from app.exchange.gate import ConsentGiven
from app.exchange.models import Consent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Row
    from sqlalchemy.orm import Session

    from app.exchange.callers import Caller
    from app.exchange.errands import Errand
    from app.exchange.gate import Admitted, Refused
    from app.registry.lookup import Found


def given(session: Session, consent_id: str | None) -> ConsentGiven | None:
    """Return what the gate needs to know of a consent, None if there is none of that id."""
    return given_many(session, [consent_id or ""]).get(consent_id or "")


def given_many(session: Session, consent_ids: Sequence[str]) -> dict[str, ConsentGiven]:
    """Return what the gate needs to know of those consents that exist, by id."""
    rows = session.execute(
        select(Consent.__table__).where(
            Consent.id.in_(consent_ids), Consent.citizen_id.is_not(None)
        )
    )
    return {row.id: of_row(row) for row in rows}


def confirm(
    session: Session, caller: Caller, errand: Errand, admitted: Admitted, found: Found
) -> Admitted | Refused:
    """Have the gate decide on the consent that was named, where the grant demands one."""
    if not admitted.grant.consent_required:
        return admitted
    hit = found.only
    return gate.confirm(
        admitted,
        given(session, errand.consent),
        subject_id=None if hit is None else hit.citizen_id,
        agency_id=caller.agency_id,
        today=errand.today,
    )


def of_row(row: Row[tuple[object, ...]]) -> ConsentGiven:
    """Return a row of the register as the gate reads it."""
    return ConsentGiven(
        id=row.id,
        citizen_id=row.citizen_id,
        agency_id=row.agency_id,
        purpose=row.purpose,
        fields=frozenset(row.fields),
        declined=frozenset(row.declined),
        from_date=row.from_date,
        to_date=row.to_date,
        state=row.state,
        means=row.means,
        client_id=row.client_id,
    )
