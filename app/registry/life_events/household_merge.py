"""Household merge: all members of a household join another one at the same address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from app.platform.errors import InvalidParam
from app.registry.reporting import checks, moving, residing, stays
from app.registry.reporting.payloads import Dated, JoinedHousehold, Mover, Pin
from app.registry.reporting.reports import Case, Effect, LifeEvent

if TYPE_CHECKING:
    from collections.abc import Iterator


class HouseholdMerge(Dated):
    """Which household ends, and what its members become in the other one, which keeps its head."""

    pin: Pin = Field(description="Who reports it: somebody of the household that ends.")
    household: JoinedHousehold = Field(
        description="The household that stays, and what the reporter becomes there."
    )
    members: tuple[Mover, ...] = Field(
        default=(), max_length=30, description="All others of the household that ends."
    )


_Case = Case[HouseholdMerge]


def _whole(case: _Case) -> Iterator[InvalidParam]:
    """All members are named: who should stay behind splits off instead."""
    home = moving.old_home(case)
    if home is None:
        return
    named = {person.id for person in moving.known(case).values()}
    left = [row for row in case.facts.open_members(home.id) if row.citizen_id not in named]
    if left:
        yield InvalidParam(
            "members",
            f"{len(left)} more belong to the household that ends: name them all",
            f"hộ nhập còn {len(left)} thành viên khác: nêu tất cả",
        )


def _same_place(case: _Case) -> Iterator[InvalidParam]:
    """Both households are at one address: to go elsewhere is a move."""
    own, facts = moving.old_home(case), case.facts
    other = facts.households.get(residing.joined(facts, case.payload.household))
    if own is None or other is None:
        return
    units = [stays.unit_on(facts, home.unit_id, case.happened) for home in (own, other)]
    if units[0] != units[1] or own.address_key != other.address_key:
        yield InvalidParam(
            "household",
            "it is at another address: report a permanent move",
            "hộ này ở địa chỉ khác: hãy đăng ký thường trú ở nơi mới",
        )


def _merge(case: _Case) -> Effect:
    said, facts = case.payload, case.facts
    citizen = facts.people[said.pin]
    effect = Effect(citizen)
    home = facts.households[residing.joined(facts, said.household)]
    moving.regroup(case, effect, home, said.household.relationship)
    return moving.done(case, effect)


LIFE_EVENT = LifeEvent(
    name="household-merge",
    title_vi="Nhập hộ",
    title_en="Merge of two households",
    law="Luật Cư trú 68/2020/QH14, Điều 10, 26",
    purpose="residence-registration",
    reporters=("thành viên hộ", "chủ hộ của hộ được nhập vào", "cơ quan đăng ký cư trú"),
    documents=(
        "Tờ khai thay đổi thông tin cư trú (CT01)",
        "Ý kiến đồng ý của chủ hộ của hộ được nhập vào",
    ),
    payload=HouseholdMerge,
    wants=moving.wants,
    stem=moving.no_number,
    checks=(
        checks.day,
        moving.people,
        moving.in_household,
        moving.destination,
        moving.relationships,
        _whole,
        _same_place,
        moving.timely,
    ),
    effect=_merge,
)
