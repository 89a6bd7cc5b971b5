"""With whom a person lives: the household, its head and what each member is to the head."""

from __future__ import annotations

from app.exchange.disclosing import Disclosure

DISCLOSURE = Disclosure(
    name="household",
    title_vi="Thông tin hộ gia đình",
    title_en="Household",
    law="Luật Căn cước 26/2023/QH15, Điều 9 (20, 22, 23)",
    fields=(
        "residence_file_number",
        "relationship_to_head",
        "head_of_household",
        "household_members",
    ),
)
