"""Many callers at the same moment: of those who want one thing, one may have it."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor


def at_once(many, call):
    """Call from many threads at the same moment; return what each got."""
    ready = threading.Barrier(many)

    def one(_number):
        ready.wait()
        return call()

    with ThreadPoolExecutor(many) as pool:
        return list(pool.map(one, range(many)))


def wins(answers):
    """Count the answers that are none of a refusal."""
    return [answer.status_code for answer in answers].count(200)
