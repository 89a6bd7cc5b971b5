"""Temporary residence: registered outside the commune of permanent residence, extended, ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from app.platform.errors import InvalidParam
from app.registry.reporting import checks, moving, stays, terms
from app.registry.reporting.payloads import Dated, Day, Line, Pin, Place
from app.registry.reporting.reports import Case, Effect, LifeEvent

if TYPE_CHECKING:
    from collections.abc import Iterator


class TemporaryResidence(Dated):
    """Who registers, extends or ends a temporary residence, where, and until when.

    A term is two years at most at a time, and ends by itself.
    """

    pin: Pin = Field(description="Who reports it, for themselves and for those named.")
    action: Literal["register", "extend", "end"]
    members: tuple[Pin, ...] = Field(default=(), max_length=30, description="Who else.")
    place: Place | None = Field(default=None, description="Where: to register only.")
    until: Day | None = Field(
        default=None, description="The first day on which it no longer holds; not to end it."
    )
    reason: Line | None = None


_Case = Case[TemporaryResidence]
_NEEDS = {"register": {"place", "until"}, "extend": {"until"}, "end": set[str]()}


def _members(case: _Case) -> Iterator[InvalidParam]:
    """To register needs the place and the term, to extend the term, to end neither."""
    said = case.payload
    for member in ("place", "until"):
        is_needed = member in _NEEDS[said.action]
        if is_needed and getattr(said, member) is None:
            yield InvalidParam(
                member, f"to {said.action} needs it", f"cần nêu khi {_VI[said.action]}"
            )
        elif not is_needed and getattr(said, member) is not None:
            yield InvalidParam(
                member, f"to {said.action} does not have it", f"không dùng khi {_VI[said.action]}"
            )


_VI = {"register": "đăng ký", "extend": "gia hạn", "end": "xóa đăng ký"}


def _place(case: _Case) -> Iterator[InvalidParam]:
    """The place is an address outside the commune of permanent residence (Art 27 (1))."""
    said, facts, day = case.payload.place, case.facts, case.happened
    if said is None:
        return
    yield from terms.elsewhere("place", case, said, may_be_abroad=False)
    commune = stays.commune_of(case, said)
    for person in moving.known(case).values():
        home = stays.in_force(facts, person.id, "permanent", day)
        own = None if home is None else stays.unit_on(facts, home.unit_id, day)
        if own is not None and own == commune:
            yield InvalidParam(
                "place.unit",
                "the permanent residence is in the same commune: no temporary one is needed",
                "cùng xã với nơi thường trú: không phải đăng ký tạm trú",
            )
            return


def _term(case: _Case) -> Iterator[InvalidParam]:
    """A term is two years at most, and is extended in its last fifteen days (Art 27 (2), (3))."""
    said, day = case.payload, case.happened
    yield from terms.until(case, day, said.until, terms.MOST_YEARS)
    if said.action == "register":
        return
    for member, person in moving.known(case).items():
        stay = stays.in_force(case.facts, person.id, "temporary", day)
        if stay is None:
            yield InvalidParam(
                member, "no temporary residence is in force", "không có tạm trú đang hiệu lực"
            )
        elif said.action == "extend" and terms.is_early(day, stay.to_date):
            yield InvalidParam(
                "date",
                "a term is extended in the fifteen days before it ends",
                "gia hạn trong 15 ngày trước ngày kết thúc thời hạn tạm trú",
            )


def _register(case: _Case) -> Effect:
    said, facts, day = case.payload, case.facts, case.happened
    effect = Effect(facts.people[said.pin])
    for person in moving.known(case).values():
        stay = stays.in_force(facts, person.id, "temporary", day)
        if said.action == "extend" and stay is not None:
            effect.change(stay, to_date=said.until)
        elif stay is not None:
            effect.change(stay, to_date=day)
        if said.place is not None:
            columns = stays.at_place(case, said.place)
            columns |= {"reason": said.reason, "to_date": said.until}
            stays.begin(case, effect, person.id, "temporary", columns)
    return moving.done(case, effect)


LIFE_EVENT = LifeEvent(
    name="temporary-residence",
    title_vi="Đăng ký, gia hạn, xóa đăng ký tạm trú",
    title_en="Temporary residence: registered, extended, ended",
    law="Luật Cư trú 68/2020/QH14, Điều 27, 28, 29",
    purpose="residence-registration",
    reporters=("người tạm trú", "chủ chỗ ở hợp pháp", "cơ quan đăng ký cư trú"),
    documents=(
        "Tờ khai thay đổi thông tin cư trú (CT01)",
        "Giấy tờ chứng minh chỗ ở hợp pháp",
    ),
    payload=TemporaryResidence,
    wants=moving.wants,
    stem=moving.no_number,
    checks=(checks.day, moving.people, _members, _place, _term, moving.timely),
    effect=_register,
)
