"""Which vehicles somebody owns."""

from __future__ import annotations

from app.exchange.disclosing import Disclosure

DISCLOSURE = Disclosure(
    name="vehicles",
    title_vi="Thông tin đăng ký xe",
    title_en="Vehicles",
    law="Luật Trật tự, an toàn giao thông đường bộ 36/2024/QH15, Điều 36",
    fields=("vehicles",),
)
