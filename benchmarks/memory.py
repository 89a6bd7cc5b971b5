"""How much memory a process and all it starts hold at their peak, on systems that have /proc."""

from __future__ import annotations

import os
import threading
from collections import defaultdict
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_PROC: Final = Path("/proc")
_EVERY_SECONDS: Final = 0.1
_MIB: Final = 2**20


class Peak:
    """The highest sum of resident memory seen so far, in MiB; 0 where nothing can be seen.

    Pages that several processes share count for each of them, so it is rather too much.
    """

    def __init__(self) -> None:
        self.mib = 0.0

    def look(self, pid: int) -> None:
        """Look at the process and its descendants once."""
        children: defaultdict[int, list[int]] = defaultdict(list)
        resident: dict[int, int] = {}
        for folder in _PROC.glob("[0-9]*"):
            try:
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
            except OSError:  # it has just ended
                continue
            number = int(folder.name)
            children[int(fields[1])].append(number)  # proc(5): ppid, the 4th field of all
            resident[number] = int(fields[21])  # rss in pages, the 24th
        pages = sum(resident.get(each, 0) for each in _with_descendants(pid, children))
        self.mib = max(self.mib, pages * os.sysconf("SC_PAGE_SIZE") / _MIB)


def own_peak_mib() -> float:
    """Return the most that this process ever held in memory, in MiB; 0 where nothing tells."""
    try:
        lines = (_PROC / "self" / "status").read_text().splitlines()
    except OSError:
        return 0.0
    # proc(5): the high-water mark of this program, not of what started it, as `ru_maxrss` is.
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), 0.0)


@contextmanager
def watched(pid: int) -> Iterator[Peak]:
    """Watch a process and its descendants ten times a second."""
    peak, over = Peak(), threading.Event()

    def watch() -> None:
        while not over.wait(_EVERY_SECONDS):
            peak.look(pid)

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield peak
    finally:
        over.set()
        watcher.join()


def _with_descendants(pid: int, children: dict[int, list[int]]) -> Iterator[int]:
    yield pid
    for child in children.get(pid, ()):
        yield from _with_descendants(child, children)
