"""The census: how many people bear a name and were born on a day, so that agreement has a worth.

Names are counted by a hash of their key, in a table of fixed size: two names that share a place
make each other look commoner, never rarer. So memory is flat, however many people there are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

#: Places of the table of names: 16 MB, four for each different name of a million people.
PLACES: Final = 1 << 22
#: Days that births are spread over, where no more is known.
USUAL_DAYS: Final = 25_000


#: Columns of people counted by the places of their names.
COUNTED: Final[Mapping[str, pl.DataType]] = {"place": pl.Int64(), "people": pl.UInt32()}


def counted(name_keys: pl.Series) -> pl.DataFrame:
    """Return `COUNTED` of people by the keys of their names, so that parts can be added up."""
    places = pl.DataFrame({"place": _places(name_keys)})
    return places.group_by("place").agg(people=pl.len()).cast(pl.Schema(COUNTED))


class Census:
    """Counts over the whole registry; `people` is how many there are."""

    def __init__(self) -> None:
        """Nobody is counted yet."""
        self.people = 0
        self._names: NDArray[np.uint32] = np.zeros(PLACES, np.uint32)

    def add(self, name_keys: pl.Series) -> None:
        """Count people by the keys of their names (`app.matching.names.name_key`)."""
        self.add_counted(counted(name_keys))

    def add_counted(self, at_places: pl.DataFrame) -> None:
        """Count people who were counted elsewhere: `COUNTED`, each place once."""
        self.people += int(at_places["people"].sum())
        self._names[at_places["place"].to_numpy()] += at_places["people"].to_numpy()

    def bearers(self, name_keys: pl.Series) -> pl.Series:
        """Return how many people bear each name, at least one."""
        counts = self._names[_places(name_keys)]
        return pl.Series("bearers", np.maximum(counts, 1))


def _places(name_keys: pl.Series) -> NDArray[np.int64]:
    hashed = name_keys.hash(seed=0) % PLACES
    return hashed.cast(pl.Int64).to_numpy()
