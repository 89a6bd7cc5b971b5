"""Where a person lives: what replaces paper proof of residence (Decree 104/2022/NĐ-CP)."""

from __future__ import annotations

from app.exchange.disclosing import Disclosure

DISCLOSURE = Disclosure(
    name="residence",
    title_vi="Thông tin cư trú",
    title_en="Residence",
    law="Luật Căn cước 26/2023/QH15, Điều 9 (16–20); Nghị định 104/2022/NĐ-CP",
    fields=(
        "permanent_residence",
        "temporary_residence",
        "current_residence",
        "absence",
        "residence_history",
        "residence_file_number",
    ),
)
