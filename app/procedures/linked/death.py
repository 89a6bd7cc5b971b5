"""Death, deregistration and funeral support, by one declaration.

The death itself ends residence, place in the household, card and account: they ask the registry
at the moment of use. The second step makes sure of it, and tells whoever declared the death.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, NamedTuple

from pydantic import Field, StringConstraints

from app.platform.errors import InvalidParam
from app.procedures import steps
from app.procedures.catalogue import PROVINCE
from app.procedures.steps import Outcome, Procedure, Step, Work, refuse
from app.registry import citizens, fields, households
from app.registry.reporting.payloads import Day, Line, Part, Pin
from app.sectors import social_insurance

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy.orm import Session

    from app.registry.citizens import Brief

_LINKED: Final = "linked-procedures"
_KIN: Final = ("father", "mother", "spouse", "children", "guardians", "representatives")
#: Social insurance pays for who has paid so many months, or draws a pension.
_LEAST_MONTHS: Final = 12


class Amount(NamedTuple):
    """What a monthly amount was from a day on, in đồng, and by which law."""

    since: dt.date
    monthly: int
    law: str


#: The basic salary, of which social insurance pays ten (Law 58/2014, Art 66): from memory.
BASIC_SALARY: Final = (
    Amount(dt.date(2019, 7, 1), 1_490_000, "Nghị định 38/2019/NĐ-CP"),
    Amount(dt.date(2023, 7, 1), 1_800_000, "Nghị định 24/2023/NĐ-CP"),
    Amount(dt.date(2024, 7, 1), 2_340_000, "Nghị định 73/2024/NĐ-CP"),
)
#: The standard of assistance, which pays twenty (Decree 20/2021, Art 11): from memory.
ASSISTANCE: Final = (
    Amount(dt.date(2013, 10, 1), 270_000, "Nghị định 136/2013/NĐ-CP"),
    Amount(dt.date(2021, 7, 1), 360_000, "Nghị định 20/2021/NĐ-CP"),
    Amount(dt.date(2024, 7, 1), 500_000, "Nghị định 76/2024/NĐ-CP"),
)
_SALARIES, _STANDARDS = 10, 20
#: From which age assistance is everybody's: 80, and 75 since July 2025. From memory.
_AGES: Final = ((dt.date(1900, 1, 1), 80), (dt.date(2025, 7, 1), 75))


class DeathDeclaration(Part):
    """A death, declared by next of kin or by who lived with the dead."""

    pin: Pin = Field(description="Who died.")
    date: Day
    death_notice: Line = Field(description="Number of the death notice.")
    cause: Line | None = None
    new_head: Pin | None = Field(
        default=None, description="Who leads the household that the dead led; unset, by rule."
    )
    entitlement: Line | None = Field(
        default=None,
        description="Number of a decision by which there is support without age or insurance.",
    )
    payment: Literal["cash", "account"] = "cash"
    account: Annotated[str, StringConstraints(pattern="^[0-9]{6,19}$")] | None = Field(
        default=None, description="Of who declares it, where it is not paid in cash."
    )


def _may_declare(
    session: Session, citizen_id: int, said: DeathDeclaration, today: dt.date
) -> Sequence[InvalidParam]:
    dead = citizens.find(session, said.pin)
    if dead is None:
        return [InvalidParam("pin", "nobody has this number", "không ai có số này")]
    if said.payment == "account" and said.account is None:
        return [InvalidParam("account", "required to be paid there", "bắt buộc khi nhận qua thẻ")]
    if citizen_id in {*_housemates(session, dead, today), *_kin(session, dead, today)}:
        return []
    return [
        InvalidParam(
            "pin",
            "who declares is no next of kin, and did not live with the dead",
            "người khai không phải thân nhân và không sống cùng hộ",
        )
    ]


def _housemates(session: Session, dead: Brief, today: dt.date) -> Iterable[int]:
    homes = households.of(session, [dead.id], today).values()
    members = (member.citizen_id for home in homes for member in home.members)
    return (each for each in members if each != dead.id)


def _kin(session: Session, dead: Brief, today: dt.date) -> Iterable[int]:
    [read] = fields.read(session, [dead.id], _KIN, today)
    people = [each for value in read.values() if value for each in _listed(value)]
    found = (citizens.find(session, each.pin) for each in people if each.pin is not None)
    return (each.id for each in found if each is not None)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _answers(said: DeathDeclaration) -> Mapping[str, str]:
    return {
        "deceased_pin": said.pin,
        "death_date": said.date.isoformat(),
        "death_notice": said.death_notice,
    }


def _register(work: Work[DeathDeclaration]) -> Outcome:
    members = {"pin", "date", "cause", "new_head"}
    payload = work.declared.model_dump(mode="json", exclude_unset=True, include=members)
    papers = {"Giấy báo tử": work.declared.death_notice}
    return steps.report(work, "death", payload, "civil-status-registration", papers)


def _deregister(work: Work[DeathDeclaration]) -> Outcome:
    """Residence: nothing of the dead is left open; card and account are good for nothing."""
    pin = work.declared.pin
    leaf = None
    ended = steps.read(work, "residence", _LINKED, pin, ("permanent_residence",))
    card = steps.read(work, "card-status", _LINKED, pin, ("card_status",))
    account = steps.read(
        work, "eid-account", "electronic-identity", pin, ("account_state", "account_problem")
    )
    told: dict[str, Any] = {}
    for each in (ended, card, account):
        if isinstance(each, Outcome):
            return each
        told |= each[0]
        leaf = each[1]
    return Outcome(state="done", result=told, leaf=leaf)


def _support(work: Work[DeathDeclaration]) -> Outcome:
    """Funeral support: by social insurance, else by assistance; else none is due."""
    said = work.declared
    names = ("pin", "full_name", "birth_date")
    known = steps.read(work, "identity", "welfare-payment", said.pin, names)
    if isinstance(known, Outcome):
        return known
    due = _due(work, str(known[0]["birth_date"]))
    if due is None:
        return refuse(
            "not-entitled",
            "không thuộc diện hỗ trợ: nộp lại với số quyết định (entitlement) nếu có",
            "no support is due by age or insurance: submit again with the number of a decision "
            "(entitlement), where there is one",
        )
    payer, amount, law = due
    result = {
        "amount": amount,
        "payer": payer,
        "law": law,
        "payment": said.payment,
        "account": said.account,
        "payee": _payee(work),
    }
    return Outcome(state="done", result=result, leaf=known[1])


def _payee(work: Work[DeathDeclaration]) -> str:
    [brief] = citizens.read(work.session, [work.dossier.citizen_id])
    return brief.pin


def _due(work: Work[DeathDeclaration], born: str) -> tuple[str, int, str] | None:
    """Return who pays, how much, and by which law, as of the day of death."""
    said = work.declared
    dead = citizens.find(work.session, said.pin)
    books = () if dead is None else social_insurance.of_citizen(work.session, dead.id, said.pin)
    if any(book.state == "pension" or _has_paid(book) for book in books):
        return _times("bhxh", _SALARIES, BASIC_SALARY, said.date)
    least = max(_AGES, key=lambda each: (each[0] <= said.date, each[0]))[1]
    if said.entitlement is not None or said.date.year - int(born[:4]) >= least:
        return _times("bldtbxh", _STANDARDS, ASSISTANCE, said.date)
    return None


def _has_paid(book: social_insurance.SocialInsurance) -> bool:
    return book.state in {"paying", "reserved"} and book.months >= _LEAST_MONTHS


def _times(
    payer: str, times: int, amounts: tuple[Amount, ...], day: dt.date
) -> tuple[str, int, str]:
    found = [each for each in amounts if each.since <= day] or [amounts[0]]
    return payer, times * found[-1].monthly, found[-1].law


PROCEDURE = Procedure(
    name="death",
    service="linked-death",
    title_vi="Liên thông khai tử, xóa đăng ký thường trú, giải quyết mai táng phí",
    title_en="Death, deregistration and funeral support",
    law="Nghị định 63/2024/NĐ-CP",
    declaration=DeathDeclaration,
    may_declare=_may_declare,
    answers=_answers,
    steps=(
        Step(
            name="death",
            agency=PROVINCE,
            title_vi="Đăng ký khai tử",
            title_en="Registration of the death",
            run=_register,
            uses=frozenset(DeathDeclaration.model_fields) - {"pin"},
        ),
        Step(
            name="deregistration",
            agency="bca",
            title_vi="Xóa đăng ký thường trú; thẻ và tài khoản hết giá trị",
            title_en="Deregistration; card and account end",
            run=_deregister,
            needs=("death",),
        ),
        Step(
            name="funeral-support",
            agency="bldtbxh",
            title_vi="Hỗ trợ chi phí mai táng",
            title_en="Funeral support",
            run=_support,
            needs=("death",),
            uses=frozenset({"entitlement", "payment", "account"}),
        ),
    ),
)
