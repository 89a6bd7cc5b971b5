"""Change of name: a person bears another name from a day on; the number stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from app.platform.errors import InvalidParam
from app.registry.life_events import correction
from app.registry.reporting import checks, entries, narrowing
from app.registry.reporting import correction_checks as by
from app.registry.reporting.payloads import AnyName, Dated, Line, NameText, Pin
from app.registry.reporting.reports import Case, Effect, LifeEvent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.registry.life_events.correction import Correction
    from app.registry.reporting.facts import Wanted


class NameChange(Dated):
    """Who bears which name now. A name that is one text is divided as Vietnamese names are."""

    pin: Pin
    name: AnyName
    other_name: NameText | None = Field(default=None, description="null removes it.")
    surname_note: Line | None = Field(default=None, description="Why the surname is no parent's.")


_Case = Case[NameChange]


def _wants(said: NameChange) -> Wanted:
    return correction.LIFE_EVENT.wants(correction.narrowed(said))


def _whole(case: _Case) -> Case[Correction]:
    return narrowing.widened(case, correction.narrowed(case.payload))


def _another(case: _Case) -> Iterator[InvalidParam]:
    """The name is another than that on record."""
    person, said = case.facts.people.get(case.payload.pin), case.payload
    if person is None or "other_name" in said.model_fields_set:
        return
    columns = entries.name_columns(said.name)
    if all(getattr(person, name) == text for name, text in columns.items()):
        yield InvalidParam("name", "it is the name on record", "trùng với tên đã ghi")


def _rename(case: _Case) -> Effect:
    return correction.LIFE_EVENT.effect(_whole(case))


LIFE_EVENT = LifeEvent(
    name="name-change",
    title_vi="Thay đổi họ, chữ đệm, tên",
    title_en="Change of name",
    law="Bộ luật Dân sự 2015, Điều 27, 28; Luật Hộ tịch 60/2014/QH13, Điều 26, 46",
    purpose="civil-status-registration",
    reporters=("công dân hoặc cha, mẹ, người giám hộ", "cơ quan đăng ký hộ tịch"),
    documents=(
        "Tờ khai thay đổi hộ tịch",
        "Giấy khai sinh; sự đồng ý của người từ đủ 9 tuổi trở lên",
    ),
    payload=NameChange,
    wants=_wants,
    stem=lambda _: None,
    checks=(*narrowing.by(_whole, by.subject, by.name), checks.day, _another),
    effect=_rename,
)
