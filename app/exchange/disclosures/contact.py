"""How a person is reached: the mobile number and e-mail address on record."""

from __future__ import annotations

from app.exchange.disclosing import Disclosure

DISCLOSURE = Disclosure(
    name="contact",
    title_vi="Thông tin liên hệ",
    title_en="Contact",
    law="Luật Căn cước 26/2023/QH15, Điều 9 (25)",
    fields=("phone", "email"),
)
