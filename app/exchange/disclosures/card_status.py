"""What a person's card is worth today: whether it may be relied on, its form and its dates."""

from __future__ import annotations

from app.exchange.disclosing import Disclosure

DISCLOSURE = Disclosure(
    name="card-status",
    title_vi="Tình trạng thẻ căn cước",
    title_en="Card status",
    law="Luật Căn cước 26/2023/QH15, Điều 9 (14), 21, 24, 29",
    fields=(
        "card_status",
        "card_status_since",
        "card_number",
        "card_form",
        "card_issued_on",
        "card_issued_by",
        "card_expires_on",
    ),
)
