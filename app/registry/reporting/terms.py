"""Terms: residences that end by themselves, and the days between which they may."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from app.platform.errors import InvalidParam
from app.registry.reporting import checks, home_checks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.registry.reporting.payloads import Place
    from app.registry.reporting.reports import Case

#: A temporary residence is registered for so many years at most at a time (Law on Residence 2020,
#: Art 27 (2)).
MOST_YEARS = 2
#: It is extended in so many days before it ends (Art 27 (3)).
EXTENSION = dt.timedelta(days=15)


def years_after(day: dt.date, years: int) -> dt.date:
    """Return the same day of a later year; 1 March for 29 February where that year has none."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return dt.date(day.year + years, 3, 1)


def is_early(day: dt.date, ends: dt.date | None) -> bool:
    """Whether it is too early to extend a term; what has no end may be given one any day."""
    return ends is not None and day < ends - EXTENSION


def until(
    case: Case[Any], start: dt.date, said: dt.date | None, years: int | None
) -> Iterator[InvalidParam]:
    """A term ends after it begins, and after today: what is over need not be registered."""
    if said is None:
        return
    if said <= max(start, case.report.today):
        yield InvalidParam(
            "until",
            "it is over: the first day on which it no longer holds is after today",
            "đã hết hạn: ngày đầu tiên không còn hiệu lực phải sau hôm nay",
        )
    if years is not None and said > years_after(start, years):
        yield InvalidParam(
            "until",
            f"the term is {years} years at most",
            f"thời hạn tối đa {years} năm",
        )


def elsewhere(
    member: str, case: Case[Any], said: Place, *, may_be_abroad: bool
) -> Iterator[InvalidParam]:
    """An address where people are for a time: complete, of its day, abroad only if absent."""
    if said.country != "VN" and not may_be_abroad:
        yield InvalidParam(
            f"{member}.country",
            "it is registered in Vietnam; who goes abroad reports an absence",
            "chỉ đăng ký tại Việt Nam; người ra nước ngoài khai báo tạm vắng",
        )
        return
    yield from checks.address(member, said, case.facts, case.report.today)
    yield from home_checks.of_its_day(member, said, case)
