"""One chunk of people, whole: what the later steps (residences, cards, rows) are made from."""

from __future__ import annotations

import dataclasses
from itertools import pairwise
from typing import TYPE_CHECKING

from seed import (
    absences,
    births,
    families,
    households,
    marriage,
    migration,
    people,
    peoples,
    relations,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from seed.absences import Absences
    from seed.births import Parents
    from seed.families import Trees
    from seed.households import Homes
    from seed.migration import Places
    from seed.people import Index, People, Streams
    from seed.peoples import Origins
    from seed.weddings import Unions

#: People a chunk has (the last one may have up to half as many again).
SIZE = 100_000


@dataclasses.dataclass(frozen=True)
class Chunk:
    """Everything about the people of a chunk that is not yet rows; indexes are the chunk's own."""

    start: int
    people: People
    absent: Absences
    unions: Unions
    parents: Parents
    trees: Trees
    homes: Homes
    relationship: NDArray[np.uint8]
    heads: Index
    origins: Origins
    places: Places

    def __len__(self) -> int:
        return len(self.people)


def sizes(size: int) -> list[int]:
    """Divide a world of `size` people into chunks."""
    chunks = max(1, round(size / SIZE))
    edges = [size * number // chunks for number in range(chunks + 1)]
    return [after - before for before, after in pairwise(edges)]


def make(streams: Streams, size: int, start: int) -> Chunk:
    """Make a chunk of `size` people, for a world that starts on day `start`."""
    everyone = people.make(streams, size, start)
    unions = marriage.settle(streams, everyone, start)
    parents, unions = births.link(streams, everyone, unions, start)
    absent = absences.settle(streams, everyone, unions, parents, start)
    trees = families.plant(streams, everyone, unions, parents)
    present = everyone.living & ~absent.away
    homes = households.settle(streams, everyone, unions, parents, trees, (start, present))
    ages = everyone.age(start)
    relationship, heads = relations.settle(streams, everyone, parents, trees, homes, ages)
    cell = peoples.place_trees(streams, trees)
    origins, of_union = peoples.settle(streams, unions, parents, trees, cell)
    keys = peoples.keys(origins, trees, of_union, unions)
    families.relink(streams, everyone, unions, parents, trees, keys)
    places = migration.settle(streams, homes, cell, (trees.of[heads], ages[heads]), start)
    return Chunk(
        start=start,
        people=everyone,
        absent=absent,
        unions=unions,
        parents=parents,
        trees=trees,
        homes=homes,
        relationship=relationship,
        heads=heads,
        origins=origins,
        places=places,
    )
