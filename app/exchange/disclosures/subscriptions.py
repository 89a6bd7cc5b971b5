"""Which lines stand in somebody's name, and whether the number on record is their own."""

from __future__ import annotations

from app.exchange.disclosing import Disclosure

DISCLOSURE = Disclosure(
    name="subscriptions",
    title_vi="Thuê bao di động",
    title_en="Mobile lines",
    law="Luật Viễn thông 24/2023/QH15; Nghị định 163/2024/NĐ-CP",
    fields=("subscriptions", "phone_in_own_name"),
)
