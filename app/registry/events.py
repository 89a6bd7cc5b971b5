"""Life events: the only way the registry changes, so that nothing in it is overwritten silently.

A kind of event is one module in `life_events/`, which declares `LIFE_EVENT`. How a report is
entered, alone or with others of its kind in a file:
1. Read each row into the event's payload.
2. Read what the registry holds of the people the rows speak of.
3. Draw the numbers that are needed and that nobody has or had.
4. Check each row; a check explains its objection. A row without one takes effect at once, in
   memory, so that a later row of the file sees it; what comes of it is checked too.
5. Check what all rows come to, and ask rooms above that keep something of the people.
6. With no objection anywhere, write what changed: the rows, the event, each field's old value.

All but the last only reads, and takes seconds for a long file: it is done outside the world's
writer, which then makes sure that no other event has come in between.
"""

from __future__ import annotations

import dataclasses
from functools import cache
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError
from sqlalchemy import func, select

from app.platform import discovery, errors
from app.platform.errors import InvalidParam
from app.registry import life_events
from app.registry.models import Citizen
from app.registry.models import LifeEvent as EventRow
from app.registry.reporting import checks, consistency, drawing, recording
from app.registry.reporting import facts as facts_
from app.registry.reporting.payloads import FORM
from app.registry.reporting.recording import Entry
from app.registry.reporting.reports import Applied, Case, Changed, LifeEvent, Report

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pydantic import BaseModel
    from sqlalchemy.orm import Session

    from app.registry.reporting.facts import Facts
    from app.registry.reporting.recording import Ready
    from app.registry.reporting.reports import Effect, Objector

    _Objection = tuple[int, InvalidParam]

__all__ = [
    "MOST_ROWS",
    "REFUSED",
    "Applied",
    "Changed",
    "LifeEvent",
    "Outdated",
    "Prepared",
    "Report",
    "apply",
    "apply_all",
    "kinds",
    "prepare",
    "write",
]

#: Rows that one file may hold: some seconds of work.
MOST_ROWS = 10_000

UNKNOWN = errors.declare(
    code="life-event-unknown",
    kind="not_found",
    fault_of="caller",
    title_vi="Không có loại sự kiện hộ tịch, cư trú này",
    title_en="There is no such life event",
    next_vi="Dùng một trong các loại sự kiện nêu trong tài liệu.",
    next_en="Use one of the life events listed in the docs.",
)
MALFORMED = errors.declare(
    code="life-event-malformed",
    kind="invalid",
    fault_of="caller",
    title_vi="Nội dung khai báo không đúng mẫu",
    title_en="The report is not in its form",
    next_vi="Sửa các mục nêu trong invalid_params theo mẫu của loại sự kiện.",
    next_en="Correct what invalid_params names, by the form of that life event.",
)
REFUSED = errors.declare(
    code="life-event-refused",
    kind="invalid",
    fault_of="caller",
    title_vi="Khai báo mâu thuẫn với sổ đăng ký hoặc với chính nó",
    title_en="The report contradicts the registry, or itself",
    next_vi="Sửa các mục nêu trong invalid_params; chưa có gì được ghi.",
    next_en="Correct what invalid_params names; nothing has been written.",
)
TOO_LONG = errors.declare(
    code="life-event-file-too-long",
    kind="too_large",
    fault_of="caller",
    title_vi="Tệp có quá nhiều dòng",
    title_en="The file has too many rows",
    next_vi="Chia thành các tệp không quá 10.000 dòng.",
    next_en="Divide it into files of at most 10,000 rows.",
)


class Outdated(Exception):  # noqa: N818 - says what it is; to prepare again mends it
    """Another event has changed the registry since a report was prepared."""


@dataclasses.dataclass(frozen=True, slots=True)
class Prepared:
    """A file that was read and checked as of the event `version`, and what is to be written."""

    version: int
    statements: tuple[Ready, ...]
    applied: tuple[Applied, ...]


@cache
def kinds() -> Mapping[str, LifeEvent[Any]]:
    """Return every kind of life event by name; a broken or double declaration raises."""
    return discovery.declarations(life_events, "LIFE_EVENT", LifeEvent)


def kind_of(name: str) -> LifeEvent[Any]:
    """Return the kind of life event of that name. Raises `life-event-unknown`."""
    event = kinds().get(name)
    if event is None:
        raise UNKNOWN.error()
    return event


def apply(session: Session, kind: str, payload: Mapping[str, Any], report: Report) -> Applied:
    """Enter one report. Raises `life-event-unknown`, `-malformed` or `-refused`."""
    return write(session, _prepare(session, kind, [payload], report, ""))[0]


def apply_all(
    session: Session, kind: str, payloads: Sequence[Mapping[str, Any]], report: Report
) -> tuple[Applied, ...]:
    """Enter a file of reports of one kind: all of it, or nothing.

    Errors name members as `rows[3].birth_date`, counting from 0; those of all rows come together.
    """
    return write(session, prepare(session, kind, payloads, report))


def prepare(
    session: Session,
    kind: str,
    payloads: Sequence[Mapping[str, Any]],
    report: Report,
    objectors: Sequence[Objector] = (),
    place: str = "rows[{}].",
) -> Prepared:
    """Do all of `apply_all` but the writing, in a session that may only read.

    `objectors` speak for rooms that keep something of the people concerned. `place` begins the
    names of members at fault; its braces hold the number of the row.
    """
    if len(payloads) > MOST_ROWS:
        raise TOO_LONG.error()
    return _prepare(session, kind, payloads, report, place, objectors)


def write(session: Session, prepared: Prepared) -> tuple[Applied, ...]:
    """Write what was prepared. Raises `Outdated` if the registry has changed since."""
    if version(session) != prepared.version:
        raise Outdated
    recording.write(session, prepared.statements)  # 6
    return prepared.applied


def _prepare(
    session: Session,
    kind: str,
    rows: Sequence[Mapping[str, Any]],
    report: Report,
    place: str,
    objectors: Sequence[Objector] = (),
) -> Prepared:
    event = kind_of(kind)
    if report.occurred_on is not None and report.occurred_on > report.today:
        future = InvalidParam("occurred_on", "it is in the future", "ngày ở tương lai")
        raise REFUSED.error(params=(future,))
    if report.occurred_on is not None and report.occurred_on.year < checks.FIRST_YEAR:
        past = InvalidParam(
            "occurred_on",
            f"nothing on record is older than {checks.FIRST_YEAR}",
            f"sổ đăng ký không có gì trước năm {checks.FIRST_YEAR}",
        )
        raise REFUSED.error(params=(past,))
    payloads = read(event, rows, place)  # 1
    now = version(session)
    with session.no_autoflush:  # what takes effect does so in memory
        facts = facts_.read(session, map(event.wants, payloads), recording.NUMBERED)  # 2
        ids = [facts.next_id(EventRow) for _ in payloads]
        entries, objections = _enter(session, event, payloads, ids, (facts, report))  # 3, 4
        objections += _objections_to_all(session, facts, entries, objectors)  # 5
        if objections:
            session.expire_all()  # what took effect in memory must not be written later
            placed = sorted(objections, key=lambda one: one[0])
            raise REFUSED.error(params=tuple(_placed(placed, place)))
        statements = ready(session, list(entries.values()), facts)
        applied = tuple(_applied(entry) for entry in entries.values())
        session.expire_all()  # the statements write it, and nothing else does
    return Prepared(now, statements, applied)


def ready(session: Session, entries: Sequence[Entry], facts: Facts) -> tuple[Ready, ...]:
    """Return the statements that write what was entered in memory, compiled for the database."""
    dialect = session.get_bind().dialect
    return tuple(recording.ready(one, dialect) for one in recording.statements(entries, facts))


def take_effect(facts: Facts, effect: Effect) -> None:
    """Let what a report does be seen by what comes after it."""
    facts.note(effect.added)
    facts.forget(effect.removed)
    facts.touch(effect.changed)


def _applied(entry: Entry) -> Applied:
    person = entry.effect.citizen
    return Applied(entry.event_id, person.id, person.pin, entry.effect.chosen)


def version(session: Session) -> int:
    """Return the last event's id: whatever changes the registry has one of its own."""
    return session.scalar(select(func.max(EventRow.id))) or 0


def _enter(
    session: Session,
    event: LifeEvent[Any],
    payloads: Sequence[BaseModel],
    ids: Sequence[int],
    circumstances: tuple[Facts, Report],
) -> tuple[dict[int, Entry], list[_Objection]]:
    """Let each row take effect in memory, by its place in the file, and say what is against it."""
    facts, report = circumstances
    stems = [event.stem(Case(payload, facts, report)) for payload in payloads]
    numbers = drawing.draw(session, stems, ids, report.seed)  # 3
    entries: dict[int, Entry] = {}
    objections: list[_Objection] = []
    for index, payload in enumerate(payloads):  # 4
        case = Case(payload, facts, report, stems[index], numbers[index])
        found = [objection for check in event.checks for objection in check(case)]
        if not found:
            effect = event.effect(case)
            entry = entries[index] = Entry(ids[index], event.name, payload, report, effect)
            take_effect(facts, effect)
            found = list(consistency.objections(case, entry.effect))
        objections += [(index, objection) for objection in found]
    return entries, objections


def _objections_to_all(
    session: Session,
    facts: Facts,
    entries: Mapping[int, Entry],
    objectors: Sequence[Objector],
) -> Iterator[_Objection]:
    effects = [(index, entry.effect) for index, entry in entries.items()]
    for index, member in consistency.headless(effects, facts):
        yield (
            index,
            InvalidParam(
                member,
                "the household would have no head: name another in a later row of the same file, "
                "with relationship_to_head 01",
                "hộ sẽ không có chủ hộ: nêu chủ hộ mới ở một dòng sau trong cùng tệp, "
                "với relationship_to_head là 01",
            ),
        )
    changed = [
        Changed(
            row=index,
            citizen_id=person.id,
            columns=frozenset(recording.changed(person)),
            birth=checks.birth_of(person),
        )
        for index, effect in effects
        for person in dict.fromkeys(effect.changed)
        if isinstance(person, Citizen)
    ]
    for objector in objectors:
        yield from objector(session, changed)


def read(event: LifeEvent[Any], rows: Sequence[Mapping[str, Any]], place: str) -> list[BaseModel]:
    """Read rows into the event's payload. Raises `life-event-malformed` for all that cannot be."""
    payloads: list[BaseModel] = []
    wrong: list[InvalidParam] = []
    for index, row in enumerate(rows):
        at = place.format(index)
        try:
            payloads.append(event.payload.model_validate(row))
        except ValidationError as error:
            found = error.errors(include_url=False, include_context=False, include_input=False)
            wrong += [
                InvalidParam(f"{at}{_member(one['loc'])}".rstrip("."), one["msg"]) for one in found
            ]
    if wrong:
        raise MALFORMED.error(params=tuple(wrong))
    return payloads


def _member(location: tuple[int | str, ...]) -> str:
    """Write where an error is, as the sender sees it: without the forms a member may have."""
    return ".".join(str(part) for part in location if not str(part).startswith(FORM))


def _placed(objections: Iterable[_Objection], place: str) -> Iterator[InvalidParam]:
    for index, one in objections:
        yield dataclasses.replace(one, name=place.format(index) + one.name)
