"""Populations: a draft of a world's untouched start, generated once and copied from then on.

The same spec gives the same rows, so the start of a world that was made before is kept, up to a
size, and copied for the next world of its spec, for a reset, and for forks of untouched worlds.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from app.platform import schema
from app.sandbox import making

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.platform.progress import Progress
    from app.platform.stores.store import Draft, Store
    from app.platform.worlds import Worlds, WorldSpec

#: Larger populations are generated anew for a reset: a copy of ten million would fill disks.
KEPT_UP_TO = 200_000


def key(spec: WorldSpec) -> str:
    """Return what the start of worlds of this spec is kept under, at this code's schema."""
    return f"{spec.digest}-{schema.HEAD}"


@contextmanager
def draft(store: Store, spec: WorldSpec, *, workers: int, progress: Progress) -> Iterator[Draft]:
    """Give a draft with the untouched start of a world of this spec: copied, or generated."""
    with store.copying_kept(key(spec)) as kept:
        if kept is not None:
            yield kept
            return
    with store.making() as fresh:
        making.make(fresh.url, spec, workers=workers, progress=progress)
        if spec.size <= KEPT_UP_TO:
            fresh.keep(key(spec))
        yield fresh


def discard_unused(worlds: Worlds) -> None:
    """Give up the kept starts that no world was made from."""
    wanted = {key(facts.spec) for facts in worlds.list()}
    for kept in worlds.store.kept():
        if kept not in wanted:
            worlds.store.discard(kept)
