"""Whether a certificate of land or house is in the person's name, alone or with a spouse."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.exchange.register_claim import Named, RegisterClaim, of_named
from app.sectors import land

if TYPE_CHECKING:
    import datetime as dt

    from sqlalchemy.orm import Session

    from app.exchange.register_claim import Bearer, Judged, Said


def _ask(session: Session, bearer: Bearer, said: Said, _today: dt.date) -> Judged:
    found = land.find(session, said["certificate_number"])
    holders = None if found is None else (found.holder_number, found.co_holder_number)
    counts = found is not None and found.state in land.GOOD
    return of_named(session, bearer, holders, in_force=counts)


CLAIM = RegisterClaim(
    name="land-certificate-holder",
    register="land",
    label_vi="Giấy chứng nhận nhà, đất đứng tên người này",
    label_en="A certificate of land or house is in the person's name",
    ask=_ask,
    named=(
        Named(
            name="certificate_number",
            label_vi="Số phát hành",
            label_en="Serial number of the form",
            pattern="^[A-Z]{2} [0-9]{6,8}$",
            example="ZA 00000001",
        ),
    ),
)
