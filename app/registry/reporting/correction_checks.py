"""Checks of a correction: whether what it says can be said of the person.

Each yields its objections by the member of the report at fault. What the person would become by it
is for `consistency`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING

from app.matching.dates import parse
from app.platform.errors import InvalidParam
from app.registry import codes
from app.registry.reporting import checks, entries
from app.registry.reporting.revisions import Revision, ground, revise

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from app.registry.life_events.correction import Correction
    from app.registry.models import Citizen
    from app.registry.models import Residence as ResidenceRow
    from app.registry.reporting.payloads import Place
    from app.registry.reporting.reports import Case

_Check = Callable[["Case[Correction]"], "Iterable[InvalidParam]"]
_Examination = Callable[["Case[Correction]", Revision], "Iterable[InvalidParam]"]

RESIDENCES = {f"{kind}_residence": kind for kind in ("permanent", "temporary", "current")}


def _of_somebody(examine: _Examination) -> _Check:
    """Let a check have the revised person; it is silent where there is none: `subject` objects."""

    @wraps(examine)
    def check(case: Case[Correction]) -> Iterable[InvalidParam]:
        known = case.payload.pin in case.facts.people
        return examine(case, revise(case)) if known else ()

    return check


def subject(case: Case[Correction]) -> Iterator[InvalidParam]:
    """Somebody has the number, something is said, and no earlier row was about them."""
    yield from checks.subject(case, "pin", case.payload.pin)
    if case.payload.model_fields_set <= {"pin"}:
        yield InvalidParam("pin", "say what is to be corrected", "cần nêu nội dung cải chính")


def name(case: Case[Correction]) -> Iterator[InvalidParam]:
    """The names are names."""
    if "name" in case.payload.model_fields_set:
        yield from checks.name("name", entries.parts_of(case.payload.name))
    yield from checks.name_text("other_name", case.payload.other_name or "")


def birth(case: Case[Correction]) -> Iterator[InvalidParam]:
    """The birth is in the past, and not too far."""
    if "birth_date" in case.payload.model_fields_set:
        yield from checks.birth("birth_date", case.payload.birth_date, case.report.today)


@_of_somebody
def kin(case: Case[Correction], revision: Revision) -> Iterator[InvalidParam]:
    """Parents can be parents, also of somebody born on another day."""
    said = case.payload
    for member, sex in (("father", "M"), ("mother", "F")):
        relative = getattr(said, member)
        if member in said.model_fields_set and relative is not None:
            yield from checks.relative(member, relative, case.facts)
            person = case.facts.people.get(relative.pin or "")
            if person is revision.citizen:
                yield InvalidParam(member, "nobody is their own parent", "không thể là chính mình")
            elif person is not None:
                yield from checks.parent(member, sex, person, revision.birth)
        elif "birth_date" in said.model_fields_set and member not in said.model_fields_set:
            yield from _parent_on_record(case, revision.citizen, member, sex)


def _parent_on_record(
    case: Case[Correction], citizen: Citizen, member: str, sex: str
) -> Iterator[InvalidParam]:
    row = case.facts.open_kin(citizen.id, member)
    if row is None or not checks.is_by_birth(row, citizen):
        return
    if row.relative_id is not None:
        born = parse(case.payload.birth_date)
        parent = case.facts.people_by_id[row.relative_id]
        for objection in checks.parent(member, sex, parent, born):
            yield InvalidParam("birth_date", f"{member}: {objection.reason}", objection.reason_vi)


def places(case: Case[Correction]) -> Iterator[InvalidParam]:
    """Places are known; a birth registered in Vietnam was registered somewhere."""
    for member in ("registration_place", "birth_place", "origin"):
        if member in case.payload.model_fields_set:
            said: Place = getattr(case.payload, member)
            yield from checks.place(member, said, case.facts, case.report.today)
    if "registration_place" in case.payload.model_fields_set:
        yield from checks.registered(case.payload.registration_place)


def coded(case: Case[Correction]) -> Iterator[InvalidParam]:
    """Codes are of their lists."""
    said, lists = case.payload, case.facts.codes
    known = {
        "ethnicity": lists.ethnicities,
        "religion": lists.religions,
        "relationship_to_head": lists.relationships,
    }
    for member in known.keys() & said.model_fields_set:
        yield from checks.code(member, getattr(said, member), known[member])


@_of_somebody
def number(case: Case[Correction], revision: Revision) -> Iterator[InvalidParam]:
    """A number is established anew only on a ground, is free, and fits the revised person."""
    said = case.payload
    if ground(case, revision) is None:
        if said.new_pin is not None:
            yield InvalidParam(
                "new_pin",
                "nothing in the report calls for another number; say the ground",
                "nội dung cải chính không làm thay đổi số; cần nêu căn cứ (ground)",
            )
        return
    if said.new_pin is None:
        if case.stem is not None and case.number is None:
            yield InvalidParam("new_pin", "none was found free; give one", "cần nêu số mới")
        return
    yield from checks.free("new_pin", said.new_pin, case.facts, case.report.pin_style)
    if said.number_note is None:
        sex, today = revision.value("sex"), case.report.today
        yield from checks.digits("new_pin", said.new_pin, revision.birth, sex, today)


@_of_somebody
def state(case: Case[Correction], revision: Revision) -> Iterator[InvalidParam]:
    """State and dates belong together; dying is an event of its own."""
    members = {"state", "death_date", "missing_since", "state_since", "birth_date"}
    if not members & case.payload.model_fields_set:
        return
    if revision.value("state") == "dead" != revision.citizen.state:
        yield InvalidParam(
            "state",
            "a death is an event of its own, not a correction",
            "khai tử là một sự kiện riêng, không phải cải chính",
        )
        return
    days = {name: revision.value(name) for name in ("death_date", "missing_since", "state_since")}
    born = revision.birth.isoformat()
    yield from checks.state(revision.value("state"), days, born, case.report.today)


@_of_somebody
def contact(case: Case[Correction], revision: Revision) -> Iterator[InvalidParam]:
    """Phone, e-mail and old numbers have their forms."""
    said = case.payload
    if said.phone is not None:
        yield from checks.phone("phone", said.phone)
    if said.email is not None:
        yield from checks.email("email", said.email)
    for index in range(len(said.old_numbers)):
        yield from checks.old_number(f"old_numbers.{index}", revision.birth.isoformat())


@_of_somebody
def household(case: Case[Correction], revision: Revision) -> Iterator[InvalidParam]:
    """Who is something to a head belongs to a household, which has one head."""
    if "relationship_to_head" not in case.payload.model_fields_set:
        return
    member = case.facts.membership.get(revision.citizen.id)
    if member is None:
        yield InvalidParam(
            "relationship_to_head", "the person is in no household", "người này không thuộc hộ nào"
        )
    elif case.payload.relationship_to_head == codes.HEAD:
        head = case.facts.head(member.household_id)
        if head is not None and head is not member:
            yield InvalidParam(
                "relationship_to_head",
                "the household has a head: correct that person in a row before this one",
                "hộ đã có chủ hộ: hãy cải chính người đó ở một dòng trước, trong cùng tệp",
            )


@_of_somebody
def residence(case: Case[Correction], revision: Revision) -> Iterator[InvalidParam]:
    """A residence in force is corrected to an address; to move is an event of its own."""
    said = case.payload
    for member, kind in RESIDENCES.items():
        if member not in said.model_fields_set:
            continue
        born, today = revision.birth.isoformat(), case.report.today
        yield from checks.residence(member, getattr(said, member), case.facts, born, today)
        if stay_in_force(case, revision.citizen, kind) is None:
            yield InvalidParam(
                member, "none is in force to be corrected", "không có đăng ký đang hiệu lực"
            )


def stay_in_force(case: Case[Correction], citizen: Citizen, kind: str) -> ResidenceRow | None:
    """Return the residence of that kind that holds today."""
    today = case.report.today
    return next(
        (
            stay
            for stay in case.facts.stays[citizen.id]
            if stay.kind == kind
            and stay.from_date <= today
            and (stay.to_date is None or today < stay.to_date)
        ),
        None,
    )
