"""Driving licences: classes, term and points, or only whether one is good today."""

from __future__ import annotations

from app.exchange.disclosing import Disclosure

DISCLOSURE = Disclosure(
    name="driver-licences",
    title_vi="Thông tin giấy phép lái xe",
    title_en="Driving licences",
    law="Luật Trật tự, an toàn giao thông đường bộ 36/2024/QH15",
    fields=("driver_licences", "driver_licence_valid"),
)
