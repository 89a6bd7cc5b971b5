"""Has the load generator carry out an order, in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from array import array
from typing import TYPE_CHECKING

import msgspec

from benchmarks.load.orders import Report

if TYPE_CHECKING:
    from benchmarks.load.orders import Order

_SLACK_SECONDS = 60.0
_decoder = msgspec.msgpack.Decoder(Report)


class RefusedError(Exception):
    """The server did not answer every request as it should: what was measured means nothing."""


def carry_out(order: Order, *, is_strict: bool = True) -> Report:
    """Return the report of an order. Raises `RefusedError` unless every answer was as ordered.

    Without `is_strict`, only where none was.
    """
    ran = subprocess.run(
        [sys.executable, "-m", "benchmarks.load"],
        input=msgspec.msgpack.encode(order),
        stdout=subprocess.PIPE,
        check=True,
        timeout=order.warm_up + order.seconds + _SLACK_SECONDS,
    )
    report = _decoder.decode(ran.stdout)
    if (report.refused and is_strict) or report.refused >= report.answered:
        shown = report.first_refusal.decode(errors="replace")
        raise RefusedError(f"{report.refused} of {report.answered} were refused: {shown}")
    return report


def ordered_latencies(report: Report) -> array[float]:
    """Return the latencies in seconds, shortest first."""
    latencies = array("d", report.latencies)
    return array("d", sorted(latencies))
