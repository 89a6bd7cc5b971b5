"""Whether a tax code is the person's, and in use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.exchange.register_claim import Named, RegisterClaim, of_entry
from app.sectors import tax

if TYPE_CHECKING:
    import datetime as dt

    from sqlalchemy.orm import Session

    from app.exchange.register_claim import Bearer, Judged, Said


def _ask(session: Session, bearer: Bearer, said: Said, _today: dt.date) -> Judged:
    entry = tax.find(session, said["tax_code"])
    return of_entry(session, bearer, entry, "active", "to_be_corrected")


CLAIM = RegisterClaim(
    name="tax-code-owner",
    register="tax",
    label_vi="Mã số thuế là của người này",
    label_en="A tax code is the person's, and in use",
    ask=_ask,
    named=(
        Named(
            name="tax_code",
            label_vi="Mã số thuế",
            label_en="Tax code",
            pattern="^([0-9]{10}|[0-9]{12})$",
            example="9700000001",
        ),
    ),
)
