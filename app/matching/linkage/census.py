"""The census: how many people bear a name and were born on a day, so that agreement has a worth.

Names are counted by a hash of their key, in a table of fixed size: two names that share a place
make each other look commoner, never rarer. So memory is flat, however many people there are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Places of the table of names: 16 MB, four for each different name of a million people.
PLACES: Final = 1 << 22
#: Days that births are spread over, where no more is known.
USUAL_DAYS: Final = 25_000


class Census:
    """Counts over the whole registry; `people` is how many there are."""

    def __init__(self) -> None:
        """Nobody is counted yet."""
        self.people = 0
        self._names: NDArray[np.uint32] = np.zeros(PLACES, np.uint32)

    def add(self, name_keys: pl.Series) -> None:
        """Count people by the keys of their names (`app.matching.names.name_key`)."""
        self.people += len(name_keys)
        counted = np.bincount(_places(name_keys), minlength=PLACES)
        self._names += counted.astype(np.uint32)

    def bearers(self, name_keys: pl.Series) -> pl.Series:
        """Return how many people bear each name, at least one."""
        counts = self._names[_places(name_keys)]
        return pl.Series("bearers", np.maximum(counts, 1))


def _places(name_keys: pl.Series) -> NDArray[np.int64]:
    hashed = name_keys.hash(seed=0) % PLACES
    return hashed.cast(pl.Int64).to_numpy()
