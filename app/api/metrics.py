"""What the server counts, for Prometheus: requests, outcomes, open worlds, waiting writes.

Children are bound once for each combination of labels and kept, because looking one up costs more
than counting. No label holds a number of a person, a client or a world's content.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest, multiprocess
from prometheus_client.core import GaugeMetricFamily, Metric

if TYPE_CHECKING:
    from prometheus_client.registry import Collector

#: Text format 0.0.4, which every Prometheus reads.
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)

Gauges = Callable[[], Iterable[tuple[str, str, dict[str, float]]]]


class Metrics:
    """The counters of one server process.

    With several processes, `PROMETHEUS_MULTIPROC_DIR` names the folder through which whichever is
    asked answers for all of them.
    """

    def __init__(self, gauges: Gauges) -> None:
        """Take `gauges`: at each scrape (name, help, value by world)."""
        self._registry = CollectorRegistry()
        self._gauges = gauges
        self._registry.register(_Gauges(gauges))
        self._seconds = Histogram(
            "dancu_request_seconds",
            "Time from the request's head to the answer's last byte; its count is the requests.",
            ("route", "method", "status"),
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._outcomes = Counter(
            "dancu_exchanges",
            "Exchanges put into the log, by what came of them.",
            ("service", "outcome"),
            registry=self._registry,
        )
        self._observe: dict[tuple[str, str, int], Callable[[float], None]] = {}
        self._count: dict[tuple[str, str], Callable[[], None]] = {}

    def request(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count one answered request; `route` is a template, never an address as sent."""
        key = (route, method, status)
        observe = self._observe.get(key)
        if observe is None:
            observe = self._observe[key] = self._seconds.labels(route, method, status).observe
        observe(seconds)

    def exchange(self, service: str, outcome: str) -> None:
        """Count one logged exchange."""
        key = (service, outcome)
        count = self._count.get(key)
        if count is None:
            count = self._count[key] = self._outcomes.labels(service, outcome).inc
        count()

    def exposition(self) -> bytes:
        """Return everything in Prometheus's text format."""
        if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
            return generate_latest(self._registry)
        together = CollectorRegistry()
        multiprocess.MultiProcessCollector(together)  # type: ignore[no-untyped-call]  # theirs to type
        together.register(_Gauges(self._gauges))
        return generate_latest(together)


class _Gauges:
    """Reads what is counted elsewhere at the moment of the scrape."""

    def __init__(self, gauges: Gauges) -> None:
        self._gauges = gauges

    def collect(self) -> Iterable[Metric]:
        for name, help_text, values in self._gauges():
            family = GaugeMetricFamily(name, help_text, labels=("world",))
            for world, value in values.items():
                family.add_metric((world,), value)
            yield family


if TYPE_CHECKING:
    _collector: type[Collector] = _Gauges
