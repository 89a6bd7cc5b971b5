"""Checks of reports about where people live: who moves, to which household, since when.

Each yields its objections by the member of the report at fault.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.platform.errors import InvalidParam
from app.registry import codes, units
from app.registry.reporting import checks, residing
from app.registry.reporting.consequences import PRESENT
from app.registry.reporting.payloads import NewHousehold

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from app.registry.models import Citizen
    from app.registry.reporting.payloads import JoinedHousehold, Place
    from app.registry.reporting.reports import Case

_NOT_SO = {
    "alive": ("is alive and here on record", "người này đang sống và cư trú theo sổ đăng ký"),
    "under_review": (
        "is here on record, under review",
        "người này đang cư trú theo sổ đăng ký, hồ sơ đang xác minh",
    ),
    "dead": ("is dead on record", "người này đã chết theo sổ đăng ký"),
    "missing": (
        "is missing on record: report the return first",
        "người này đang mất tích theo sổ đăng ký: hãy báo việc trở về trước",
    ),
    "emigrated": (
        "has emigrated on record: report the return first",
        "người này đã xuất cảnh định cư theo sổ đăng ký: hãy báo việc trở về trước",
    ),
}


def people(
    case: Case[Any], said: Mapping[str, str], states: Collection[str] = PRESENT
) -> Iterator[InvalidParam]:
    """All who are named are on record and here, once each, and in no earlier row of the file."""
    seen: set[str] = set()
    for member, pin in said.items():
        person = case.facts.people.get(pin)
        if person is None:
            yield InvalidParam(member, "nobody has this number now", "không ai đang mang số này")
        elif person.state not in states:
            yield InvalidParam(member, *_NOT_SO[person.state])
        elif pin in seen:
            yield InvalidParam(member, "is named twice", "người này được nêu hai lần")
        elif person.id in case.facts.touched:
            yield InvalidParam(
                member,
                "an earlier row changes the same person: report it in a file of its own",
                "một dòng trước đã thay đổi người này: hãy khai trong một tệp khác",
            )
        seen.add(pin)


def household(
    case: Case[Any], said: JoinedHousehold | NewHousehold | None
) -> Iterator[InvalidParam]:
    """The household exists, and has one head; a new one has an address of its first day."""
    if said is None:
        return
    if isinstance(said, NewHousehold):
        yield from _new_household(case, said.place)
        yield from _house(case, said)
        return
    known = case.facts.codes.relationships
    yield from checks.code("household.relationship", said.relationship, known)
    if (said.file_number is None) == (said.member is None):
        yield InvalidParam(
            "household", "give either file_number or member", "cung cấp file_number hoặc member"
        )
        return
    home = case.facts.households.get(residing.joined(case.facts, said))
    if home is None or home.to_date is not None:
        yield InvalidParam("household", "there is no such household", "không có hộ này")
    elif said.relationship == codes.HEAD and case.facts.head(home.id) is not None:
        yield InvalidParam(
            "household.relationship",
            "the household has a head already",
            "hộ đã có chủ hộ",
        )


def _new_household(case: Case[Any], place: Place) -> Iterator[InvalidParam]:
    """A household begins at an address in Vietnam, in the units of its first day."""
    today = case.report.today
    yield from checks.address("household.place", place, case.facts, today)
    if place.country != "VN":
        yield InvalidParam(
            "household.place.country",
            "households are those of Vietnam: give a current_residence instead",
            "hộ chỉ có ở Việt Nam: hãy nêu current_residence",
        )
    yield from of_its_day("household.place", place, case)


def _house(case: Case[Any], said: NewHousehold) -> Iterator[InvalidParam]:
    """A house that is named is on record, in the commune of the address."""
    unit = checks.unit_of(said.place, case.facts, case.report.today)
    if said.house_id is None or unit is None:
        return
    there = (
        units.as_of(case.facts.units, home.unit_id, case.happened).unit.id
        for home in case.facts.households.values()
        if home.house_id == said.house_id
    )
    if unit.id not in there:
        yield InvalidParam(
            "household.house_id",
            "no such house is on record there: leave it out, and the dwelling gets one",
            "không có nhà với mã định danh này ở đó: bỏ mục này, chỗ ở sẽ được cấp mã",
        )


def of_its_day(member: str, place: Place, case: Case[Any]) -> Iterator[InvalidParam]:
    """An address is in a unit of the day on which it begins to hold."""
    start = case.happened
    unit = checks.unit_of(place, case.facts, case.report.today)
    if unit is not None and unit.era != units.era_on(start):
        yield InvalidParam(
            f"{member}.era",
            f"on that day units were those of {units.era_on(start)}: give the one of then",
            f"ngày đó dùng danh mục {units.era_on(start)}: nêu đơn vị của danh mục đó",
        )


def timely(case: Case[Any], said: Iterable[Citizen]) -> Iterator[InvalidParam]:
    """Nobody came to a household or an address after the day of the event."""
    day, facts = case.happened, case.facts
    for person in said:
        starts = [row.from_date for row in facts.memberships[person.id]]
        starts += [row.from_date for row in facts.stays[person.id]]
        if any(start > day for start in starts):
            yield InvalidParam(
                "date",
                "somebody concerned came to a household or an address after that day",
                "có người liên quan vào hộ hoặc đến nơi ở sau ngày đó",
            )
            return


def is_of_age(person: Citizen, day: dt.date) -> bool:
    """Whether somebody acts for themselves on that day, as far as the birth is known."""
    return checks.may_have_been(checks.OF_AGE, checks.birth_of(person), day)


def grown(member: str, person: Citizen, day: dt.date) -> Iterator[InvalidParam]:
    """Whoever has to act for themselves is of age."""
    if not is_of_age(person, day):
        yield InvalidParam(
            member,
            f"is under {checks.OF_AGE} on that day",
            f"người này chưa đủ {checks.OF_AGE} tuổi vào ngày đó",
        )
