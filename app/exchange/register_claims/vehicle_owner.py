"""Whether a plate is registered to the person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.exchange.register_claim import Named, RegisterClaim, of_entry
from app.sectors import vehicles

if TYPE_CHECKING:
    import datetime as dt

    from sqlalchemy.orm import Session

    from app.exchange.register_claim import Bearer, Judged, Said


def _ask(session: Session, bearer: Bearer, said: Said, _today: dt.date) -> Judged:
    entry = vehicles.find(session, said["plate"])
    return of_entry(session, bearer, entry, "registered")


CLAIM = RegisterClaim(
    name="vehicle-owner",
    register="vehicles",
    label_vi="Biển số xe đăng ký tên người này",
    label_en="A plate is registered to the person",
    ask=_ask,
    named=(
        Named(
            name="plate",
            label_vi="Biển số",
            label_en="Plate",
            pattern="^[0-9A-Z.Đ-]{6,12}$",
            example="10AA-00001",
        ),
    ),
)
