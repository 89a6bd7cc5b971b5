"""Orders and reports of the load generator, as they go through its standard input and output."""

from __future__ import annotations

import msgspec


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """A load: whole HTTP/1.1 requests, sent over and over for `seconds` by `connections` at once.

    It begins with the request at index `first`.

    Without a `rate` each connection sends its next request as soon as it has its answer. With a
    rate (requests a second, all together) a request is due at a moment of its own, whatever
    became of those before it, and its latency counts from that moment: a server that stalls is
    charged for all whom it kept waiting. `warm_up` seconds come before and are not counted. Every
    `sample_every`-th answer is kept whole, `most_samples` of them at most.

    `status` is what every answer should have. With `is_once` no request is sent twice (a code is
    good once), and the load ends with the last of them, or when time is up.
    """

    host: str
    port: int
    requests: list[bytes]
    seconds: float
    first: int = 0
    warm_up: float = 0.5
    connections: int = 32
    rate: float | None = None
    sample_every: int = 101
    most_samples: int = 400
    status: bytes = b"200"
    is_once: bool = False


class Sample(msgspec.Struct, frozen=True):
    """One answer, whole, and the index of the request that it answers."""

    request: int
    answer: bytes


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What came of an order, in `seconds` that were counted.

    `latencies` are seconds as native doubles, in the order of answers.

    `busy` is the generator's own processor time as a share of the time: near 1, and it measured
    itself. `refused` counts the answers of another status, `first_refusal` is one of them.
    `next` is the index of the request that would have come next.
    """

    seconds: float
    answered: int
    refused: int
    latencies: bytes
    busy: float
    next: int
    samples: list[Sample]
    first_refusal: bytes = b""

    @property
    def per_second(self) -> float:
        """Answers a second."""
        return self.answered / self.seconds
