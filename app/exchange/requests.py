"""The request log: every call with the gate's reasoning and its timing, for those who made it.

Personal data is in the bodies only; they are kept as long as the world's retention setting says,
and not at all where it says zero days. The log is a convenience for developers: what proves an
exchange is its leaf.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import delete, or_, select, update

from app.exchange.models import RequestLog
from app.exchange.rows import Rows
from app.platform import clock, errors, scripts
from app.platform.database import Base

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Select
    from sqlalchemy.orm import Session

    from app.platform.scripts import Script
    from app.platform.stores.store import Dialect
    from app.platform.world import World
    from app.platform.writer import Lane

UNKNOWN = errors.declare(
    code="request-unknown",
    kind="not_found",
    fault_of="caller",
    title_vi="Không có yêu cầu nào với mã này",
    title_en="There is no request with this id",
    next_vi="Lấy request_id từ câu trả lời, hoặc từ GET /v1/requests.",
    next_en="Take the request_id from an answer, or from GET /v1/requests.",
)

#: Longest part of a body that is kept, in bytes.
MOST_BODY_BYTES = 64 * 1024
#: Rows, without their bodies, are kept so long (of real time).
ROWS_KEPT = dt.timedelta(days=365)
MOST_ROWS = 200
#: Rows that are looked at for those that fit; who needs an older one asks for it by its id.
LOOKED_AT = 100_000
FAILED = 400
_OK = 200

_table = Base.metadata.tables[RequestLog.__tablename__]
_NUMBERS = frozenset({"status", "duration_us", "leaf_seq"})


class NewRow(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One call, when it has been answered. `at` is RFC 3339 with milliseconds, its beginning.

    `path` is as it was asked, without personal data; `gate` is `gate.reasoning`; `fault` is what
    was made to go wrong. Bodies are given
    as they went over the wire, or None where they are nobody's to keep (tokens, powers).
    """

    request_id: str
    at: str
    method: str
    path: str
    status: int
    duration_us: int
    client_id: str | None = None
    agency_code: str | None = None
    outcome: str | None = None
    problem_code: str | None = None
    fault: str | None = None
    leaf_seq: int | None = None
    gate: str | None = None
    request_body: bytes | None = None
    response_body: bytes | None = None


_ROWS = Rows(
    RequestLog.__tablename__,
    tuple((name, "bigint" if name in _NUMBERS else "text") for name in NewRow.__struct_fields__),
)


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One call, as it is read."""

    id: int
    request_id: str
    at: str
    method: str
    path: str
    status: int
    duration_us: int
    client_id: str | None
    agency_code: str | None
    outcome: str | None
    problem_code: str | None
    fault: str | None
    leaf_seq: int | None
    gate: str | None
    request_body: str | None
    response_body: str | None


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which calls to read; None and False are "does not matter".

    `path` is how it begins, `told` an outcome, the code of a problem or the name of a fault.
    """

    client_id: str | None = None
    path: str | None = None
    told: str | None = None
    failed: bool = False


_ANY = Wanted()


def record(world: World, row: NewRow) -> None:
    """Have a call written with the next batch; nobody waits for it."""
    lane: Lane[NewRow, None] = world.writer.scripted("request_log", _write)
    world.writer.put_later(lane, _to_keep(world, row))


def record_all(world: World, rows: Iterable[NewRow]) -> None:
    """Write calls, and come back when they are there to be read."""
    kept = [_to_keep(world, row) for row in rows]
    at = world.dialect
    world.writer.submit(lambda session: scripts.play(session.connection(), _write(at, kept)))


def page(
    session: Session,
    *,
    agency_code: str | None,
    before: int | None = None,
    limit: int = 50,
    wanted: Wanted = _ANY,
) -> list[Row]:
    """Return calls, the latest first, older than row `before`; at most `MOST_ROWS`.

    `agency_code` is whose calls they are; None, for the operator alone, is everybody's. For those
    that are `wanted` the latest `LOOKED_AT` are looked at.
    """
    query = _fitting(_of_agency(agency_code), wanted).order_by(RequestLog.id.desc())
    if before is not None:
        query = query.where(RequestLog.id < before)
    if wanted != _ANY:
        query = query.where(RequestLog.id > newest(session) - LOOKED_AT)
    return _rows(session, query.limit(min(limit, MOST_ROWS)))


def tail(
    session: Session,
    *,
    agency_code: str | None,
    since: int,
    limit: int = MOST_ROWS,
    wanted: Wanted = _ANY,
) -> list[Row]:
    """Return calls written after row `since`, oldest first: ask again with the last one's id."""
    query = _fitting(_of_agency(agency_code), wanted).where(RequestLog.id > since)
    return _rows(session, query.order_by(RequestLog.id).limit(min(limit, MOST_ROWS)))


def newest(session: Session) -> int:
    """Return the id of the latest row, 0 where there is none: where a live tail begins."""
    return session.scalar(select(RequestLog.id).order_by(RequestLog.id.desc()).limit(1)) or 0


def find(session: Session, request_id: str, *, agency_code: str | None) -> Row | None:
    """Return one call by its request id, if it is this agency's (None: anybody's)."""
    rows = _rows(session, _of_agency(agency_code).where(RequestLog.request_id == request_id))
    return rows[0] if rows else None


class Answered(msgspec.Struct, frozen=True):
    """An answer that was given: when (RFC 3339), and its body."""

    at: str
    body: str


def first_answer(session: Session, client_id: str, path: str, asked: bytes) -> Answered | None:
    """Return what a system was answered when it first asked just this; None if it is not kept.

    A body of which only a part is kept is none.
    """
    query = (
        select(RequestLog.at, RequestLog.response_body)
        .where(
            RequestLog.client_id == client_id,
            RequestLog.path == path,
            RequestLog.request_body == _text(asked),
            RequestLog.status == _OK,
            RequestLog.response_body.is_not(None),
        )
        .order_by(RequestLog.id)
        .limit(1)
    )
    row = session.execute(query).first()
    if row is None or len(row.response_body.encode()) >= MOST_BODY_BYTES:
        return None
    return Answered(row.at, row.response_body)


def sweep(session: Session, now: dt.datetime, retention_days: int) -> None:
    """Take out bodies whose retention has ended, and rows that are a year old."""
    bodies_until = clock.rfc3339_ms(now - dt.timedelta(days=retention_days))
    session.execute(
        update(_table)
        .where(
            _table.c.at < bodies_until,
            or_(_table.c.request_body.is_not(None), _table.c.response_body.is_not(None)),
        )
        .values(request_body=None, response_body=None)
    )
    session.execute(delete(_table).where(_table.c.at < clock.rfc3339_ms(now - ROWS_KEPT)))


def _to_keep(world: World, row: NewRow) -> NewRow:
    if world.facts.retention_days:
        return row
    return msgspec.structs.replace(row, request_body=None, response_body=None)


def _write(dialect: Dialect, rows: list[NewRow]) -> Script[None]:
    yield from _ROWS.write(
        dialect,
        [
            (
                row.request_id,
                row.at,
                row.method,
                row.path,
                row.status,
                row.duration_us,
                row.client_id,
                row.agency_code,
                row.outcome,
                row.problem_code,
                row.fault,
                row.leaf_seq,
                row.gate,
                _text(row.request_body),
                _text(row.response_body),
            )
            for row in rows
        ],
    )


def _text(body: bytes | None) -> str | None:
    """Return a body as text that any database takes: bytes that are no UTF-8, and NUL, shown."""
    if body is None:
        return None
    return body[:MOST_BODY_BYTES].decode(errors="backslashreplace").replace("\0", "\\0")


def _of_agency(agency_code: str | None) -> Select[RequestLog]:
    query = select(RequestLog)
    return query if agency_code is None else query.where(RequestLog.agency_code == agency_code)


def _fitting(query: Select[RequestLog], wanted: Wanted) -> Select[RequestLog]:
    row = RequestLog
    if wanted.client_id is not None:
        query = query.where(row.client_id == wanted.client_id)
    if wanted.path is not None:
        query = query.where(row.path.startswith(wanted.path, autoescape=True))
    if wanted.told is not None:
        told = wanted.told
        query = query.where(or_(row.outcome == told, row.problem_code == told, row.fault == told))
    return query.where(row.status >= FAILED) if wanted.failed else query


def _rows(session: Session, query: Select[RequestLog]) -> list[Row]:
    names = Row.__struct_fields__
    return [
        Row(**{name: getattr(found, name) for name in names}) for found in session.scalars(query)
    ]
