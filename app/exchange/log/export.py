"""The whole log as a stream: for the audit of an open world, and for one that has only a file.

An export is a text file of JSON lines: first the origin and the number of leaves, then every leaf
by number, then every checkpoint by size. Keys are not in it: whoever audits has them from
elsewhere, or it proves nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import func, select

from app.exchange.log import keys, merkle, nodes, offline, records
from app.exchange.log.errors import MalformedExportError
from app.exchange.models import Checkpoint, Leaf, LeafEntry, LogHead, TreeNode
from app.platform import clock
from app.platform.progress import silent, watched

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO

    from sqlalchemy.orm import Session

    from app.exchange.log.notes import VerifierKey
    from app.platform.progress import Progress
    from app.platform.worlds import World

#: Rows read at a time; a batch leaf brings up to 1,000 entries with it.
_ROWS = 200
#: What goes by, for who watches.
_LEAVES = "leaves"


class _Origin(msgspec.Struct, tag="log", frozen=True):
    origin: str
    size: int


class _Leaf(msgspec.Struct, tag="leaf", frozen=True):
    seq: int
    hash: str
    body: str | None
    entries: list[tuple[str, str | None]] = []


class _Checkpoint(msgspec.Struct, tag="checkpoint", frozen=True):
    note: str


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(_Origin | _Leaf | _Checkpoint)


def audit(
    session: Session,
    world: World,
    *,
    now: dt.datetime | None = None,
    progress: Progress = silent,
) -> offline.Report:
    """Audit an open world's log; leaves younger than `offline.GRACE` may stand uncovered.

    The session must read one state from first to last. `now` is the real time, unless given that
    of this moment.
    """
    head = _head(session)
    return offline.verify_log(
        watched(logged(session), progress, _LEAVES, head.size),
        checkpoint_notes(session),
        log_key=keys.log_key(world).verifier,
        witness_key=keys.witness_key(world).verifier,
        head=head,
        waiting=offline.Waiting(since=clock.rfc3339_ms((now or clock.now()) - offline.GRACE)),
    )


def write(session: Session, world: World, file: BinaryIO, *, progress: Progress = silent) -> None:
    """Write the log to a file, as it is in the one state that the session reads."""
    file.writelines(map(_line, _records(session, keys.origin(world), progress)))


def audit_file(
    path: Path,
    *,
    log_key: VerifierKey,
    witness_key: VerifierKey,
    tail: int = 0,
    progress: Progress = silent,
) -> offline.Report:
    """Audit an export, with keys that did not come with it; its last `tail` leaves may wait.

    Raises `MalformedExportError` if the file is not an export, or is one of another log.
    """
    with path.open("rb") as first, path.open("rb") as second:
        origin = next(_read(first), None)
        if not isinstance(origin, _Origin) or origin.origin != log_key.name:
            raise MalformedExportError("the file is not an export of this key's log")
        leaves = (_logged(record) for record in _read(first) if isinstance(record, _Leaf))
        return offline.verify_log(
            watched(leaves, progress, _LEAVES, origin.size),
            (records.Noted(each.note) for each in _read(second) if isinstance(each, _Checkpoint)),
            log_key=log_key,
            witness_key=witness_key,
            head=records.Head(origin.size),
            waiting=offline.Waiting(tail=tail),
        )


def logged(session: Session) -> Iterator[records.Logged]:
    """Yield every leaf as it is stored, by number, in constant memory."""
    after = -1
    while True:
        page = (
            select(Leaf.seq, Leaf.hash, Leaf.body, Leaf.subject, Leaf.recorded_at)
            .where(Leaf.seq > after)
            .order_by(Leaf.seq)
            .limit(_ROWS)
        )
        rows = session.execute(page).all()
        if not rows:
            return
        first, after = rows[0].seq, rows[-1].seq
        entries = _entries(session, first, after + 1)
        completed = nodes.stored_between(session, first, after + 1)
        for seq, hashed, body, subject, recorded_at in rows:
            columns = records.LeafColumns(subject, recorded_at, completed.get(seq, ()))
            yield records.Logged(seq, hashed, body, entries.get(seq, ()), columns)


def checkpoint_notes(session: Session) -> Iterator[records.Noted]:
    """Yield every checkpoint as it is stored, smallest first."""
    after = -1
    while True:
        page = (
            select(Checkpoint.size, Checkpoint.root, Checkpoint.note)
            .where(Checkpoint.size > after)
            .order_by(Checkpoint.size)
            .limit(_ROWS)
        )
        rows = session.execute(page).all()
        if not rows:
            return
        for size, root, note in rows:
            after = size
            yield records.Noted(note, records.CheckpointColumns(size, root))


def _head(session: Session) -> records.Head:
    stored = session.execute(select(LogHead.size, LogHead.frontier)).one_or_none()
    size, frontier = stored or (0, merkle.Frontier().to_bytes())
    kept = session.execute(select(func.count()).select_from(TreeNode)).scalar_one()
    return records.Head(size, frontier, kept)


def _entries(session: Session, first: int, end: int) -> dict[int, list[records.LoggedEntry]]:
    rows = (
        select(
            LeafEntry.seq, LeafEntry.hash, LeafEntry.body, LeafEntry.position, LeafEntry.subject
        )
        .where(LeafEntry.seq >= first, LeafEntry.seq < end)
        .order_by(LeafEntry.seq, LeafEntry.position)
    )
    entries: dict[int, list[records.LoggedEntry]] = {}
    for seq, hashed, body, position, subject in session.execute(rows):
        columns = records.EntryColumns(position, subject)
        entries.setdefault(seq, []).append(records.LoggedEntry(hashed, body, columns))
    return entries


def _records(
    session: Session, origin: str, progress: Progress
) -> Iterator[_Origin | _Leaf | _Checkpoint]:
    size = _head(session).size
    yield _Origin(origin, size)
    for leaf in watched(logged(session), progress, _LEAVES, size):
        entries = [(each.entry_hash.hex(), each.body) for each in leaf.entries]
        yield _Leaf(leaf.seq, leaf.leaf_hash.hex(), leaf.body, entries)
    for noted in checkpoint_notes(session):
        yield _Checkpoint(noted.note)


def _line(record: _Origin | _Leaf | _Checkpoint) -> bytes:
    return _encoder.encode(record) + b"\n"


def _read(file: BinaryIO) -> Iterator[_Origin | _Leaf | _Checkpoint]:
    for line in file:
        try:
            yield _decoder.decode(line)
        except (msgspec.DecodeError, UnicodeError) as error:
            raise MalformedExportError(f"not a line of an export: {error}") from None


def _logged(record: _Leaf) -> records.Logged:
    try:
        entries = [
            records.LoggedEntry(bytes.fromhex(hashed), body) for hashed, body in record.entries
        ]
        return records.Logged(record.seq, bytes.fromhex(record.hash), record.body, entries)
    except ValueError as error:
        raise MalformedExportError(f"leaf {record.seq} has a hash that is none: {error}") from None
