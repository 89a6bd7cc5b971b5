"""What holds of everybody on record, asked again of a person as a report leaves them.

Checks of a kind of report look at what is said; these look at what comes of it, with marriages,
children, household and residences, before anything is written. Each asks only where the report
changes something it depends on, names the member to mend, and says how.
"""

from __future__ import annotations

import dataclasses
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from sqlalchemy import inspect

from app.platform.errors import InvalidParam
from app.registry import units as units_
from app.registry.kinship import PARENTS
from app.registry.models import Citizen, HouseholdMember, Residence
from app.registry.reporting import checks, recording, ties
from app.registry.reporting.consequences import PRESENT, is_in_force_here

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Container, Iterable, Iterator

    from app.platform.database import Base
    from app.registry.reporting.facts import Facts
    from app.registry.reporting.reports import Case, Effect

BIRTH = ("birth_year", "birth_month", "birth_day")
#: A 9-digit card was for those of 14 and over.
OLD_NUMBER_AGE = 14
#: What a kind of report with one day calls its `date`.
_DAYS = frozenset({"death_date", "missing_since", "state_since", "state"})
#: A person who is new on record has all columns from the report.
_ALL = frozenset(column.key for column in inspect(Citizen).column_attrs)


@dataclasses.dataclass(frozen=True, slots=True)
class Outcome:
    """A person as a report leaves them: what it said, and which columns of theirs it changed."""

    citizen: Citizen
    facts: Facts
    effect: Effect
    today: dt.date
    happened: dt.date
    said: frozenset[str]
    columns: frozenset[str]

    def changes(self, *columns: str) -> bool:
        """Whether the report changed one of these columns, or said one of these members."""
        return not self.columns.isdisjoint(columns) or not self.said.isdisjoint(columns)

    def at(self, *members: str) -> str:
        """Name the member at fault: the first of these that was said."""
        return next((member for member in members if member in self.said), members[0])

    def touched(self, kind: type[Base]) -> list[Any]:
        """Return the rows of a table that the report adds or changes."""
        rows = dict.fromkeys((*self.effect.added, *self.effect.changed))
        return [row for row in rows if isinstance(row, kind)]


def objections(case: Case[Any], effect: Effect) -> Iterator[InvalidParam]:
    """Return what cannot be, now that a report has taken effect in memory."""
    members = type(case.payload).model_fields
    for whose, person in ((effect.whose, effect.citizen), *effect.others):
        outcome = Outcome(
            person,
            case.facts,
            effect,
            case.report.today,
            case.happened,
            frozenset(case.payload.model_fields_set if person is effect.citizen else ()),
            _ALL if person in effect.added else frozenset(recording.changed(person)),
        )
        for found in (found for rule in RULES for found in rule(outcome)):
            yield dataclasses.replace(found, name=_member(found.name, whose, members))


def _member(name: str, whose: str, members: Container[str]) -> str:
    """Name a member that the report has: its `date` for any day, else the one for the person."""
    if name.partition(".")[0] in members:
        return name
    return "date" if name in _DAYS and "date" in members else whose


def headless(effects: Iterable[tuple[int, Effect]], facts: Facts) -> Iterator[tuple[int, str]]:
    """Return the reports after which a household has members and no head, by row and member.

    To be asked when all rows of a file have taken effect: one may name the head that another
    takes away.
    """
    for row, effect in effects:
        left = [one for one in effect.changed if isinstance(one, HouseholdMember)]
        for member in dict.fromkeys(left):
            home = member.household_id
            if facts.open_members(home) and facts.head(home) is None:
                yield row, "state" if member.to_date is not None else "relationship_to_head"


def _lifetime(outcome: Outcome) -> Iterator[InvalidParam]:
    """Nothing happened to anybody before their birth."""
    if checks.is_before(outcome.happened, checks.birth_of(outcome.citizen).isoformat()):
        yield InvalidParam(
            outcome.at("birth_date", "date", "pin"),
            "the birth is after the day on which this happened (occurred_on, or its own date)",
            "ngày sinh sau ngày sự kiện xảy ra (occurred_on hoặc ngày khai riêng)",
        )


def _nationalities(outcome: Outcome) -> Iterator[InvalidParam]:
    """A second nationality is another one."""
    citizen = outcome.citizen
    changes = outcome.changes("nationality", "second_nationality")
    if changes and citizen.second_nationality == citizen.nationality:
        yield InvalidParam(
            outcome.at("second_nationality", "nationality"),
            "it is the nationality already on record",
            "trùng với quốc tịch đã ghi",
        )


def _marriages(outcome: Outcome) -> Iterator[InvalidParam]:
    """Nobody married under the lawful age of that day, or after death."""
    citizen, born = outcome.citizen, checks.birth_of(outcome.citizen)
    if not outcome.changes(*BIRTH, "sex", "death_date"):
        return
    days = [row.from_date for row in outcome.facts.kin[citizen.id] if row.kind == "spouse"]
    weddings = [day for day in days if day is not None]
    ages = {day: checks.lawful_age(citizen.sex, day) for day in weddings}
    for age in {age for day, age in ages.items() if not checks.may_have_been(age, born, day)}:
        yield InvalidParam(
            outcome.at("birth_date", "sex"),
            f"the person would have been under {age} at a marriage on record",
            f"người này sẽ dưới {age} tuổi khi kết hôn theo sổ đăng ký",
        )
    if citizen.death_date is not None and any(day > citizen.death_date for day in weddings):
        yield InvalidParam(
            "death_date", "a marriage on record is later", "sổ có hôn nhân sau ngày này"
        )


def _spouses(outcome: Outcome) -> Iterator[InvalidParam]:
    """Spouses are a man and a woman (Law on Marriage and Family 2014, Art 8 (2))."""
    row = outcome.facts.open_kin(outcome.citizen.id, "spouse")
    if row is None or row.relative_id is None or not outcome.changes("sex"):
        return
    spouse = outcome.facts.people_by_id[row.relative_id]
    if outcome.citizen.sex == spouse.sex != "U":
        yield InvalidParam(
            "sex",
            "the person is married to one of that sex: the marriage has to end first",
            "người này đang có vợ, chồng cùng giới tính đó: hôn nhân phải chấm dứt trước",
        )


def _marital_status(outcome: Outcome) -> Iterator[InvalidParam]:
    """Who has a spouse is married, who had one has been, and children are not."""
    citizen, facts = outcome.citizen, outcome.facts
    if not outcome.changes("marital_status", "state", "sex", *BIRTH):
        return
    member = outcome.at("marital_status", "state", "birth_date", "sex")
    status, living = citizen.marital_status, citizen.state != "dead"
    has_spouse = facts.open_kin(citizen.id, "spouse") is not None
    had_spouse = any(row.kind == "spouse" for row in facts.kin[citizen.id])
    single = status in {"never_married", "unknown"}
    last_day = citizen.death_date or outcome.today
    age = checks.lawful_age(citizen.sex, last_day)
    if living and (status in ties.MARRIED) != has_spouse:
        yield InvalidParam(
            member,
            "a spouse is on record: say marital_status married or separated"
            if has_spouse
            else "no spouse is on record: say a marital_status that is not married or separated",
            "trên sổ đang có vợ, chồng: marital_status phải là married hoặc separated"
            if has_spouse
            else "trên sổ không có vợ, chồng: marital_status không thể là married, separated",
        )
    elif single and had_spouse:
        yield InvalidParam(
            member,
            "a marriage is on record: the person is widowed or divorced",
            "trên sổ từng có hôn nhân: người này góa hoặc đã ly hôn",
        )
    elif not single and not checks.may_have_been(age, checks.birth_of(citizen), last_day):
        yield InvalidParam(
            member,
            f"who is under {age} is never_married",
            f"người dưới {age} tuổi là never_married",
        )


def _children(outcome: Outcome) -> Iterator[InvalidParam]:
    """Whoever has children could have each: mothers are women, fathers men, of an age, alive."""
    if not outcome.changes("sex", "death_date", *BIRTH):
        return
    for row, child in outcome.facts.children(outcome.citizen.id):
        born, kind = checks.birth_of(child), row.kind
        if not checks.is_by_birth(row, child):
            continue
        for found in checks.parent(kind, "FM"[kind == "father"], outcome.citizen, born):
            yield InvalidParam(
                outcome.at("birth_date", "sex", "death_date"),
                f"as the {kind} of a child on record: {found.reason}",
                f"là {'cha' if kind == 'father' else 'mẹ'} của một người trên sổ: "
                f"{found.reason_vi}",
            )
            return


def _surname(outcome: Outcome) -> Iterator[InvalidParam]:
    """A surname is a parent's, the person's own and those of their children."""
    citizen, facts = outcome.citizen, outcome.facts
    if outcome.changes("family_name", "surname_note", *PARENTS):
        noted = citizen.surname_note is not None
        yield from checks.surname(citizen.family_name, _parents(facts, citizen), noted=noted)
    if outcome.changes("family_name"):
        for _, child in facts.children(citizen.id):
            noted, parents = child.surname_note is not None, _parents(facts, child)
            if next(checks.surname(child.family_name, parents, noted=noted), None) is not None:
                yield InvalidParam(
                    "name",
                    "a child on record would have neither parent's surname: "
                    "correct the child first, or give its surname_note",
                    "con trên sổ sẽ không mang họ cha hoặc mẹ: "
                    "hãy cải chính người con trước, hoặc nêu surname_note của người con",
                )
                return


def _parents(facts: Facts, citizen: Citizen) -> list[Citizen]:
    rows = (facts.open_kin(citizen.id, kind) for kind in PARENTS)
    ids = [row.relative_id for row in rows if row is not None]
    return [facts.people_by_id[found] for found in ids if found is not None]


def _digits(outcome: Outcome) -> Iterator[InvalidParam]:
    """A number fits its holder, unless a note says why not."""
    citizen, units = outcome.citizen, outcome.facts.units
    if citizen.number_note is not None:
        return
    member = outcome.at("number_note", "birth_date", "sex", "registration_place")
    if outcome.changes("pin", "number_note", "sex", *BIRTH):
        born = checks.birth_of(citizen)
        yield from checks.digits(member, citizen.pin, born, citizen.sex, outcome.today)
    unit_id = citizen.registration_unit_id
    province_id = None if unit_id is None else units.by_id[unit_id].province_id
    is_placed = province_id is None or units.by_id[province_id].code == citizen.pin[1:3]
    if not is_placed and outcome.changes("pin", "number_note", "registration_unit_id"):
        yield InvalidParam(
            member,
            "the number's province is not that of the registration; say in number_note why",
            "mã tỉnh khác nơi đăng ký khai sinh; nêu lý do trong number_note",
        )


def _old_numbers(outcome: Outcome) -> Iterator[InvalidParam]:
    """Whoever has 9-digit numbers was 14 in their time, and shares each with one other at most."""
    citizen, facts = outcome.citizen, outcome.facts
    rows = facts.old_numbers[citizen.id]
    if not rows or not outcome.changes("old_numbers", *BIRTH):
        return
    member, born = outcome.at("old_numbers", "birth_date"), checks.birth_of(citizen)
    days = [row.issued_on for row in rows if row.issued_on is not None]
    is_late = born.year > checks.LAST_YEAR_WITH_OLD_NUMBER
    if is_late or not all(checks.may_have_been(OLD_NUMBER_AGE, born, day) for day in days):
        yield InvalidParam(
            member,
            f"a 9-digit number on record was given before {OLD_NUMBER_AGE}: "
            "remove it in old_numbers",
            f"số CMND trên sổ được cấp khi chưa đủ {OLD_NUMBER_AGE} tuổi: bỏ số đó ở old_numbers",
        )
    if any(len(facts.holders[row.number]) > 2 for row in rows):
        yield InvalidParam(
            member, "two others have the same number", "đã có hai người khác mang số này"
        )


def _memberships(outcome: Outcome) -> Iterator[InvalidParam]:
    """Who belongs to a household is here, was born before and has not left before."""
    citizen = outcome.citizen
    born = checks.birth_of(citizen).isoformat()
    rows = outcome.facts.memberships[citizen.id]
    if not outcome.touched(HouseholdMember) and not outcome.changes("state", *BIRTH):
        return
    if any(checks.is_before(row.from_date, born) for row in rows):
        yield InvalidParam(
            "birth_date",
            "the person would belong to a household before the birth",
            "người này sẽ thuộc hộ trước khi sinh",
        )
    if any(row.to_date is not None and row.to_date < row.from_date for row in rows):
        yield InvalidParam(
            outcome.at("state_since", "missing_since", "death_date", "state"),
            "the person has joined a household since then",
            "người này đã vào hộ sau ngày đó",
        )
    if citizen.state not in PRESENT and any(row.to_date is None for row in rows):
        yield InvalidParam(
            "household",
            "who is dead, missing or abroad belongs to none: leave it out",
            "người đã chết, mất tích hoặc ở nước ngoài không thuộc hộ nào: bỏ mục này",
        )


def _residences(outcome: Outcome) -> Iterator[InvalidParam]:
    """Residences lie within a life; who is here keeps one, and nobody has two for good."""
    citizen = outcome.citizen
    stays = outcome.facts.stays[citizen.id]
    if not outcome.touched(Residence) and not outcome.changes("state", "death_date", *BIRTH):
        return
    for stay in stays:
        member = f"{stay.kind}_residence"
        yield from _stay(outcome, stay, member if member in outcome.said else None)
    settled = sorted((s for s in stays if s.kind == "permanent"), key=lambda s: s.from_date)
    for earlier, later in pairwise(settled):
        if earlier.to_date is None or earlier.to_date > later.from_date:
            yield InvalidParam(
                outcome.at("permanent_residence", "birth_date"),
                "another permanent residence holds on its first day: begin it when that ended",
                "ngày bắt đầu trùng với một nơi thường trú khác: chọn ngày nơi đó chấm dứt",
            )
    yield from _somewhere(outcome)


def _somewhere(outcome: Outcome) -> Iterator[InvalidParam]:
    """Who is here does not lose their last residence by a correction: to move is an event."""
    members = [f"{stay.kind}_residence" for stay in outcome.touched(Residence)]
    ended = [member for member in members if member in outcome.said]
    stays, today = outcome.facts.stays[outcome.citizen.id], outcome.today
    is_here = outcome.citizen.state in PRESENT and outcome.citizen not in outcome.effect.added
    left = any(stay.to_date is None or stay.to_date > today for stay in stays if _is_home(stay))
    if ended and is_here and not left:
        yield InvalidParam(
            f"{ended[0]}.to_date",
            "the person would have no residence: leave it out, or correct the state",
            "người này sẽ không còn nơi cư trú nào: bỏ mục này, hoặc cải chính tình trạng",
        )


def _is_home(stay: Residence) -> bool:
    return stay.kind != "absence"


def _stay(outcome: Outcome, stay: Residence, said: str | None) -> Iterator[InvalidParam]:
    citizen = outcome.citizen
    if checks.is_before(stay.from_date, checks.birth_of(citizen).isoformat()):
        yield InvalidParam(
            "birth_date",
            "it is after a residence began: give the residence's from_date in the same report",
            "sau khi đã đăng ký cư trú: nêu from_date của nơi cư trú trong cùng khai báo",
        )
    left = citizen.death_date or (stay.to_date if stay.to_date is not None else stay.from_date)
    if stay.from_date > left:
        yield InvalidParam(
            said or outcome.at("state_since", "missing_since", "death_date", "state"),
            "a residence began after that day",
            "có nơi cư trú bắt đầu sau ngày đó",
        )
    by_household = said is None and "household" in outcome.said
    if citizen.state not in PRESENT and is_in_force_here(stay, outcome.today) and not by_household:
        yield InvalidParam(
            said or "household",
            "who is dead, missing or abroad has no residence here: leave it out",
            "người đã chết, mất tích hoặc ở nước ngoài không còn cư trú ở đây: bỏ mục này",
        )
    if stay in outcome.touched(Residence) and not _is_of_its_day(outcome.facts, stay):
        yield InvalidParam(
            f"{said}.place.era" if said else "birth_date",
            f"on the residence's first day units were those of {units_.era_on(stay.from_date)}: "
            "give the unit of that era, or another from_date",
            f"ngày bắt đầu cư trú dùng danh mục {units_.era_on(stay.from_date)}: "
            "nêu đơn vị của danh mục đó, hoặc from_date khác",
        )


def _is_of_its_day(facts: Facts, stay: Residence) -> bool:
    if stay.unit_id is None:
        return True
    return facts.units.by_id[stay.unit_id].era == units_.era_on(stay.from_date)


#: Every rule, in the order in which they are asked; the docs list them.
RULES = (
    _lifetime,
    _nationalities,
    _marriages,
    _spouses,
    _marital_status,
    _children,
    _surname,
    _digits,
    _old_numbers,
    _memberships,
    _residences,
    *ties.RULES,
)
