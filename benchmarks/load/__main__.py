"""The process of the load generator: an order on standard input, a report on standard output."""

from __future__ import annotations

import sys

import msgspec

from benchmarks.load.generator import Generator
from benchmarks.load.orders import Order

if __name__ == "__main__":
    order = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=Order)
    sys.stdout.buffer.write(msgspec.msgpack.encode(Generator(order).run()))
