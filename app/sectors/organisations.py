"""Organisations: enterprises and others by tax code, with their legal representatives."""

from __future__ import annotations

import datetime as dt  # noqa: TC003 - a named tuple has its types at run time
from typing import TYPE_CHECKING, Final, NamedTuple

from app.registry import lookup
from app.sectors.models import Organisation as Row
from app.sectors.register import Entries, Register

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

REGISTER = Register(
    name="organisations",
    title_vi="Tổ chức, doanh nghiệp",
    title_en="Organisations",
    keeper_vi="Cơ quan đăng ký kinh doanh, cơ quan thuế",
    keeper_en="Business registration and tax offices",
    law="Luật Doanh nghiệp 59/2020/QH14; Thông tư 105/2020/TT-BTC",
    identifier="tax code, 10 digits, the last one a check digit",
    reserved="99x xxx xxx x: as far as published lists show, no tax code starts with 99.",
    tables=(Row,),
)

#: Circular 105/2020/TT-BTC: weights of the first nine digits.
_WEIGHTS: Final = (31, 29, 23, 19, 17, 13, 7, 5, 3)


class Organisation(NamedTuple):
    """An organisation; `representative_number` is the personal number that was registered."""

    tax_code: str
    name: str
    kind: str
    representative_number: str
    registered_on: dt.date
    nationally_known: bool
    state: str
    state_since: dt.date


ENTRIES = Entries(Organisation, Row, Row.tax_code)
find = ENTRIES.find


def represented_by(session: Session, number: str) -> list[Organisation]:
    """Return what somebody with this personal number represents, by tax code."""
    return ENTRIES.where(session, Row.representative_number == number)


def is_representative(session: Session, organisation: Organisation, citizen_id: int) -> bool:
    """Whether this citizen is the legal representative that is registered."""
    holder = lookup.find(session, organisation.representative_number).only
    return holder is not None and holder.citizen_id == citizen_id


def check_digit(nine: str) -> int | None:
    """Return the digit that completes nine; None where no tax code begins with them."""
    digit = 10 - sum(int(n) * w for n, w in zip(nine, _WEIGHTS, strict=True)) % 11
    return None if digit == 10 else digit
