"""Homes: who leads a household when its head leaves, and what the others are to a new head.

What somebody is to a head is worked out from the kin on record; the codes are the registry's own
list. A report that may change heads names the people concerned in `Wanted.heads`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from app.platform.errors import InvalidParam
from app.registry.codes import HEAD
from app.registry.kinship import PARENTS
from app.registry.reporting import checks, ties

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator

    from app.registry.models import Citizen, HouseholdMember
    from app.registry.reporting.facts import Facts
    from app.registry.reporting.reports import Case, Effect

WIFE, HUSBAND, CHILD, ADOPTED = "02", "03", "04", "05"
YOUNG_KIN, LODGER, OTHER = "13", "17", "99"
_YOUNGER_SIBLING, _SPOUSES_PARENT = "12", "16"
#: By whether it is a woman's; a sex that is not known is written as a man's.
_PARENT: Final = ("06", "07")
_GRANDPARENT: Final = ("08", "09")
_ELDER_SIBLING: Final = ("10", "11")
_CHILDS_SPOUSE: Final = ("15", "14")
_SPOUSE: Final = (HUSBAND, WIFE)
_BY_SEX: Final = (_PARENT, _GRANDPARENT, _ELDER_SIBLING, _CHILDS_SPOUSE, _SPOUSE)


def new_head(case: Case[Any], person: Citizen, named: str | None) -> Iterator[InvalidParam]:
    """Whoever is named head belongs to the household that the person leaves as its head."""
    if named is None:
        return
    own, other = case.facts.membership.get(person.id), case.facts.people.get(named)
    member = None if other is None else case.facts.membership.get(other.id)
    if own is None or own.relationship != HEAD:
        yield InvalidParam(
            "new_head",
            "the person is not the head of a household: leave it out",
            "người này không phải chủ hộ: bỏ mục này",
        )
    elif member is None or member is own or member.household_id != own.household_id:
        yield InvalidParam(
            "new_head",
            "it is nobody else of that household",
            "không phải thành viên khác của hộ đó",
        )


def succeed(
    case: Case[Any], effect: Effect, left: HouseholdMember, named: str | None = None
) -> None:
    """Give the household that its head has left another: who is named, else by rule.

    By rule: the old head's spouse, else the eldest of the family, those of age before all others
    (Law on Residence 2020, Art 10 (3), (4): who has full capacity, nominated by the others).
    """
    facts = case.facts
    if left.relationship != HEAD or not facts.open_members(left.household_id):
        return
    if named is None:
        head = min(facts.open_members(left.household_id), key=_rank(facts, left, case.happened))
        effect.chosen["new_head"] = facts.people_by_id[head.citizen_id].pin
    else:
        head = facts.membership[facts.people[named].id]
    lead(facts, effect, head)


def lead(facts: Facts, effect: Effect, head: HouseholdMember) -> None:
    """Let a member be the head, and the others what they are to that person."""
    for member in facts.open_members(head.household_id):
        code = HEAD if member is head else relationship(facts, member, head.citizen_id)
        if code != member.relationship:
            effect.change(member, relationship=code)


def _rank(facts: Facts, left: HouseholdMember, day: dt.date) -> Any:
    spouses = {row.relative_id for row in facts.kin[left.citizen_id] if row.kind == "spouse"}

    def rank(member: HouseholdMember) -> tuple[bool | int, ...]:
        person = facts.people_by_id[member.citizen_id]
        born = checks.birth_of(person)
        return (
            not checks.may_have_been(checks.OF_AGE, born, day),
            member.relationship == LODGER,
            person.id not in spouses,
            born.year,
            born.month or 0,
            born.day or 0,
            person.id,
        )

    return rank


def relationship(facts: Facts, member: HouseholdMember, head_id: int) -> str:
    """Return what a member is to a head, by the kin on record; what is not known is `OTHER`."""
    was = member.relationship
    if was == LODGER:
        return LODGER
    person = facts.people_by_id[member.citizen_id]
    code = to_head(facts, person, parents(facts, [person.id]), head_id)
    return ADOPTED if code == CHILD and was == ADOPTED else code


def to_head(facts: Facts, person: Citizen, own_parents: set[int], head_id: int) -> str:
    """Return what somebody with these parents is to the head."""
    head = facts.people_by_id[head_id]
    its_parents = parents(facts, [head_id])
    is_woman = person.sex == "F"
    cases = (
        (_spouses(facts, [head_id]) & {person.id}, _spouse_of(person, head)),
        (its_parents & {person.id}, _PARENT[is_woman]),
        (parents(facts, its_parents) & {person.id}, _GRANDPARENT[is_woman]),
        (own_parents & its_parents, _sibling(person, head)),
        (parents(facts, _spouses(facts, [person.id])) & {head_id}, _CHILDS_SPOUSE[is_woman]),
        (parents(facts, _spouses(facts, [head_id])) & {person.id}, _SPOUSES_PARENT),
    )
    near = next((code for holds, code in cases if holds), OTHER)
    return near if near != OTHER else childs_place(facts, own_parents, head_id)


def childs_place(facts: Facts, own_parents: set[int], head_id: int) -> str:
    """Return what a child of these parents is to the head of a household."""
    if head_id in own_parents:
        return CHILD
    near = parents(facts, own_parents) & ({head_id} | parents(facts, [head_id]))
    return YOUNG_KIN if near else OTHER


def part(facts: Facts, effect: Effect, person: Citizen) -> None:
    """Let who was the wife or husband of a head, and is no more, be that no longer."""
    member = facts.membership.get(person.id)
    if member is not None and member.relationship in _SPOUSE:
        effect.change(member, relationship=OTHER)


def join(facts: Facts, effect: Effect, one: Citizen, other: Citizen) -> None:
    """Let a head's new spouse, who lives in the household already, be that."""
    members = [facts.membership.get(person.id) for person in (one, other)]
    for (member, person), head in zip(
        zip(members, (one, other), strict=True), reversed(members), strict=True
    ):
        if member is None or head is None or head.relationship != HEAD:
            continue
        if member.household_id == head.household_id:
            spouse = facts.people_by_id[head.citizen_id]
            effect.change(member, relationship=_spouse_of(person, spouse))


def adopt(
    facts: Facts, effect: Effect, child: Citizen, adopters: set[int], stays: set[int]
) -> None:
    """Write what an adopted child, whose new parents these are, is to the head it lives with."""
    member = facts.membership.get(child.id)
    head = None if member is None else facts.head(member.household_id)
    if member is None or head is None or member.relationship not in (CHILD, ADOPTED, YOUNG_KIN):
        return
    code = ADOPTED
    if head.citizen_id not in adopters:
        code = childs_place(facts, adopters | stays, head.citizen_id)
    effect.change(member, relationship=code)


def change_sex(facts: Facts, effect: Effect, person: Citizen) -> None:
    """Write what somebody is to a head as it is written of the other sex."""
    member = facts.membership.get(person.id)
    if member is None:
        return
    for codes in _BY_SEX:
        if member.relationship in codes:
            effect.change(member, relationship=codes[person.sex == "F"])


def parents(facts: Facts, ids: Iterable[int]) -> set[int]:
    """Return the parents on record now, as far as they are in this world."""
    rows = (row for one in ids for row in facts.kin[one])
    return {
        row.relative_id
        for row in rows
        if row.kind in PARENTS and row.to_date is None and row.relative_id is not None
    }


def _spouses(facts: Facts, ids: Iterable[int]) -> set[int]:
    """Return spouses, the late ones too: whose parents-in-law one has been, one stays."""
    rows = (row for one in ids for row in facts.kin[one] if row.kind == "spouse")
    return {
        row.relative_id
        for row in rows
        if row.end_reason in (None, "death") and row.relative_id is not None
    }


def _spouse_of(person: Citizen, head: Citizen) -> str:
    is_woman = person.sex == "F" or (person.sex == "U" and head.sex == "M")
    return _SPOUSE[is_woman] if person.marital_status in ties.MARRIED else OTHER


def _sibling(person: Citizen, head: Citizen) -> str:
    if checks.birth_of(person).isoformat() > checks.birth_of(head).isoformat():
        return _YOUNGER_SIBLING
    return _ELDER_SIBLING[person.sex == "F"]
