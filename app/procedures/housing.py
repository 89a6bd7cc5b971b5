"""Housing: the land register is asked, so that nobody brings a certificate of where they may live.

A registration of residence needs proof of a lawful dwelling (Law on Residence 68/2020, Art 20, 21
and 28; Decree 154/2024/NĐ-CP, Art 5). Where the certificate of the house is in the name of the
applicant, of the spouse or a parent, or of the head who agrees, the register shows it:
1. The address is a house's identifier: of words no register can say whose they are.
2. The competent agency asks about each of those people in turn, as about any other, through gate
   and log, until one is found. Nobody is asked about who need not be.
3. The proof stands in the form with its leaf; else the form says which paper is needed, and why.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import msgspec

from app.exchange import sharing
from app.exchange.gate import Refused
from app.exchange.refusals import PROBLEMS
from app.exchange.sharing import Ask
from app.registry import citizens, houses, kinship, units
from app.sectors import land

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping

    from sqlalchemy.orm import Session

    from app.exchange.access import Access
    from app.exchange.callers import Caller
    from app.exchange.errands import Errand

#: The member of a form that is the proof, and the one that says of which house.
PROOF, ADDRESS = "proof_of_housing", "new_address"
#: Through which disclosure, for which purpose the register is asked, and what for.
DISCLOSURE, PURPOSE, FIELDS = "land", "residence-registration", ("land_certificates",)
SOURCE: Final = "land-register"
_NEAR: Final[tuple[kinship.Kind, ...]] = ("spouse", "father", "mother")

_PAPERS: Final[Mapping[str, tuple[str, str]]] = {
    "house-in-words": (
        "nêu mã định danh nhà (GET /v1/houses) để tra cứu, hoặc giấy tờ chứng minh chỗ ở",
        "give the house's identifier (GET /v1/houses) to be looked up, or the paper of the house",
    ),
    "house-unknown": (
        "không có nhà với mã này: kiểm tra mã, hoặc nộp giấy tờ chứng minh chỗ ở hợp pháp",
        "no house has this identifier: check it, or give the paper that proves the dwelling",
    ),
    "house-not-owned": (
        "nhà không đứng tên những người được tra cứu: nộp hợp đồng thuê, mượn hoặc giấy cho ở nhờ",
        "the house is in no asked person's name: give the lease, or the owner's consent on paper",
    ),
    "house-disputed": (
        "giấy chứng nhận có tranh chấp hoặc bị thu hồi (Luật Cư trú, Điều 23): nộp giấy tờ khác",
        "the certificate is disputed or revoked (Law on Residence, Art 23): give another paper",
    ),
}


class PaperWanted(msgspec.Struct, frozen=True, kw_only=True):
    """A paper that a form needs: for which member, and why no register spares it, by code."""

    member: str
    code: str
    reason_vi: str
    reason_en: str

    @property
    def reason(self) -> str:
        """The reason in both languages, as a step tells it."""
        return f"{self.reason_vi} · {self.reason_en}"


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """Who owns the house, as the register shows: `applicant`, `spouse`…; with the leaf."""

    house_id: str
    owner: str
    leaf: int


def of_applicant(session: Session, citizen_id: int, today: dt.date) -> dict[str, str]:
    """Return whom the register is asked about for an applicant: numbers by what they are."""
    near = {
        row.kind: row.relative_id
        for row in kinship.stated(session, [citizen_id])
        if row.kind in _NEAR and row.relative_id is not None and row.holds(today)
    }
    people = {"applicant": citizen_id}
    people |= {str(kind): near[kind] for kind in _NEAR if kind in near}
    return numbers_of(session, people)


def numbers_of(session: Session, people: Mapping[str, int]) -> dict[str, str]:
    """Return the numbers of these people, by what they are first; of each person once."""
    words: dict[int, str] = {}
    for word, one in people.items():
        words.setdefault(one, word)
    return {words[each.id]: each.pin for each in citizens.read(session, list(words))}


def look_up(
    session: Session,
    access: Access,
    caller: Caller,
    asked: tuple[Errand, str, Mapping[str, str]],
    now: dt.datetime,
) -> Shown | PaperWanted:
    """Take steps 1 and 2 in a job of the world's writer.

    `asked` are the errand, the address, and the numbers of those who may own the house.
    """
    errand, house_id, owners = asked
    # 1.
    if re.match(houses.PATTERN, house_id) is None:
        return paper("house-in-words")
    if houses.find(session, units.of(session), house_id) is None:
        return paper("house-unknown")
    # 2.
    why = "house-not-owned"
    for word, number in owners.items():
        ask = Ask(errand=errand, disclosure=DISCLOSURE, number=number, fields=FIELDS)
        prepared = sharing.prepare(session, access, caller, ask)
        logged = sharing.record(session, access, prepared, now=now)
        if isinstance(prepared.verdict, Refused):
            closed = PROBLEMS[prepared.verdict.reason]
            return PaperWanted(
                member=PROOF,
                code=closed.code,
                reason_vi=closed.title_vi,
                reason_en=closed.title_en,
            )
        states = _states(prepared.data, house_id)
        if states & land.GOOD:
            return Shown(house_id=house_id, owner=word, leaf=logged.proof.leaf.seq)
        why = "house-disputed" if states else why
    return paper(why)


def is_final(wanted: PaperWanted) -> bool:
    """Whether a paper is the answer; else the register could not be asked, and may be later."""
    return wanted.code in _PAPERS


def is_shown(fields: Mapping[str, Any]) -> bool:
    """Whether the proof in a form came from the register."""
    return PROOF in fields and fields[PROOF]["source"] == SOURCE


def paper(code: str) -> PaperWanted:
    """Return why a paper is wanted, in words."""
    reason_vi, reason_en = _PAPERS[code]
    return PaperWanted(member=PROOF, code=code, reason_vi=reason_vi, reason_en=reason_en)


def _states(data: Mapping[str, Any] | None, house_id: str) -> set[str]:
    """Return the states of somebody's certificates of a house."""
    held = [] if data is None else data["land_certificates"]
    return {each.state for each in held if each.house_id == house_id}
