"""Whether social insurance is being paid for the person now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.exchange.register_claim import Named, RegisterClaim, of_entries, of_entry
from app.sectors import social_insurance

if TYPE_CHECKING:
    import datetime as dt

    from sqlalchemy.orm import Session

    from app.exchange.register_claim import Bearer, Judged, Said


def _ask(session: Session, bearer: Bearer, said: Said, _today: dt.date) -> Judged:
    if "book_number" not in said:
        books = social_insurance.of_citizen(session, *bearer)
        return of_entries(books, lambda book: book.state == "paying")
    return of_entry(session, bearer, social_insurance.find(session, said["book_number"]), "paying")


CLAIM = RegisterClaim(
    name="social-insurance-payer",
    register="social-insurance",
    label_vi="Đang tham gia bảo hiểm xã hội",
    label_en="Social insurance is being paid",
    ask=_ask,
    named=(
        Named(
            name="book_number",
            label_vi="Mã số bảo hiểm xã hội",
            label_en="Number of the book",
            pattern="^[0-9]{10}$",
            example="9900000001",
            required=False,
        ),
    ),
    ends_with_death=True,
)
