"""Which benefits somebody draws, and whether they reach an account."""

from __future__ import annotations

from app.exchange.disclosing import Disclosure

DISCLOSURE = Disclosure(
    name="welfare",
    title_vi="Thông tin trợ cấp an sinh xã hội",
    title_en="Welfare benefits",
    law="Nghị định 20/2021/NĐ-CP; Quyết định 06/QĐ-TTg",
    fields=("benefits",),
)
