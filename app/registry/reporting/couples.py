"""Couples: who may marry whom, and how a marriage is entered and ended in the registry's rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.platform.errors import InvalidParam
from app.registry.kinship import PARENTS
from app.registry.reporting import checks, entries, homes, ties
from app.registry.reporting.payloads import Relative

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator

    from app.registry.models import Citizen, Kinship
    from app.registry.reporting.facts import Facts
    from app.registry.reporting.reports import Case, Effect

#: Those with common grandparents are of the third generation (Law on Marriage and Family 2014,
#: Art 3 (18)): with oneself and the parents, so many steps up.
_STEPS_UP = 2
_GONE = ("dead", "missing")


def may_marry(case: Case[Any], member: str, person: Citizen) -> Iterator[InvalidParam]:
    """Whoever marries is alive, of the lawful age of that day, and has no spouse then.

    Law on Marriage and Family 2014, Art 5 (2) c and Art 8 (1) a.
    """
    facts, day = case.facts, case.happened
    age = checks.lawful_age(person.sex, day)
    if person.state in _GONE:
        yield InvalidParam(
            member, "the person is dead or missing", "người này đã chết hoặc mất tích"
        )
    if not checks.may_have_been(age, checks.birth_of(person), day):
        yield InvalidParam(
            member,
            f"the person is under {age} on that day",
            f"người này chưa đủ {age} tuổi vào ngày đó",
        )
    rows = [row for row in facts.kin[person.id] if row.kind == "spouse"]
    if person.marital_status in ties.MARRIED or any(row.to_date is None for row in rows):
        yield InvalidParam(
            member,
            "the person is married: that marriage has to end first",
            "người này đang có vợ, chồng: hôn nhân đó phải chấm dứt trước",
        )
    elif any(row.to_date is not None and row.to_date > day for row in rows):
        yield InvalidParam(
            member,
            "a marriage on record still held on that day",
            "vào ngày đó người này còn hôn nhân khác trên sổ",
        )


def may_be_a_couple(
    facts: Facts, member: str, one: Citizen, other: Citizen
) -> Iterator[InvalidParam]:
    """A couple is a man and a woman who are not near kin, by what is on record.

    Law on Marriage and Family 2014, Art 8 (2) and Art 5 (2) d: not in the direct line, not with
    common grandparents, not parent and child by adoption, nor so by an earlier marriage.
    """
    if one is other:
        yield InvalidParam(member, "nobody marries themselves", "không thể kết hôn với chính mình")
    elif one.sex == other.sex != "U":
        yield InvalidParam(
            member,
            "the two are of one sex: a marriage is one of a man and a woman",
            "hai người cùng giới tính: hôn nhân là giữa nam và nữ",
        )
    elif _ancestors(facts, one.id) & _ancestors(facts, other.id):
        yield InvalidParam(
            member,
            "the two are kin within three generations by what is on record",
            "hai người có họ trong phạm vi ba đời theo sổ đăng ký",
        )
    elif _in_law(facts, one.id, other.id) or _in_law(facts, other.id, one.id):
        yield InvalidParam(
            member,
            "one is or was the step-parent or the parent-in-law of the other",
            "một người đang hoặc từng là cha mẹ kế, cha mẹ vợ hoặc cha mẹ chồng của người kia",
        )


def marry(case: Case[Any], effect: Effect, one: Citizen, said: Relative) -> None:
    """Enter the marriage of a person and a spouse, who may be known by name only."""
    day, other = case.happened, case.facts.people.get(said.pin or "")
    effect.added.append(entries.kinship(case, one.id, "spouse", said, day))
    effect.change(one, marital_status="married")
    if other is not None:
        back = Relative(pin=one.pin)
        effect.added.append(entries.kinship(case, other.id, "spouse", back, day))
        effect.change(other, marital_status="married")
        homes.join(case.facts, effect, one, other)


def marriage_of(facts: Facts, person: Citizen) -> list[Kinship]:
    """Return the rows of the marriage that has not ended: one each way, or one; none if none."""
    own = facts.open_kin(person.id, "spouse")
    if own is None:
        return []
    others = [] if own.relative_id is None else facts.kin[own.relative_id]
    back = [row for row in others if row.relative_id == person.id and row.kind == "spouse"]
    return [own, *(row for row in back if row.to_date is None)]


def end(facts: Facts, effect: Effect, rows: Iterable[Kinship], day: dt.date) -> None:
    """End a marriage by divorce, for both who are in this world."""
    for row in rows:
        person = facts.people_by_id[row.citizen_id]
        effect.change(row, to_date=day, end_reason="divorce")
        effect.change(person, marital_status="divorced")
        homes.part(facts, effect, person)
        if person is not effect.citizen:
            effect.others.append(("pin", person))


def _ancestors(facts: Facts, citizen_id: int) -> set[int]:
    """Return a person and those they descend from or were adopted by, two generations up."""
    found = frontier = {citizen_id}
    for _ in range(_STEPS_UP):
        frontier = _parents_ever(facts, frontier)
        found = found | frontier
    return found


def _parents_ever(facts: Facts, ids: Iterable[int]) -> set[int]:
    """Return the parents, those who are so no more (Art 5 (2) d), too."""
    rows = (row for one in ids for row in facts.kin[one] if row.kind in PARENTS)
    return {row.relative_id for row in rows if row.relative_id is not None}


def _in_law(facts: Facts, one: int, other: int) -> bool:
    """Whether somebody is or was a spouse of the other's parent, or parent of the other's spouse.

    Both are read from the other's side.
    """
    step_parents = _spouses_ever(facts, _parents_ever(facts, [other]))
    parents_in_law = _parents_ever(facts, _spouses_ever(facts, [other]))
    return one in step_parents | parents_in_law


def _spouses_ever(facts: Facts, ids: Iterable[int]) -> set[int]:
    rows = (row for one in ids for row in facts.kin[one] if row.kind == "spouse")
    return {row.relative_id for row in rows if row.relative_id is not None}
