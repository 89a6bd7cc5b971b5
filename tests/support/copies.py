"""Worlds that tests have to themselves: copies of a start that is kept."""

import uuid
from contextlib import contextmanager

from app.sandbox import worlds as lives


@contextmanager
def copy(worlds, spec):
    """Give an open world of this spec, which is gone afterwards."""
    name = f"t-{uuid.uuid4().hex[:12]}"
    lives.create(worlds, name, spec)
    try:
        yield worlds.open(name)
    finally:
        worlds.release(name)
        if name in worlds.names():
            worlds.store.drop(name)
