"""Data quality: right, complete, clean and live, of the registry and of agencies' registers.

Each is a share with its denominator; the score is their mean. The words "đúng, đủ, sạch, sống" are
the ministry's, the formulas ours. Of a register, each entry is held against the registry:

| | counts | of |
|---|---|---|
| right | the number leads to one person, and the name is theirs (folded) | entries |
| complete | the number leads to somebody | entries |
| clean | the number is in form and nobody else's too | entries |
| live | the number is the present one of somebody living | entries in force |
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from app.registry import quality
from app.sectors import holdings, register

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Iterator

    from sqlalchemy.orm import Session

REGISTRY: Final = "population"


class Share(msgspec.Struct, frozen=True, kw_only=True):
    """So many of so many: `share` is from 0 to 1, null of none."""

    good: int
    of: int
    share: float | None


class Quality(msgspec.Struct, frozen=True, kw_only=True):
    """How good a register is; `score` is the mean of the four shares, null of an empty one.

    `keepers` are the agencies that keep it.
    """

    register: str
    title_vi: str
    title_en: str
    keepers: tuple[str, ...]
    right: Share
    complete: Share
    clean: Share
    live: Share
    score: float | None


def share(good: int, of: int) -> Share:
    """Return so many of so many.

    >>> share(3, 4).share
    0.75
    """
    return Share(good=good, of=of, share=good / of if of else None)


def of_registry(session: Session, today: dt.date) -> Quality:
    """Return the quality of the population database itself, on the world's day."""
    counted = quality.counts(session, today)
    people = counted.people
    return _quality(
        REGISTRY,
        ("Cơ sở dữ liệu quốc gia về dân cư", "Population database"),
        ("bca",),
        (
            share(counted.right, people),
            share(counted.filled, people * len(quality.REQUIRED)),
            share(counted.clean, people),
            share(counted.live, people),
        ),
    )


def of_registers(session: Session, names: Iterable[str]) -> Iterator[Quality]:
    """Yield the quality of registers that `holdings.KEEPERS` names; KeyError for another."""
    from app.exchange import holding_quality  # noqa: PLC0415 - polars, for this alone

    entries = {name: holding_quality.read(session, name) for name in names}
    bearers = holding_quality.bearers(session, entries.values())
    for name, held in entries.items():
        counted = holding_quality.count(held, bearers)
        known = register.all_of_them()[name]
        shares = (
            share(counted.right, counted.rows),
            share(counted.complete, counted.rows),
            share(counted.clean, counted.rows),
            share(counted.live, counted.in_force),
        )
        yield _quality(name, (known.title_vi, known.title_en), holdings.KEEPERS[name], shares)


def all_of_them(
    session: Session, today: dt.date, *, keeper: str | None = None
) -> tuple[Quality, ...]:
    """Return the quality of the registry and of every register (that an agency keeps)."""
    kept = [
        name
        for name, keepers in sorted(holdings.KEEPERS.items())
        if keeper is None or keeper in keepers
    ]
    return (of_registry(session, today), *of_registers(session, kept))


def _quality(
    name: str,
    titles: tuple[str, str],
    keepers: tuple[str, ...],
    shares: tuple[Share, Share, Share, Share],
) -> Quality:
    known = [one.share for one in shares if one.share is not None]
    right, complete, clean, live = shares
    return Quality(
        register=name,
        title_vi=titles[0],
        title_en=titles[1],
        keepers=keepers,
        right=right,
        complete=complete,
        clean=clean,
        live=live,
        score=sum(known) / len(known) if len(known) == len(shares) else None,
    )
