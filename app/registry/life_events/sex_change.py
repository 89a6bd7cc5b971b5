"""Change of sex: what the law determines anew, and with it the personal number.

Nothing else ends by it. Whoever is married is divorced first, as a marriage is one of a man and a
woman; whoever is a mother or a father on record stays one, which the registry's rules do not let
another sex be.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from app.platform.errors import InvalidParam
from app.registry.life_events import correction
from app.registry.reporting import checks, homes, narrowing, revisions
from app.registry.reporting import correction_checks as by
from app.registry.reporting.payloads import AnyName, Dated, Line, Pin
from app.registry.reporting.reports import Case, Effect, LifeEvent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.registry.life_events.correction import Correction
    from app.registry.reporting.facts import Wanted


class SexChange(Dated):
    """Of whom which sex is determined, and under which name the person goes on."""

    pin: Pin = Field(description="The present personal number.")
    sex: Literal["M", "F"]
    name: AnyName = correction.unsaid("Unset: the name on record stays.")
    surname_note: Line | None = Field(default=None, description="Why a surname is no parent's.")
    new_pin: Pin | None = Field(default=None, description="Unset: one that is free is drawn.")


_Case = Case[SexChange]


def _wants(said: SexChange) -> Wanted:
    return correction.LIFE_EVENT.wants(correction.narrowed(said))


def _whole(case: _Case) -> Case[Correction]:
    return narrowing.widened(case, correction.narrowed(case.payload))


def _another(case: _Case) -> Iterator[InvalidParam]:
    """The sex is another than that on record."""
    person = case.facts.people.get(case.payload.pin)
    if person is not None and person.sex == case.payload.sex:
        yield InvalidParam("sex", "it is the sex on record", "trùng với giới tính đã ghi")


def _unmarried(case: _Case) -> Iterator[InvalidParam]:
    """Whoever is married is divorced first."""
    person = case.facts.people.get(case.payload.pin)
    if person is not None and case.facts.open_kin(person.id, "spouse") is not None:
        yield InvalidParam(
            "sex",
            "the person is married: report the divorce first",
            "người này đang có vợ, chồng: hãy khai báo ly hôn trước",
        )


def _stem(case: _Case) -> str | None:
    return revisions.stem(_whole(case))


def _change(case: _Case) -> Effect:
    effect = correction.LIFE_EVENT.effect(_whole(case))
    homes.change_sex(case.facts, effect, effect.citizen)
    return effect


LIFE_EVENT = LifeEvent(
    name="sex-change",
    title_vi="Xác định lại giới tính, thay đổi hộ tịch khi đã chuyển đổi giới tính",
    title_en="Legal change of sex",
    law="Bộ luật Dân sự 2015, Điều 36, 37; Luật Hộ tịch 60/2014/QH13, Điều 46; "
    "Thông tư 59/2021/TT-BCA, Điều 6; Nghị định 70/2024/NĐ-CP, Điều 11",
    purpose="civil-status-registration",
    reporters=("công dân", "cơ quan đăng ký hộ tịch"),
    documents=("Giấy chứng nhận y tế đã xác định lại giới tính", "Tờ khai thay đổi hộ tịch"),
    payload=SexChange,
    wants=_wants,
    stem=_stem,
    checks=(
        *narrowing.by(_whole, by.subject, by.name, by.number),
        checks.day,
        _another,
        _unmarried,
    ),
    effect=_change,
)
