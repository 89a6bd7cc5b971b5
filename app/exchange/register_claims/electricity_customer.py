"""Whether a contract for electricity is in the person's name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.exchange.register_claim import Named, RegisterClaim, of_entry
from app.sectors import electricity

if TYPE_CHECKING:
    import datetime as dt

    from sqlalchemy.orm import Session

    from app.exchange.register_claim import Bearer, Judged, Said


def _ask(session: Session, bearer: Bearer, said: Said, _today: dt.date) -> Judged:
    entry = electricity.find(session, said["customer_code"])
    return of_entry(session, bearer, entry, "active")


CLAIM = RegisterClaim(
    name="electricity-customer",
    register="electricity",
    label_vi="Hợp đồng mua bán điện đứng tên người này",
    label_en="A contract for electricity is in the person's name",
    ask=_ask,
    named=(
        Named(
            name="customer_code",
            label_vi="Mã khách hàng",
            label_en="Customer code",
            pattern="^[A-Z]{2}[0-9]{11}$",
            example="PD99000000001",
        ),
    ),
)
