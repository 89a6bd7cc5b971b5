"""Births: who is whose mother, so that mothers' ages and families look like the country's.

Year by year, the children of that year get mothers: as many of each age as the UN's age pattern
of fertility says, drawn from the women on record who could have had a child then.
"""

from __future__ import annotations

import dataclasses
import functools
from typing import TYPE_CHECKING, Any

import numpy as np

from seed import ages, dates, tables, weddings
from seed import mothers as pool
from seed.mothers import GROUPS, YOUNGEST
from seed.people import NEVER, NONE, WOMAN, in_order

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seed.mothers import Mothers
    from seed.people import Floats, Index, People, Streams
    from seed.weddings import Unions

#: Kind of a "union" of a mother who never married; it has no husband.
UNWED = 5
#: Children in a thousand born as one of twins.
TWIN_SHARE = 0.009
#: Children whose mother would be alive or on record, but is not in the world, our estimate.
LOST_SHARE = 0.012
#: Days between marriage and first birth for those who were expecting or quick.
_QUICK = (230, 800)
_PREMARITAL_SHARE = 0.04
_YOUNGEST_FATHER = 17


@dataclasses.dataclass
class Parents:
    """For each person: parents on record (−1 if none), and the union they were born in (or −1)."""

    mother: Index
    father: Index
    union: Index


@functools.cache
def pattern(year: int) -> Floats:
    """Return the shares of a year's births by mother's age, 15–19 … 45–49."""
    periods = tables.texts("fertility_wpp2024", "period")
    first = min(max(year // 5 * 5, 1950), 2025)
    shares = tables.numbers("fertility_wpp2024", "percent_of_TFR")
    found: Floats = shares[periods == f"{first}-{first + 5}"] / 100
    return found


def link(streams: Streams, people: People, unions: Unions, start: int) -> tuple[Parents, Unions]:
    """Find mothers for the children of every year; return parents, and unions with new dates.

    Mothers who never married get a union of their own, appended. Some children become twins: they
    take over the other's day of birth, where that is earlier.
    """
    rng = streams("births", "mothers")
    mothers = pool.gather(rng, people, unions)
    birth_years = dates.years(people.born)
    by_year = in_order(birth_years)
    first, last = int(birth_years.min()), dates.years(np.array([start]))[0]
    edges = np.searchsorted(birth_years[by_year], np.arange(first, last + 2))
    chosen = np.full(len(people), NONE)
    shares = _shares(np.arange(first, last + 1), start)
    pool.begin(mothers, first)
    for year in range(first, last + 1):
        pool.turn(mothers, year)
        children = by_year[edges[year - first] : edges[year - first + 1]]
        if len(children):
            _a_year(rng, people, mothers, chosen, (year, children, shares[year - first]))
    return _record(streams, people, unions, mothers, chosen)


def _a_year(
    rng: np.random.Generator,
    people: People,
    mothers: Mothers,
    chosen: Index,
    when: tuple[int, NDArray[np.int64], Floats],
) -> None:
    """Give the children of one year their mothers, age group by age group."""
    year, children, shares = when
    children = rng.permutation(children)
    single = round(len(children) * (1 - TWIN_SHARE))
    wanted = _quotas(rng, shares * single)
    if not wanted.any():
        return
    found = pool.choose(rng, mothers, year, wanted)
    given = len(found)
    chosen[children[:given]] = found
    twins = min(len(children) - single, given, len(children) - given)
    seconds = children[given : given + twins]
    firsts = children[rng.choice(given, twins, replace=False)]
    chosen[seconds] = chosen[firsts]
    # The earlier day for both: whoever has married already was of age that day, and still is.
    day = np.minimum(people.born[seconds], people.born[firsts])
    people.born[seconds] = people.born[firsts] = day
    pool.give_birth(mothers, year, found, chosen[seconds])


def _shares(years: NDArray[np.int64], start: int) -> Floats:
    """Return the share of each year's children who have a mother on record, by her age group."""
    middles = np.arange(GROUPS, dtype=np.float64) * 5 + (YOUNGEST + 2.5)
    until = dates.year_fraction(start) - ages.YEARS_OF_DEATHS - 0.5
    since = np.maximum(until - years[:, None].astype(np.float64), 0.0)
    alive = _survival(WOMAN, middles, since)
    # A widower's late wife is known by name, and their children are his.
    widowers = 0.4 * (1 - alive) * _survival(1 - WOMAN, middles + 3.0, since)
    patterns = np.stack([pattern(int(year)) for year in years])
    shares: Floats = patterns * (alive + widowers) * (1 - LOST_SHARE)
    return shares


def _quotas(rng: np.random.Generator, expected: Floats) -> NDArray[np.int64]:
    """Round to whole children, so that the total stays."""
    return np.diff(np.floor(np.append(0.0, np.cumsum(expected)) + rng.random())).astype(np.int64)


def _survival(sex: int, age: Floats, since: Floats) -> Floats:
    table = ages.survivors(sex)
    single = np.arange(len(table))
    later: Floats = np.interp(age + since, single, table, right=0.0)
    return later / np.interp(age, single, table)


def _record(
    streams: Streams, people: People, unions: Unions, mothers: Mothers, chosen: Index
) -> tuple[Parents, Unions]:
    """Turn the choice into parents; let marriages begin before their children, mostly."""
    who = np.append(mothers.union, NONE)[chosen]
    unwed = np.unique(who[(chosen >= 0) & (who < 0)])
    unions = _append_unwed(people, unions, (-1 - unwed).astype(np.int32))
    place = len(unions) - len(unwed) + np.searchsorted(unwed, who)
    union = np.where(chosen < 0, NONE, np.where(who < 0, place, who)).astype(np.int32)
    _marry_before_births(streams("births", "marriages"), people, unions, union)
    known = np.flatnonzero(union >= 0)
    mother, father = np.full(len(people), NONE), np.full(len(people), NONE)
    mother[known] = unions.wife[union[known]]
    father[known] = fathers(people, unions, known, union[known])
    return Parents(mother=mother, father=father, union=union), unions


def fathers(people: People, unions: Unions, children: NDArray[np.int64], union: Index) -> Index:
    """Return the husband of each child's union, unless he was a boy when it was born."""
    husband = unions.husband[union]
    age = people.born[children] - people.born[husband]
    return np.where(age < _YOUNGEST_FATHER * dates.YEAR, NONE, husband).astype(np.int32)


def _append_unwed(people: People, unions: Unions, women: Index) -> Unions:
    count = len(women)
    added: dict[str, NDArray[Any]] = {
        "wife": women,
        "husband": np.full(count, NONE),
        "wife_born": people.born[women],
        "began": np.full(count, NEVER),
        "ended": np.full(count, NEVER),
        "kind": np.full(count, UNWED, np.uint8),
        "foreign": np.zeros(count, bool),
    }
    return weddings.Unions(
        **{name: np.concatenate((getattr(unions, name), column)) for name, column in added.items()}
    )


def _marry_before_births(
    rng: np.random.Generator, people: People, unions: Unions, union: Index
) -> None:
    """Move weddings before the first birth where the law allows; a few children came first."""
    first = np.full(len(unions), NEVER)
    np.minimum.at(first, union[union >= 0], people.born[union >= 0])
    low = weddings.lower_bounds(people, unions)
    waited = rng.integers(*_QUICK, len(unions))
    premarital = rng.random(len(unions)) < _PREMARITAL_SHARE
    late = (unions.kind != UNWED) & (first != NEVER) & (unions.began > first - _QUICK[0])
    moved = np.maximum(first.astype(np.int64) - waited, low + waited // 4)
    unions.began = np.where(
        late & ~premarital, np.minimum(moved, unions.began), unions.began
    ).astype(np.int32)
