"""Retention: texts of old leaves go, their hashes stay, and the log itself says so.

What is removed is what tells of people: bodies and subjects. Every proof works as before, and an
audit counts the missing texts and finds the leaf that declared them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select, update

from app.exchange.log import leaves, store
from app.exchange.models import Leaf, LeafEntry, LogHead
from app.platform import clock

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator

    from sqlalchemy import Connection
    from sqlalchemy.orm import Session

    from app.platform.worlds import World

#: Leaves in one slice, which must stay under 50 ms.
_SLICE = 1_000


def enforce(world: World, *, keep: dt.timedelta, now: dt.datetime, today: dt.date) -> int:
    """Remove the texts of leaves recorded more than `keep` ago; return how many went.

    Declares it in the log first, then removes slice by slice: whatever interrupts it, no text is
    missing whose absence the log does not explain. `today` is the world's date.
    """
    before = clock.rfc3339_ms(now - keep)
    first, end = world.writer.submit(
        lambda session: _declare(session, world, before, now=now, today=today)
    )
    world.writer.bulk(_slices(first, end))
    return end - first


def _declare(
    session: Session, world: World, before: str, *, now: dt.datetime, today: dt.date
) -> tuple[int, int]:
    """Log which texts go; return the first and the end of them."""
    size = session.execute(select(LogHead.size)).scalar() or 0
    end = _first(size, lambda seq: _recorded_at(session, seq) >= before)
    first = _first(end, lambda seq: _has_text(session, seq))
    if first < end:
        draft = store.own_draft(leaves.Kind.PRUNING, "retention", today, pruned_before=end)
        store.append(session, world, [draft], now=now)
    return first, end


def _first(size: int, holds: Callable[[int], bool]) -> int:
    """Return the first leaf for which `holds`, where it holds for all that follow, else `size`.

    Numbers follow time, and texts are removed from the front, so halving finds both without
    reading the log or keeping an index for it.
    """
    low, high = 0, size
    while low < high:
        middle = (low + high) // 2
        if holds(middle):
            high = middle
        else:
            low = middle + 1
    return low


def _recorded_at(session: Session, seq: int) -> str:
    return session.execute(select(Leaf.recorded_at).where(Leaf.seq == seq)).scalar_one()


def _has_text(session: Session, seq: int) -> bool:
    return session.execute(select(Leaf.body).where(Leaf.seq == seq)).scalar_one() is not None


def _slices(first: int, end: int) -> Iterator[Callable[[Session], None]]:
    for begin in range(first, end, _SLICE):
        yield _slice(begin, min(begin + _SLICE, end))


def _slice(begin: int, end: int) -> Callable[[Connection | Session], None]:
    def remove(session: Connection | Session) -> None:
        for model in (Leaf, LeafEntry):
            old = update(model).where(model.seq >= begin, model.seq < end)
            session.execute(old.values(body=None, subject=None))

    return remove
