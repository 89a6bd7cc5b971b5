"""Temporary absence: people are away from where they reside, and come back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from app.platform.errors import InvalidParam
from app.registry.reporting import checks, moving, stays, terms
from app.registry.reporting.payloads import Dated, Day, Line, Pin, Place
from app.registry.reporting.reports import Case, Effect, LifeEvent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.registry.models import Residence


class TemporaryAbsence(Dated):
    """Who is away from where they reside, since the day of the event, until when, and why.

    The absence ends by itself, or when the return is reported.
    """

    pin: Pin = Field(description="Who reports it, for themselves and for those named.")
    action: Literal["declare", "end"] = "declare"
    members: tuple[Pin, ...] = Field(default=(), max_length=30, description="Who else.")
    until: Day | None = Field(
        default=None, description="The first day on which they are back, if it is known."
    )
    destination: Place | None = Field(
        default=None, description="Where they live meanwhile, in Vietnam or abroad."
    )
    reason: Line | None = Field(default=None, description="Why: an absence has a reason.")


_Case = Case[TemporaryAbsence]


def _members(case: _Case) -> Iterator[InvalidParam]:
    """An absence that is declared has a reason; one that ends has nothing more to say."""
    said = case.payload
    if said.action == "declare":
        if said.reason is None:
            yield InvalidParam("reason", "an absence has a reason", "cần nêu lý do tạm vắng")
        return
    for member in ("until", "destination"):
        if getattr(said, member) is not None:
            yield InvalidParam(
                member, "to end an absence does not have it", "không dùng khi kết thúc tạm vắng"
            )


def _absent(case: _Case) -> Iterator[InvalidParam]:
    """Who is away resides somewhere and was not away before; who is back was away."""
    facts, day = case.facts, case.happened
    for member, person in moving.known(case).items():
        absence = stays.in_force(facts, person.id, "absence", day)
        if case.payload.action == "end":
            if absence is None:
                yield InvalidParam(
                    member, "no absence is in force", "không có tạm vắng đang hiệu lực"
                )
        elif absence is not None:
            yield InvalidParam(
                member,
                "is absent on record already: end that absence first",
                "người này đang tạm vắng: hãy kết thúc lần tạm vắng đó trước",
            )
        elif _home(case, person.id) is None:
            yield InvalidParam(
                member,
                "has no registered residence to be absent from",
                "người này không có nơi thường trú, tạm trú để vắng mặt",
            )


def _term(case: _Case) -> Iterator[InvalidParam]:
    """They come back after today, and the destination is an address."""
    said = case.payload
    yield from terms.until(case, case.happened, said.until, None)
    if said.destination is not None:
        yield from terms.elsewhere("destination", case, said.destination, may_be_abroad=True)


def _home(case: _Case, citizen_id: int) -> Residence | None:
    day = case.happened
    kinds = ("permanent", "temporary")
    found = (stays.in_force(case.facts, citizen_id, kind, day) for kind in kinds)
    return next((stay for stay in found if stay is not None and stay.country == "VN"), None)


def _leave(case: _Case) -> Effect:
    said, facts = case.payload, case.facts
    effect = Effect(facts.people[said.pin])
    term = {"reason": said.reason, "to_date": said.until}
    for person in moving.known(case).values():
        home = _home(case, person.id)
        if said.action == "end":
            stays.end(case, effect, person.id, "absence", "current")
        elif home is not None:
            stays.begin(case, effect, person.id, "absence", stays.where(case, home) | term)
            if said.destination is not None:
                stays.end(case, effect, person.id, "current")
                place = stays.at_place(case, said.destination)
                stays.begin(case, effect, person.id, "current", place | term)
    return moving.done(case, effect)


LIFE_EVENT = LifeEvent(
    name="temporary-absence",
    title_vi="Khai báo tạm vắng",
    title_en="Temporary absence, and coming back",
    law="Luật Cư trú 68/2020/QH14, Điều 31",
    purpose="residence-registration",
    reporters=("người tạm vắng", "cha, mẹ hoặc người giám hộ", "cơ quan đăng ký cư trú"),
    documents=("Đề nghị khai báo tạm vắng",),
    payload=TemporaryAbsence,
    wants=moving.wants,
    stem=moving.no_number,
    checks=(checks.day, moving.people, _members, _absent, _term, moving.timely),
    effect=_leave,
)
