"""One server of one process on a home folder of files.

One writer per file is what makes SQLite fast: a second process gains nothing and hurts the slowest
answers.
"""

from __future__ import annotations

import fcntl
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from app.platform import errors

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from app.platform.settings import Settings

HOME_IN_USE = errors.declare(
    code="home-in-use",
    kind="conflict",
    fault_of="caller",
    title_vi="Một máy chủ khác đang phục vụ thư mục này",
    title_en="Another server is serving this folder already",
    next_vi="Dùng máy chủ đang chạy, dừng nó, hoặc đặt DANCU_HOME khác; PostgreSQL nhận nhiều.",
    next_en="Use the one that runs, stop it, or set another DANCU_HOME; PostgreSQL takes several.",
)
ONE_WORKER = errors.declare(
    code="one-worker-on-sqlite",
    kind="conflict",
    fault_of="caller",
    title_vi="SQLite chỉ phục vụ được một tiến trình",
    title_en="On SQLite there can be one worker only",
    next_vi="Bỏ DANCU_WORKERS, hoặc đặt DANCU_DATABASE_URL tới một máy chủ PostgreSQL.",
    next_en="Leave DANCU_WORKERS out, or point DANCU_DATABASE_URL to a PostgreSQL server.",
)
_LOCK = "serving.lock"


@contextmanager
def alone(settings: Settings) -> Iterator[None]:
    """See to it that a server on files is the only one there; PostgreSQL takes several.

    Raises `one-worker-on-sqlite`, or `home-in-use` if another server holds the folder, at once.
    """
    if settings.database_url is not None:
        yield
        return
    if settings.workers > 1:
        raise ONE_WORKER.error()
    with _held(settings.home):
        yield


@contextmanager
def _held(home: Path) -> Iterator[None]:
    """Hold a folder; the lock ends with the process, however it ends."""
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
