"""Whether the person goes to school, at the one named if any is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.exchange.register_claim import Named, RegisterClaim, of_entries
from app.sectors import schools

if TYPE_CHECKING:
    import datetime as dt

    from sqlalchemy.orm import Session

    from app.exchange.register_claim import Bearer, Judged, Said


def _ask(session: Session, bearer: Bearer, said: Said, _today: dt.date) -> Judged:
    school = said.get("school")
    return of_entries(
        schools.of_citizen(session, *bearer),
        lambda record: record.state == "studying",
        lambda record: school in (None, record.school),
    )


CLAIM = RegisterClaim(
    name="pupil",
    register="schools",
    label_vi="Đang học phổ thông (tại trường đã khai)",
    label_en="The person is a pupil (of the school named)",
    ask=_ask,
    named=(
        Named(
            name="school",
            label_vi="Mã trường",
            label_en="Code of the school",
            pattern="^[0-9]{8}$",
            example="99012001",
            required=False,
        ),
    ),
    ends_with_death=True,
)
