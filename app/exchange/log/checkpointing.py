"""The log's checkpoints: made each second while there are new leaves, cosigned, kept for good."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import insert, select, update

from app.exchange.log import checkpoints, keys, merkle, notes
from app.exchange.log.errors import InconsistentCheckpointError, VerificationError
from app.exchange.log.nodes import StoredNodes
from app.exchange.models import Checkpoint, LogHead
from app.platform import clock, failures
from app.platform.errors import DancuError
from app.platform.writer import CLOSED

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from sqlalchemy import Connection
    from sqlalchemy.orm import Session

    from app.platform.worlds import World

SECONDS = 1.0
#: A reader must accept 16 signatures; two are the present keys'.
_KEPT_SIGNATURES = 14
_latest = select(Checkpoint.note).order_by(Checkpoint.size.desc()).limit(1)
_last_signed = select(Checkpoint.size, Checkpoint.root).order_by(Checkpoint.size.desc()).limit(1)
_head = select(LogHead.size, LogHead.frontier)
_log = logging.getLogger("dancu.log")


@dataclass(frozen=True, slots=True)
class Drafted:
    """A checkpoint that is signed and not yet kept; `after` is the note that it extends."""

    after: str | None
    head: checkpoints.Checkpoint
    note: str
    made_at: dt.datetime

    def keep(self, connection: Connection | Session) -> None:
        """Store it, unless another was made meanwhile. Call it only inside the world's writer."""
        if latest(connection) != self.after:
            return
        row = {
            "size": self.head.size,
            "root": self.head.root,
            "note": self.note,
            "made_at": self.made_at,
        }
        connection.execute(insert(Checkpoint), row)


def make(connection: Connection | Session, world: World, *, now: dt.datetime) -> str | None:
    """Sign and cosign the log's head; return the note, or None if the last one covers it.

    Call it only inside the world's writer. Of a world that was re-keyed since the last one, all
    checkpoints are signed anew. Raises what `draft` does.
    """
    log_key, witness_key = keys.log_key(world), keys.witness_key(world)
    last_note = latest(connection)
    if last_note is not None and not notes.parse(last_note).signed_by(log_key.verifier):
        _sign_anew(connection, log_key, witness_key, now)
    drafted = draft(connection, world, now=now)
    if drafted is None:
        return None
    drafted.keep(connection)
    return drafted.note


def draft(connection: Connection | Session, world: World, *, now: dt.datetime) -> Drafted | None:
    """Sign and cosign the log's head as it is read here; None if the last checkpoint covers it.

    Anybody may call it who reads one state of the world; what comes of it is kept by the writer.
    Raises `InconsistentCheckpointError` when the log no longer extends what the witness signed
    last.

    1. Open the last checkpoint, which log and witness must both have signed.
    2. Read the head that the batches have left.
    3. The log signs the head.
    4. The witness cosigns it, given the proof that it extends the last one.
    """
    log_key, witness_key = keys.log_key(world), keys.witness_key(world)
    # 1.
    seen = None
    path: list[bytes] = []
    last_note = latest(connection)
    if last_note is not None:
        seen = checkpoints.verify(last_note, log_key.verifier, witness_key.verifier).checkpoint
    # 2.
    frontier = _frontier(connection)
    if frontier.size == (seen.size if seen else 0):
        if seen is not None and seen.root != frontier.root():
            raise InconsistentCheckpointError(f"the head is not the one signed at {seen.size}")
        return None
    if seen is not None and seen.size < frontier.size:
        path = merkle.consistency_path(StoredNodes(connection), seen.size, frontier.size)
    # 3.
    head = checkpoints.Checkpoint(log_key.name, frontier.size, frontier.root())
    signed = checkpoints.sign(head, log_key)
    # 4.
    timestamp = int(now.timestamp())
    note = checkpoints.cosign(signed, witness_key, seen=seen, path=path, timestamp=timestamp)
    return Drafted(last_note, head, str(note), now)


def latest(connection: Connection | Session) -> str | None:
    """Return the note of the largest checkpoint."""
    return connection.execute(_latest).scalar()


def at(connection: Connection | Session, size: int) -> str | None:
    """Return the note of the checkpoint of exactly this size, if one was made."""
    return connection.execute(select(Checkpoint.note).where(Checkpoint.size == size)).scalar()


def covering(connection: Connection | Session, seq: int) -> str | None:
    """Return the note of the first checkpoint that covers leaf `seq`, if it was made already."""
    first = select(Checkpoint.note).where(Checkpoint.size > seq).order_by(Checkpoint.size)
    return connection.execute(first.limit(1)).scalar()


def since(connection: Connection | Session, size: int, limit: int) -> Sequence[str]:
    """Return the notes of at most `limit` checkpoints larger than `size`, smallest first."""
    later = select(Checkpoint.note).where(Checkpoint.size > size).order_by(Checkpoint.size)
    return connection.execute(later.limit(limit)).scalars().all()


def is_behind(connection: Connection | Session) -> bool:
    """Whether the log has another head than the last checkpoint; a damaged one is found, too."""
    frontier = _frontier(connection)
    signed = connection.execute(_last_signed).one_or_none()
    if signed is None:
        return frontier.size > 0
    return (frontier.size, frontier.root()) != (signed.size, signed.root)


class Checkpointer:
    """The thread that makes an open world's checkpoints; close it before the world's writer."""

    def __init__(self, world: World, *, seconds: float = SECONDS) -> None:
        self._world = world
        self._seconds = seconds
        self._stop = threading.Event()
        self._alarm = ""
        self._signed_with: bytes | None = None
        self._thread = threading.Thread(
            target=self._run, name=f"checkpointer-{world.id}", daemon=True
        )

    def start(self) -> None:
        """Begin; leaves that an earlier process left uncovered are covered first."""
        self._thread.start()

    def close(self) -> None:
        """Cover what is not covered yet, and end."""
        self._stop.set()
        self._thread.join()

    @property
    def alarm(self) -> str:
        """Why no checkpoint can be made: empty unless the log contradicts what was signed."""
        return self._alarm

    def _run(self) -> None:
        self._cover()
        while not self._stop.wait(self._seconds):
            self._cover()
        self._cover()

    def _cover(self) -> None:
        """Make a checkpoint, if one is due: all but keeping it beside the writer, not in it."""
        try:
            root = self._world.facts.root
            if root != self._signed_with:
                self._world.writer.submit(
                    lambda session: make(session, self._world, now=clock.now())
                )
                self._signed_with = root
            elif (drafted := self._draft()) is not None:
                self._world.writer.submit(drafted.keep)
            self._alarm = ""
        except VerificationError as error:
            self._raise(str(error))
        except DancuError as error:
            # Busy or being forked: the next second tries again. Closed: whoever opens it next.
            if error.problem is not CLOSED:
                _log.warning("no checkpoint of world %s now: %s", self._world.id, error.code)
        except Exception as error:  # noqa: BLE001 - whatever it is, nothing is being signed
            self._raise(failures.named(error))

    def _raise(self, alarm: str) -> None:
        if alarm != self._alarm:
            self._alarm = alarm
            _log.critical("the log of world %s is broken: %s", self._world.id, alarm)

    def _draft(self) -> Drafted | None:
        with self._world.glance() as session:
            return draft(session, self._world, now=clock.now()) if is_behind(session) else None


def _frontier(connection: Connection | Session) -> merkle.Frontier:
    head = connection.execute(_head).one_or_none()
    if head is None:
        return merkle.Frontier()
    try:
        frontier = merkle.Frontier.from_bytes(head.frontier)
    except ValueError as error:
        raise VerificationError(f"the log's head is damaged: {error}") from error
    if frontier.size != head.size:
        raise VerificationError(
            f"the log's head says {head.size} leaves, its frontier {frontier.size}"
        )
    return frontier


def _sign_anew(
    connection: Connection | Session,
    log_key: notes.SigningKey,
    witness_key: notes.SigningKey,
    now: dt.datetime,
) -> None:
    """Add the new keys' lines to every checkpoint.

    Lines of old keys stay, the newest of them: who trusts those can still read old checkpoints.
    """
    timestamp = int(now.timestamp())
    old = connection.execute(select(Checkpoint.size, Checkpoint.note).order_by(Checkpoint.size))
    for size, note in old.all():
        old_note = notes.parse(note)
        kept = notes.Note(old_note.text, old_note.signatures[-_KEPT_SIGNATURES:])
        signed = notes.sign(kept, log_key)
        text = str(notes.sign(signed, witness_key, timestamp=timestamp))
        connection.execute(update(Checkpoint).where(Checkpoint.size == size).values(note=text))
