"""Marriage: two people marry, or one who is here and one who is known by name only.

Where the couple lives afterwards is a move, and reported as such.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from app.registry.reporting import checks, couples
from app.registry.reporting.facts import Wanted
from app.registry.reporting.payloads import Dated, Pin, Relative
from app.registry.reporting.reports import Case, Effect, LifeEvent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.platform.errors import InvalidParam


class Marriage(Dated):
    """Who marries whom."""

    pin: Pin
    spouse: Relative = Field(
        description="By number; a foreigner who is not in this world by name and nationality."
    )


_Case = Case[Marriage]


def _wants(said: Marriage) -> Wanted:
    both = frozenset({said.pin} if said.spouse.pin is None else {said.pin, said.spouse.pin})
    return Wanted(subjects=both, families=both)


def _spouses(case: _Case) -> Iterator[InvalidParam]:
    """Both are on record or named, alive, of the lawful age, unmarried on that day."""
    said, people = case.payload, case.facts.people
    yield from checks.subject(case, "pin", said.pin)
    yield from checks.relative("spouse", said.spouse, case.facts)
    if said.spouse.pin in people:
        yield from checks.subject(case, "spouse.pin", said.spouse.pin)
    for member, pin in (("pin", said.pin), ("spouse.pin", said.spouse.pin)):
        if pin in people:
            yield from couples.may_marry(case, member, people[pin])


def _couple(case: _Case) -> Iterator[InvalidParam]:
    """They are a man and a woman and no near kin, by what is on record."""
    said, people = case.payload, case.facts.people
    if said.pin in people and said.spouse.pin in people:
        one, other = people[said.pin], people[said.spouse.pin]
        yield from couples.may_be_a_couple(case.facts, "spouse.pin", one, other)


def _marry(case: _Case) -> Effect:
    said, people = case.payload, case.facts.people
    effect = Effect(people[said.pin])
    if said.spouse.pin is not None:
        effect.others.append(("spouse.pin", people[said.spouse.pin]))
    couples.marry(case, effect, people[said.pin], said.spouse)
    return effect


LIFE_EVENT = LifeEvent(
    name="marriage",
    title_vi="Kết hôn",
    title_en="Marriage",
    law="Luật Hôn nhân và gia đình 52/2014/QH13, Điều 5, 8, 9; "
    "Luật Hộ tịch 60/2014/QH13, Điều 17, 18, 37, 38",
    purpose="civil-status-registration",
    reporters=("hai bên nam, nữ", "cơ quan đăng ký hộ tịch"),
    documents=("Tờ khai đăng ký kết hôn", "Giấy xác nhận tình trạng hôn nhân"),
    payload=Marriage,
    wants=_wants,
    stem=lambda _: None,
    checks=(_spouses, checks.day, _couple),
    effect=_marry,
)
