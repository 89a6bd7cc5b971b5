"""Health insurance: the cards, or only whether one is good today."""

from __future__ import annotations

from app.exchange.disclosing import Disclosure

DISCLOSURE = Disclosure(
    name="health-insurance",
    title_vi="Thông tin bảo hiểm y tế",
    title_en="Health insurance",
    law="Luật Bảo hiểm y tế 25/2008/QH12 (sửa đổi 51/2024/QH15)",
    fields=("health_insurance_cards", "health_insurance_valid"),
)
