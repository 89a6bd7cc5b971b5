"""Which organisations somebody represents."""

from __future__ import annotations

from app.exchange.disclosing import Disclosure

DISCLOSURE = Disclosure(
    name="organisations",
    title_vi="Tổ chức do công dân đại diện",
    title_en="Organisations represented",
    law="Luật Doanh nghiệp 59/2020/QH14",
    fields=("organisations_represented",),
)
