"""Tax codes, and what somebody sells online."""

from __future__ import annotations

from app.exchange.disclosing import Disclosure

DISCLOSURE = Disclosure(
    name="tax",
    title_vi="Thông tin mã số thuế",
    title_en="Tax codes and sellers' accounts",
    law="Luật Quản lý thuế 38/2019/QH14; Thông tư 86/2024/TT-BTC",
    fields=("tax_codes", "online_shops"),
)
