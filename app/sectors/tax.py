"""Tax: people's tax codes and how they became personal numbers, and who sells online."""

from __future__ import annotations

import datetime as dt  # noqa: TC003 - a named tuple has its types at run time
from typing import NamedTuple

from app.sectors.models import OnlineShop
from app.sectors.models import TaxCode as Row
from app.sectors.register import Entries, Register

REGISTER = Register(
    name="tax",
    title_vi="Mã số thuế cá nhân, người bán hàng trên sàn",
    title_en="Tax codes of people, online sellers",
    keeper_vi="Cục Thuế, Bộ Tài chính",
    keeper_en="Tax Department, Ministry of Finance",
    law="Luật Quản lý thuế 38/2019/QH14; Thông tư 86/2024/TT-BTC",
    identifier="10 digits, the last one a check digit; since 1 July 2025 the personal number",
    reserved="codes that begin with 95 to 97: as far as published lists show, those of people "
    "begin with 8",
    tables=(Row, OnlineShop),
)


class TaxCode(NamedTuple):
    """A person's code; `office` is a province of before 2025. States: see `models.TaxCode`."""

    number: str
    holder_number: str
    holder_name: str | None
    holder_birth_date: dt.date | None
    office: str
    issued_on: dt.date
    migrated_on: dt.date | None
    state: str


class Shop(NamedTuple):
    """A seller's account on a platform; turnover of last year and what was declared, in đồng."""

    number: str
    holder_number: str
    holder_name: str | None
    holder_birth_date: dt.date | None
    platform: str
    since: dt.date
    tax_code: str | None
    account_number: str
    turnover: int
    declared: int
    state: str


ENTRIES = Entries(TaxCode, Row, Row.issued_on.desc())
find, of_citizen, everyone = ENTRIES.find, ENTRIES.of_citizen, ENTRIES.all_of_them
shops = Entries(Shop, OnlineShop, OnlineShop.since.desc()).of_citizen
