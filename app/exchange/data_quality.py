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

from app.matching import names
from app.matching.findings import Verdict
from app.matching.numbers import classify
from app.registry import lookup, quality
from app.sectors import holdings, register

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping

    from sqlalchemy.orm import Session

    from app.registry.lookup import Found
    from app.sectors.holdings import Holding

#: Entries that are held against the registry at a time.
_PAGE: Final = 2_000
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


class Tally:
    """What is counted of a file, row by row."""

    def __init__(self) -> None:
        self.rows = self.in_force = 0
        self.right = self.complete = self.clean = self.live = 0

    def add(self, holding: Holding, found: Found) -> None:
        """Count one row, and who bears or bore its number."""
        only = found.only
        self.rows += 1
        self.complete += bool(found.hits)
        self.clean += classify(holding.number) is not None and len(found.hits) < 2
        self.right += only is not None and _is_named(holding.name, only.full_name)
        self.in_force += holding.in_force
        self.live += (
            holding.in_force and only is not None and only.via == "pin" and only.state == "alive"
        )

    def shares(self) -> tuple[Share, Share, Share, Share]:
        """Return right, complete, clean and live."""
        return (
            share(self.right, self.rows),
            share(self.complete, self.rows),
            share(self.clean, self.rows),
            share(self.live, self.in_force),
        )


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


def of_register(session: Session, name: str) -> Quality:
    """Return the quality of a register that `holdings.KEEPERS` names; KeyError for another."""
    tally = Tally()
    after = 0
    while rows := holdings.page(session, name, after, _PAGE):
        measure(tally, rows, lookup.find_many(session, [row.number for row in rows]))
        after = rows[-1].id
    known = register.all_of_them()[name]
    titles = (known.title_vi, known.title_en)
    return _quality(name, titles, holdings.KEEPERS[name], tally.shares())


def measure(tally: Tally, rows: Iterable[Holding], found: Mapping[str, Found]) -> None:
    """Count rows of any agency's file, by who was found under their numbers."""
    for row in rows:
        tally.add(row, found[row.number])


def all_of_them(
    session: Session, today: dt.date, *, keeper: str | None = None
) -> tuple[Quality, ...]:
    """Return the quality of the registry and of every register (that an agency keeps)."""
    kept = [
        name
        for name, keepers in sorted(holdings.KEEPERS.items())
        if keeper is None or keeper in keepers
    ]
    return (of_registry(session, today), *(of_register(session, name) for name in kept))


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


def _is_named(written: str | None, recorded: str) -> bool:
    """Whether a register's name is the person's; None stands for one written alike."""
    return written is None or names.compare_name(written, recorded).verdict is Verdict.MATCH
