"""Series: reports of several kinds in the order of their days, each entered or refused by itself.

A file (`events.prepare`) is one agency's, of one kind, and entered as a whole or not at all. What
the clock lets happen has no such bond: a report that the registry objects to is left out, with the
objections, and the others stand. What a series comes to does not depend on how it is cut: each row
gets the ids and the numbers that it would get alone, after the rows before it.
"""

from __future__ import annotations

import dataclasses
from itertools import islice
from typing import TYPE_CHECKING, Any

from app.platform.errors import DancuError, InvalidParam
from app.registry import events
from app.registry.models import LifeEvent as EventRow
from app.registry.reporting import consistency, drawing, recording
from app.registry.reporting import facts as facts_
from app.registry.reporting.recording import Entry
from app.registry.reporting.reports import Applied, Case

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pydantic import BaseModel
    from sqlalchemy.orm import Session

    from app.registry.events import LifeEvent
    from app.registry.reporting.facts import Facts, Wanted
    from app.registry.reporting.recording import Ready
    from app.registry.reporting.reports import Report

    Refused = tuple[InvalidParam, ...]
    Outcome = Applied | Refused


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One report of a series; `key` tells it from all others that there ever are.

    Numbers are drawn by the key, so that they do not depend on what else is being entered.
    """

    key: str
    kind: str
    payload: Mapping[str, Any]
    report: Report


@dataclasses.dataclass(frozen=True, slots=True)
class Piece:
    """Some rows of a series that are written together, and what came of each, in order.

    They were checked as of the event `version`, which may be of the piece before.
    """

    version: int
    statements: tuple[Ready, ...]
    outcomes: tuple[Outcome, ...]


class _Undone(Exception):  # noqa: N818 - it tells to begin again, and never leaves this module
    """A row took effect in memory and came to something that cannot be."""

    def __init__(self, index: int, objections: Refused) -> None:
        super().__init__(index)
        self.index, self.objections = index, objections


@dataclasses.dataclass(frozen=True, slots=True)
class _Row:
    event: LifeEvent[Any]
    payload: BaseModel
    wanted: Wanted


def prepare(session: Session, said: Sequence[Said], at_once: int) -> tuple[Piece, ...]:
    """Read and check as many of the first reports as can be at once, at least one.

    The others have to wait until those are written, because they speak of somebody whom one of
    those changes. They come in pieces of `at_once`, to be written in this order.

    The session may only read. Raises `life-event-unknown`.
    """
    refused: dict[int, Refused] = {}
    rows: dict[int, _Row] = {}
    for index, one in enumerate(said):
        event = events.kind_of(one.kind)
        try:
            [payload] = events.read(event, [one.payload], "")
        except DancuError as error:
            refused[index] = error.params
        else:
            rows[index] = _Row(event, payload, event.wants(payload))
    version = events.version(session)
    while True:
        try:
            with session.no_autoflush:  # what takes effect does so in memory
                outcomes = _outcomes(session, said, rows, refused)
                return tuple(_pieces(session, outcomes, version, at_once))
        except _Undone as undone:
            refused[undone.index] = undone.objections
        finally:
            session.expire_all()  # the statements write it, and nothing else does


def write(session: Session, piece: Piece) -> None:
    """Write what was prepared. Raises `Outdated` if the registry has changed since."""
    if events.version(session) != piece.version:
        raise events.Outdated
    recording.write(session, piece.statements)


def _pieces(
    session: Session, outcomes: Iterable[tuple[Facts, Entry | Refused]], version: int, at_once: int
) -> Iterator[Piece]:
    """Cut the outcomes; what a piece changes counts as written from there on."""
    left = iter(outcomes)
    while some := list(islice(left, at_once)):
        entries = [one for _, one in some if isinstance(one, Entry)]
        statements = events.ready(session, entries, some[0][0])
        yield Piece(version, statements, tuple(_outcome(one) for _, one in some))
        recording.settle(entries)
        version = entries[-1].event_id if entries else version


def _outcome(one: Entry | Refused) -> Outcome:
    if not isinstance(one, Entry):
        return one
    person = one.effect.citizen
    return Applied(one.event_id, person.id, person.pin, one.effect.chosen)


def _outcomes(
    session: Session,
    said: Sequence[Said],
    rows: Mapping[int, _Row],
    refused: Mapping[int, Refused],
) -> Iterator[tuple[Facts, Entry | Refused]]:
    """Let one row after the other take effect in memory, until one has to wait."""
    facts = facts_.read(session, (row.wanted for row in rows.values()), recording.NUMBERED)
    stems = {
        index: row.event.stem(Case(row.payload, facts, said[index].report))
        for index, row in rows.items()
    }
    keys = [said[index].key for index in stems]
    drawn = drawing.draw(session, stems.values(), keys, said[0].report.seed)
    numbers = dict(zip(stems, drawn, strict=True))
    for index, one in enumerate(said):
        if index in refused:
            yield facts, refused[index]
            continue
        row = rows[index]
        if _waits(facts, row.wanted):
            break
        case = Case(row.payload, facts, one.report, stems[index], numbers[index])
        yield facts, _enter(case, row, index)


def _waits(facts: Facts, wanted: Wanted) -> bool:
    """Whether a row speaks of somebody whom an earlier row has changed."""
    pins = wanted.pins | wanted.subjects | wanted.families | wanted.heads | wanted.parents
    return any(pin in facts.people and facts.people[pin].id in facts.touched for pin in pins)


def _enter(case: Case[Any], row: _Row, index: int) -> Entry | Refused:
    """Let a row take effect in memory, if nothing is against it."""
    objections = [found for check in row.event.checks for found in check(case)]
    if objections:
        return tuple(objections)
    facts = case.facts
    effect = row.event.effect(case)
    events.take_effect(facts, effect)
    found = (*consistency.objections(case, effect), *_headless(case, effect))
    if found:
        raise _Undone(index, found)
    event_id = facts.next_id(EventRow)
    return Entry(event_id, row.event.name, row.payload, case.report, effect)


def _headless(case: Case[Any], effect: Any) -> Iterator[InvalidParam]:
    for _, member in consistency.headless([(0, effect)], case.facts):
        yield InvalidParam(member, "the household would have no head", "hộ sẽ không có chủ hộ")
