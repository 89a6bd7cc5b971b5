"""Ways to hand a writer several things at once."""

from __future__ import annotations

import asyncio
import threading
import time


class Held:
    """Holds the writer's thread in a job, so that what follows comes into one batch."""

    def __init__(self, writer):
        self._begun, self._let_go = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=writer.submit, args=(self._job,))

    def _job(self, _session):
        self._begun.set()
        assert self._let_go.wait(10)

    def __enter__(self):
        self._thread.start()
        assert self._begun.wait(10)
        return self

    def __exit__(self, *_error):
        self._let_go.set()
        self._thread.join()


def submit_all(writer, jobs):
    """Submit each from a thread of its own, in order and as one batch; return what each got."""
    outcomes = [None] * len(jobs)

    def submit(number):
        try:
            outcomes[number] = writer.submit(jobs[number])
        except Exception as error:  # noqa: BLE001 - it is the outcome
            outcomes[number] = error

    threads = [threading.Thread(target=submit, args=(n,)) for n in range(len(jobs))]
    with Held(writer):
        for waiting, thread in enumerate(threads, 1):
            thread.start()
            while writer.waiting < waiting:
                time.sleep(0.001)
    for thread in threads:
        thread.join()
    return outcomes


async def gathered(writer, lane, items):
    """Put all items at once; return what each got."""
    return await asyncio.gather(
        *(writer.put(lane, item) for item in items), return_exceptions=True
    )


def put_by_two_loops(writer, lane):
    """Put 160 items from the event loops of two threads; `lane` opens their lane."""

    async def put(prefix):
        for number in range(20):
            await gathered(writer, lane(), [f"{prefix}{number}-{each}" for each in range(4)])

    threads = [threading.Thread(target=asyncio.run, args=(put(prefix),)) for prefix in "xy"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
