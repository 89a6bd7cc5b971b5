"""Small cells are not told, and nothing that they could be worked out from.

A table of counts is published with its sums by row, by column and of all. Cells from 1 to 4 would
tell of few people, so they are left out; what is left out alone in a row or column can be worked
out from the sum, so others go with it:

1. Cells below `LEAST`, sums among them, are left out (0 tells of nobody, and stays).
2. See rows and columns as points and a cell that is left out as a line between two of them. A
   cell whose line lies on no circle can be worked out; each is put on one, by leaving out the
   cheapest further cells that close it: those of the fewest people, and sums only where nothing
   else does.

Along a circle one person more and one fewer, in turn, leaves every sum that is told as it is. All
that is left out holds at least one person, so that neither direction meets a negative count: for
each cell there are several values that fit all that is told. What is not protected: a range can
still be told, and tables of other days, compared, tell of changes.
"""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

#: The least number of people that a cell tells of.
LEAST: Final = 5
#: A sum is left out only where no cell could be.
_SUM_COSTS: Final = 10**12


class Table(NamedTuple):
    """Counts by row and column; None is left out. The last of each is the sum."""

    cells: tuple[tuple[int | None, ...], ...]

    @property
    def suppressed(self) -> frozenset[tuple[int, int]]:
        """Where something is left out, as (row, column)."""
        return frozenset(
            (r, c)
            for r, row in enumerate(self.cells)
            for c, count in enumerate(row)
            if count is None
        )


_Cell = tuple[int, int]
#: A point: ("row", 3), as (0, 3), or ("column", 2), as (1, 2).
_Point = tuple[int, int]


def with_sums(counts: Sequence[Sequence[int]]) -> list[list[int]]:
    """Return the counts with a sum at the end of each row, and a row of sums; rows are alike."""
    rows = [[*row, sum(row)] for row in counts]
    return [*rows, [sum(column) for column in zip(*rows, strict=True)]] if rows else rows


def suppressed(counts: Sequence[Sequence[int]], least: int = LEAST) -> Table:
    """Return the table of these counts with its sums, and without what must not be told."""
    rows = with_sums(counts)
    out = {
        (r, c) for r, row in enumerate(rows) for c, count in enumerate(row) if 0 < count < least
    }
    for cell in sorted(out):
        out |= _circle(rows, out, cell)
    told = tuple(
        tuple(None if (r, c) in out else count for c, count in enumerate(row))
        for r, row in enumerate(rows)
    )
    return Table(told)


def _circle(rows: list[list[int]], out: set[_Cell], cell: _Cell) -> set[_Cell]:
    """Return the cells that, left out with `out`, put `cell` on a circle, at the least cost.

    They are a way from its row to its column by other cells (Dijkstra's algorithm). There always
    is one: by the sums of the row, the column and all, which hold at least the cell's people.
    """
    start, end = (0, cell[0]), (1, cell[1])
    best: dict[_Point, tuple[int, _Point | None]] = {start: (0, None)}
    waiting = [(0, start)]
    while waiting:
        cost, point = heapq.heappop(waiting)
        if point == end:
            break
        if cost > best[point][0]:
            continue
        for following, step in _steps(rows, out, point):
            if _between(point, following) == cell:
                continue
            if following not in best or cost + step < best[following][0]:
                best[following] = (cost + step, point)
                heapq.heappush(waiting, (cost + step, following))
    return set(_way(best, end))


def _steps(rows: list[list[int]], out: set[_Cell], point: _Point) -> Iterator[tuple[_Point, int]]:
    """Yield the points that a cell with people leads to, and what it costs to leave that out."""
    is_column, number = point
    last_row, last_column = len(rows) - 1, len(rows[0]) - 1
    for other in range(len(rows) if is_column else len(rows[0])):
        r, c = (other, number) if is_column else (number, other)
        count = rows[r][c]
        if count:
            is_sum = r == last_row or c == last_column
            cost = 0 if (r, c) in out else count + (_SUM_COSTS if is_sum else 0)
            yield (1 - is_column, other), cost


def _way(best: Mapping[_Point, tuple[int, _Point | None]], end: _Point) -> Iterator[_Cell]:
    point = end
    while (before := best[point][1]) is not None:
        yield _between(before, point)
        point = before


def _between(one: _Point, other: _Point) -> _Cell:
    return (other[1], one[1]) if one[0] else (one[1], other[1])
