"""Land: certificates of land use and house ownership (*sổ đỏ*, *sổ hồng*), by house and holder.

Whether somebody may live in a house is proved by the certificate (Decree 154/2024/NĐ-CP, Art 5,
before it 62/2021/NĐ-CP): where this register is asked, nobody has to bring it.
"""

from __future__ import annotations

import datetime as dt  # noqa: TC003 - a named tuple has its types at run time
from collections import defaultdict
from typing import TYPE_CHECKING, Final, NamedTuple

from sqlalchemy import or_, select

from app.registry import lookup, numbers
from app.sectors.models import LandCertificate as Row
from app.sectors.register import Entries, Register

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.orm import Session

    from app.registry.lookup import Hit

REGISTER = Register(
    name="land",
    title_vi="Giấy chứng nhận quyền sử dụng đất, quyền sở hữu nhà ở",
    title_en="Certificates of land use and house ownership",
    keeper_vi="Bộ Tài nguyên và Môi trường, văn phòng đăng ký đất đai",
    keeper_en="Ministry of Natural Resources and Environment, land registration offices",
    law="Luật Đất đai 31/2024/QH15, Điều 131–137; Thông tư 10/2024/TT-BTNMT",
    identifier="serial number of the form: two letters and six digits, since 2025 eight",
    reserved="series that begin with Z, which is no letter of the Vietnamese alphabet",
    tables=(Row,),
)

#: A house under these may be lived in; one that is fought over may not (Law on Residence, Art 23).
GOOD: Final = frozenset({"valid", "mortgaged"})


class LandCertificate(NamedTuple):
    """A certificate: for which house (`app.registry.houses`), and in whose name it stands.

    `co_holder_number` is the spouse's, where both are named. `area` is in square metres.
    """

    number: str
    house_id: str
    holder_number: str
    holder_name: str | None
    holder_birth_date: dt.date | None
    co_holder_number: str | None
    kind: str
    area: int
    issued_on: dt.date
    state: str


#: The latest first.
ENTRIES = Entries(LandCertificate, Row, Row.issued_on.desc(), Row.id.desc())
find = ENTRIES.find


def of_citizens(session: Session, pins: Mapping[int, str]) -> dict[int, list[LandCertificate]]:
    """Return what stands under any number of these citizens (number by id), the latest first.

    A number that several people have or had is nobody's: the land office has to put it right.
    """
    known = [*pins.values(), *_earlier(session, list(pins))]
    certificates = ENTRIES.where(
        session, or_(Row.holder_number.in_(known), Row.co_holder_number.in_(known))
    )
    bearers = _bearers(
        session, [(each.holder_number, each.co_holder_number) for each in certificates]
    )
    found: dict[int, list[LandCertificate]] = {one: [] for one in pins}
    for each, named in zip(certificates, bearers, strict=True):
        for hit in named:
            if hit.citizen_id in found:
                found[hit.citizen_id].append(each)
    return found


def owners(session: Session, house_ids: Sequence[str]) -> dict[str, frozenset[int]]:
    """Return by house who owns it: the living, under certificates by which it may be lived in.

    A house without an owner is left out.
    """
    rows = session.execute(
        select(Row.house_id, Row.holder_number, Row.co_holder_number).where(
            Row.house_id.in_(house_ids), Row.state.in_(GOOD)
        )
    ).all()
    found: dict[str, set[int]] = defaultdict(set)
    for row, named in zip(
        rows, _bearers(session, [(row[1], row[2]) for row in rows]), strict=True
    ):
        found[row[0]] |= {hit.citizen_id for hit in named if hit.state != "dead"}
    return {house_id: frozenset(who) for house_id, who in found.items() if who}


def _earlier(session: Session, citizen_ids: list[int]) -> list[str]:
    """Return the cancelled and the old numbers of these citizens."""
    cancelled = numbers.superseded(session, citizen_ids).values()
    old = numbers.old(session, citizen_ids).values()
    return [each.pin for own in cancelled for each in own] + [
        each.number for own in old for each in own
    ]


def _bearers(session: Session, named: Sequence[tuple[str | None, str | None]]) -> list[list[Hit]]:
    """Return who is meant by the numbers on each certificate, where that is one person."""
    known = {number for pair in named for number in pair if number is not None}
    found = lookup.find_many(session, known)
    only = {number: hit for number, said in found.items() if (hit := said.only) is not None}
    return [[only[number] for number in pair if number in only] for pair in named]
