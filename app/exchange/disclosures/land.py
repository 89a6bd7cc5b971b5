"""What houses a person owns: what replaces the certificate as proof of a lawful dwelling."""

from __future__ import annotations

from app.exchange.disclosing import Disclosure

DISCLOSURE = Disclosure(
    name="land",
    title_vi="Thông tin quyền sử dụng đất, quyền sở hữu nhà ở",
    title_en="Land and houses",
    law="Luật Đất đai 31/2024/QH15, Điều 166; Nghị định 154/2024/NĐ-CP, Điều 5",
    fields=("land_certificates", "lives_in_own_house"),
)
