"""Ids: which a chunk's rows have, so that chunks can be made in any order."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Ids up to this one belong to personas and their families, in every table.
RESERVED = 10_000

#: Rows a table may have from one chunk (a chunk has at most 150,000 people).
STRIDES = {
    "household": 200_000,
    "household_member": 300_000,
    "residence": 1_000_000,
    "kinship": 1_000_000,
    "card": 500_000,
    "account": 200_000,
}


@dataclasses.dataclass(frozen=True)
class Ids:
    """Gives a chunk's rows their ids; `before` is how many people earlier chunks have."""

    chunk: int
    before: int

    def citizens(self, count: int) -> NDArray[np.int64]:
        """Ids of the chunk's people: they follow on those of the chunk before."""
        return RESERVED + 1 + self.before + np.arange(count)

    def rows(self, table: str, count: int, stride: int | None = None) -> NDArray[np.int64]:
        """Ids of a table's rows: each chunk has a range of its own.

        A register says its `stride` itself: how many rows one chunk may have at most.
        """
        each = STRIDES[table] if stride is None else stride
        if count > each:
            raise OverflowError(f"a chunk has too many rows for {table}")
        return RESERVED + 1 + self.chunk * each + np.arange(count)
