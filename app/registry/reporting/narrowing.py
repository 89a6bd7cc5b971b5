"""Narrowing: a kind of event that is a special case of a wider one, checked and entered as that.

What the narrow report says is said to the wider kind with members of the same names, so that an
objection names a member that was sent.
"""

from __future__ import annotations

import dataclasses
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
) -> Callable[[Case[Narrow]], list[Result]]:
    """Return checks of the wider kind as one check of the narrow one."""

    def narrowed(case: Case[Narrow]) -> list[Result]:
        wide = widen(case)  # once: it takes as long as all the checks
        return [found for check in checks for found in check(wide)]

    return narrowed
