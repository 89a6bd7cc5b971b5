"""Guardianship: somebody is appointed to look after another, or ceases to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from app.platform.errors import InvalidParam
from app.registry.kinship import PARENTS
from app.registry.reporting import checks, entries
from app.registry.reporting.facts import Wanted, given
from app.registry.reporting.payloads import Dated, Line, Pin, Relative
from app.registry.reporting.reports import Case, Effect, LifeEvent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.registry.models import Citizen, Kinship


class Guardianship(Dated):
    """Who is, or is no longer, whose guardian."""

    pin: Pin = Field(description="The ward.")
    act: Literal["appoint", "end"] = "appoint"
    guardian: Relative
    ground: Line | None = Field(
        default=None,
        description="Court and number of the decision, or why no parent can; needed for a ward "
        "of age, or who has a parent alive on record.",
    )


_Case = Case[Guardianship]


def _wants(said: Guardianship) -> Wanted:
    return Wanted(pins=given(said.guardian.pin), subjects=frozenset({said.pin}))


def _two(case: _Case) -> Iterator[InvalidParam]:
    """Ward and guardian are two people, and the ward is alive."""
    said, people = case.payload, case.facts.people
    yield from checks.subject(case, "pin", said.pin)
    yield from checks.relative("guardian", said.guardian, case.facts)
    ward = people.get(said.pin)
    if ward is not None and ward.state == "dead":
        yield InvalidParam("pin", "the ward is dead", "người được giám hộ đã chết")
    if said.pin == said.guardian.pin:
        yield InvalidParam(
            "guardian.pin", "nobody is their own guardian", "không thể tự giám hộ chính mình"
        )


def _appointed(case: _Case) -> Iterator[InvalidParam]:
    """A guardian is alive, of age, no parent, and none yet; the ward needs one."""
    said, facts = case.payload, case.facts
    ward, person = facts.people.get(said.pin), facts.people.get(said.guardian.pin or "")
    if said.act != "appoint" or ward is None:
        return
    if person is not None:
        yield from checks.guardian("guardian", person, case.happened)
    parents = [row for row in facts.kin[ward.id] if row.kind in PARENTS and row.to_date is None]
    if person is not None and any(row.relative_id == person.id for row in parents):
        yield InvalidParam(
            "guardian",
            "is a parent, who represents the child without that",
            "là cha, mẹ: đương nhiên là người đại diện của con",
        )
    if _row(case, ward) is not None:
        yield InvalidParam("guardian", "is the guardian already", "đã là người giám hộ")
    is_of_age = checks.may_have_been(checks.OF_AGE, checks.birth_of(ward), case.happened)
    by_id = facts.people_by_id
    on_record = [by_id[row.relative_id] for row in parents if row.relative_id in by_id]
    is_cared_for = any(one.state not in ("dead", "missing") for one in on_record)
    if said.ground is None and (is_of_age or is_cared_for):
        yield InvalidParam(
            "ground",
            "the ward is of age, or has a parent: say why a guardian is needed",
            "người được giám hộ đã thành niên hoặc còn cha, mẹ: nêu căn cứ giám hộ",
        )


def _ended(case: _Case) -> Iterator[InvalidParam]:
    """What ends is on record, and began before that day."""
    ward = case.facts.people.get(case.payload.pin)
    if case.payload.act != "end" or ward is None:
        return
    row = _row(case, ward)
    if row is None:
        yield InvalidParam(
            "guardian",
            "no such guardianship is on record",
            "trên sổ không có việc giám hộ này",
        )
    elif row.from_date is not None and row.from_date > case.happened:
        yield InvalidParam(
            "date", "the guardianship began after that day", "việc giám hộ bắt đầu sau ngày này"
        )


def _row(case: _Case, ward: Citizen) -> Kinship | None:
    said = case.payload.guardian
    person = case.facts.people.get(said.pin or "")
    rows = (row for row in case.facts.kin[ward.id] if row.kind == "guardian")
    return next(
        (
            row
            for row in rows
            if row.to_date is None
            and row.relative_id == (None if person is None else person.id)
            and row.relative_name == said.full_name
        ),
        None,
    )


def _enter(case: _Case) -> Effect:
    said, day = case.payload, case.happened
    ward = case.facts.people[said.pin]
    effect = Effect(ward)
    row = _row(case, ward)
    if said.act == "appoint":
        effect.added.append(entries.kinship(case, ward.id, "guardian", said.guardian, day))
    elif row is not None:
        effect.change(row, to_date=day, end_reason=_why(ward, row, case))
    return effect


def _why(ward: Citizen, row: Kinship, case: _Case) -> str:
    """A child's guardianship ends as it comes of age (Civil Code 2015, Art 62 (1) a)."""
    born = checks.birth_of(ward)
    was_child = row.from_date is None or not checks.may_have_been(
        checks.OF_AGE, born, row.from_date
    )
    is_of_age = checks.may_have_been(checks.OF_AGE, born, case.happened)
    return "came_of_age" if was_child and is_of_age else "ended"


LIFE_EVENT = LifeEvent(
    name="guardianship",
    title_vi="Đăng ký, chấm dứt giám hộ",
    title_en="Guardianship, appointed or ended",
    law="Bộ luật Dân sự 2015, Điều 46–63; Luật Hộ tịch 60/2014/QH13, Điều 19–22, 39–41",
    purpose="civil-status-registration",
    reporters=("người giám hộ", "cơ quan đăng ký hộ tịch"),
    documents=("Văn bản cử người giám hộ, hoặc bản án, quyết định của Tòa án",),
    payload=Guardianship,
    wants=_wants,
    stem=lambda _: None,
    checks=(_two, checks.day, _appointed, _ended),
    effect=_enter,
)
