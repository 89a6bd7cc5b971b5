"""The people of a world as a scenario takes them: as tables, and dealt out so that none is twice.

Ordinary rows are dealt from one shuffled pack, those of groups (strawmen, merged persons) from its
other end, so that a person is in a group by intent and never by chance.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from app.registry import lookup, units
from app.scenarios import parameters

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from sqlalchemy.orm import Session

    from app.platform.worlds import World
    from app.registry.everyone import Everyone

#: Rows about one person that are no group yet.
ROWS_EACH = 2
_SLICE = 5_000
_EPOCH = dt.date(1970, 1, 1)
#: Days of a year.
YEAR = 365.25


@dataclass(frozen=True)
class Population:
    """Everybody, the day it is, and who is who: rows of `everyone.people` are named by place.

    `session` is for the registers of others: a story reads there what its agency keeps. `world`
    is for what readers and cameras give of cards and faces.
    """

    everyone: Everyone
    today: dt.date
    session: Session
    world: World

    @property
    def people(self) -> pl.DataFrame:
        """One row for each person, in the order of their ids."""
        return self.everyone.people

    @property
    def day(self) -> int:
        """Today as days since 1970: how files of a story count before they are written."""
        return (self.today - _EPOCH).days

    def days_ago(
        self, rng: np.random.Generator, size: int, *, first: dt.date, mean_years: float
    ) -> NDArray[np.int64]:
        """Draw days up to today, none before `first`: what began in the past, mostly of late."""
        oldest = self.day - (first - _EPOCH).days
        ago = np.minimum(rng.exponential(mean_years * YEAR, size), oldest)
        return self.day - ago.astype(np.int64)

    def death_day(self) -> pl.Expr:
        """Return the day on which the person at `place` died; for nobody anything."""
        died = self.people["death_date"].cast(pl.Int32)
        return pl.lit(died).gather(pl.col("place").clip(0))

    def living(self, age: int = 14) -> NDArray[np.int64]:
        """Return the places of who lives and had turned `age` by the end of last year."""
        born = self.people["birth_year"].to_numpy()
        alive = (self.people["state"] == "alive").to_numpy()
        return np.flatnonzero(alive & (born < self.today.year - age))

    def dead(self) -> NDArray[np.int64]:
        """Return the places of the dead."""
        return np.flatnonzero((self.people["state"] == "dead").to_numpy())

    def places(self, citizen_ids: pl.Series) -> NDArray[np.int64]:
        """Return the places of citizens by their ids."""
        return np.searchsorted(self.people["id"].to_numpy(), citizen_ids.to_numpy())

    def bearers(self, numbers: pl.Series) -> NDArray[np.int64]:
        """Return the place of who bears each number, present, superseded or old; -1 for nobody."""
        pins = self.people.select(number="pin", citizen_id="id")
        superseded = self.everyone.superseded.select(pl.col("pin").alias("number"), "citizen_id")
        old = self.everyone.old.filter(pl.col("number").is_unique()).select(pins.columns)
        known = pl.concat([pins, superseded, old])
        asked = numbers.alias("number").to_frame()
        found = asked.join(known, on="number", how="left", maintain_order="left")["citizen_id"]
        places = self.places(found.fill_null(0))
        return np.where(found.is_null().to_numpy(), -1, places)

    def provinces(
        self, places: NDArray[np.int64], lived: dt.date | None = None, told: dt.date | None = None
    ) -> pl.Series:
        """Return codes of the provinces of permanent residence, empty where none is.

        Where people lived on the day `lived`, by the codes in force on the day `told`; both are
        today, where they are not given.
        """
        lived, told = lived or self.today, told or self.today
        known = units.of(self.session)
        ids = self.people["id"][places]
        code: dict[int, str] = {}
        for slice_ in ids.unique().sort().to_frame().iter_slices(_SLICE):
            homes = lookup.permanent_units(self.session, slice_["id"].to_list(), lived)
            for citizen_id, unit in homes.items():
                if unit is not None:
                    code[citizen_id] = units.province_of(known, unit, told).code
        return pl.Series([code.get(each, "") for each in ids], dtype=pl.String)

    def with_old_number(self) -> tuple[NDArray[np.int64], pl.Series]:
        """Return who lives and has an old number that is nobody else's, and those numbers."""
        return self._living_of(self.everyone.old.filter(pl.col("number").is_unique()), "number")

    def with_superseded_number(self) -> tuple[NDArray[np.int64], pl.Series]:
        """Return who lives and had another personal number before, and that number."""
        return self._living_of(self.everyone.superseded, "pin")

    def _living_of(self, table: pl.DataFrame, column: str) -> tuple[NDArray[np.int64], pl.Series]:
        places = self.places(table["citizen_id"])
        alive = np.isin(places, self.living())
        return places[alive], table[column].filter(pl.Series(alive))


class Pack:
    """A shuffled pack of people: the front is dealt to ordinary rows, the back to groups."""

    def __init__(self, rng: np.random.Generator, places: NDArray[np.int64], rows: int) -> None:
        """`rows` is how many will be asked for; raises `scenario-parameters-invalid` for more."""
        if rows > ROWS_EACH * len(places):
            raise parameters.too_large(ROWS_EACH * len(places))
        self._shuffled = rng.permutation(places)
        self._front = 0
        self._back = 0

    def deal(self, rows: int) -> NDArray[np.int64]:
        """Return people for so many rows, each again only after everybody else."""
        left = self._shuffled[: len(self._shuffled) - self._back]
        dealt = np.take(left, np.arange(self._front, self._front + rows), mode="wrap")
        self._front += rows
        return dealt

    def apart(self, people: int) -> NDArray[np.int64]:
        """Return people for groups; call it before `deal`, which then leaves them out."""
        taken = min(people, len(self._shuffled) - self._back - 1)
        end = len(self._shuffled) - self._back
        self._back += taken
        return self._shuffled[end - taken : end]


def date_of(day: int) -> dt.date:
    """Return the date of a day since 1970."""
    return _EPOCH + dt.timedelta(days=day)


def group_sizes(rng: np.random.Generator, rows: int, low: int, high: int) -> NDArray[np.int64]:
    """Divide rows into groups of `low` to `high`; fewer than `low` make no group at all."""
    if rows < low:
        return np.zeros(0, dtype=np.int64)
    sizes = rng.integers(low, high + 1, rows // low + 1)
    sizes = sizes[: int(np.searchsorted(np.cumsum(sizes), rows)) + 1]
    over = int(sizes.sum()) - rows
    last = int(sizes[-1]) - over
    if last >= low or len(sizes) == 1:
        sizes[-1] = max(last, low) if len(sizes) > 1 else last
        return sizes
    return sizes[:-1]
