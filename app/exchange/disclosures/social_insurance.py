"""Social insurance: for how many months somebody paid, or that a pension is drawn."""

from __future__ import annotations

from app.exchange.disclosing import Disclosure

DISCLOSURE = Disclosure(
    name="social-insurance",
    title_vi="Thông tin bảo hiểm xã hội",
    title_en="Social insurance",
    law="Luật Bảo hiểm xã hội 41/2024/QH15",
    fields=("social_insurance_books",),
)
