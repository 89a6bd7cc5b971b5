"""What the server counts: requests, exchanges, open worlds, waiting writes.

Counting is a few additions in tables of our own; `exposition` tells them to Prometheus. No label
holds a number of a person or a world's content.
"""

from __future__ import annotations

import os
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

import msgspec

#: Names the folder through which the processes of one server tell each other what they counted.
SHARED_BY: Final = "DANCU_METRICS_FOLDER"
#: The histogram's upper bounds.
SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)

Gauges = Callable[[], Iterable[tuple[str, str, dict[str, float]]]]


class Served(msgspec.Struct):
    """Requests alike in route, method and status: how many took how long, and how long in all."""

    counts: list[int]
    seconds: float = 0.0


class Counted(msgspec.Struct):
    """What one process has counted."""

    requests: dict[str, Served]
    exchanges: dict[str, int]


class Metrics:
    """The counts of one server process, and of those beside it."""

    def __init__(self, gauges: Gauges) -> None:
        """Take `gauges`: at each scrape (name, help, value by world)."""
        self.gauges = gauges
        self._requests: dict[tuple[str, str, int], Served] = {}
        self._exchanges: Counter[tuple[str, str]] = Counter()
        folder = os.environ.get(SHARED_BY)
        self._folder = None if folder is None else Path(folder)

    def request(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count one answered request; `route` is a template, never an address as sent."""
        served = self._requests.get((route, method, status))
        if served is None:
            served = self._requests[route, method, status] = Served([0] * (len(SECONDS) + 1))
        served.counts[bisect_left(SECONDS, seconds)] += 1
        served.seconds += seconds

    def exchange(self, service: str, outcome: str) -> None:
        """Count one logged exchange."""
        self._exchanges[service, outcome] += 1

    @property
    def is_shared(self) -> bool:
        """Whether there may be processes beside this one."""
        return self._folder is not None

    def share(self) -> None:
        """Leave what was counted here for the processes beside this one, if there are any."""
        if self._folder is None:
            return
        file = self._folder / f"{os.getpid()}.json"
        partial = file.with_suffix(".partial")
        partial.write_bytes(msgspec.json.encode(self._counted()))
        partial.replace(file)

    def all(self) -> list[Counted]:
        """Return what each process of the server has counted, whichever is asked."""
        if self._folder is None:
            return [self._counted()]
        self.share()
        files = self._folder.glob("*.json")
        return [msgspec.json.decode(file.read_bytes(), type=Counted) for file in files]

    def _counted(self) -> Counted:
        # Lists first: the event loop goes on counting while a thread answers the scrape.
        return Counted(
            requests={"\t".join(map(str, key)): one for key, one in list(self._requests.items())},
            exchanges={"\t".join(key): count for key, count in list(self._exchanges.items())},
        )
