"""Whether a person is alive, dead, missing, has emigrated or is under review, and since when."""

from __future__ import annotations

from app.exchange.disclosing import Disclosure

DISCLOSURE = Disclosure(
    name="life-status",
    title_vi="Tình trạng sống, chết, mất tích",
    title_en="Life status",
    law="Luật Căn cước 26/2023/QH15, Điều 9 (24)",
    fields=("state", "state_since", "death_date", "missing_since"),
)
