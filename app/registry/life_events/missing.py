"""Missing: a court declares somebody missing. To be declared dead by a court is a death."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from app.platform.errors import InvalidParam
from app.registry.reporting import checks, consequences, moving, terms
from app.registry.reporting.payloads import Dated, Day, Pin
from app.registry.reporting.reports import Case, Effect, LifeEvent

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Without news for so many years, somebody may be declared missing (Civil Code 2015, Art 68 (1)).
_YEARS = 2


class Missing(Dated):
    """Whom a court has declared missing, and since when there has been no news of them."""

    pin: Pin
    missing_since: Day = Field(description="The day of the last news of the person.")
    new_head: Pin | None = Field(
        default=None, description="Who of the household becomes head, if its head is missing."
    )


_Case = Case[Missing]


def _since(case: _Case) -> Iterator[InvalidParam]:
    """There has been no news for two years (Civil Code 2015, Art 68 (1)), in the person's life."""
    said, day = case.payload.missing_since, case.happened
    if terms.years_after(said, _YEARS) > day:
        yield InvalidParam(
            "missing_since",
            f"nobody is declared missing before {_YEARS} years without news",
            f"chỉ tuyên bố mất tích khi biệt tích từ {_YEARS} năm liền trở lên",
        )
    for person in moving.known(case).values():
        if checks.is_before(said, checks.birth_of(person).isoformat()):
            yield InvalidParam("missing_since", "it is before the birth", "trước ngày sinh")


def _lose(case: _Case) -> Effect:
    said, facts, day = case.payload, case.facts, case.happened
    citizen, home = facts.people[said.pin], moving.old_home(case)
    effect = Effect(citizen)
    effect.change(citizen, state="missing", missing_since=said.missing_since, state_since=day)
    consequences.leave(facts, effect, citizen.id, day)
    if home is not None:
        moving.succeed(case, effect, home)
    return moving.done(case, effect)


LIFE_EVENT = LifeEvent(
    name="missing",
    title_vi="Tuyên bố mất tích",
    title_en="Declared missing by a court",
    law="Bộ luật Dân sự 91/2015/QH13, Điều 68; Luật Cư trú 68/2020/QH14, Điều 24",
    purpose="civil-status-registration",
    reporters=("người yêu cầu tuyên bố mất tích", "cơ quan đăng ký hộ tịch", "tòa án"),
    documents=("Quyết định của tòa án tuyên bố mất tích đã có hiệu lực",),
    payload=Missing,
    wants=moving.wants,
    stem=moving.no_number,
    checks=(checks.day, moving.people, _since, moving.head_left, moving.timely),
    effect=_lose,
)
