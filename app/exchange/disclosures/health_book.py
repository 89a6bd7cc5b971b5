"""What a health book says; with the patient's explicit consent only."""

from __future__ import annotations

from app.exchange.disclosing import Disclosure

DISCLOSURE = Disclosure(
    name="health-book",
    title_vi="Sổ sức khỏe điện tử",
    title_en="Electronic health book",
    law="Luật Khám bệnh, chữa bệnh 15/2023/QH15",
    fields=("health_books",),
)
