"""Return: somebody comes back who was missing, had emigrated, or was wrongly declared dead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from app.platform.errors import InvalidParam
from app.registry import codes
from app.registry.reporting import (
    checks,
    consequences,
    home_checks,
    moving,
    residing,
    stays,
    terms,
)
from app.registry.reporting.payloads import AnyHousehold, Dated, JoinedHousehold, Pin, Place
from app.registry.reporting.reports import Case, Effect, LifeEvent
from app.registry.reporting.ties import MARRIED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.registry.models import Citizen

_AWAY = ("missing", "emigrated", "dead")


class Return(Dated):
    """Who is back, and where they register: in a household, or at least where they live.

    A marriage that a declared death ended is given back, unless the other has died or married
    again: then the person is widowed or divorced.
    """

    pin: Pin
    household: AnyHousehold | None = Field(
        default=None, description="Where they register for good: a household, or a new one."
    )
    residence: Place | None = Field(
        default=None, description="Where they live, if they register in no household yet."
    )


_Case = Case[Return]


def _person(case: _Case) -> Iterator[InvalidParam]:
    """Whoever comes back is missing, emigrated or dead on record, and since an earlier day."""
    yield from home_checks.people(case, moving.named(case.payload), _AWAY)
    for person in moving.known(case).values():
        days = (person.death_date, person.missing_since, person.state_since)
        if any(day is not None and day > case.happened for day in days):
            yield InvalidParam(
                "date", "the person was not away yet", "ngày đó người này chưa vắng mặt"
            )


def _somewhere(case: _Case) -> Iterator[InvalidParam]:
    """Whoever is back lives in a household or at an address in Vietnam."""
    said = case.payload
    if (said.household is None) == (said.residence is None):
        yield InvalidParam(
            "household", "give either household or residence", "nêu household hoặc residence"
        )
    if said.residence is not None:
        yield from terms.elsewhere("residence", case, said.residence, may_be_abroad=False)


def _household(case: _Case) -> Iterator[InvalidParam]:
    """The household exists and has one head, and a citizen registers in it."""
    if case.payload.household is not None:
        yield from moving.citizens(case)
        yield from moving.destination(case)


def _come_back(case: _Case) -> Effect:
    citizen = case.facts.people[case.payload.pin]
    effect, before = Effect(citizen), consequences.Before.of(citizen)
    none = {"state_since": None, "missing_since": None, "death_date": None}
    effect.change(citizen, state="alive", **none)
    consequences.follow(case.facts, effect, before, case.report)
    _settle_marriage(case, effect, citizen)
    stays.end(case, effect, citizen.id, "current")
    _settle(case, effect, citizen.id)
    return moving.done(case, effect)


def _settle_marriage(case: _Case, effect: Effect, citizen: Citizen) -> None:
    """Say what the person is whose marriage stays ended (Civil Code 2015, Art 73 (2))."""
    facts = case.facts
    if citizen.marital_status not in MARRIED or facts.open_kin(citizen.id, "spouse") is not None:
        return
    ended = [row for row in facts.kin[citizen.id] if row.kind == "spouse" and row.to_date]
    last = max(ended, key=lambda row: str(row.to_date), default=None)
    spouse = None if last is None else facts.person(last.relative_id)
    is_widowed = spouse is not None and spouse.state == "dead"
    effect.change(citizen, marital_status="widowed" if is_widowed else "divorced")


def _settle(case: _Case, effect: Effect, citizen_id: int) -> None:
    said, facts = case.payload, case.facts
    if isinstance(said.household, JoinedHousehold):
        home = facts.households[residing.joined(facts, said.household)]
        residing.enter(case, effect, citizen_id, home, said.household.relationship)
        residing.settle(case, effect, citizen_id, home)
    elif said.household is not None:
        home = residing.found(case, effect, said.household)
        residing.enter(case, effect, citizen_id, home, codes.HEAD)
        residing.settle(case, effect, citizen_id, home)
    elif said.residence is not None:
        place = stays.at_place(case, said.residence)
        stays.begin(case, effect, citizen_id, "current", place)


LIFE_EVENT = LifeEvent(
    name="return",
    title_vi="Trở về: người mất tích, đã xuất cảnh định cư hoặc bị tuyên bố là đã chết",
    title_en="Return of somebody missing, emigrated or declared dead",
    law="Bộ luật Dân sự 91/2015/QH13, Điều 70, 73; Luật Cư trú 68/2020/QH14, Điều 20",
    purpose="civil-status-registration",
    reporters=("người trở về", "cơ quan đăng ký hộ tịch", "cơ quan đăng ký cư trú", "tòa án"),
    documents=(
        "Quyết định của tòa án hủy bỏ quyết định tuyên bố mất tích, tuyên bố là đã chết",
        "Giấy tờ chứng minh được phép thường trú tại Việt Nam",
    ),
    payload=Return,
    wants=moving.wants,
    stem=moving.no_number,
    checks=(checks.day, _person, _somewhere, _household, moving.timely),
    effect=_come_back,
)
