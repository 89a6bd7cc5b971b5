"""Divorce: a court ends a marriage that is on record."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from app.platform.errors import InvalidParam
from app.registry.reporting import checks, couples
from app.registry.reporting.facts import Wanted
from app.registry.reporting.payloads import Dated, Line, Pin
from app.registry.reporting.reports import Case, Effect, LifeEvent

if TYPE_CHECKING:
    from collections.abc import Iterator


class Divorce(Dated):
    """Whose marriage ended, on the day on which the court's judgment took effect."""

    pin: Pin = Field(description="Of either of the two.")
    judgment: Line = Field(description="Court, number and day of the judgment or decision.")


_Case = Case[Divorce]


def _wants(said: Divorce) -> Wanted:
    return Wanted(subjects=frozenset({said.pin}))


def _married(case: _Case) -> Iterator[InvalidParam]:
    """Somebody has the number, and is married since before that day."""
    yield from checks.subject(case, "pin", case.payload.pin)
    person = case.facts.people.get(case.payload.pin)
    if person is None:
        return
    rows = couples.marriage_of(case.facts, person)
    if not rows:
        yield InvalidParam("pin", "no marriage is on record", "trên sổ không có hôn nhân")
    elif any(row.citizen_id in case.facts.touched for row in rows[1:]):
        yield InvalidParam(
            "pin",
            "an earlier row has changed something of the spouse: report this in another file",
            "một dòng trước đã thay đổi thông tin của vợ, chồng: hãy khai báo ở một tệp khác",
        )
    elif any(row.from_date is not None and row.from_date > case.happened for row in rows):
        yield InvalidParam(
            "date", "the marriage began after that day", "hôn nhân bắt đầu sau ngày này"
        )


def _divorce(case: _Case) -> Effect:
    person = case.facts.people[case.payload.pin]
    effect = Effect(person)
    couples.end(case.facts, effect, couples.marriage_of(case.facts, person), case.happened)
    return effect


LIFE_EVENT = LifeEvent(
    name="divorce",
    title_vi="Ly hôn",
    title_en="Divorce",
    law="Luật Hôn nhân và gia đình 52/2014/QH13, Điều 51–57; Luật Hộ tịch 60/2014/QH13, Điều 30",
    purpose="civil-status-registration",
    reporters=("Tòa án nhân dân", "cơ quan đăng ký hộ tịch", "vợ hoặc chồng"),
    documents=("Bản án hoặc quyết định ly hôn đã có hiệu lực của Tòa án",),
    payload=Divorce,
    wants=_wants,
    stem=lambda _: None,
    checks=(_married, checks.day),
    effect=_divorce,
)
