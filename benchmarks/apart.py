"""Runs a function in a process of its own, and tells what it took: time, processor, memory.

So that each contestant has a heap of its own, imports nothing of the others', and gives all back.
"""

from __future__ import annotations

import contextlib
import importlib
import subprocess
import sys
import time
from functools import partial
from typing import TYPE_CHECKING

import msgspec

from benchmarks import figures, memory

if TYPE_CHECKING:
    from collections.abc import Mapping


class Spent(msgspec.Struct, frozen=True, kw_only=True):
    """What a run took. Its highest memory includes what was prepared, 0 where nobody tells."""

    seconds: float
    processor_seconds: float
    peak_mib: float


class FailedError(Exception):
    """The process failed; what it said last is the message."""


def run(function: str, *arguments: str) -> Spent:
    """Have `module:function` called with the arguments; it returns what is to be timed.

    Raises `FailedError`.
    """
    command = [sys.executable, "-m", "benchmarks.apart", function, *arguments]
    ran = subprocess.run(command, capture_output=True, check=False)
    if ran.returncode != 0:
        raise FailedError(f"{function}: {ran.stderr.decode(errors='replace')}")
    return msgspec.json.decode(ran.stdout, type=Spent)


def race(runs: int, contestants: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[Spent, ...]]:
    """Run contestants in turn, so many times each: by their names, function and arguments."""
    started = {name: partial(run, *order) for name, order in contestants.items()}
    return figures.interleaved(runs, started)


def _main(function: str, *arguments: str) -> None:
    module, _, name = function.partition(":")
    with contextlib.redirect_stdout(sys.stderr):  # libraries may talk
        timed = getattr(importlib.import_module(module), name)(*arguments)
        began, busy = time.perf_counter(), time.process_time()
        timed()
        seconds, processor = time.perf_counter() - began, time.process_time() - busy
    spent = Spent(seconds=seconds, processor_seconds=processor, peak_mib=memory.own_peak_mib())
    sys.stdout.buffer.write(msgspec.json.encode(spent))


if __name__ == "__main__":
    _main(*sys.argv[1:])
