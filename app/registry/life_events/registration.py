"""Registration: a citizen is put on record for the first time, and gets a personal number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from app.matching.dates import parse
from app.matching.numbers import compose
from app.registry import codes
from app.registry.kinship import PARENTS
from app.registry.models import Citizen, OldNumber
from app.registry.reporting import entries, residing
from app.registry.reporting import registration_checks as by
from app.registry.reporting.facts import Wanted, given
from app.registry.reporting.payloads import (
    AnyHousehold,
    AnyName,
    Blood,
    Code,
    Country,
    Day,
    JoinedHousehold,
    Line,
    MaritalStatus,
    NameText,
    Nationality,
    NewHousehold,
    Part,
    PartialDateText,
    Pin,
    Place,
    Relative,
    Residence,
    Sex,
    State,
)
from app.registry.reporting.payloads import OldNumber as OldNumberText
from app.registry.reporting.reports import Case, Effect, LifeEvent

if TYPE_CHECKING:
    from app.registry.models import Household


class Registration(Part):
    """Who is registered. A name that is one text is divided as Vietnamese names are."""

    name: AnyName
    sex: Sex
    birth_date: PartialDateText
    registration_place: Place = Field(description="Where the birth was registered.")
    birth_place: Place | None = Field(default=None, description="Unset: where it was registered.")
    origin: Place | None = Field(default=None, description="Unset: the father's, else as above.")
    pin: Pin | None = Field(default=None, description="Unset: one that is free is drawn.")
    other_name: NameText | None = None
    ethnicity: Code | None = Field(default=None, description="Unset: the father's, the mother's.")
    religion: Code = codes.NO_RELIGION
    nationality: Nationality = "VN"
    second_nationality: Country | None = None
    blood_type: Blood | None = None
    marital_status: MaritalStatus = "never_married"
    state: State = "alive"
    state_since: Day | None = None
    death_date: Day | None = None
    missing_since: Day | None = None
    father: Relative | None = None
    mother: Relative | None = None
    guardians: tuple[Relative, ...] = Field(default=(), max_length=4)
    representatives: tuple[Relative, ...] = Field(default=(), max_length=4)
    household: AnyHousehold | None = None
    permanent_residence: Residence | None = Field(
        default=None, description="Unset: the household's address, if there is a household."
    )
    temporary_residence: Residence | None = None
    current_residence: Residence | None = None
    old_numbers: tuple[OldNumberText, ...] = Field(default=(), max_length=4)
    phone: Line | None = None
    email: Line | None = None
    remarks: Line | None = None
    surname_note: Line | None = Field(default=None, description="Why the surname is no parent's.")
    number_note: Line | None = Field(default=None, description="Why the number's digits differ.")


_Case = Case[Registration]


def _wants(said: Registration) -> Wanted:
    kin = (said.father, said.mother, *said.guardians, *said.representatives)
    pins = {relative.pin for relative in kin if relative is not None}
    home = said.household
    joined = (home.member, home.file_number) if isinstance(home, JoinedHousehold) else (None, None)
    return Wanted(
        pins=given(*pins, joined[0]),
        new_pins=given(said.pin),
        file_numbers=given(joined[1]),
        house_ids=given(home.house_id if isinstance(home, NewHousehold) else None),
        old_numbers=frozenset(said.old_numbers),
    )


def _stem(case: _Case) -> str | None:
    """The number begins with the province of the registration, as it was when that happened."""
    said, unit = case.payload, by.registration_unit(case)
    year = parse(said.birth_date).year
    if said.pin is not None or unit is None or not 1900 <= year <= 2399:
        return None
    sex: Literal["M", "F"] = "F" if said.sex == "F" else "M"
    return compose(by.province(case, unit), sex, year, 0, case.report.pin_style)[:6]


def _register(case: _Case) -> Effect:
    citizen = _citizen(case)
    effect = Effect(citizen, added=[citizen])
    home = _house(case, citizen, effect)
    _settle(case, citizen, home, effect)
    said, facts = case.payload, case.facts
    kin = [("father", said.father), ("mother", said.mother)]
    kin += [("guardian", one) for one in said.guardians]
    kin += [("representative", one) for one in said.representatives]
    for kind, relative in kin:
        if relative is not None:
            start = None if kind in PARENTS else case.happened
            effect.added.append(entries.kinship(case, citizen.id, kind, relative, start))
    effect.added += [
        OldNumber(number=number, citizen_id=citizen.id)
        for number in dict.fromkeys(said.old_numbers)
    ]
    facts.taken.add(citizen.pin)
    return effect


def _citizen(case: _Case) -> Citizen:
    said, facts, today = case.payload, case.facts, case.report.today
    parents = by.parents(case)
    registered = said.registration_place
    columns = entries.place_columns("registration", registered, facts, today)
    columns |= entries.place_columns("birth", said.birth_place or registered, facts, today)
    if said.origin is None and parents:
        columns["origin_country"] = parents[0].origin_country
        columns["origin_unit_id"] = parents[0].origin_unit_id
    else:
        columns |= entries.place_columns("origin", said.origin or registered, facts, today)
    columns |= {name: getattr(said, name) for name in entries.AS_SAID}
    columns["state_since"] = said.state_since or said.death_date or said.missing_since
    inherited = parents[0].ethnicity if parents else codes.UNKNOWN_ETHNICITY
    return Citizen(
        id=facts.next_id(Citizen),
        pin=said.pin or case.number,
        ethnicity=said.ethnicity or inherited,
        **columns,
        **entries.name_columns(said.name),
        **entries.birth_columns(said.birth_date),
    )


def _house(case: _Case, citizen: Citizen, effect: Effect) -> Household | None:
    said = case.payload.household
    if said is None:
        return None
    if isinstance(said, JoinedHousehold):
        home = case.facts.households[by.joined(case)]
        residing.enter(case, effect, citizen.id, home, said.relationship)
    else:
        home = residing.found(case, effect, said)
        residing.enter(case, effect, citizen.id, home, codes.HEAD)
    return home


def _settle(case: _Case, citizen: Citizen, home: Household | None, effect: Effect) -> None:
    said = case.payload
    for kind in by.RESIDENCES:
        residence: Residence | None = getattr(said, f"{kind}_residence")
        if residence is not None:
            row = entries.residence(case, citizen.id, kind, residence, case.happened)
            effect.added.append(row)
    if home is not None and said.permanent_residence is None:
        residing.settle(case, effect, citizen.id, home)


LIFE_EVENT = LifeEvent(
    name="registration",
    title_vi="Thu thập, cập nhật công dân lần đầu",
    title_en="Registration of a citizen",
    law="Luật Căn cước 26/2023/QH15, Điều 12; Nghị định 70/2024/NĐ-CP, Điều 11",
    purpose="identity-registration",
    reporters=("cha, mẹ hoặc người giám hộ", "cơ quan đăng ký hộ tịch", "cơ quan quản lý cư trú"),
    documents=("Giấy chứng sinh hoặc giấy khai sinh", "Tờ khai đăng ký khai sinh"),
    payload=Registration,
    wants=_wants,
    stem=_stem,
    checks=(
        by.name,
        by.birth,
        by.places,
        by.coded,
        by.number,
        by.state,
        by.marital_status,
        by.contact,
        by.kin,
        by.household,
        by.residences,
    ),
    effect=_register,
)
