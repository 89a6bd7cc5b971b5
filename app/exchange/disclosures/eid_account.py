"""How a person's eID account stands: level, state, and what stands against its use today."""

from __future__ import annotations

from app.exchange.disclosing import Disclosure

DISCLOSURE = Disclosure(
    name="eid-account",
    title_vi="Tài khoản định danh điện tử",
    title_en="eID account",
    law="Nghị định 69/2024/NĐ-CP",
    fields=(
        "account_level",
        "account_state",
        "account_state_since",
        "account_activated_on",
        "account_problem",
    ),
)
