"""Adopting: who may adopt whom (Law on Adoption 52/2010/QH12, Art 8, 13 and 14)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app.matching.dates import PartialDate
from app.platform.errors import InvalidParam
from app.registry.reporting import checks, homes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.registry.life_events.adoption import Adoption
    from app.registry.models import Citizen
    from app.registry.reporting.facts import Facts
    from app.registry.reporting.reports import Case

_GONE: Final = ("dead", "missing")
#: Children are adopted up to this age, and up to 18 by a step-parent, aunt or uncle (Art 8).
_CHILD: Final = 16
#: An adopter is so much older, but for a step-parent, aunt or uncle (Art 14 (1) b and (3)).
_OLDER: Final = 20


def people(case: Case[Adoption]) -> list[Citizen]:
    """Return the adopters who are in this world."""
    said, known = case.payload, case.facts.people
    pins = [one.pin or "" for one in (said.father, said.mother) if one is not None]
    return [known[pin] for pin in pins if pin in known]


def is_near(case: Case[Adoption], child_: Citizen) -> bool:
    """Whether one of the adopters is the child's aunt or uncle by what is on record."""
    facts = case.facts
    elders = homes.parents(facts, homes.parents(facts, [child_.id]))
    return any(homes.parents(facts, [one.id]) & elders for one in people(case))


def child(case: Case[Adoption], person: Citizen, *, is_near: bool) -> Iterator[InvalidParam]:
    """Whoever is adopted is alive and a child."""
    most = checks.OF_AGE if is_near else _CHILD
    if person.state in _GONE:
        yield InvalidParam("pin", "the child is dead or missing", "trẻ đã chết hoặc mất tích")
    if checks.may_have_been(most, checks.birth_of(person), case.happened):
        yield InvalidParam(
            "pin",
            f"the child is {most} or older on that day",
            f"người được nhận làm con nuôi đã đủ {most} tuổi vào ngày đó",
        )


def adopter(
    case: Case[Adoption],
    member: str,
    person: Citizen,
    child_: Citizen,
    sex: str,
    *,
    is_near: bool,
) -> Iterator[InvalidParam]:
    """Whoever adopts may, and is neither the child's grandparent nor its sibling."""
    facts, born = case.facts, checks.birth_of(person)
    if person.sex not in (sex, "U"):
        yield InvalidParam(member, "the sex on record is another", "giới tính trên sổ không khớp")
    yield from checks.guardian(member, person, case.happened)
    own = homes.parents(facts, [child_.id])
    if person.id == child_.id or _is_elder_of_line(facts, person.id, own):
        yield InvalidParam(
            member,
            "is the child itself, a grandparent or a sibling",
            "là chính trẻ, hoặc là ông, bà, anh, chị, em của trẻ",
        )
    elif person.id in own:
        yield InvalidParam(
            member, "is a parent already: say so in keeps", "đã là cha, mẹ: nêu ở mục keeps"
        )
    elif not is_near and not _is_older(born, checks.birth_of(child_)):
        yield InvalidParam(
            member,
            f"is not {_OLDER} years older than the child",
            f"không hơn con nuôi {_OLDER} tuổi",
        )


def couple(case: Case[Adoption]) -> Iterator[InvalidParam]:
    """A child is adopted by a single person, by a couple, or by a parent's spouse (Art 8 (3))."""
    said, facts = case.payload, case.facts
    adopters = people(case)
    spouses = [facts.open_kin(one.id, "spouse") for one in adopters]
    ids = {row.relative_id for row in spouses if row is not None}
    if said.keeps is not None:
        kept = facts.people.get(said.pin)
        row = None if kept is None else facts.open_kin(kept.id, said.keeps)
        if row is None or row.relative_id is None or row.relative_id not in ids:
            yield InvalidParam(
                "keeps",
                "no such parent is on record who is married to the adopter",
                "không có cha, mẹ trên sổ đang là vợ, chồng của người nhận con nuôi",
            )
    elif len(adopters) == 2 and ids != {one.id for one in adopters}:
        yield InvalidParam(
            "mother",
            "the two are not married to each other",
            "hai người không phải là vợ chồng",
        )
    elif (said.father is None) != (said.mother is None) and ids:
        yield InvalidParam(
            "father" if said.father is not None else "mother",
            "is married: the couple adopts together",
            "đang có vợ, chồng: hai vợ chồng cùng nhận con nuôi",
        )


def _is_elder_of_line(facts: Facts, person_id: int, own: set[int]) -> bool:
    is_sibling = bool(homes.parents(facts, [person_id]) & own)
    return is_sibling or person_id in homes.parents(facts, own)


def _is_older(adopter_born: PartialDate, born: PartialDate) -> bool:
    latest = PartialDate(born.year, born.month or 12, born.day or 28)
    day = checks.exact(latest)
    return day is not None and checks.may_have_been(_OLDER, adopter_born, day)
