"""To which accounts somebody can be paid."""

from __future__ import annotations

from app.exchange.disclosing import Disclosure

DISCLOSURE = Disclosure(
    name="bank-accounts",
    title_vi="Thông tin tài khoản thanh toán",
    title_en="Bank accounts",
    law="Luật Các tổ chức tín dụng 32/2024/QH15; Quyết định 06/QĐ-TTg",
    fields=("bank_accounts",),
)
