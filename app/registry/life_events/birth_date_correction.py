"""Correction of a birth date: where year or century change, the number is established anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from app.platform.errors import InvalidParam
from app.registry.life_events import correction
from app.registry.reporting import checks, narrowing, revisions
from app.registry.reporting import correction_checks as by
from app.registry.reporting.payloads import Dated, Line, PartialDateText, Pin
from app.registry.reporting.reports import Case, Effect, LifeEvent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.registry.life_events.correction import Correction
    from app.registry.reporting.facts import Wanted


class BirthDateCorrection(Dated):
    """When somebody was really born."""

    pin: Pin = Field(description="The present personal number.")
    birth_date: PartialDateText
    new_pin: Pin | None = Field(
        default=None, description="Unset: one that is free is drawn, if another is needed."
    )
    number_note: Line | None = Field(default=None, description="Why the number's digits differ.")


_Case = Case[BirthDateCorrection]


def _wants(said: BirthDateCorrection) -> Wanted:
    return correction.LIFE_EVENT.wants(correction.narrowed(said))


def _whole(case: _Case) -> Case[Correction]:
    return narrowing.widened(case, correction.narrowed(case.payload))


def _another(case: _Case) -> Iterator[InvalidParam]:
    """The date is another than that on record, or says more of it."""
    person = case.facts.people.get(case.payload.pin)
    if person is not None and checks.birth_of(person).isoformat() == case.payload.birth_date:
        yield InvalidParam("birth_date", "it is the date on record", "trùng với ngày đã ghi")


def _stem(case: _Case) -> str | None:
    return revisions.stem(_whole(case))


def _correct(case: _Case) -> Effect:
    return correction.LIFE_EVENT.effect(_whole(case))


LIFE_EVENT = LifeEvent(
    name="birth-date-correction",
    title_vi="Cải chính ngày, tháng, năm sinh",
    title_en="Correction of a birth date",
    law="Luật Hộ tịch 60/2014/QH13, Điều 28, 46; Thông tư 59/2021/TT-BCA, Điều 6; "
    "Nghị định 70/2024/NĐ-CP, Điều 11",
    purpose="civil-status-registration",
    reporters=("công dân hoặc cha, mẹ, người giám hộ", "cơ quan đăng ký hộ tịch"),
    documents=("Tờ khai cải chính hộ tịch", "Giấy tờ chứng minh ngày sinh đúng"),
    payload=BirthDateCorrection,
    wants=_wants,
    stem=_stem,
    checks=(
        *narrowing.by(_whole, by.subject, by.birth, by.kin, by.number, by.state, by.contact),
        checks.day,
        _another,
    ),
    effect=_correct,
)
