"""Convictions: what either form of the certificate would say."""

from __future__ import annotations

from app.exchange.disclosing import Disclosure

DISCLOSURE = Disclosure(
    name="judicial-records",
    title_vi="Thông tin lý lịch tư pháp",
    title_en="Judicial records",
    law="Luật Lý lịch tư pháp 28/2009/QH12",
    fields=("convictions", "all_convictions"),
)
