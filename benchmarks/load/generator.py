"""Sends requests over kept connections and times the answers: sockets and `select`, nothing else.

An event loop with protocols costs twice as much for each answer, and would be what a fast server
waits for; `select` also wakes within microseconds of the moment that is due, where the timers of
event loops count in milliseconds.
"""

from __future__ import annotations

import select
import socket
import time
from array import array
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.load.orders import Report, Sample

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.load.orders import Order

_PATIENCE_SECONDS = 10.0
_MOST_BYTES = 1 << 16
_OK = b"HTTP/1.1 %b "
_LENGTH = b"\r\ncontent-length: "
_ARRIVALS_SEED = 1

_now = time.perf_counter


class Generator:
    """Carries out one order."""

    def __init__(self, order: Order) -> None:
        self._order = order
        self._connections = {
            connection.socket.fileno(): connection
            for connection in (_Connection(order) for _ in range(order.connections))
        }
        self._ok = _OK % order.status
        self._next = order.first
        self._counted_from = 0.0
        self._left = len(order.requests) if order.is_once else None
        self._latencies: array[float] = array("d")
        self._samples: list[Sample] = []
        self._refused = 0
        self._first_refusal = b""

    def run(self) -> Report:
        """Send, time and count; return when the order's seconds are over."""
        order = self._order
        self._counted_from = _now() + order.warm_up
        end = self._counted_from + order.seconds
        wall, worked = _now(), time.process_time()
        if order.rate is None:
            end = self._run_closed(end)
        else:
            self._run_paced(end, _arrivals(_now(), order.rate))
        busy = (time.process_time() - worked) / (_now() - wall)
        for connection in self._connections.values():
            connection.socket.close()
        return Report(
            seconds=end - self._counted_from,
            answered=len(self._latencies),
            refused=self._refused,
            latencies=self._latencies.tobytes(),
            busy=busy,
            next=self._next,
            samples=self._samples,
            first_refusal=self._first_refusal,
        )

    def _run_closed(self, end: float) -> float:
        """Let every connection send its next request as soon as it has its answer.

        Return the end: earlier where there was no request left.
        """
        waiting = sum(self._send(each, _now()) for each in self._connections.values())
        while waiting and (now := _now()) < end:
            for connection in self._ready(_PATIENCE_SECONDS):
                if connection.receive():
                    now = _now()
                    self._note(connection, now, is_counted=self._counted_from <= now < end)
                    waiting -= not self._send(connection, now)
        return end if waiting else now

    def _run_paced(self, end: float, arrivals: Iterator[float]) -> None:
        """Send each request when it is due, or as soon after that as a connection is free."""
        free = list(self._connections.values())
        due = next(arrivals)
        while due < end or len(free) < len(self._connections):
            now = _now()
            while free and due <= now and due < end:
                self._send(free.pop(), due)
                due = next(arrivals)
            is_waiting_for_due = free and due < end
            patience = max(0.0, due - _now()) if is_waiting_for_due else _PATIENCE_SECONDS
            for connection in self._ready(patience, is_required=not is_waiting_for_due):
                if connection.receive():
                    is_counted = connection.began >= self._counted_from
                    self._note(connection, _now(), is_counted=is_counted)
                    free.append(connection)

    def _ready(self, patience: float, *, is_required: bool = True) -> Iterator[_Connection]:
        found, _, _ = select.select(self._connections, (), (), patience)
        if not found and is_required:
            raise TimeoutError(f"no answer for {_PATIENCE_SECONDS} seconds")
        return map(self._connections.__getitem__, found)

    def _send(self, connection: _Connection, began: float) -> bool:
        """Send the next request; False if there is none."""
        requests = self._order.requests
        if self._left is not None:
            if not self._left:
                return False
            self._left -= 1
        number = self._next
        self._next = (number + 1) % len(requests)
        connection.began = began
        connection.request = number
        connection.socket.sendall(requests[number])
        return True

    def _note(self, connection: _Connection, now: float, *, is_counted: bool) -> None:
        """Note the answer that a connection has got; the first ones only warm up."""
        answer, connection.answer = connection.answer, b""
        if is_counted:
            self._latencies.append(now - connection.began)
        if not answer.startswith(self._ok):
            self._refused += 1
            self._first_refusal = self._first_refusal or answer
        elif (
            len(self._latencies) % self._order.sample_every == 1 % self._order.sample_every
            and len(self._samples) < self._order.most_samples
        ):
            self._samples.append(Sample(connection.request, answer))


class _Connection:
    """One kept connection with one request on its way."""

    __slots__ = ("answer", "began", "request", "socket")

    def __init__(self, order: Order) -> None:
        self.socket = socket.create_connection((order.host, order.port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.answer = b""
        self.began = 0.0
        self.request = 0

    def receive(self) -> bool:
        """Read what is there; say whether the answer is whole."""
        received = self.socket.recv(_MOST_BYTES)
        if not received:
            raise ConnectionError("the server closed a connection")
        answer = self.answer = self.answer + received if self.answer else received
        head = answer.find(b"\r\n\r\n")
        if head < 0:
            return False
        at = answer.index(_LENGTH, 0, head + 2) + len(_LENGTH)
        return len(answer) >= head + 4 + int(answer[at : answer.index(b"\r", at)])


def _arrivals(start: float, rate: float) -> Iterator[float]:
    """Yield the moments at which requests are due, as strangers come: a Poisson process."""
    stream = np.random.default_rng(_ARRIVALS_SEED)
    due = start
    while True:
        for gap in stream.exponential(1 / rate, size=1024).tolist():
            due += gap
            yield due
