"""Whether the person is the legal representative of an organisation that is active."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.exchange.register_claim import Named, RegisterClaim, of_named
from app.sectors import organisations

if TYPE_CHECKING:
    import datetime as dt

    from sqlalchemy.orm import Session

    from app.exchange.register_claim import Bearer, Judged, Said


def _ask(session: Session, bearer: Bearer, said: Said, _today: dt.date) -> Judged:
    found = organisations.find(session, said["tax_code"])
    holders = None if found is None else (found.representative_number,)
    is_active = found is not None and found.state == "active"
    return of_named(session, bearer, holders, in_force=is_active)


CLAIM = RegisterClaim(
    name="organisation-representative",
    register="organisations",
    label_vi="Là người đại diện theo pháp luật của tổ chức",
    label_en="The person represents an organisation by law",
    ask=_ask,
    named=(
        Named(
            name="tax_code",
            label_vi="Mã số thuế của tổ chức",
            label_en="Tax code of the organisation",
            pattern="^[0-9]{10}$",
            example="9900000019",
        ),
    ),
)
