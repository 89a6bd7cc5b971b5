"""Life events: the only way the registry changes, so that nothing in it is overwritten silently.

A kind of event is one module in `life_events/`, which declares `LIFE_EVENT`. How a report is
entered, alone or with others of its kind in a file:
1. Read each row into the event's payload.
2. Read what the registry holds of the people the rows speak of.
3. Draw the numbers that are needed and that nobody has or had.
4. Check each row; a check explains its objection. A row without one takes effect at once, so that
   a later row of the file sees it.
5. With no objection anywhere, write what changed: the rows, the event, each field's old value.
"""

from __future__ import annotations

import dataclasses
from functools import cache
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from app.platform import discovery, errors
from app.platform.errors import InvalidParam
from app.registry import life_events
from app.registry.models import LifeEvent as EventRow
from app.registry.reporting import drawing, recording
from app.registry.reporting import facts as facts_
from app.registry.reporting.payloads import FORM
from app.registry.reporting.recording import Entry
from app.registry.reporting.reports import Applied, Case, LifeEvent, Report

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pydantic import BaseModel
    from sqlalchemy.orm import Session

__all__ = ["MOST_ROWS", "Applied", "LifeEvent", "Report", "apply", "apply_all", "kinds"]

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


@cache
def kinds() -> Mapping[str, LifeEvent[Any]]:
    """Return every kind of life event by name; a broken or double declaration raises."""
    return discovery.declarations(life_events, "LIFE_EVENT", LifeEvent)


def apply(session: Session, kind: str, payload: Mapping[str, Any], report: Report) -> Applied:
    """Enter one report. Raises `life-event-unknown`, `-malformed` or `-refused`."""
    return _enter(session, kind, [payload], report, "")[0]


def apply_all(
    session: Session, kind: str, payloads: Sequence[Mapping[str, Any]], report: Report
) -> tuple[Applied, ...]:
    """Enter a file of reports of one kind: all of it, or nothing.

    Errors name members as `rows[3].birth_date`, counting from 0; those of all rows come together.
    """
    if len(payloads) > MOST_ROWS:
        raise TOO_LONG.error()
    return _enter(session, kind, payloads, report, "rows[{}].")


def _enter(
    session: Session, kind: str, rows: Sequence[Mapping[str, Any]], report: Report, place: str
) -> tuple[Applied, ...]:
    event = kinds().get(kind)
    if event is None:
        raise UNKNOWN.error()
    payloads = _read(event, rows, place)  # 1
    facts = facts_.read(session, map(event.wants, payloads), recording.NUMBERED)  # 2
    ids = [facts.next_id(EventRow) for _ in payloads]
    stems = [event.stem(Case(payload, facts, report)) for payload in payloads]
    numbers = drawing.draw(session, stems, ids, report.seed)  # 3
    entries: list[Entry] = []
    objections: list[InvalidParam] = []
    for index, payload in enumerate(payloads):  # 4
        case = Case(payload, facts, report, stems[index], numbers[index])
        found = [objection for check in event.checks for objection in check(case)]
        objections += _placed(found, place.format(index))
        if not found:
            entries.append(Entry(ids[index], payload, event.effect(case)))
            facts.note(entries[-1].effect.added)
    if objections:
        session.expire_all()  # what accepted rows changed in memory must not be written later
        raise REFUSED.error(params=tuple(objections))
    return recording.write(session, kind, entries, report, facts)  # 5


def _read(event: LifeEvent[Any], rows: Sequence[Mapping[str, Any]], place: str) -> list[BaseModel]:
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


def _placed(objections: Iterable[InvalidParam], place: str) -> list[InvalidParam]:
    return [dataclasses.replace(one, name=place + one.name) for one in objections]
