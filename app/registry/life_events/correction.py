"""Correction: what is on record about a citizen was wrong, or has been legally redetermined.

Where the law demands it the personal number is established anew: the old one is kept for ever,
leads to its holder, and is given to nobody else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field

from app.registry.models import OldNumber, SupersededNumber
from app.registry.reporting import consequences, entries
from app.registry.reporting import correction_checks as by
from app.registry.reporting.consequences import Before
from app.registry.reporting.facts import Wanted, given
from app.registry.reporting.payloads import (
    AnyName,
    Blood,
    Code,
    Country,
    Day,
    Line,
    MaritalStatus,
    NameText,
    Nationality,
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
from app.registry.reporting.revisions import Ground, ground, revise, stem

if TYPE_CHECKING:
    from app.registry.models import Residence as ResidenceRow


def unsaid(description: str | None = None) -> Any:
    """Return the default of a member that may be left out, and may not be null."""
    return Field(default=None, description=description)


def _without_defaults(schema: dict[str, Any]) -> None:
    """Tell no default: a client that sent one would remove what is to stay."""
    for member in schema["properties"].values():
        member.pop("default", None)


class Correction(Part):
    """Whose record is corrected, and to what. What is left out stays; null removes.

    What nobody is without (a name, a sex, a birth date…) cannot be removed.
    """

    model_config = ConfigDict(json_schema_extra=_without_defaults)

    pin: Pin = Field(description="The present personal number of the person.")
    name: AnyName = unsaid()
    birth_date: PartialDateText = unsaid()
    sex: Sex = unsaid()
    birth_place: Place = unsaid()
    registration_place: Place = unsaid()
    origin: Place = unsaid()
    other_name: NameText | None = None
    ethnicity: Code = unsaid()
    religion: Code = unsaid()
    nationality: Nationality = unsaid()
    second_nationality: Country | None = None
    blood_type: Blood | None = None
    marital_status: MaritalStatus = unsaid()
    state: State = unsaid()
    state_since: Day | None = None
    death_date: Day | None = None
    missing_since: Day | None = None
    father: Relative | None = None
    mother: Relative | None = None
    relationship_to_head: Code = unsaid()
    permanent_residence: Residence = unsaid()
    temporary_residence: Residence = unsaid()
    current_residence: Residence = unsaid()
    old_numbers: tuple[OldNumberText, ...] = Field(
        default=(), max_length=4, description="All of them: one that is not listed is removed."
    )
    phone: Line | None = None
    email: Line | None = None
    remarks: Line | None = None
    surname_note: Line | None = None
    number_note: Line | None = None
    ground: Ground | None = Field(
        default=None,
        description="Why the number is established anew. Unset: where a change calls for it.",
    )
    new_pin: Pin | None = Field(default=None, description="Unset: one that is free is drawn.")


_Case = Case[Correction]


def narrowed(said: BaseModel) -> Correction:
    """Return what a kind of report that corrects a few things says, as a correction."""
    members = said.model_fields_set & Correction.model_fields.keys()
    return Correction(**{name: getattr(said, name) for name in members})


def _wants(said: Correction) -> Wanted:
    kin = (said.father, said.mother)
    return Wanted(
        pins=given(*(one.pin for one in kin if one is not None)),
        subjects=frozenset({said.pin}),
        new_pins=given(said.new_pin),
        old_numbers=frozenset(said.old_numbers),
    )


def _correct(case: _Case) -> Effect:
    revision = revise(case)
    citizen = revision.citizen
    effect = Effect(citizen, changed=[citizen])
    before = Before.of(citizen)
    _establish_number(case, effect, ground(case, revision))
    for column, value in revision.columns.items():
        setattr(citizen, column, value)
    for kind in ("father", "mother"):
        if kind in case.payload.model_fields_set:
            _correct_parent(case, effect, kind)
    _correct_home(case, effect)
    if "old_numbers" in case.payload.model_fields_set:
        _correct_old_numbers(case, effect)
    consequences.follow(case.facts, effect, before, case.report)
    case.facts.note([citizen])
    return effect


def _establish_number(case: _Case, effect: Effect, reason: Ground | None) -> None:
    """Give the new number and keep the old one, before anything else on the row changes."""
    citizen, number = effect.citizen, case.payload.new_pin or case.number
    if reason is None or number is None:
        return
    effect.added.append(
        SupersededNumber(
            pin=citizen.pin,
            citizen_id=citizen.id,
            superseded_on=case.report.today,
            reason=reason,
        )
    )
    case.facts.taken |= {citizen.pin, number}
    citizen.pin = number
    citizen.number_note = None  # what was odd about the old number; the report may say more


def _correct_parent(case: _Case, effect: Effect, kind: str) -> None:
    said: Relative | None = getattr(case.payload, kind)
    row = case.facts.open_kin(effect.citizen.id, kind)
    if said is None:
        effect.removed += [] if row is None else [row]
    elif row is None:
        effect.added.append(entries.kinship(case, effect.citizen.id, kind, said))
    else:
        case.facts.forget([row])
        effect.change(row, **entries.relative_columns(said, case.facts))
        case.facts.note([row])


def _correct_home(case: _Case, effect: Effect) -> None:
    said = case.payload
    member = case.facts.membership.get(effect.citizen.id)
    if member is not None and "relationship_to_head" in said.model_fields_set:
        effect.change(member, relationship=said.relationship_to_head)
    for name, kind in by.RESIDENCES.items():
        stay = by.stay_in_force(case, effect.citizen, kind)
        if stay is not None and name in said.model_fields_set:
            effect.change(stay, **_stay_columns(case, stay, getattr(said, name)))


def _stay_columns(case: _Case, stay: ResidenceRow, said: Residence) -> dict[str, Any]:
    """Return what a corrected residence holds; elsewhere it is no more the household's."""
    columns = entries.address_columns(said.place, case.facts, case.report.today)
    columns |= {"country": said.place.country}
    own = stay.household_id
    home = None if own is None else case.facts.households.get(own)
    if home is None or any(
        columns[name] != getattr(home, name) for name in ("unit_id", "address")
    ):
        columns["household_id"] = None
    dates = {"to_date", "reason"} & said.model_fields_set
    if said.from_date is not None:  # every residence has begun on some day: null leaves that
        dates.add("from_date")
    return columns | {name: getattr(said, name) for name in dates}


def _correct_old_numbers(case: _Case, effect: Effect) -> None:
    said = dict.fromkeys(case.payload.old_numbers)
    rows = {row.number: row for row in case.facts.old_numbers[effect.citizen.id]}
    effect.removed += [row for number, row in rows.items() if number not in said]
    effect.added += [
        OldNumber(number=number, citizen_id=effect.citizen.id)
        for number in said
        if number not in rows
    ]


LIFE_EVENT = LifeEvent(
    name="correction",
    title_vi="Cải chính, bổ sung, xác định lại thông tin công dân",
    title_en="Correction of a citizen's record",
    law="Luật Căn cước 26/2023/QH15, Điều 12; Nghị định 70/2024/NĐ-CP, Điều 11; "
    "Thông tư 59/2021/TT-BCA, Điều 6",
    purpose="identity-registration",
    reporters=(
        "công dân hoặc người đại diện",
        "cơ quan đăng ký hộ tịch",
        "cơ quan quản lý cư trú",
    ),
    documents=("Quyết định hoặc trích lục cải chính hộ tịch", "Giấy tờ chứng minh thông tin đúng"),
    payload=Correction,
    wants=_wants,
    stem=stem,
    checks=(
        by.subject,
        by.name,
        by.birth,
        by.places,
        by.coded,
        by.kin,
        by.number,
        by.state,
        by.contact,
        by.household,
        by.residence,
    ),
    effect=_correct,
)
