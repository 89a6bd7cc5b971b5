"""Somebody's loans and cards, how they are paid, and who asked; with consent only."""

from __future__ import annotations

from app.exchange.disclosing import Disclosure

DISCLOSURE = Disclosure(
    name="credit",
    title_vi="Thông tin tín dụng",
    title_en="Credit information",
    law="Thông tư 15/2023/TT-NHNN",
    fields=("credit_accounts", "credit_inquiries"),
)
