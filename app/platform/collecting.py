"""Collecting garbage more rarely while much is read that is no garbage.

Python looks for cycles among all it has made after every 700 new objects. Who reads a hundred
thousand rows pays a third of the time for that, and finds nothing; and so does whoever has their
turn at the writer when it happens.
"""

from __future__ import annotations

import gc
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

#: New objects between two looks at the youngest: some 10 MB of rows at most.
RARELY: Final = 20_000

_lock = threading.Lock()
_inside = 0
_usual = gc.get_threshold()


def serving() -> None:
    """Look more rarely from now on: what a server makes for a request is no cycle, and goes.

    With 32 requests on their way the usual 700 objects are there again with every few of them.
    """
    gc.set_threshold(RARELY, *gc.get_threshold()[1:])


@contextmanager
def rarely() -> Iterator[None]:
    """Look at the youngest objects every `RARELY` new ones, in all threads, until the last leaves.

    What is garbage is still found, others' too; where collecting is off, it stays off.
    """
    global _inside, _usual  # noqa: PLW0603 - the interpreter has one collector for all threads
    with _lock:
        if _inside == 0:
            _usual = gc.get_threshold()
            gc.set_threshold(max(RARELY, _usual[0]) if _usual[0] else 0, *_usual[1:])
        _inside += 1
    try:
        yield
    finally:
        with _lock:
            _inside -= 1
            if _inside == 0:
                gc.set_threshold(*_usual)
