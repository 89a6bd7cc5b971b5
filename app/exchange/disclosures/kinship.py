"""To whom a person is related: parents, spouse, children, guardians and representatives."""

from __future__ import annotations

from app.exchange.disclosing import Disclosure

DISCLOSURE = Disclosure(
    name="kinship",
    title_vi="Thông tin quan hệ gia đình",
    title_en="Kinship",
    law="Luật Căn cước 26/2023/QH15, Điều 9 (15, 21)",
    fields=(
        "father",
        "mother",
        "spouse",
        "children",
        "guardians",
        "wards",
        "representatives",
        "represented",
        "marital_status",
    ),
)
