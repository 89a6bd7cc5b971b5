"""What the server counts, as Prometheus scrapes it."""

from __future__ import annotations

from collections import Counter
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)

from app.api.metrics import SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from prometheus_client.registry import Collector

    from app.api.metrics import Counted, Gauges, Metrics

#: Text format 0.0.4, which every Prometheus reads.
CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"


def text(metrics: Metrics) -> bytes:
    """Return everything that has been counted, and the gauges as they stand now."""
    registry = CollectorRegistry()
    registry.register(_Told(metrics.all(), metrics.gauges))
    return generate_latest(registry)


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
            bounds = [*map(str, SECONDS), "+Inf"]
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
