"""Checks of a registration: whether there can be such a person, number and household.

Each yields its objections by the member of the report at fault.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.matching.dates import parse
from app.platform.errors import InvalidParam
from app.registry.reporting import checks, entries, home_checks, residing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.registry.life_events.registration import Registration
    from app.registry.models import Citizen
    from app.registry.reporting.payloads import Place, Relative, Residence
    from app.registry.reporting.reports import Case
    from app.registry.units import Unit

RESIDENCES = ("permanent", "temporary", "current")


def registration_unit(case: Case[Registration]) -> Unit | None:
    """Return the unit in which the birth was registered, if it was in Vietnam."""
    return checks.unit_of(case.payload.registration_place, case.facts, case.report.today)


def province(case: Case[Registration], unit: Unit) -> str:
    """Return the two-digit code of the unit's province, in the unit's own era."""
    return case.facts.units.by_id[unit.province_id].code


def name(case: Case[Registration]) -> Iterator[InvalidParam]:
    """The names are names."""
    yield from checks.name("name", entries.parts_of(case.payload.name))
    yield from checks.name_text("other_name", case.payload.other_name or "")


def birth(case: Case[Registration]) -> Iterator[InvalidParam]:
    """The birth is in the past, and not too far."""
    yield from checks.birth("birth_date", case.payload.birth_date, case.report.today)


def places(case: Case[Registration]) -> Iterator[InvalidParam]:
    """Places are known; a birth registered in Vietnam was registered somewhere."""
    said = case.payload
    for member in ("registration_place", "birth_place", "origin"):
        place: Place | None = getattr(said, member)
        if place is not None:
            yield from checks.place(member, place, case.facts, case.report.today)
    yield from checks.registered(said.registration_place)


def coded(case: Case[Registration]) -> Iterator[InvalidParam]:
    """Codes are of their lists."""
    said, lists = case.payload, case.facts.codes
    if said.ethnicity is not None:
        yield from checks.code("ethnicity", said.ethnicity, lists.ethnicities)
    yield from checks.code("religion", said.religion, lists.religions)


def number(case: Case[Registration]) -> Iterator[InvalidParam]:
    """The number is free, of the world's style, and fits its holder or says why not."""
    said, unit, report = case.payload, registration_unit(case), case.report
    if said.pin is None:
        yield from _drawn(case)
        return
    yield from checks.free("pin", said.pin, case.facts, report.pin_style)
    if said.number_note is not None:
        return
    yield from checks.digits("pin", said.pin, parse(said.birth_date), said.sex, report.today)
    if unit is not None and said.pin[1:3] != province(case, unit):
        yield InvalidParam(
            "pin",
            "its province is not that of the registration; say in number_note why",
            "mã tỉnh khác nơi đăng ký khai sinh; nêu lý do trong number_note",
        )


def _drawn(case: Case[Registration]) -> Iterator[InvalidParam]:
    if case.payload.registration_place.country != "VN":
        yield InvalidParam(
            "pin",
            "give one: the prefixes of births registered abroad are not published",
            "cần nêu số: bảng mã khai sinh ở nước ngoài không được công bố",
        )
    elif case.stem is not None and case.number is None:
        yield InvalidParam(
            "pin",
            "none was found free for this province, sex and year; give one",
            "không tìm được số trống cho tỉnh, giới tính và năm này; cần nêu số",
        )


def state(case: Case[Registration]) -> Iterator[InvalidParam]:
    """State and dates belong together."""
    said = case.payload
    days = {
        member: getattr(said, member) for member in ("death_date", "missing_since", "state_since")
    }
    yield from checks.state(said.state, days, said.birth_date, case.report.today)


def marital_status(case: Case[Registration]) -> Iterator[InvalidParam]:
    """Marriages are registered as such."""
    said = case.payload
    if said.marital_status in ("married", "separated"):
        yield InvalidParam(
            "marital_status",
            "a marriage is an event of its own; register the person as never_married",
            "kết hôn là một sự kiện riêng; hãy đăng ký là never_married",
        )


def contact(case: Case[Registration]) -> Iterator[InvalidParam]:
    """Phone, e-mail and old numbers have their forms."""
    said = case.payload
    if said.phone is not None:
        yield from checks.phone("phone", said.phone)
    if said.email is not None:
        yield from checks.email("email", said.email)
    for index in range(len(said.old_numbers)):
        yield from checks.old_number(f"old_numbers.{index}", said.birth_date)


def kin(case: Case[Registration]) -> Iterator[InvalidParam]:
    """Relatives exist, parents can be parents, and guardians guardians."""
    said, born = case.payload, parse(case.payload.birth_date)
    for member, sex in (("father", "M"), ("mother", "F")):
        relative: Relative | None = getattr(said, member)
        if relative is None:
            continue
        yield from checks.relative(member, relative, case.facts)
        person = case.facts.people.get(relative.pin or "")
        if person is not None:
            yield from checks.parent(member, sex, person, born)
    for member in ("guardians", "representatives"):
        yield from _guardians(case, member)


def _guardians(case: Case[Registration], member: str) -> Iterator[InvalidParam]:
    named: tuple[Relative, ...] = getattr(case.payload, member)
    day = case.report.occurred_on or case.report.today
    for index, relative in enumerate(named):
        yield from checks.relative(f"{member}.{index}", relative, case.facts)
        person = case.facts.people.get(relative.pin or "")
        if person is not None:
            yield from checks.guardian(f"{member}.{index}", person, day)
        if relative in named[:index]:
            yield InvalidParam(f"{member}.{index}", "is named twice", "người này được nêu hai lần")


def parents(case: Case[Registration]) -> list[Citizen]:
    """The parents who are in this world, the father first."""
    said = (case.payload.father, case.payload.mother)
    pins = [relative.pin or "" for relative in said if relative is not None]
    return [case.facts.people[pin] for pin in pins if pin in case.facts.people]


def household(case: Case[Registration]) -> Iterator[InvalidParam]:
    """The household exists, and has one head."""
    yield from home_checks.household(case, case.payload.household)


def joined(case: Case[Registration]) -> int:
    """Return the id of the household that the report joins; -1, which is none's, if none."""
    return residing.joined(case.facts, case.payload.household)


def residences(case: Case[Registration]) -> Iterator[InvalidParam]:
    """Residences are addresses, from a day after the birth."""
    born, today = case.payload.birth_date, case.report.today
    for kind in RESIDENCES:
        said: Residence | None = getattr(case.payload, f"{kind}_residence")
        if said is not None:
            yield from checks.residence(f"{kind}_residence", said, case.facts, born, today)
