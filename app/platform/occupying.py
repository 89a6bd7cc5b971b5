"""One server on one home folder: SQLite has one writer per file, and a second server none."""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from app.platform import errors

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HOME_IN_USE = errors.declare(
    code="home-in-use",
    kind="conflict",
    fault_of="caller",
    title_vi="Một máy chủ khác đang phục vụ thư mục này",
    title_en="Another server is serving this folder already",
    next_vi="Dùng máy chủ đang chạy, dừng nó, hoặc đặt DANCU_HOME khác; PostgreSQL nhận nhiều.",
    next_en="Use the one that runs, stop it, or set another DANCU_HOME; PostgreSQL takes several.",
)
_LOCK = "serving.lock"


@contextmanager
def alone(home: Path) -> Iterator[None]:
    """Hold a home folder for one server; the lock ends with the process, however it ends.

    Raises `home-in-use` at once if another holds it.
    """
    home.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(home / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise HOME_IN_USE.error(f"the folder is {home}", detail_vi=f"thư mục {home}") from None
        yield
    finally:
        os.close(descriptor)
