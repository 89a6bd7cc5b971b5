"""Whether no conviction stands against the person; a cleared one does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.exchange.register_claim import DIFFERS, YES, RegisterClaim
from app.sectors import judicial_records

if TYPE_CHECKING:
    import datetime as dt

    from sqlalchemy.orm import Session

    from app.exchange.register_claim import Bearer, Judged, Said


def _ask(session: Session, bearer: Bearer, _said: Said, _today: dt.date) -> Judged:
    judged = judicial_records.of_citizen(session, *bearer)
    return DIFFERS if any(judgment.state != "cleared" for judgment in judged) else YES


CLAIM = RegisterClaim(
    name="no-conviction",
    register="judicial-records",
    label_vi="Không có án tích",
    label_en="No conviction stands",
    ask=_ask,
    sensitivity="sensitive",
)
