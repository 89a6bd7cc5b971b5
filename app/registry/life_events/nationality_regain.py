"""Regained nationality: somebody who lost it, or never had it on record, is Vietnamese again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from app.platform.errors import InvalidParam
from app.registry.reporting import checks, home_checks, moving
from app.registry.reporting.consequences import PRESENT
from app.registry.reporting.payloads import Dated, Pin
from app.registry.reporting.reports import Case, Effect, LifeEvent

if TYPE_CHECKING:
    from collections.abc import Iterator

_NOT_DETERMINED = "XX"


class NationalityRegain(Dated):
    """Who regains Vietnamese nationality, and whether the one they have stays as a second one.

    To register a permanent residence again is a move of its own.
    """

    pin: Pin
    keeps_other: bool = Field(
        default=False, description="Whether the President allowed the other one to be kept."
    )


_Case = Case[NationalityRegain]


def _person(case: _Case) -> Iterator[InvalidParam]:
    """Whoever regains it is on record and lives, here or abroad."""
    states = (*PRESENT, "emigrated")
    yield from home_checks.people(case, moving.named(case.payload), states)


def _foreign(case: _Case) -> Iterator[InvalidParam]:
    """Nobody regains what they have, or keeps what is not determined."""
    for member, person in moving.known(case).items():
        if "VN" in (person.nationality, person.second_nationality):
            yield InvalidParam(
                member,
                "is Vietnamese on record",
                "người này đang mang quốc tịch Việt Nam theo sổ đăng ký",
            )
        elif case.payload.keeps_other and person.nationality == _NOT_DETERMINED:
            yield InvalidParam(
                "keeps_other",
                "the other nationality is not determined",
                "quốc tịch còn lại chưa xác định",
            )


def _regain(case: _Case) -> Effect:
    citizen = case.facts.people[case.payload.pin]
    effect = Effect(citizen)
    second = citizen.nationality if case.payload.keeps_other else None
    effect.change(citizen, nationality="VN", second_nationality=second)
    return moving.done(case, effect)


LIFE_EVENT = LifeEvent(
    name="nationality-regain",
    title_vi="Trở lại quốc tịch Việt Nam",
    title_en="Vietnamese nationality regained",
    law="Luật Quốc tịch Việt Nam 24/2008/QH12, Điều 23",
    purpose="identity-registration",
    reporters=("Bộ Tư pháp", "cơ quan đăng ký hộ tịch"),
    documents=("Quyết định của Chủ tịch nước cho trở lại quốc tịch Việt Nam",),
    payload=NationalityRegain,
    wants=moving.wants,
    stem=moving.no_number,
    checks=(checks.day, _person, _foreign),
    effect=_regain,
)
