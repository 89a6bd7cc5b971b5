"""A world: what defines it, its clock, its sessions, its writer and its keys."""

from __future__ import annotations

import hmac
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.platform import clock, engines, errors, failures, streams
from app.platform.models import WorldRow
from app.platform.scripts import Statement
from app.platform.signing import KeySet, derive_signer
from app.platform.stores import store as stores
from app.platform.writer import CLOSED, Writer

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sqlalchemy import URL, Connection

    from app.platform.connections import Connections
    from app.platform.scripts import Script
    from app.platform.settings import Settings
    from app.platform.signing import Es256Signer

PinStyle = Literal["reserved", "realistic"]

#: Age after which what is known of a world's row is read again: other processes may change it.
FRESH_NS = 500_000_000
#: Connections a world may use for reading at once.
READERS = 10

REPLACED = errors.declare(
    code="world-replaced",
    kind="unavailable",
    fault_of="simulation",
    title_vi="Thế giới vừa được đặt lại; yêu cầu này chưa được ghi",
    title_en="The world has just been reset; this request was not written",
    next_vi="Gửi lại yêu cầu.",
    next_en="Send the request again.",
)


def files_beside(home: Path, world_id: str) -> Path:
    """Return where an incarnation of a world keeps files besides its database."""
    return home / "files" / world_id


@dataclass(frozen=True)
class WorldSpec:
    """The five that define a world: the same five give the same world."""

    seed: int
    size: int
    generator_version: str
    start_date: dt.date
    pin_style: PinStyle

    @property
    def digest(self) -> str:
        """Twenty hex digits that only these five give."""
        five = (self.size, self.generator_version, self.start_date.isoformat(), self.pin_style)
        return streams.digest_bytes(self.seed, "spec", *five)[:10].hex()


@dataclass(frozen=True)
class Facts:
    """A world's row as it was read: see `models.WorldRow`."""

    id: str
    name: str
    spec: WorldSpec
    today: dt.date
    created_at: dt.datetime
    parent_name: str | None
    parent_id: str | None
    parent_checkpoint: str | None
    training: bool
    retention_days: int
    log_retention_days: int
    secret: bytes | None
    key_version: int
    parts: tuple[str, ...]
    untouched: bool
    weather: int

    @cached_property
    def root(self) -> bytes:
        """The secret that all keys of the world derive from."""
        return self.secret or streams.digest_bytes(self.spec.seed, "world", self.name)


def read_facts(session: Session | Connection) -> Facts | None:
    """Read the world's row; None if the world is being deleted."""
    table = WorldRow.__table__
    row = session.execute(select(table)).one_or_none()
    if row is None:
        return None
    style = cast("PinStyle", row.pin_style)
    return Facts(
        id=row.id,
        name=row.name,
        spec=WorldSpec(row.seed, row.size, row.generator_version, row.start_date, style),
        today=row.today,
        created_at=row.created_at,
        parent_name=row.parent_name,
        parent_id=row.parent_id,
        parent_checkpoint=row.parent_checkpoint,
        training=row.training,
        retention_days=row.retention_days,
        log_retention_days=row.log_retention_days,
        secret=row.secret,
        key_version=row.key_version,
        parts=tuple(row.parts),
        untouched=row.untouched,
        weather=row.weather,
    )


def read_once(url: URL) -> Facts | None:
    """Read the row of a world that is not open."""
    engine = engines.passing(url)
    with failures.told_as_problems(), engine.connect() as connection:
        return read_facts(connection)


class World:
    """An open world. Get it from `Worlds.open`, for each request anew."""

    def __init__(
        self, url: URL, settings: Settings, connections: Connections | None = None
    ) -> None:
        """Open the database at `url`, whose schema is current. Raises `world-unknown`."""
        self.url = url
        #: Where its connections are counted with those of all worlds.
        self.connections = connections
        self.reader = engines.reader(url, READERS)
        self._writing = engines.writer(url, patient=False)
        self.dialect = engines.dialect(self._writing)
        if connections is not None:
            connections.watch(self.reader)
            connections.watch(self._writing)
        self._keys: dict[tuple[str, bytes, int], KeySet] = {}
        self._closing: list[Callable[[], None]] = []
        self._shedding: list[Callable[[], bool]] = []
        self._closed = False
        #: Whether requests may have it as it is: see `Worlds.open`.
        self.is_admitted = False
        self._uses: set[object] = set()
        self._settings = settings
        self._base = settings.issuer_base  # put together anew at each look
        try:
            self._facts = self._read()
        except BaseException:
            self.reader.dispose()
            raise
        self.used_ns = clock.monotonic_ns()
        self.writer = Writer(
            self._writing,
            self._begin,
            name=self.name,
            limit=settings.writer_queue,
            connections=connections,
        )

    # What it is

    @property
    def facts(self) -> Facts:
        """What was last read of the world's row, at most about a second ago."""
        return self._facts

    @property
    def id(self) -> str:
        """32 hex digits, new for every incarnation."""
        return self._facts.id

    @property
    def name(self) -> str:
        """The name it is opened by."""
        return self._facts.name

    @property
    def spec(self) -> WorldSpec:
        """The five that define it."""
        return self._facts.spec

    @property
    def today(self) -> dt.date:
        """What day the world's clock shows."""
        return self._facts.today

    @property
    def is_default(self) -> bool:
        """Whether `/v1/…` means this world."""
        return self.name == self._settings.default_world

    @property
    def issuer(self) -> str:
        """The `iss` of its tokens and the base of its addresses."""
        return self._base if self.is_default else f"{self._base}/w/{self.name}"

    @property
    def destinations(self) -> tuple[str, ...]:
        """What may be dialled on its behalf besides this machine (`fetching.fetch`)."""
        return self._settings.destinations

    @property
    def spark_master(self) -> str | None:
        """The cluster that large jobs may ask for; None: there is none."""
        return self._settings.spark_master

    @property
    def files(self) -> Path:
        """Where files of this incarnation are kept besides its database."""
        return files_beside(self._settings.home, self.id)

    # Reading and writing

    @contextmanager
    def session(self) -> Iterator[Session]:
        """Give a session that reads one state of the world and cannot write.

        Raises `storage-unavailable` and its like in place of the driver's errors.
        """
        with self.in_use(), self.glance() as session:
            yield session

    @contextmanager
    def glance(self) -> Iterator[Session]:
        """Give such a session to who looks whether there is anything to do: that is no use."""
        if self._closed:
            raise CLOSED.error(retry_after=1)
        with failures.told_as_problems(), Session(self.reader, autoflush=False) as session:
            yield session

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """Say that something goes on here, however long: no other world takes its place then."""
        use = object()
        self._uses.add(use)
        self.used_ns = clock.monotonic_ns()
        try:
            yield
        finally:
            self.used_ns = clock.monotonic_ns()
            self._uses.discard(use)

    @property
    def idle_ns(self) -> int:
        """How long nothing has gone on here."""
        return 0 if self._uses else clock.monotonic_ns() - self.used_ns

    def refresh(self) -> None:
        """Read the world's row again. Raises `world-replaced` if this incarnation is over."""
        facts = self._read()
        if facts.id != self._facts.id:
            raise REPLACED.error(retry_after=1)
        self._facts = facts

    @property
    def is_fresh(self) -> bool:
        """Whether the world's row was read within `FRESH_NS`."""
        return clock.monotonic_ns() - self._read_ns < FRESH_NS

    def on_close(self, call: Callable[[], None]) -> None:
        """Have `call` called once, when the world is closed: for what was opened for it elsewhere.

        The last that was opened ends first. While it ends it may still read and write, unless the
        incarnation is over. For a world that is closed already it is called now.
        """
        self._closing.append(call)
        if self._closed:
            self._end_all()

    def on_shed(self, call: Callable[[], bool]) -> None:
        """Have what reads by itself asked, too, for a connection that it is not using."""
        self._shedding.append(call)

    def shed(self, *, writer: bool = False) -> bool:
        """Close a connection that nobody is using, a reader's or the writer's; say if one was."""
        if writer:
            return self.writer.shed() or engines.shed(self._writing)
        return engines.shed(self.reader) or any(call() for call in list(self._shedding))

    def close(self, *, is_over: bool = False) -> None:
        """Close the world, and every connection to it: those in use when they are given back.

        1. What was opened for it ends, and may write: the log's last checkpoint, for one.
        2. Nothing more is taken; what was handed over is written.

        `is_over` says that there is no such incarnation any more: then nothing is to be written,
        and 2 comes before 1.
        """
        # 1.
        if not is_over:
            self._end_all()
        # 2.
        self._closed = True
        self.writer.close()
        self._end_all()
        engines.retire(self.reader)
        engines.retire(self._writing)

    # Keys

    def root_key(self, label: str) -> bytes:
        """Return the 32-byte secret of that label: every credential derives from one."""
        return hmac.digest(self._facts.root, label.encode(), "sha256")

    def keys(self, use: str) -> KeySet:
        """Return the ES256 keys of one use: the current one, and the one before a rotation."""
        facts = self._facts
        at = (use, facts.root, facts.key_version)
        if at not in self._keys:
            self._keys[at] = KeySet.derive(self.root_key("keys"), use, facts.key_version)
        return self._keys[at]

    def every_signer(self, use: str) -> Iterator[Es256Signer]:
        """Give each ES256 key that has ever signed for one use, the newest first.

        For what has to be checkable for good. Keys from before the world was re-keyed are lost.
        """
        root = self.root_key("keys")
        for version in range(self._facts.key_version, 0, -1):
            yield derive_signer(root, use, version)

    def signer(self, use: str) -> Es256Signer:
        """Return the ES256 key that now signs for one use."""
        return self.keys(use).current

    def _end_all(self) -> None:
        while True:
            try:
                call = self._closing.pop()
            except IndexError:  # asking first would let another thread come between
                return
            call()

    def _read(self) -> Facts:
        with failures.told_as_problems(), self.reader.connect() as connection:
            facts = read_facts(connection)
        if facts is None:
            raise stores.UNKNOWN.error()
        self._read_ns = clock.monotonic_ns()
        return facts

    def _begin(self) -> Script[None]:
        """Take the lock of all writers, and make sure that the world is still this one."""
        found = yield Statement(_BEGINNING[self.dialect], asks=True)
        if not found or found[0][0] != self._facts.id:
            raise REPLACED.error(retry_after=1)


_BEGINNING: dict[stores.Dialect, str] = {
    "sqlite": "SELECT id FROM world",
    # In one round trip. An id never changes in place, so one read before the lock will do. All
    # processes' batches queue up at the lock, whose number is "dancu" in ASCII.
    "postgresql": "SELECT id FROM world, pg_advisory_xact_lock(431131353973)",
}
