"""Reports of life events: who says what happened, and what kinds of event there can be."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from pydantic import BaseModel

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from sqlalchemy.orm import Session

    from app.matching.dates import PartialDate
    from app.matching.numbers import PinStyle
    from app.platform.database import Base
    from app.platform.errors import InvalidParam
    from app.registry.models import Citizen
    from app.registry.reporting.facts import Facts, Wanted

P = TypeVar("P", bound=BaseModel)

#: What agencies report life events for: civil status (Law 60/2014), residence (Law 68/2020), and
#: what the population database itself collects (Law 26/2023).
PURPOSES = ("civil-status-registration", "residence-registration", "identity-registration")


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The circumstances of a report: when, by whom, why, on what papers, in which world.

    `today` is the world's day and `now` the real time. `occurred_on` is when it happened, `today`
    if nothing else is said. `seed` and `pin_style` are the world's: new numbers come from them.
    """

    today: dt.date
    now: dt.datetime
    seed: int
    pin_style: PinStyle
    reported_by: str
    reason: str
    officer: str | None = None
    documents: tuple[str, ...] = ()
    occurred_on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Case(Generic[P]):
    """One row of a report, with all that its checks and its effect may look at.

    `stem` are the first six digits of the number it needs, if it needs one, and `number` one that
    nobody has or had, if one was found.
    """

    payload: P
    facts: Facts
    report: Report
    stem: str | None = None
    number: str | None = None

    @property
    def happened(self) -> dt.date:
        """The day on which it happened."""
        return happened(self.payload, self.report)


@dataclass(slots=True)
class Effect:
    """What an event does: whom it is about, new rows, rows it changed in place, rows to remove.

    `whose` is the member of the report that names the person. `others` are further people that
    it is about, each with that member. `chosen` are members that the report left open and a rule
    chose, as they were chosen.
    """

    citizen: Citizen
    whose: str = "pin"
    others: list[tuple[str, Citizen]] = field(default_factory=list)
    chosen: dict[str, str] = field(default_factory=dict)
    added: list[Base] = field(default_factory=list)
    changed: list[Base] = field(default_factory=list)
    removed: list[Base] = field(default_factory=list)

    def change(self, row: Base, **columns: Any) -> None:
        """Give columns of a row that is on record other values."""
        for name, value in columns.items():
            setattr(row, name, value)
        self.changed.append(row)


@dataclass(frozen=True, slots=True, kw_only=True)
class LifeEvent(Generic[P]):
    """A kind of life event, as a module of `life_events/` declares it.

    `wants` names the people and households a payload speaks of. `stem` gives the first six digits
    of the number it needs, or None. `checks` object, each by the payload's member at fault;
    `effect` runs only when none did. `reporters` and `documents` are who reports such an event and
    on what papers, for the docs; `purpose` is what an agency has to have a grant for to report it:
    one of `PURPOSES`.
    """

    name: str
    title_vi: str
    title_en: str
    law: str
    purpose: str
    reporters: tuple[str, ...]
    documents: tuple[str, ...]
    payload: type[P]
    wants: Callable[[P], Wanted]
    stem: Callable[[Case[P]], str | None]
    checks: tuple[Callable[[Case[P]], Iterable[InvalidParam]], ...]
    effect: Callable[[Case[P]], Effect]

    def __post_init__(self) -> None:
        if self.purpose not in PURPOSES:
            raise ValueError(f"the life event {self.name} has an unknown purpose: {self.purpose}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """Somebody on record whose own row a report changes, for rooms that keep what hangs on it.

    `row` is the report's place in its file, `columns` are those that change, `birth` is the date
    there would be.
    """

    row: int
    citizen_id: int
    columns: frozenset[str]
    birth: PartialDate


if TYPE_CHECKING:
    #: What another room has against reports, by their place in the file. One call for all of them.
    Objector = Callable[[Session, Sequence[Changed]], Iterable[tuple[int, InvalidParam]]]


@dataclass(frozen=True, slots=True)
class Applied:
    """What a report led to; `chosen` are members that it left open, as a rule chose them."""

    event_id: int
    citizen_id: int
    pin: str
    chosen: Mapping[str, str]


def happened(payload: BaseModel, report: Report) -> dt.date:
    """Return the day on which a row of a report says that it happened.

    Its own day if it has one, else that of the whole report, else today.
    """
    own: dt.date | None = getattr(payload, "own_day", None)
    return own or report.occurred_on or report.today
