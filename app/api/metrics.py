"""What the server counts, for Prometheus: requests, exchanges, open worlds, waiting writes.

Counting is a few additions in tables of our own; Prometheus's objects are made when somebody
scrapes. No label holds a number of a person or a world's content.
"""

from __future__ import annotations

import os
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)

if TYPE_CHECKING:
    from prometheus_client.registry import Collector

#: Text format 0.0.4, which every Prometheus reads.
CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
#: Names the folder through which the processes of one server tell each other what they counted.
SHARED_BY: Final = "DANCU_METRICS_FOLDER"
_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)

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
        self._gauges = gauges
        self._requests: dict[tuple[str, str, int], Served] = {}
        self._exchanges: Counter[tuple[str, str]] = Counter()
        folder = os.environ.get(SHARED_BY)
        self._folder = None if folder is None else Path(folder)

    def request(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count one answered request; `route` is a template, never an address as sent."""
        served = self._requests.get((route, method, status))
        if served is None:
            served = self._requests[route, method, status] = Served([0] * (len(_SECONDS) + 1))
        served.counts[bisect_left(_SECONDS, seconds)] += 1
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

    def exposition(self) -> bytes:
        """Return everything in Prometheus's text format, whichever process is asked."""
        self.share()
        registry = CollectorRegistry()
        registry.register(_Told(self._all(), self._gauges))
        return generate_latest(registry)

    def _counted(self) -> Counted:
        # Lists first: the event loop goes on counting while a thread answers the scrape.
        return Counted(
            requests={"\t".join(map(str, key)): one for key, one in list(self._requests.items())},
            exchanges={"\t".join(key): count for key, count in list(self._exchanges.items())},
        )

    def _all(self) -> list[Counted]:
        if self._folder is None:
            return [self._counted()]
        files = self._folder.glob("*.json")
        return [msgspec.json.decode(file.read_bytes(), type=Counted) for file in files]


class _Told:
    """Turns counts into Prometheus's metrics at the moment of the scrape."""

    def __init__(self, counted: list[Counted], gauges: Gauges) -> None:
        self._counted = counted
        self._gauges = gauges

    def collect(self) -> Iterable[Metric]:
        yield self._requests()
        yield self._exchanges()
        for name, help_text, values in self._gauges():
            family = GaugeMetricFamily(name, help_text, labels=("world",))
            for world, value in values.items():
                family.add_metric((world,), value)
            yield family

    def _requests(self) -> Metric:
        family = HistogramMetricFamily(
            "dancu_request_seconds",
            "Time from the request's head to the answer's last byte; its count is the requests.",
            labels=("route", "method", "status"),
        )
        for key in sorted({key for each in self._counted for key in each.requests}):
            alike = [each.requests[key] for each in self._counted if key in each.requests]
            counts = [sum(column) for column in zip(*(each.counts for each in alike), strict=True)]
            bounds = [*map(str, _SECONDS), "+Inf"]
            family.add_metric(
                key.split("\t"),
                buckets=list(zip(bounds, accumulate(counts), strict=True)),
                sum_value=sum(each.seconds for each in alike),
            )
        return family

    def _exchanges(self) -> Metric:
        family = CounterMetricFamily(
            "dancu_exchanges",
            "Exchanges put into the log, by what came of them.",
            labels=("service", "outcome"),
        )
        together: Counter[str] = Counter()
        for each in self._counted:
            together.update(each.exchanges)
        for key, count in sorted(together.items()):
            family.add_metric(key.split("\t"), count)
        return family


if TYPE_CHECKING:
    _collector: type[Collector] = _Told
