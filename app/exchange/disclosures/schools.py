"""At which school and in which grade a pupil is."""

from __future__ import annotations

from app.exchange.disclosing import Disclosure

DISCLOSURE = Disclosure(
    name="schools",
    title_vi="Thông tin học bạ số",
    title_en="School records",
    law="Luật Giáo dục 43/2019/QH14",
    fields=("school_records",),
)
