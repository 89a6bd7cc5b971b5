"""Death: ends the person's marriage, guardianships, place in a household and residences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from app.platform.errors import InvalidParam
from app.registry.reporting import checks, consequences, homes
from app.registry.reporting.consequences import Before
from app.registry.reporting.facts import Wanted, given
from app.registry.reporting.payloads import Dated, Line, Pin
from app.registry.reporting.reports import Case, Effect, LifeEvent

if TYPE_CHECKING:
    from collections.abc import Iterator


class Death(Dated):
    """Who died, and when. A death declared by a court is one, on the day the court names."""

    pin: Pin
    cause: Line | None = Field(default=None, description="As the death notice has it.")
    declared_by: Line | None = Field(
        default=None, description="Court and number of the decision that declares the death."
    )
    new_head: Pin | None = Field(
        default=None,
        description="Who leads the household that the person led. Unset: the spouse, else the "
        "eldest of age; the answer says who.",
    )


_Case = Case[Death]


def _wants(said: Death) -> Wanted:
    own = frozenset({said.pin})
    return Wanted(pins=given(said.new_head), subjects=own, heads=own)


def _subject(case: _Case) -> Iterator[InvalidParam]:
    """Somebody has the number, and is not dead already."""
    yield from checks.subject(case, "pin", case.payload.pin)
    person = case.facts.people.get(case.payload.pin)
    if person is not None and person.state == "dead":
        yield InvalidParam("pin", "a death is on record already", "người này đã được khai tử")


def _ties(case: _Case) -> Iterator[InvalidParam]:
    """Nobody became a guardian, a ward or a spouse after death."""
    person = case.facts.people.get(case.payload.pin)
    if person is None:
        return
    rows = (*case.facts.kin[person.id], *case.facts.named_by[person.id])
    days = [row.from_date for row in rows if row.to_date is None and row.from_date is not None]
    if any(day > case.happened for day in days):
        yield InvalidParam(
            "date",
            "a marriage or guardianship on record began later",
            "sổ có hôn nhân hoặc việc giám hộ bắt đầu sau ngày này",
        )


def _new_head(case: _Case) -> Iterator[InvalidParam]:
    """Whoever is named head belongs to the household that the dead person led."""
    person = case.facts.people.get(case.payload.pin)
    if person is not None:
        yield from homes.new_head(case, person, case.payload.new_head)


def _die(case: _Case) -> Effect:
    person, day = case.facts.people[case.payload.pin], case.happened
    effect = Effect(person)
    before, member = Before.of(person), case.facts.membership.get(person.id)
    effect.change(person, state="dead", death_date=day, state_since=day, missing_since=None)
    consequences.follow(case.facts, effect, before, case.report)
    consequences.bereave(case.facts, effect, day)
    if member is not None:
        homes.succeed(case, effect, member, case.payload.new_head)
    return effect


LIFE_EVENT = LifeEvent(
    name="death",
    title_vi="Khai tử",
    title_en="Death",
    law="Luật Hộ tịch 60/2014/QH13, Điều 32–34; Bộ luật Dân sự 2015, Điều 71–72; "
    "Luật Cư trú 68/2020/QH14, Điều 24",
    purpose="civil-status-registration",
    reporters=("vợ, chồng, con, cha, mẹ hoặc người thân thích khác", "cơ quan đăng ký hộ tịch"),
    documents=("Giấy báo tử, hoặc bản án, quyết định tuyên bố chết của Tòa án",),
    payload=Death,
    wants=_wants,
    stem=lambda _: None,
    checks=(_subject, checks.day, _ties, _new_head),
    effect=_die,
)
