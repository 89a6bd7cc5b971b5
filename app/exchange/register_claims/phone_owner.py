"""Whether a mobile number is in use and in the person's own name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.exchange.register_claim import Named, RegisterClaim, of_entry
from app.sectors import subscribers

if TYPE_CHECKING:
    import datetime as dt

    from sqlalchemy.orm import Session

    from app.exchange.register_claim import Bearer, Judged, Said


def _ask(session: Session, bearer: Bearer, said: Said, _today: dt.date) -> Judged:
    entry = subscribers.find(session, said["phone"])
    return of_entry(session, bearer, entry, "active")


CLAIM = RegisterClaim(
    name="phone-owner",
    register="subscribers",
    label_vi="Số thuê bao di động là chính chủ",
    label_en="A mobile number is the person's own",
    ask=_ask,
    named=(
        Named(
            name="phone",
            label_vi="Số thuê bao",
            label_en="Mobile number",
            pattern="^0[0-9]{9}$",
            example="0590000001",
        ),
    ),
)
