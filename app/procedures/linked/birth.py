"""Birth, permanent residence and health insurance for a child under six, by one declaration."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from pydantic import Field, StringConstraints

from app.platform.errors import InvalidParam
from app.procedures import agreeing, housing, steps
from app.procedures.catalogue import PROVINCE
from app.procedures.steps import Outcome, Procedure, Step, Work, refuse
from app.registry import citizens, fields, households
from app.registry.reporting.payloads import AnyName, Code, Day, Line, Part, Pin, Place, Sex
from app.sectors import health_insurance

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.orm import Session

    from app.registry.households import Household

#: What a child is to the head, by what its parent is: own child, grandchild; else another.
_AS_CHILD: Final = frozenset({"01", "02", "03"})
_AS_GRANDCHILD: Final = frozenset({"04", "05", "14", "15"})
_OWN, _GRANDCHILD, _OTHER = "04", "13", "99"
#: Health insurance for children ends with 72 months (Law 25/2008/QH12, Art 12).
_AGE: Final = 6


class BirthDeclaration(Part):
    """A child that was born, declared by a parent or by who lives with one."""

    name: AnyName
    sex: Sex
    birth_date: Day
    mother: Pin | None = Field(default=None, description="One parent at least is named.")
    father: Pin | None = None
    birth_notice: Line = Field(description="Number of the certificate of birth.")
    registration_place: Place | None = Field(
        default=None, description="Unset: the commune in which who declares it resides."
    )
    ethnicity: Code | None = Field(default=None, description="Unset: the father's, the mother's.")
    surname_note: Line | None = None
    head_agreement: Line | None = Field(
        default=None,
        description="Number of the paper on which the head of the household agrees; unset, the "
        "head is asked on the phone, where it is somebody else than who declares.",
    )
    housing_paper: Line | None = Field(
        default=None,
        description="Number of the paper on which the owner of the house agrees, or that proves a "
        "lawful dwelling; unset, the land register is asked whether it is the head's or a "
        "parent's.",
    )
    facility: Annotated[str, StringConstraints(pattern="^[0-9]{5}$")] | None = Field(
        default=None, description="Hospital or clinic of the insurance; unset, one is chosen."
    )


def _may_declare(
    session: Session, citizen_id: int, said: BirthDeclaration, today: dt.date
) -> Sequence[InvalidParam]:
    named = {member: getattr(said, member) for member in ("mother", "father")}
    found = {
        member: citizens.find(session, pin) for member, pin in named.items() if pin is not None
    }
    if not found:
        return [InvalidParam("mother", "name one parent at least", "nêu ít nhất cha hoặc mẹ")]
    unknown = [member for member, person in found.items() if person is None]
    if unknown:
        return [
            InvalidParam(member, "nobody has this number", "không ai có số này")
            for member in unknown
        ]
    parents = {person.id for person in found.values() if person is not None}
    near = set(parents)
    for home in households.of(session, sorted(parents), today).values():
        near |= {member.citizen_id for member in home.members}
    if citizen_id in near:
        return []
    return [
        InvalidParam(
            "mother",
            "who declares is no parent, and lives with none",
            "người khai không phải cha, mẹ và không sống cùng hộ",
        )
    ]


def _answers(said: BirthDeclaration) -> Mapping[str, str]:
    name = said.name if isinstance(said.name, str) else said.name.given
    return {
        "child_name": name,
        "child_sex": said.sex,
        "child_birth_date": said.birth_date.isoformat(),
        "birth_notice": said.birth_notice,
    }


def _register(work: Work[BirthDeclaration]) -> Outcome:
    """Civil status: the number is given with the registration of the birth."""
    said = work.declared
    payload = said.model_dump(
        mode="json",
        exclude_unset=True,
        include={"name", "sex", "birth_date", "ethnicity", "surname_note"},
    )
    for member in ("mother", "father"):
        pin = getattr(said, member)
        if pin is not None:
            payload[member] = {"pin": pin}
    place = said.registration_place
    payload["registration_place"] = (
        _commune(work) if place is None else place.model_dump(mode="json", exclude_unset=True)
    )
    payload["household"] = None  # the next step's
    papers = {"Giấy chứng sinh": said.birth_notice}
    return steps.report(work, "birth", payload, "civil-status-registration", papers)


def _commune(work: Work[Any]) -> dict[str, str]:
    """Return where who declares it resides, as far down as it is known; else the province."""
    [read] = fields.read(
        work.session, [work.dossier.citizen_id], ("permanent_residence",), work.today
    )
    stay = read["permanent_residence"]
    place = None if stay is None else stay.place
    unit = None if place is None else place.commune or place.province
    return {"unit": "01" if unit is None else unit.code}


def _reside(work: Work[BirthDeclaration]) -> Outcome:
    """Residence: the child joins the mother's household, else the father's, if its head agrees."""
    said, child = work.declared, work.so_far["birth"]["pin"]
    pins = [pin for pin in (said.mother, said.father) if pin is not None]
    parents = [person for pin in pins if (person := citizens.find(work.session, pin)) is not None]
    home = agreeing.home_of(work, *(person.id for person in parents))
    if home is None:
        return refuse(
            "no-household",
            "cha, mẹ không có hộ để nhập",
            "the parents belong to no household that the child could join",
        )
    pending = agreeing.decide(work, home, said.head_agreement)
    if pending is not None:
        return pending
    wanted = _housing(work, home, [person.id for person in parents])
    if wanted is not None:
        return wanted
    ids = {person.id for person in parents}
    parent = next(member for member in home.members if member.citizen_id in ids)
    joined = {"member": parent.pin, "relationship": _place_of(parent.relationship)}
    payload = {"pin": child, "household": joined, "reason": "Nhập khẩu theo cha, mẹ"}
    papers = {
        "Ý kiến đồng ý của chủ hộ": said.head_agreement,
        "Giấy tờ chứng minh chỗ ở hợp pháp": said.housing_paper,
    }
    return steps.report(work, "permanent-move", payload, "residence-registration", papers)


def _housing(work: Work[BirthDeclaration], home: Household, parents: list[int]) -> Outcome | None:
    """Return None where the house is the head's or a parent's, or a paper is named; else why not.

    Law on Residence 68/2020, Art 20 (2): the owner of the house agrees, not the head alone.
    """
    if work.declared.housing_paper is not None:
        return None
    people = {} if home.head is None else {"head": home.head.citizen_id}
    people |= {f"parent-{place}": each for place, each in enumerate(parents, start=1)}
    owners = housing.numbers_of(work.session, people)
    asked = (steps.errand(work, housing.PURPOSE), home.house_id, owners)
    found = housing.look_up(work.session, work.access, work.caller, asked, work.now)
    if isinstance(found, housing.Shown):
        return None
    state: Literal["refused", "held"] = "refused" if housing.is_final(found) else "held"
    return Outcome(state=state, code=found.code, reason=found.reason)


def _place_of(parents: str) -> str:
    if parents in _AS_CHILD:
        return _OWN
    return _GRANDCHILD if parents in _AS_GRANDCHILD else _OTHER


def _insure(work: Work[BirthDeclaration]) -> Outcome:
    """Health insurance: free for children under six (Law 25/2008/QH12, Art 12 and 15)."""
    born, child = work.declared.birth_date, work.so_far["birth"]["pin"]
    names = ("pin", "full_name", "birth_date", "sex", "nationality")
    known = steps.read(work, "identity", "social-insurance", child, names)
    if isinstance(known, Outcome):
        return known
    ends = _sixth_birthday(born) - dt.timedelta(days=1)
    if ends < work.today:
        return refuse("not-under-six", "trẻ đã đủ 6 tuổi", "the child is six or older")
    province = work.dossier.province or "01"
    card = health_insurance.issue(
        work.session,
        work.access.world.spec.seed,
        health_insurance.NewCard(
            holder_number=child,
            group=health_insurance.CHILD,
            province=province,
            facility=work.declared.facility or f"{province}001",
            valid_from=born,
            valid_to=ends,
        ),
    )
    result = {
        "number": card.number,
        "facility": card.facility,
        "valid_from": card.valid_from.isoformat(),
        "valid_to": card.valid_to.isoformat(),
    }
    return Outcome(state="done", result=result, leaf=known[1])


def _sixth_birthday(born: dt.date) -> dt.date:
    try:
        return born.replace(year=born.year + _AGE)
    except ValueError:  # 29 February
        return dt.date(born.year + _AGE, 3, 1)


PROCEDURE = Procedure(
    name="birth",
    service="linked-birth",
    title_vi="Liên thông khai sinh, thường trú, bảo hiểm y tế cho trẻ dưới 6 tuổi",
    title_en="Birth, permanent residence and health insurance under six",
    law="Nghị định 63/2024/NĐ-CP",
    declaration=BirthDeclaration,
    may_declare=_may_declare,
    answers=_answers,
    steps=(
        Step(
            name="birth",
            agency=PROVINCE,
            title_vi="Đăng ký khai sinh, cấp số định danh",
            title_en="Registration of the birth, with the number",
            run=_register,
            uses=frozenset(BirthDeclaration.model_fields),
        ),
        Step(
            name="residence",
            agency="bca",
            title_vi="Đăng ký thường trú",
            title_en="Registration of permanent residence",
            run=_reside,
            needs=("birth",),
            uses=frozenset({"head_agreement", "housing_paper"}),
        ),
        Step(
            name="health-insurance",
            agency="bhxh",
            title_vi="Cấp thẻ bảo hiểm y tế",
            title_en="Card of health insurance",
            run=_insure,
            needs=("birth",),
            uses=frozenset({"facility"}),
        ),
    ),
)
