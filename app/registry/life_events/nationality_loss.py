"""Loss of nationality: somebody is no longer Vietnamese, and registers no residence any more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from app.platform.errors import InvalidParam
from app.registry.reporting import checks, consequences, moving, stays, terms
from app.registry.reporting.payloads import Country, Dated, Pin, Place
from app.registry.reporting.reports import Case, Effect, LifeEvent

if TYPE_CHECKING:
    from collections.abc import Iterator

_NOT_DETERMINED = "XX"


class NationalityLoss(Dated):
    """Who loses Vietnamese nationality by the President's decision, how, and what they then have.

    Their registered residences and their membership of a household end. Whoever stays lives on at
    the address as a foreigner; whoever leaves has emigrated.
    """

    pin: Pin
    ground: Literal["renounced", "deprived", "naturalisation_annulled"]
    nationality: Country | None = Field(
        default=None,
        description="The nationality they then have. Unset: the other one on record, else XX.",
    )
    abroad: Place | None = Field(
        default=None, description="Where they now live, if not in Vietnam: country and detail."
    )
    new_head: Pin | None = Field(
        default=None, description="Who of the household becomes head, if its head leaves it."
    )


_Case = Case[NationalityLoss]


def _vietnamese(case: _Case) -> Iterator[InvalidParam]:
    """Whoever loses Vietnamese nationality has it, and then has another or none."""
    for member, person in moving.known(case).items():
        if "VN" not in (person.nationality, person.second_nationality):
            yield InvalidParam(
                member,
                "is not Vietnamese on record",
                "người này không mang quốc tịch Việt Nam theo sổ đăng ký",
            )
    if case.payload.nationality == "VN":
        yield InvalidParam("nationality", "it is what they lose", "đây là quốc tịch bị mất")


def _abroad(case: _Case) -> Iterator[InvalidParam]:
    """Who lives abroad has an address there."""
    said = case.payload.abroad
    if said is None:
        return
    if said.country == "VN":
        yield InvalidParam(
            "abroad.country",
            "it is not abroad: leave it out for who stays",
            "không phải nước ngoài: bỏ mục này nếu còn ở Việt Nam",
        )
    yield from terms.elsewhere("abroad", case, said, may_be_abroad=True)


def _lose(case: _Case) -> Effect:
    said, facts, day = case.payload, case.facts, case.happened
    citizen, home = facts.people[said.pin], moving.old_home(case)
    effect = Effect(citizen)
    here = _living_at(case)
    consequences.leave(facts, effect, citizen.id, day)
    kept = {citizen.nationality, citizen.second_nationality} - {"VN", None}
    then = said.nationality or next(iter(kept), None) or _NOT_DETERMINED
    effect.change(citizen, nationality=then, second_nationality=None)
    if said.abroad is not None:
        effect.change(citizen, state="emigrated", state_since=day)
        stays.end(case, effect, citizen.id, "current")
        here = stays.at_place(case, said.abroad)
    if here is not None:
        stays.begin(case, effect, citizen.id, "current", here)
    if home is not None:
        moving.succeed(case, effect, home)
    return moving.done(case, effect)


def _living_at(case: _Case) -> dict[str, Any] | None:
    """Return where the person lives on that day, as far as it is on record."""
    citizen_id = case.facts.people[case.payload.pin].id
    for kind in ("current", "temporary", "permanent"):
        stay = stays.in_force(case.facts, citizen_id, kind, case.happened)
        if stay is not None:
            return stays.where(case, stay)
    return None


LIFE_EVENT = LifeEvent(
    name="nationality-loss",
    title_vi="Thôi, bị tước quốc tịch Việt Nam, hủy bỏ quyết định nhập quốc tịch",
    title_en="Loss of Vietnamese nationality",
    law="Luật Quốc tịch Việt Nam 24/2008/QH12, Điều 26, 27, 31, 33; "
    "Luật Cư trú 68/2020/QH14, Điều 24",
    purpose="identity-registration",
    reporters=("Bộ Tư pháp", "cơ quan đăng ký hộ tịch", "cơ quan đăng ký cư trú"),
    documents=("Quyết định của Chủ tịch nước",),
    payload=NationalityLoss,
    wants=moving.wants,
    stem=moving.no_number,
    checks=(checks.day, moving.people, _vietnamese, _abroad, moving.head_left, moving.timely),
    effect=_lose,
)
