"""Worker processes: each ends in good order when the process that started it is gone."""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess

_log = logging.getLogger("dancu.server")


def end_with_parent() -> None:
    """Have this process stop as by SIGTERM once its parent is no more, however that ended.

    A parent that is told to stop tells its workers. One that is killed cannot, and they would
    keep the port. For a process that has no such parent there is nothing to do.
    """
    parent = multiprocessing.parent_process()
    if parent is not None:
        watch = threading.Thread(target=_follow, args=(parent,), name="parent-watch", daemon=True)
        watch.start()


def _follow(parent: BaseProcess) -> None:
    parent.join()  # waits at a pipe that the system closes with the parent: nothing is polled
    _log.warning("the process that started this worker is gone: it stops, too")
    os.kill(os.getpid(), signal.SIGTERM)
