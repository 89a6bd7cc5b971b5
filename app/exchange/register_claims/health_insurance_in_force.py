"""Whether the person is insured today: by the card named, or by any there is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.exchange.register_claim import Named, RegisterClaim, of_entries, of_named
from app.sectors import health_insurance

if TYPE_CHECKING:
    import datetime as dt

    from sqlalchemy.orm import Session

    from app.exchange.register_claim import Bearer, Judged, Said


def _ask(session: Session, bearer: Bearer, said: Said, today: dt.date) -> Judged:
    if "insurance_number" not in said:
        cards = health_insurance.of_citizen(session, *bearer)
        return of_entries(cards, lambda card: health_insurance.is_good(card, today))
    card = health_insurance.find(session, said["insurance_number"])
    holders = None if card is None else (card.holder_number,)
    counts = card is not None and health_insurance.is_good(card, today)
    return of_named(session, bearer, holders, in_force=counts)


CLAIM = RegisterClaim(
    name="health-insurance-in-force",
    register="health-insurance",
    label_vi="Thẻ bảo hiểm y tế còn giá trị hôm nay",
    label_en="Health insurance is good today",
    ask=_ask,
    named=(
        Named(
            name="insurance_number",
            label_vi="Mã thẻ bảo hiểm y tế",
            label_en="Code of the card",
            pattern="^[A-Z]{2}[0-9]{13}$",
            example="DN4019900000001",
            required=False,
        ),
    ),
    ends_with_death=True,
)
