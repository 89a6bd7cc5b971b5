"""Whether the person draws a monthly benefit, of the kind named if one is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.exchange.register_claim import Named, RegisterClaim, of_entries
from app.sectors import welfare

if TYPE_CHECKING:
    import datetime as dt

    from sqlalchemy.orm import Session

    from app.exchange.register_claim import Bearer, Judged, Said


def _ask(session: Session, bearer: Bearer, said: Said, _today: dt.date) -> Judged:
    kind = said.get("kind")
    return of_entries(
        welfare.of_citizen(session, *bearer),
        lambda _benefit: True,
        lambda benefit: kind in (None, benefit.kind),
    )


CLAIM = RegisterClaim(
    name="benefit-recipient",
    register="welfare",
    label_vi="Đang hưởng trợ cấp hằng tháng",
    label_en="The person draws a benefit",
    ask=_ask,
    named=(
        Named(
            name="kind",
            label_vi="Loại trợ cấp",
            label_en="Kind of benefit",
            pattern="^[a-z_]{4,13}$",
            example="merit",
            required=False,
            identifying=False,
        ),
    ),
    ends_with_death=True,
)
