"""Which contracts for electricity stand in somebody's name."""

from __future__ import annotations

from app.exchange.disclosing import Disclosure

DISCLOSURE = Disclosure(
    name="electricity",
    title_vi="Thông tin hợp đồng mua bán điện",
    title_en="Electricity contracts",
    law="Luật Điện lực 61/2024/QH15",
    fields=("electricity_contracts",),
)
