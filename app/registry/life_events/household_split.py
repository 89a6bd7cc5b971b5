"""Household split: members of a household found one of their own at the same address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from app.platform.errors import InvalidParam
from app.registry import codes
from app.registry.reporting import checks, home_checks, moving, residing
from app.registry.reporting.payloads import Dated, Mover, Pin
from app.registry.reporting.reports import Case, Effect, LifeEvent

if TYPE_CHECKING:
    from collections.abc import Iterator


class HouseholdSplit(Dated):
    """Who leaves a household to lead one of their own at its address, and with whom."""

    pin: Pin = Field(description="Who reports it, and is the head of the new household.")
    members: tuple[Mover, ...] = Field(
        default=(), max_length=30, description="Who goes along; relationships are to the new head."
    )
    new_head: Pin | None = Field(
        default=None, description="Who of those who stay becomes head, if the head goes."
    )


_Case = Case[HouseholdSplit]


def _adult(case: _Case) -> Iterator[InvalidParam]:
    """The new head is of age (Law on Residence 2020, Art 25 (1))."""
    own = moving.known(case).get("pin")
    if own is not None:
        yield from home_checks.grown("pin", own, case.happened)


def _some_stay(case: _Case) -> Iterator[InvalidParam]:
    """Somebody stays: otherwise nothing is divided."""
    home = moving.old_home(case)
    leaving = {person.id for person in moving.known(case).values()}
    if home is None:
        return
    if all(row.citizen_id in leaving for row in case.facts.open_members(home.id)):
        yield InvalidParam(
            "members",
            "nobody would stay: to change the head, report a correction",
            "không còn ai ở lại: muốn đổi chủ hộ, hãy khai cải chính",
        )


def _split(case: _Case) -> Effect:
    facts = case.facts
    citizen = facts.people[case.payload.pin]
    effect = Effect(citizen)
    old = facts.households[facts.membership[citizen.id].household_id]
    home = residing.open_file(case, effect, old.house_id, residing.address(case, old))
    moving.regroup(case, effect, home, codes.HEAD)
    moving.succeed(case, effect, old)
    return moving.done(case, effect)


LIFE_EVENT = LifeEvent(
    name="household-split",
    title_vi="Tách hộ",
    title_en="Split of a household",
    law="Luật Cư trú 68/2020/QH14, Điều 25",
    purpose="residence-registration",
    reporters=("người tách hộ", "chủ hộ", "cơ quan đăng ký cư trú"),
    documents=(
        "Tờ khai thay đổi thông tin cư trú (CT01)",
        "Ý kiến đồng ý của chủ hộ, chủ sở hữu chỗ ở hợp pháp",
    ),
    payload=HouseholdSplit,
    wants=moving.wants,
    stem=moving.no_number,
    checks=(
        checks.day,
        moving.people,
        moving.in_household,
        _adult,
        moving.relationships,
        _some_stay,
        moving.head_left,
        moving.timely,
    ),
    effect=_split,
)
