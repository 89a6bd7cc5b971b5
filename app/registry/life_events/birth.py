"""Birth: a child comes on record, gets a number, parents, a place in a household, a residence."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import TYPE_CHECKING

from pydantic import Field

from app.platform.errors import InvalidParam
from app.registry import codes
from app.registry.life_events import registration
from app.registry.life_events.registration import Registration
from app.registry.models import HouseholdMember
from app.registry.reporting import checks, homes, narrowing
from app.registry.reporting import registration_checks as by
from app.registry.reporting.payloads import (
    AnyHousehold,
    AnyName,
    Code,
    Country,
    Day,
    JoinedHousehold,
    Line,
    Nationality,
    Part,
    Pin,
    Place,
    Relative,
    Sex,
)
from app.registry.reporting.reports import Case, Effect, LifeEvent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.registry.models import Citizen
    from app.registry.reporting.facts import Facts, Wanted

#: A birth is to be registered within so many days (Law on Civil Status 2014, Art 15); whoever is
#: registered in time belongs to the household since birth, others since the report.
IN_TIME = dt.timedelta(days=60)
#: Between two births of one mother there are two days at most, or half a year at least: our rule.
_TWINS, _NEXT = dt.timedelta(days=2), dt.timedelta(days=180)


class Birth(Part):
    """A child that was born. Twins are two rows of one file, or two reports."""

    name: AnyName
    sex: Sex
    birth_date: Day
    registration_place: Place = Field(description="Where the birth is registered: number begins.")
    mother: Relative | None = None
    father: Relative | None = None
    birth_place: Place | None = Field(default=None, description="Unset: where it is registered.")
    origin: Place | None = Field(default=None, description="Unset: the father's, the mother's.")
    ethnicity: Code | None = Field(default=None, description="Unset: the father's, the mother's.")
    religion: Code = codes.NO_RELIGION
    nationality: Nationality = "VN"
    second_nationality: Country | None = None
    household: AnyHousehold | None = Field(
        default=None,
        description="Unset: the mother's, else the father's, as what the child is to its head; "
        "the answer says which. null: none.",
    )
    surname_note: Line | None = Field(default=None, description="Why the surname is no parent's.")
    pin: Pin | None = Field(default=None, description="Unset: one that is free is drawn.")

    @property
    def own_day(self) -> dt.date:
        """The day of the birth."""
        return self.birth_date


_Case = Case[Birth]


def _wants(said: Birth) -> Wanted:
    kin = [one.pin for one in (said.mother, said.father) if one is not None]
    parents = frozenset(pin for pin in kin if pin is not None)
    wanted = registration.LIFE_EVENT.wants(_registered(said))
    return dataclasses.replace(wanted, parents=parents)


def _registered(said: Birth, **chosen: JoinedHousehold) -> Registration:
    members = {name: getattr(said, name) for name in said.model_fields_set}
    members["birth_date"] = said.birth_date.isoformat()
    return Registration(**members | chosen)


def _whole(case: _Case) -> Case[Registration]:
    """Return the birth as a registration, whose day is the first in the household."""
    said = case.payload
    home = _parents_home(case) if "household" not in said.model_fields_set else None
    chosen = {} if home is None else {"household": home}
    wide = narrowing.widened(case, _registered(said, **chosen))
    return dataclasses.replace(
        wide, report=dataclasses.replace(wide.report, occurred_on=_begins(wide))
    )


def _parents_home(case: _Case) -> JoinedHousehold | None:
    """Return the mother's household, else the father's (Law on Residence 2020, Art 12)."""
    facts, parents = case.facts, _parents(case)
    for parent in parents:
        member = facts.membership.get(parent.id)
        head = None if member is None else facts.head(member.household_id)
        if head is not None:
            ids = {each.id for each in parents}
            code = homes.childs_place(facts, ids, head.citizen_id)
            return JoinedHousehold(member=parent.pin, relationship=code)
    return None


def _begins(case: Case[Registration]) -> dt.date:
    born = dt.date.fromisoformat(case.payload.birth_date)
    today, home = case.report.today, case.facts.households.get(by.joined(case))
    if today - born > IN_TIME:
        return today
    return born if home is None else max(born, home.from_date)


def _parents(case: _Case) -> list[Citizen]:
    """The parents who are in this world, the mother first."""
    said, people = case.payload, case.facts.people
    pins = [one.pin for one in (said.mother, said.father) if one is not None]
    return [people[pin] for pin in pins if pin in people]


def _day(case: _Case) -> Iterator[InvalidParam]:
    """The report has no other day than the birth."""
    if case.report.occurred_on not in {None, case.payload.birth_date}:
        yield InvalidParam(
            "birth_date",
            "the report's occurred_on is another day: leave it out",
            "khác ngày occurred_on của khai báo: bỏ mục occurred_on",
        )


def _mothers_others(case: _Case) -> Iterator[InvalidParam]:
    """A mother's births are of one or two days, or half a year apart."""
    said, facts = case.payload, case.facts
    mother = None if said.mother is None else facts.people.get(said.mother.pin or "")
    if mother is None or mother.sex == "M":
        return
    others = [
        checks.exact(checks.birth_of(child))
        for row, child in facts.children(mother.id)
        if checks.is_by_birth(row, child)
    ]
    apart = [abs(said.birth_date - day) for day in others if day is not None]
    if any(_TWINS < gap < _NEXT for gap in apart):
        yield InvalidParam(
            "birth_date",
            "the mother has another child on record who was born too shortly before or after",
            "người mẹ có con khác trên sổ sinh quá gần ngày này",
        )


def _be_born(case: _Case) -> Effect:
    effect = registration.LIFE_EVENT.effect(_whole(case))
    effect.whose = "birth_date"
    if "household" not in case.payload.model_fields_set:
        effect.chosen |= _place_of(case.facts, effect)
    return effect


def _place_of(facts: Facts, effect: Effect) -> dict[str, str]:
    members = (row for row in effect.added if isinstance(row, HouseholdMember))
    return {
        name: text
        for row in members
        for name, text in (
            ("household.file_number", facts.households[row.household_id].file_number),
            ("household.relationship", row.relationship),
        )
    }


LIFE_EVENT = LifeEvent(
    name="birth",
    title_vi="Khai sinh",
    title_en="Birth",
    law="Luật Hộ tịch 60/2014/QH13, Điều 13–16; Bộ luật Dân sự 2015, Điều 26, 29, 30; "
    "Luật Cư trú 68/2020/QH14, Điều 12, 20; Nghị định 70/2024/NĐ-CP, Điều 11",
    purpose="civil-status-registration",
    reporters=("cha, mẹ, ông, bà hoặc người thân thích khác", "cơ quan đăng ký hộ tịch"),
    documents=("Giấy chứng sinh", "Tờ khai đăng ký khai sinh"),
    payload=Birth,
    wants=_wants,
    stem=lambda case: registration.LIFE_EVENT.stem(_whole(case)),
    checks=(
        *narrowing.by(
            _whole, by.name, by.birth, by.places, by.coded, by.number, by.kin, by.household
        ),
        _day,
        _mothers_others,
    ),
    effect=_be_born,
)
