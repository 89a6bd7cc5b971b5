"""A chunk with all that its rows need: ids, numbers, addresses, traits; and its tables."""

from __future__ import annotations

import dataclasses
import functools
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from seed import (
    accounts,
    addresses,
    cards,
    chunk,
    dwellings,
    families,
    holding,
    identities,
    migration,
    register,
    traits,
    units,
)
from seed.names import Names
from seed.people import NEVER, NONE, in_order
from seed.rows import absent, citizens, homes, kin, others

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seed.chunk import Chunk
    from seed.dwellings import Dwellings
    from seed.holding import Papers
    from seed.identities import Identities
    from seed.numbers import Share
    from seed.people import Days, Index, Streams
    from seed.rows.arrow import Tables
    from seed.rows.ids import Ids
    from seed.traits import Traits

#: Families whose place of origin (quê quán) is another than where they are registered.
_FROM_AFAR = 0.12


@dataclasses.dataclass(frozen=True)
class Whole:
    """A chunk and everything drawn about it.

    `order` sorts its people by id, and `rank` is their place in that order. `lines` are the texts
    and keys of `dwellings.lines`, `spouse` is each person's partner in the world (−1: none),
    `ends` the day residence ended, `origin_ward` where the family is from, `houses` are the
    identifiers of the households' dwellings. `written` are full names and their keys in the order
    of ids, empty until names have been given.
    """

    streams: Streams
    chunk: Chunk
    share: Share
    ids: Ids
    dwellings: Dwellings
    identities: Identities
    traits: Traits
    rank: NDArray[np.int64]
    citizen_id: NDArray[np.int64]
    household_id: NDArray[np.int64]
    order: NDArray[np.int64]
    lines: tuple[pa.Array[Any], pa.Array[Any]]
    spouse: Index
    ends: Days
    origin_ward: Index
    houses: pa.Array[Any]
    written: tuple[pa.Array[Any], pa.Array[Any]] = (pa.array([]), pa.array([]))

    @functools.cached_property
    def papers(self) -> Papers:
        """All numbers of the chunk, written once for all registers."""
        return holding.papers(self.identities)


def complete(streams: Streams, made: Chunk, share: Share, ids: Ids) -> Whole:
    """Draw everything else about a chunk of people."""
    places = dwellings.settle(streams, made)
    # People of one household have neighbouring ids, as they are read together.
    home = places.home
    order = in_order(np.where(home >= 0, home, made.homes.count))
    rank = np.empty(len(made), np.int64)
    rank[order] = np.arange(len(made))
    level = families.levels(made.parents.father, made.parents.mother)
    away = np.where(made.absent.away, made.absent.since, NEVER)
    return Whole(
        streams=streams,
        chunk=made,
        share=share,
        ids=ids,
        dwellings=places,
        identities=identities.settle(streams, made, places, share),
        traits=traits.settle(streams, made, share),
        rank=rank,
        citizen_id=ids.citizens(len(made))[rank],
        household_id=ids.rows("household", made.homes.count),
        order=order,
        lines=addresses.texts(places.lines),
        spouse=_spouses(made),
        ends=np.minimum(made.people.died, away).astype(np.int32),
        origin_ward=_origins(streams, made, places, level),
        houses=homes.house_ids(share, made.places.ward),
    )


def tables(streams: Streams, made: Chunk, share: Share, ids: Ids) -> Tables:
    """Return all rows of a chunk, by table, referred-to tables first."""
    whole = complete(streams, made, share, ids)
    names, named = _names(), absent.gather(whole)
    codes = names.assign(streams, named.people)
    found = cards.issue(streams, made)
    known = citizens.rows(whole, names, codes)
    entered = dataclasses.replace(whole, written=(known["full_name"], known["name_key"]))
    return {
        "citizen": known,
        "superseded_number": others.superseded(whole),
        "old_number": others.old(whole),
        "household": homes.households(whole),
        "household_member": homes.members(whole),
        "residence": homes.residences(whole),
        "kinship": kin.rows(whole, absent.name(whole, names, named, codes)),
        "card": others.cards_issued(whole, found),
        "account": others.accounts(whole, accounts.collect(streams, made, found)),
        **register.chunk_rows(entered),
    }


@functools.cache
def _names() -> Names:
    """Return the names of this process: their tables take a while to index."""
    return Names()


def _spouses(made: chunk.Chunk) -> Index:
    wife, husband = made.unions.wife, made.unions.husband
    both = np.flatnonzero((wife >= 0) & (husband >= 0))
    spouse = np.full(len(made), NONE)
    spouse[wife[both]], spouse[husband[both]] = husband[both], wife[both]
    return spouse


def _origins(streams: Streams, made: Chunk, places: Dwellings, level: NDArray[np.uint8]) -> Index:
    """Return the ward of origin: the father's (else the mother's), handed down from the eldest."""
    rng = streams("rows", "origins")
    table = units.provinces()
    afar = np.flatnonzero((level == 0) & (rng.random(len(made)) < _FROM_AFAR))
    drawn = rng.choice(len(table.code), len(afar), p=table.population / table.population.sum())
    ward = places.birth_ward.copy()
    ward[afar] = migration.random_wards(rng, drawn.astype(np.uint8))
    parent = np.where(made.parents.father >= 0, made.parents.father, made.parents.mother)
    for generation in range(1, int(level.max(initial=0)) + 1):
        mine = np.flatnonzero(level == generation)
        ward[mine] = ward[parent[mine]]
    return ward
