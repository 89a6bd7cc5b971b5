"""Credit: loans and cards, how late they were paid month by month, and who asked about whom."""

from __future__ import annotations

import datetime as dt  # noqa: TC003 - a named tuple has its types at run time
from typing import NamedTuple

from app.sectors.models import CreditAccount as Row
from app.sectors.models import CreditInquiry
from app.sectors.register import Entries, Register

REGISTER = Register(
    name="credit",
    title_vi="Thông tin tín dụng",
    title_en="Credit information",
    keeper_vi="Trung tâm Thông tin tín dụng quốc gia Việt Nam (CIC), Ngân hàng Nhà nước",
    keeper_en="National Credit Information Centre, State Bank",
    law="Thông tư 15/2023/TT-NHNN; Thông tư 11/2021/TT-NHNN, Điều 10 (nhóm nợ)",
    identifier="11 digits: a choice of ours, the bureau's are not published",
    reserved="all begin with 99",
    tables=(Row, CreditInquiry),
)


class CreditAccount(NamedTuple):
    """A loan or card, money in đồng. `months`: see `app.sectors.models.CreditAccount`."""

    number: str
    holder_number: str
    holder_name: str | None
    holder_birth_date: dt.date | None
    lender: str
    kind: str
    opened_on: dt.date
    closed_on: dt.date | None
    amount: int
    balance: int
    months: str
    state: str

    @property
    def days_past_due(self) -> list[int | None]:
        """Return the days at the end of each month, the oldest first; None: it was not open."""
        months = [self.months[at : at + 3] for at in range(0, len(self.months), 3)]
        return [None if month == "---" else int(month) for month in months]

    @property
    def group(self) -> int:
        """Return the group of debt as of the last month, 1 to 5."""
        return group(self.days_past_due[-1] or 0)


class Inquiry(NamedTuple):
    """That a lender asked about somebody."""

    holder_number: str
    lender: str
    asked_on: dt.date


def group(days: int) -> int:
    """Return the group of a debt by days past due (Circular 11/2021/TT-NHNN, Art 10).

    >>> [group(days) for days in (0, 9, 10, 90, 91, 180, 181, 360, 361)]
    [1, 1, 2, 2, 3, 3, 4, 4, 5]
    """
    return 1 + sum(days >= first for first in (10, 91, 181, 361))


ENTRIES = Entries(CreditAccount, Row, Row.opened_on.desc())
find, of_citizen = ENTRIES.find, ENTRIES.of_citizen
inquiries = Entries(Inquiry, CreditInquiry, CreditInquiry.asked_on.desc()).of_citizen
