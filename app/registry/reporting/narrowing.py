"""Narrowing: a kind of event that is a special case of a wider one, checked and entered as that.

What the narrow report says is said to the wider kind with members of the same names, so that an
objection names a member that was sent.
"""

from __future__ import annotations

import dataclasses
from functools import wraps
from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from app.registry.reporting.reports import Case

Narrow = TypeVar("Narrow", bound=BaseModel)
Wide = TypeVar("Wide", bound=BaseModel)
Result = TypeVar("Result")


def widened(case: Case[Narrow], payload: Wide) -> Case[Wide]:
    """Return the case of the wider kind; what it begins, it begins on the day of the event."""
    report = dataclasses.replace(case.report, occurred_on=case.happened)
    return dataclasses.replace(case, payload=payload, report=report)  # type: ignore[arg-type,return-value]  # another payload makes another case


def by(
    widen: Callable[[Case[Narrow]], Case[Wide]], *checks: Callable[[Case[Wide]], Iterable[Result]]
) -> tuple[Callable[[Case[Narrow]], Iterable[Result]], ...]:
    """Return checks of the wider kind as checks of the narrow one."""
    return tuple(_through(widen, check) for check in checks)


def _through(
    widen: Callable[[Case[Narrow]], Case[Wide]], check: Callable[[Case[Wide]], Iterable[Result]]
) -> Callable[[Case[Narrow]], Iterable[Result]]:
    @wraps(check)
    def through(case: Case[Narrow]) -> Iterable[Result]:
        return check(widen(case))

    return through
