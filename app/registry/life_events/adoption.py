"""Adoption: a child gets other parents, and keeps who bore it in the history.

The rows of the parents before end, but for one who is married to the adopter and stays. Where the
child lives afterwards is a move, and reported as such.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from app.platform.errors import InvalidParam
from app.registry.kinship import PARENTS
from app.registry.life_events import correction
from app.registry.reporting import adopting, checks, entries, homes
from app.registry.reporting.facts import Wanted
from app.registry.reporting.payloads import AnyName, Dated, Line, Pin, Relative
from app.registry.reporting.reports import Case, Effect, LifeEvent

if TYPE_CHECKING:
    from collections.abc import Iterator


class Adoption(Dated):
    """Who adopts whom: a single person, a couple, or the spouse of a parent."""

    pin: Pin = Field(description="The child.")
    father: Relative | None = Field(default=None, description="The man who adopts.")
    mother: Relative | None = Field(default=None, description="The woman who adopts.")
    keeps: Literal["father", "mother"] | None = Field(
        default=None, description="The parent who stays one, to whom the adopter is married."
    )
    name: AnyName = correction.unsaid("Unset: the name on record stays.")
    surname_note: Line | None = Field(default=None, description="Why the surname is no parent's.")


_Case = Case[Adoption]


def _wants(said: Adoption) -> Wanted:
    adopters = frozenset(one.pin for one in (said.father, said.mother) if one and one.pin)
    return Wanted(
        pins=adopters, subjects=frozenset({said.pin}), families=adopters | frozenset({said.pin})
    )


def _who(case: _Case) -> Iterator[InvalidParam]:
    """Somebody is adopted by a man, a woman or both, and not by who stays a parent anyway."""
    said = case.payload
    yield from checks.subject(case, "pin", said.pin)
    if said.father is None and said.mother is None:
        yield InvalidParam("father", "say who adopts", "cần nêu người nhận con nuôi")
    if said.keeps is not None and getattr(said, said.keeps) is not None:
        yield InvalidParam(
            "keeps",
            "a parent who stays one does not adopt: leave one of the two out",
            "cha, mẹ giữ nguyên thì không nhận con nuôi: bỏ một trong hai mục",
        )
    for member in PARENTS:
        relative: Relative | None = getattr(said, member)
        if relative is not None:
            yield from checks.relative(member, relative, case.facts)


def _name(case: _Case) -> Iterator[InvalidParam]:
    """The names are names."""
    if "name" in case.payload.model_fields_set:
        yield from checks.name("name", entries.parts_of(case.payload.name))


def _child(case: _Case) -> Iterator[InvalidParam]:
    """The child is alive and under 16, or under 18 if a step-parent, aunt or uncle adopts it."""
    said = case.payload
    child = case.facts.people.get(said.pin)
    if child is not None:
        near = said.keeps is not None or adopting.is_near(case, child)
        yield from adopting.child(case, child, is_near=near)


def _adopters(case: _Case) -> Iterator[InvalidParam]:
    """Adopters are alive, of age, 20 years older if no near kin, and no elder kin of the line."""
    said, facts = case.payload, case.facts
    child = facts.people.get(said.pin)
    for member, sex in (("father", "M"), ("mother", "F")):
        relative: Relative | None = getattr(said, member)
        person = None if relative is None else facts.people.get(relative.pin or "")
        if child is not None and person is not None:
            near = said.keeps is not None or adopting.is_near(case, child)
            yield from adopting.adopter(case, member, person, child, sex, is_near=near)


def _couple(case: _Case) -> Iterator[InvalidParam]:
    """Two who adopt are married to each other, one alone is single or the parent's spouse."""
    yield from adopting.couple(case)


def _adopt(case: _Case) -> Effect:
    said, facts, day = case.payload, case.facts, case.happened
    child = facts.people[said.pin]
    effect = Effect(child)
    for kind in (kind for kind in PARENTS if kind != said.keeps):
        row, relative = facts.open_kin(child.id, kind), getattr(said, kind)
        if row is not None:
            effect.change(row, to_date=day, end_reason="ended")
        if relative is not None:
            effect.added.append(entries.kinship(case, child.id, kind, relative, day))
    for row in facts.kin[child.id]:  # Civil Code 2015, Art 62 (1) d
        if row.kind == "guardian" and row.to_date is None:
            effect.change(row, to_date=day, end_reason="ended")
    columns = entries.name_columns(said.name) if "name" in said.model_fields_set else {}
    if said.surname_note is not None:
        columns["surname_note"] = said.surname_note
    effect.change(child, **columns)
    adopters = {one.id for one in adopting.people(case)}
    kept = None if said.keeps is None else facts.open_kin(child.id, said.keeps)
    stays = set() if kept is None or kept.relative_id is None else {kept.relative_id}
    homes.adopt(facts, effect, child, adopters, stays)
    return effect


LIFE_EVENT = LifeEvent(
    name="adoption",
    title_vi="Nuôi con nuôi",
    title_en="Adoption",
    law="Luật Nuôi con nuôi 52/2010/QH12, Điều 8, 13, 14, 24; Luật Hộ tịch 60/2014/QH13, Điều 30",
    purpose="civil-status-registration",
    reporters=("người nhận con nuôi", "cơ quan đăng ký hộ tịch"),
    documents=(
        "Giấy chứng nhận nuôi con nuôi",
        "Sự đồng ý của cha mẹ đẻ hoặc người giám hộ, và của trẻ từ đủ 9 tuổi",
    ),
    payload=Adoption,
    wants=_wants,
    stem=lambda _: None,
    checks=(_who, checks.day, _name, _child, _adopters, _couple),
    effect=_adopt,
)
