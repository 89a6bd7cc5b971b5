"""Bank accounts: those that benefits, pensions and sellers are paid to, and a sample of others."""

from __future__ import annotations

import datetime as dt  # noqa: TC003 - a named tuple has its types at run time
from typing import NamedTuple

from app.sectors.models import BankAccount as Row
from app.sectors.register import Entries, Register

REGISTER = Register(
    name="bank-accounts",
    title_vi="Tài khoản thanh toán",
    title_en="Bank accounts",
    keeper_vi="Ngân hàng thương mại",
    keeper_en="Banks",
    law="Luật Các tổ chức tín dụng 32/2024/QH15; Thông tư 17/2024/TT-NHNN",
    identifier="13 digits: a choice of ours, each bank has its own form",
    reserved="numbers that begin with 99; no block is reserved for tests",
    tables=(Row,),
)


class BankAccount(NamedTuple):
    """An account for payments at a bank (`other` stands for all that are not connected)."""

    number: str
    holder_number: str
    holder_name: str | None
    holder_birth_date: dt.date | None
    bank: str
    opened_on: dt.date
    state: str


ENTRIES = Entries(BankAccount, Row, Row.opened_on.desc())
find, of_citizen = ENTRIES.find, ENTRIES.of_citizen
