"""Permanent move: people register their permanent residence in another household.

What they leave ends on the day on which what they enter begins: membership and permanent
residence, and a temporary residence at that very address, which has become the permanent one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from app.registry import codes
from app.registry.reporting import checks, moving, residing, stays
from app.registry.reporting.payloads import (
    AnyHousehold,
    Dated,
    JoinedHousehold,
    Line,
    Mover,
    Pin,
)
from app.registry.reporting.reports import Case, Effect, LifeEvent

if TYPE_CHECKING:
    from app.registry.models import Household


class PermanentMove(Dated):
    """Who moves to which household: one that there is, or a new one led by the reporter.

    Those who move belong to one household now, or to none. If its head moves and others stay,
    one of those becomes the head.
    """

    pin: Pin = Field(description="Who reports the move, and moves.")
    household: AnyHousehold = Field(description="Where to: a household there is, or a new one.")
    members: tuple[Mover, ...] = Field(
        default=(), max_length=30, description="Who moves along; relationships are to the head."
    )
    new_head: Pin | None = Field(
        default=None, description="Who of those who stay becomes head, if the head moves."
    )
    reason: Line | None = None


_Case = Case[PermanentMove]


def _move(case: _Case) -> Effect:
    said, facts = case.payload, case.facts
    citizen, old = facts.people[said.pin], moving.old_home(case)
    effect = Effect(citizen)
    home, relationship = _home(case, effect)
    movers = {said.pin: relationship} | {one.pin: one.relationship for one in said.members}
    for pin, code in movers.items():
        person_id = facts.people[pin].id
        residing.leave(facts, effect, person_id, case.happened)
        stays.end(case, effect, person_id, "permanent")
        moving.end_temporary_at(case, effect, person_id, home)
        residing.enter(case, effect, person_id, home, code)
        residing.settle(case, effect, person_id, home, said.reason)
    if old is not None:
        moving.succeed(case, effect, old)
    return moving.done(case, effect)


def _home(case: _Case, effect: Effect) -> tuple[Household, str]:
    said = case.payload.household
    if isinstance(said, JoinedHousehold):
        return case.facts.households[residing.joined(case.facts, said)], said.relationship
    return residing.found(case, effect, said), codes.HEAD


LIFE_EVENT = LifeEvent(
    name="permanent-move",
    title_vi="Đăng ký thường trú ở nơi mới",
    title_en="Move of permanent residence",
    law="Luật Cư trú 68/2020/QH14, Điều 20, 22, 23",
    purpose="residence-registration",
    reporters=("người chuyển đến", "chủ hộ hoặc người giám hộ", "cơ quan đăng ký cư trú"),
    documents=(
        "Tờ khai thay đổi thông tin cư trú (CT01)",
        "Giấy tờ chứng minh chỗ ở hợp pháp, hoặc ý kiến đồng ý của chủ hộ, chủ sở hữu",
    ),
    payload=PermanentMove,
    wants=moving.wants,
    stem=moving.no_number,
    checks=(
        checks.day,
        moving.people,
        moving.one_household,
        moving.citizens,
        moving.destination,
        moving.relationships,
        moving.adult_leads,
        moving.head_left,
        moving.timely,
    ),
    effect=_move,
)
