"""What this process knows of a world's callers, and how a change reaches it within a second.

Every read of personal data starts from a `Snapshot`. It is looked at again twice a second while
questions come, so that a revocation made by any process ends access everywhere within a second;
a process that cannot look does not answer.
"""

from __future__ import annotations

import datetime as dt
import threading
import weakref
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from sqlalchemy import insert, select, update

from app.exchange import snapshots
from app.exchange.callers import Caller, Snapshot
from app.exchange.log import keys
from app.exchange.models import AccessVersion, Usage
from app.exchange.rows import Rows
from app.exchange.snapshots import MOST_FAILED_GUESSES
from app.exchange.tallies import Tally
from app.exchange.token_cache import TokenCache
from app.platform import clock

if TYPE_CHECKING:
    from sqlalchemy import Connection
    from sqlalchemy.orm import Session

    from app.platform.worlds import World
    from app.platform.writer import Lane

#: After this the next question has the access looked at again, beside its own work.
DUE_NS = 500_000_000
#: After this nothing is answered before the access has been looked at.
STALE_NS = 1_000_000_000
#: How long failed claims about one subject are counted together, in real time.
GUESS_WINDOW_SECONDS = 15 * 60

#: Client id, day since 1970, questions.
_Asked = tuple[str, int, int]
#: Client id, subject, window since 1970.
_Failed = tuple[str, str, int]
_DAY_SECONDS = 24 * 60 * 60
_VIETNAM_SECONDS = 7 * 60 * 60  # no daylight saving time since 1975
_EPOCH = dt.date(1970, 1, 1)
_MOST_GUESSES_KEPT = 100_000
_ONE_ROW = 1

_USAGE = Rows(
    "usage",
    (("client_id", "text"), ("day", "date"), ("questions", "bigint")),
    "ON CONFLICT (client_id, day) DO UPDATE SET questions = usage.questions + excluded.questions",
)
_FAILURES = Rows(
    "failed_guess",
    (("client_id", "text"), ("subject", "text"), ('"window"', "bigint"), ("failures", "bigint")),
    'ON CONFLICT (client_id, subject, "window")'
    " DO UPDATE SET failures = failed_guess.failures + excluded.failures",
)


class Access:
    """The access of one world's callers, as one process sees it. Get it from `of`."""

    def __init__(self, world: World) -> None:
        self.tokens = TokenCache()
        # Nothing here may hold the world, or its writer: `_ACCESS` would keep it for ever.
        self._world = weakref.ref(world)
        self._snapshot = Snapshot(version=-1)
        self._looked_ns = -STALE_NS
        self._looking = threading.Lock()
        self._usage: Tally[str] = Tally(limit=_MOST_GUESSES_KEPT)
        self._guesses: Tally[tuple[str, str]] = Tally(limit=_MOST_GUESSES_KEPT)
        self._keyed_for = world.facts
        self._keys_seen = (world.facts.secret, world.facts.key_version)
        self._subject_key = keys.subject_key(world)
        writer = world.writer
        self._usage_lane: Lane[_Asked, None] = writer.lane("usage", self._write_usage)
        self._guess_lane: Lane[_Failed, None] = writer.lane("failed_guess", self._write_guesses)

    def fresh(self) -> Snapshot | None:
        """The snapshot, or None when it is too old to answer by: never waits.

        For the event loop, which then awaits `poll` in a thread.
        """
        if clock.monotonic_ns() - self._looked_ns > STALE_NS:
            return None
        return self._snapshot

    def is_due(self) -> bool:
        """Whether it is time to `poll` in the background."""
        return clock.monotonic_ns() - self._looked_ns > DUE_NS

    def snapshot(self) -> Snapshot:
        """The snapshot, looked at again when it is due: may wait for the database."""
        return self.poll() if self.is_due() else self._snapshot

    @property
    def world(self) -> World:
        """The world; it must still be open."""
        world = self._world()
        if world is None:
            raise RuntimeError("the world has been closed")
        return world

    @property
    def subject_key(self) -> bytes:
        """The key under which the log names people; a new one when the world is re-keyed."""
        facts = self.world.facts
        if facts is not self._keyed_for:
            self._subject_key = keys.subject_key(self.world)
            self._keyed_for = facts
        return self._subject_key

    def poll(self) -> Snapshot:
        """Look at the database now. What was committed before this call is in what it returns."""
        world = self.world
        with self._looking:
            self._keep_up_with_keys(world)
            # The moment before the look: what changes during it is seen by the next one in time.
            started = clock.monotonic_ns()
            with world.session() as session:
                self._look(session)
            self._looked_ns = started
            return self._snapshot

    def take(self, caller: Caller, questions: int = 1) -> bool:
        """Count questions against today's quota; False when they go beyond it.

        Every question counts, refused ones too. Today is the real day in Việt Nam.
        """
        day = _today_number()
        self.world.writer.put_later(self._usage_lane, (caller.client_id, day, questions))
        return self._usage.add(caller.client_id, day, questions) <= caller.daily_quota

    def asked_today(self, client_id: str) -> int:
        """How many questions the system has asked on the real day in Việt Nam."""
        return self._usage.total(client_id, _today_number())

    def fail(self, guesser: str, *subjects: str) -> bool:
        """Count a failed claim of `Caller.guesser` about these subjects (HMACs, see `proof`).

        Says whether it is within each limit: of calls that come at once, only so many are told.
        """
        window = clock.epoch() // GUESS_WINDOW_SECONDS
        totals = []
        for subject in subjects:
            self.world.writer.put_later(self._guess_lane, (guesser, subject, window))
            totals.append(self._guesses.add((guesser, subject), window))
        return max(totals) <= MOST_FAILED_GUESSES

    def is_barred(self, guesser: str, *subjects: str) -> bool:
        """Whether `Caller.guesser` has failed too often about one of them within this window."""
        window = clock.epoch() // GUESS_WINDOW_SECONDS
        return any(
            key in self._snapshot.barred or self._guesses.total(key, window) >= MOST_FAILED_GUESSES
            for key in ((guesser, subject) for subject in subjects)
        )

    def _keep_up_with_keys(self, world: World) -> None:
        """Forget which tokens were good as soon as keys were rotated or the world re-keyed."""
        keys_now = (world.facts.secret, world.facts.key_version)
        if keys_now != self._keys_seen:
            self._keys_seen = keys_now
            self.tokens = TokenCache()

    def _look(self, session: Session) -> None:
        window = clock.epoch() // GUESS_WINDOW_SECONDS
        self._snapshot = snapshots.renewed(self._snapshot, session, now=clock.now(), window=window)
        day = _today_number()
        used = select(Usage.client_id, Usage.questions).where(Usage.day == _date(day))
        self._usage.polled({row.client_id: row.questions for row in session.execute(used)}, day)

    def _write_usage(self, connection: Connection, items: list[_Asked]) -> None:
        by_day: dict[int, Counter[str]] = defaultdict(Counter)
        for client_id, day, count in items:
            by_day[day][client_id] += count
        for day, counts in by_day.items():
            self._usage.written(counts, day)
        asked = ((day, sorted(counts.items())) for day, counts in by_day.items())
        rows = [(client, _date(day), count) for day, each in asked for client, count in each]
        _USAGE.write(connection, rows)

    def _write_guesses(self, connection: Connection, items: list[_Failed]) -> None:
        counted = sorted(Counter(items).items())
        _FAILURES.write(connection, [(*failed, count) for failed, count in counted])


_ACCESS: weakref.WeakKeyDictionary[World, Access] = weakref.WeakKeyDictionary()
_MAKING = threading.Lock()


def of(world: World) -> Access:
    """Return the world's access in this process; it lasts as long as the world is open."""
    known = _ACCESS.get(world)
    if known is None:
        with _MAKING:
            known = _ACCESS.get(world) or Access(world)
            _ACCESS[world] = known
    return known


def touch(session: Session) -> None:
    """Announce a change of access, in the transaction that makes it.

    Other processes see it within a second; this one after `of(world).poll()`, to be called when
    the transaction is committed.
    """
    changed = session.execute(
        update(AccessVersion)
        .where(AccessVersion.id == _ONE_ROW)
        .values(version=AccessVersion.version + 1)
        .returning(AccessVersion.version)
    )
    if changed.first() is None:
        session.execute(insert(AccessVersion).values(id=_ONE_ROW, version=1))


def _today_number() -> int:
    return (clock.epoch() + _VIETNAM_SECONDS) // _DAY_SECONDS


def _date(day: int) -> dt.date:
    return _EPOCH + dt.timedelta(days=day)
