"""What this process knows of a world's callers, and how a change reaches it within a second.

Every read of personal data starts from a `Snapshot`. It is looked at again twice a second while
questions come, so that a revocation made by any process ends access everywhere within a second;
a process that cannot look does not answer.
"""

from __future__ import annotations

import datetime as dt
import threading
import weakref
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import insert, select, update

from app.exchange import snapshots
from app.exchange.beginnings import first_exchanges
from app.exchange.callers import Caller, Room, Snapshot
from app.exchange.gate import Reason
from app.exchange.log import keys
from app.exchange.models import AccessVersion, Usage
from app.exchange.paces import Paces
from app.exchange.rows import Rows
from app.exchange.snapshots import MOST_FAILED_GUESSES
from app.exchange.tallies import Tally
from app.exchange.token_cache import TokenCache
from app.platform import clock

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.platform.scripts import Script
    from app.platform.stores.store import Dialect
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
#: Client id, subject, window since 1970, how many.
_Failed = tuple[str, str, int, int]
#: Client id, the world's day.
_Begun = tuple[str, dt.date]
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


class Left(NamedTuple):
    """What a system's limits have room for, and the seconds after which each begins anew."""

    today: int
    today_seconds: int
    pace: int
    pace_seconds: int


class Access:
    """The access of one world's callers, as one process sees it. Get it from `of`."""

    def __init__(self, world: World) -> None:
        self.tokens = TokenCache()
        # Nothing here may hold the world, or its writer: `_ACCESS` would keep it for ever.
        self._world = weakref.ref(world)
        self._snapshot = Snapshot(version=-1)
        self._looked_ns = -2 * STALE_NS
        self._paces = Paces()
        self._looking = threading.Lock()
        self._usage: Tally[str] = Tally(limit=_MOST_GUESSES_KEPT)
        self._guesses: Tally[tuple[str, str]] = Tally(limit=_MOST_GUESSES_KEPT)
        self._keyed_for = world.facts
        self._keys_seen = (world.facts.secret, world.facts.key_version)
        self._subject_key = keys.subject_key(world)
        writer = world.writer
        scripted = writer.scripted
        self._usage_lane: Lane[_Asked, None] = scripted("usage", _write_usage)
        self._begun_lane: Lane[_Begun, None] = writer.lane("connection_begun", first_exchanges)
        self._guess_lane: Lane[_Failed, None] = scripted("failed_guess", _write_guesses)

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

    def take(self, caller: Caller, questions: int = 1, *, at_once: int | None = None) -> Room:
        """Count questions against today's quota and the pace; false when they go beyond one.

        Every question counts, refused ones too. Today is the real day in Việt Nam. `at_once` is
        how many the pace counts, where they are not answered at once: None, all of them.
        """
        now = clock.epoch()
        day = _day_number(now)
        client_id = caller.client_id
        self.world.writer.put_later(self._usage_lane, (client_id, day, questions))
        paced = questions if at_once is None else at_once
        is_in_pace = self._paces.add(client_id, caller.pace, now, paced)
        if self._usage.add(client_id, day, questions) > caller.daily_quota:
            return Room.NO_QUOTA
        return Room.ENOUGH if is_in_pace else Room.TOO_FAST

    def left(self, caller: Caller) -> Left:
        """What the system's limits have room for now, and when each begins anew."""
        now = clock.epoch()
        pace = caller.pace
        asked = self._usage.total(caller.client_id, _day_number(now))
        return Left(
            today=max(0, caller.daily_quota - asked),
            today_seconds=_DAY_SECONDS - (now + _VIETNAM_SECONDS) % _DAY_SECONDS,
            pace=self._paces.left(caller.client_id, pace, now),
            pace_seconds=pace.seconds - now % pace.seconds,
        )

    def wait(self, caller: Caller, reason: Reason) -> int | None:
        """Return the seconds until the limit that refused a question begins anew, None for none.

        A failed guess waits for the end of its window, whoever's the guess.
        """
        if reason is Reason.TOO_MANY_GUESSES:
            return GUESS_WINDOW_SECONDS - clock.epoch() % GUESS_WINDOW_SECONDS
        left = self.left(caller)
        if reason is Reason.QUOTA_EXCEEDED:
            return left.today_seconds
        return left.pace_seconds if reason is Reason.RATE_LIMITED else None

    def begun(self, caller: Caller) -> None:
        """Have the connection noted as exchanging: the first answer has just been given."""
        day = self.world.today
        self.world.writer.put_later(self._begun_lane, (caller.client_id, day))

    def asked_today(self, client_id: str) -> int:
        """How many questions the system has asked on the real day in Việt Nam."""
        return self._usage.total(client_id, _day_number(clock.epoch()))

    def fail(self, guesser: str, *subjects: str, times: int = 1) -> bool:
        """Count failed claims of `Caller.guesser` about these subjects (HMACs, see `proof`).

        Says whether it is within each limit: of calls that come at once, only so many are told.
        """
        window = clock.epoch() // GUESS_WINDOW_SECONDS
        totals = []
        for subject in subjects:
            self.world.writer.put_later(self._guess_lane, (guesser, subject, window, times))
            totals.append(self._guesses.add((guesser, subject), window, times))
        return max(totals) <= MOST_FAILED_GUESSES

    def is_barred(self, guesser: str, *subjects: str) -> bool:
        """Whether `Caller.guesser` has failed too often about one of them within this window."""
        window = clock.epoch() // GUESS_WINDOW_SECONDS
        barred, total = self._snapshot.barred, self._guesses.total
        for subject in subjects:
            key = (guesser, subject)
            if key in barred or total(key, window) >= MOST_FAILED_GUESSES:
                return True
        return False

    def _keep_up_with_keys(self, world: World) -> None:
        """Forget which tokens were good as soon as keys were rotated or the world re-keyed."""
        keys_now = (world.facts.secret, world.facts.key_version)
        if keys_now != self._keys_seen:
            self._keys_seen = keys_now
            self.tokens = TokenCache()

    def _look(self, session: Session) -> None:
        window = clock.epoch() // GUESS_WINDOW_SECONDS
        self._snapshot = snapshots.renewed(self._snapshot, session, now=clock.now(), window=window)
        now = clock.epoch()
        day = _day_number(now)
        used = select(Usage.client_id, Usage.questions).where(Usage.day == _date(day))
        totals = {row.client_id: row.questions for row in session.execute(used)}
        grown = self._usage.polled(totals, day)
        # What came in a longer time than that is of no window that could be told.
        if clock.monotonic_ns() - self._looked_ns < 2 * STALE_NS:
            self._paces.heard(grown, self._snapshot.callers, now)


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


def answered(world: World, caller: Caller) -> None:
    """Have a connection noted as exchanging, where an answer to the system is its first."""
    if caller.state == "connected":
        of(world).begun(caller)


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


def _write_usage(dialect: Dialect, items: list[_Asked]) -> Script[None]:
    asked: Counter[tuple[int, str]] = Counter()
    for client_id, day, count in items:
        asked[day, client_id] += count
    rows = [(client, _date(day), count) for (day, client), count in sorted(asked.items())]
    yield from _USAGE.write(dialect, rows)


def _write_guesses(dialect: Dialect, items: list[_Failed]) -> Script[None]:
    counted: Counter[tuple[str, str, int]] = Counter()
    for guesser, subject, window, times in items:
        counted[guesser, subject, window] += times
    rows = [(*failed, count) for failed, count in sorted(counted.items())]
    yield from _FAILURES.write(dialect, rows)


def _day_number(epoch: int) -> int:
    return (epoch + _VIETNAM_SECONDS) // _DAY_SECONDS


def _date(day: int) -> dt.date:
    return _EPOCH + dt.timedelta(days=day)
