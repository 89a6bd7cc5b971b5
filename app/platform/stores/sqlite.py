"""Worlds as SQLite files: `worlds/<name>/world.db` under the home folder.

A draft is a folder under `making/`, whose maker holds a lock beside it, until it is renamed.
A live file is never copied as a file, which would tear it: SQLite's backup reads one snapshot.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import sqlite3
import time
import uuid
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from app.platform import clock, engines, names
from app.platform.stores.store import EXISTS, IN_USE, LOCK_SECONDS, UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import URL

    from app.platform.stores.store import Dialect, Draft

_FILE = "world.db"
_POLL_SECONDS = 0.02


class SqliteDraft:
    """A folder under `making/` with the file in it."""

    def __init__(self, store: SqliteStore, folder: Path) -> None:
        self._store = store
        self._folder = folder
        self._file = folder / _FILE
        self.url = engines.sqlite_url(self._file)

    def publish(self, name: str) -> None:
        """See `Draft.publish`: a rename, and folders that are not empty are never renamed over."""
        _sync(self._file)  # a bulk load leaves that to the one who makes it count
        try:
            self._folder.rename(self._store.folder(name))
        except OSError as error:
            raise EXISTS.error(f"world {name}") from error
        _sync(self._store.worlds)

    def replace(self, name: str) -> None:
        """See `Draft.replace`: the backup into the live file is one transaction there."""
        _copy(self._file, self._store.folder(name) / _FILE)

    def keep(self, key: str) -> None:
        """See `Draft.keep`."""
        partial = self._folder / "kept.db"
        _copy(self._file, partial)
        partial.rename(self._store.kept_file(key))
        _sync(self._store.kept_folder)


class SqliteStore:
    """The worlds under one home folder."""

    dialect: Dialect = "sqlite"

    def __init__(self, home: Path) -> None:
        self.worlds = home / "worlds"
        self.kept_folder = home / "kept"
        self._making = home / "making"
        self._locks = home / "locks"
        for folder in (self.worlds, self.kept_folder, self._making, self._locks):
            folder.mkdir(parents=True, exist_ok=True)
        home.chmod(0o700)  # names, addresses and keys, if only simulated ones

    def folder(self, name: str) -> Path:
        """Return the folder of a world, whether there is one or not."""
        return self.worlds / name

    def kept_file(self, key: str) -> Path:
        """Return the file of what is kept under a key, whether there is one or not."""
        return self.kept_folder / f"{key}.db"

    def names(self) -> list[str]:
        """See `Store.names`."""
        found = (path.parent.name for path in self.worlds.glob(f"*/{_FILE}"))
        return sorted(name for name in found if names.is_valid(name))

    def url(self, name: str) -> URL:
        """See `Store.url`."""
        file = self.folder(name) / _FILE
        if not file.is_file():
            raise UNKNOWN.error(f"world {name}")
        return engines.sqlite_url(file)

    @contextmanager
    def lock(self, name: str) -> Iterator[None]:
        """See `Store.lock`."""
        with _locked(self._lock_file(name), LOCK_SECONDS) as held:
            if not held:
                raise IN_USE.error(f"world {name}", retry_after=5)
            yield

    @contextmanager
    def making(self) -> Iterator[SqliteDraft]:
        """See `Store.making`."""
        folder = self._making / uuid.uuid4().hex
        lock = folder.with_suffix(".lock")
        with _locked(lock, 0):
            try:
                folder.mkdir()
                yield SqliteDraft(self, folder)
            finally:
                shutil.rmtree(folder, ignore_errors=True)  # a published one is no longer there
                lock.unlink(missing_ok=True)

    @contextmanager
    def copying(self, name: str) -> Iterator[SqliteDraft]:
        """See `Store.copying`."""
        self.url(name)
        with self.making() as draft:
            _copy(self.folder(name) / _FILE, Path(str(draft.url.database)))
            yield draft

    @contextmanager
    def copying_kept(self, key: str) -> Iterator[SqliteDraft | None]:
        """See `Store.copying_kept`."""
        kept = self.kept_file(key)
        if not kept.is_file():
            yield None
            return
        with self.making() as draft:
            _copy(kept, Path(str(draft.url.database)))
            yield draft

    def kept(self) -> list[str]:
        """See `Store.kept`."""
        return sorted(file.stem for file in self.kept_folder.glob("*.db"))

    def discard(self, key: str) -> None:
        """See `Store.discard`."""
        self.kept_file(key).unlink(missing_ok=True)

    def back_up(self, name: str, label: str) -> str:
        """See `Store.back_up`: beside the file, and never over an earlier one."""
        stamp = clock.now().strftime("%Y%m%dT%H%M%S%f")
        target = self.folder(name) / f"{label}-{stamp}.db"
        _copy(self.folder(name) / _FILE, target)
        return str(target)

    def drop(self, name: str) -> None:
        """See `Store.drop`: out of sight in one step, then at leisure."""
        doomed = self._making / uuid.uuid4().hex
        self._lock_file(name).unlink(missing_ok=True)  # which the caller holds until the end
        try:
            self.folder(name).rename(doomed)
        except FileNotFoundError as error:
            raise UNKNOWN.error(f"world {name}") from error
        _sync(self.worlds)
        _disown(doomed / _FILE)
        shutil.rmtree(doomed, ignore_errors=True)

    def sweep(self) -> None:
        """See `Store.sweep`: what can be locked has no maker any more."""
        for entry in list(self._making.iterdir()):
            folder = entry.with_suffix("")
            lock = folder.with_suffix(".lock")
            with _locked(lock, 0) as held:
                if held:
                    shutil.rmtree(folder, ignore_errors=True)
                    lock.unlink(missing_ok=True)

    def close(self) -> None:
        """See `Store.close`: nothing is held."""

    def _lock_file(self, name: str) -> Path:
        return self._locks / f"{name}.lock"


@contextmanager
def _locked(file: Path, seconds: float) -> Iterator[bool]:
    """Hold an exclusive lock on `file`; give False if another holds it for `seconds`."""
    deadline = time.monotonic() + seconds
    descriptor = _opened(file)
    try:
        is_held = _acquire(descriptor, deadline)
        while is_held and not _is_at(file, descriptor):  # who had it has removed it: lock the next
            os.close(descriptor)
            descriptor = _opened(file)
            is_held = _acquire(descriptor, deadline)
        yield is_held
    finally:
        os.close(descriptor)  # which lets go of the lock, as the end of the process does


def _opened(file: Path) -> int:
    return os.open(file, os.O_RDWR | os.O_CREAT, 0o600)


def _is_at(file: Path, descriptor: int) -> bool:
    """Whether the open file is still the one of that name."""
    try:
        return os.path.samestat(os.fstat(descriptor), file.stat())
    except FileNotFoundError:
        return False


def _acquire(descriptor: int, deadline: float) -> bool:
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                return False
            time.sleep(_POLL_SECONDS)
        else:
            return True


def _copy(source: Path, target: Path) -> None:
    """Copy one snapshot of `source` into `target` as one transaction there."""
    with (
        closing(sqlite3.connect(source, timeout=engines.BUSY_SECONDS)) as reading,
        closing(sqlite3.connect(target, timeout=engines.BUSY_SECONDS)) as writing,
    ):
        # All pages in one step: with several, a writer in between would start it over.
        reading.backup(writing, pages=-1)


def _disown(file: Path) -> None:
    """Take the world's row away, so that who still has the file open stops writing to it."""
    with suppress(sqlite3.Error), closing(sqlite3.connect(file, timeout=5.0)) as connection:
        connection.execute("DELETE FROM world")
        connection.commit()


def _sync(path: Path) -> None:
    """Make what was written to a file, or renamed in a folder, outlive a loss of power."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


if TYPE_CHECKING:
    _draft: type[Draft] = SqliteDraft
