"""The whole log as a stream: for the audit of an open world, and for one that has only a file.

An export is a text file of JSON lines: first the origin, then every leaf by number, then every
checkpoint by size. Keys are not in it: whoever audits has them from elsewhere, or it proves
nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import func, select

from app.exchange.log import keys, offline
from app.exchange.log.errors import MalformedExportError
from app.exchange.models import Checkpoint, Leaf, LeafEntry, LogHead

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO

    from sqlalchemy.orm import Session

    from app.exchange.log.notes import VerifierKey
    from app.platform.worlds import World

#: Rows read at a time; a batch leaf brings up to 1,000 entries with it.
_ROWS = 200


class _Origin(msgspec.Struct, tag="log", frozen=True):
    origin: str


class _Leaf(msgspec.Struct, tag="leaf", frozen=True):
    seq: int
    hash: str
    body: str | None
    entries: list[tuple[str, str | None]] = []


class _Checkpoint(msgspec.Struct, tag="checkpoint", frozen=True):
    note: str


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(_Origin | _Leaf | _Checkpoint)


def audit(session: Session, world: World) -> offline.Report:
    """Audit an open world's log; leaves younger than its last checkpoint may stand uncovered."""
    covered, size = _bounds(session)
    return offline.verify_log(
        logged(session, max(size, covered)),
        checkpoint_notes(session, covered),
        log_key=keys.log_key(world).verifier,
        witness_key=keys.witness_key(world).verifier,
        tail=max(0, size - covered),
    )


def write(session: Session, world: World, file: BinaryIO) -> None:
    """Write the log to a file, up to the last leaf and checkpoint of this moment."""
    covered, size = _bounds(session)
    file.writelines(map(_line, _records(session, keys.origin(world), covered, size)))


def audit_file(
    path: Path, *, log_key: VerifierKey, witness_key: VerifierKey, tail: int = 0
) -> offline.Report:
    """Audit an export, with keys that did not come with it; `tail` is as in `verify_log`.

    Raises `MalformedExportError` if the file is not an export, or is one of another log.
    """
    with path.open("rb") as first, path.open("rb") as second:
        origin = next(_read(first), None)
        if not isinstance(origin, _Origin) or origin.origin != log_key.name:
            raise MalformedExportError("the file is not an export of this key's log")
        return offline.verify_log(
            (_logged(record) for record in _read(first) if isinstance(record, _Leaf)),
            (record.note for record in _read(second) if isinstance(record, _Checkpoint)),
            log_key=log_key,
            witness_key=witness_key,
            tail=tail,
        )


def logged(session: Session, end: int) -> Iterator[offline.Logged]:
    """Yield leaves 0 to `end - 1` as they are stored, in constant memory."""
    for first in range(0, end, _ROWS):
        entries = _entries(session, first, first + _ROWS)
        rows = (
            select(Leaf.seq, Leaf.hash, Leaf.body)
            .where(Leaf.seq >= first, Leaf.seq < min(first + _ROWS, end))
            .order_by(Leaf.seq)
        )
        for seq, hashed, body in session.execute(rows):
            yield offline.Logged(seq, hashed, body, entries.get(seq, ()))


def checkpoint_notes(session: Session, largest: int) -> Iterator[str]:
    """Yield the notes of the checkpoints up to size `largest`, smallest first."""
    after = -1
    while True:
        page = (
            select(Checkpoint.size, Checkpoint.note)
            .where(Checkpoint.size > after, Checkpoint.size <= largest)
            .order_by(Checkpoint.size)
            .limit(_ROWS)
        )
        rows = session.execute(page).all()
        if not rows:
            return
        for size, note in rows:
            after = size
            yield note


def _bounds(session: Session) -> tuple[int, int]:
    """Return how far the checkpoints reach, then how far the leaves do.

    In this order: what a running log adds meanwhile then lies beyond both.
    """
    covered = session.execute(select(func.max(Checkpoint.size))).scalar() or 0
    size = session.execute(select(LogHead.size)).scalar() or 0
    return covered, size


def _entries(session: Session, first: int, end: int) -> dict[int, list[offline.LoggedEntry]]:
    rows = (
        select(LeafEntry.seq, LeafEntry.hash, LeafEntry.body)
        .where(LeafEntry.seq >= first, LeafEntry.seq < end)
        .order_by(LeafEntry.seq, LeafEntry.position)
    )
    entries: dict[int, list[offline.LoggedEntry]] = {}
    for seq, hashed, body in session.execute(rows):
        entries.setdefault(seq, []).append(offline.LoggedEntry(hashed, body))
    return entries


def _records(
    session: Session, origin: str, covered: int, size: int
) -> Iterator[_Origin | _Leaf | _Checkpoint]:
    yield _Origin(origin)
    for seq, hashed, body, entries in logged(session, max(size, covered)):
        yield _Leaf(seq, hashed.hex(), body, [(each.hex(), text) for each, text in entries])
    for note in checkpoint_notes(session, covered):
        yield _Checkpoint(note)


def _line(record: _Origin | _Leaf | _Checkpoint) -> bytes:
    return _encoder.encode(record) + b"\n"


def _read(file: BinaryIO) -> Iterator[_Origin | _Leaf | _Checkpoint]:
    for line in file:
        try:
            yield _decoder.decode(line)
        except (msgspec.DecodeError, UnicodeError) as error:
            raise MalformedExportError(f"not a line of an export: {error}") from None


def _logged(record: _Leaf) -> offline.Logged:
    try:
        entries = [
            offline.LoggedEntry(bytes.fromhex(hashed), body) for hashed, body in record.entries
        ]
        return offline.Logged(record.seq, bytes.fromhex(record.hash), record.body, entries)
    except ValueError as error:
        raise MalformedExportError(f"leaf {record.seq} has a hash that is none: {error}") from None
