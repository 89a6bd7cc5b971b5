"""Whether the person may drive today what a class allows, by a licence with points left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.exchange.register_claim import Named, RegisterClaim, of_entries
from app.sectors import driver_licences

if TYPE_CHECKING:
    import datetime as dt

    from sqlalchemy.orm import Session

    from app.exchange.register_claim import Bearer, Judged, Said


def _ask(session: Session, bearer: Bearer, said: Said, today: dt.date) -> Judged:
    held = driver_licences.of_citizen(session, *bearer)
    number = said.get("licence_number")
    if number is not None:
        held = [licence for licence in held if licence.number == number]
    return of_entries(
        held,
        lambda licence: driver_licences.is_good(licence, today),
        lambda licence: said["class"] in licence.classes.split(","),
    )


CLAIM = RegisterClaim(
    name="driver-licence",
    register="driver-licences",
    label_vi="Giấy phép lái xe còn giá trị và đúng hạng",
    label_en="A driving licence is good today and of the class",
    ask=_ask,
    named=(
        Named(
            name="class",
            label_vi="Hạng",
            label_en="Class",
            pattern="^[A-F][0-9E]{0,2}$",
            example="B",
            identifying=False,
        ),
        Named(
            name="licence_number",
            label_vi="Số giấy phép",
            label_en="Number of the licence",
            pattern="^[0-9]{12}$",
            example="990000000001",
            required=False,
        ),
    ),
    ends_with_death=True,
)
