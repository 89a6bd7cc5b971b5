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
from seed.people import NEVER, NEVER_MARRIED, NONE, WIDOWED, WOMAN, in_order

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from seed.people import Days, Floats, Index, People, Streams
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
_GROUPS = 7
_YOUNGEST_FATHER = 17
_YOUNGEST = 15
#: How likely a next child is, by number of children so far; it fell with the two-child policy.
_NEXT_BEFORE_1985 = np.array([1.0, 1.2, 1.1, 0.9, 0.7, 0.5, 0.3, 0.1], np.float32)
_NEXT_SINCE_1995 = np.array([1.0, 0.85, 0.20, 0.10, 0.05, 0.02, 0.01, 0.01], np.float32)
#: Weights of those not married (yet) against the married.
_SOON, _UNWED = 0.03, 0.008


@dataclasses.dataclass
class Parents:
    """For each person: parents on record (−1 if none), and the union they were born in (or −1)."""

    mother: Index
    father: Index
    union: Index


@dataclasses.dataclass
class _Mothers:
    """Women who may have children, by birth: in a union, or never married (`union` below 0).

    `before` weighs those not married yet against the married.
    """

    born: Days
    union: Index
    from_year: NDArray[np.int16]
    to_year: NDArray[np.int16]
    before: NDArray[np.float32]
    last_birth: NDArray[np.int16]
    children: NDArray[np.uint8]


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
    take over the other's day of birth.
    """
    mothers = _mothers(people, unions)
    rng = streams("births", "mothers")
    birth_years = dates.years(people.born)
    by_year = in_order(birth_years)
    first, last = int(birth_years.min()), dates.years(np.array([start]))[0]
    edges = np.searchsorted(birth_years[by_year], np.arange(first, last + 2))
    chosen = np.full(len(people), NONE)
    shares = _shares(np.arange(first, last + 1), start)
    for year in range(first, last + 1):
        children = by_year[edges[year - first] : edges[year - first + 1]]
        if len(children):
            _a_year(rng, people, mothers, chosen, (year, children, shares[year - first]))
    return _record(streams, people, unions, mothers, chosen)


def _mothers(people: People, unions: Unions) -> _Mothers:
    in_union = np.flatnonzero((unions.wife >= 0) | (unions.kind == WIDOWED))
    single = np.flatnonzero((people.sex == WOMAN) & (people.marital == NEVER_MARRIED))
    born = np.concatenate((unions.wife_born[in_union], people.born[single]))
    wife = unions.wife[in_union]
    died = np.where(wife >= 0, people.died[wife], NEVER)
    until = np.concatenate((np.minimum(unions.ended[in_union], died), people.died[single]))
    began = np.concatenate((unions.began[in_union], np.full(len(single), NEVER)))
    who = np.concatenate((in_union, -1 - single))
    order = in_order(born)
    years = [dates.years(day[order]) for day in (began, until)]
    return _Mothers(
        born=born[order],
        union=who[order].astype(np.int32),
        from_year=years[0],
        to_year=years[1],
        before=np.where(who[order] < 0, _UNWED, _SOON).astype(np.float32),
        last_birth=np.full(len(order), -9999, np.int16),
        children=np.zeros(len(order), np.uint8),
    )


def _a_year(
    rng: np.random.Generator,
    people: People,
    mothers: _Mothers,
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
    found = _choose(rng, mothers, year, wanted)
    mothers.last_birth[found] = year
    mothers.children[found] += 1
    given = len(found)
    chosen[children[:given]] = found
    twins = min(len(children) - single, given, len(children) - given)
    seconds = children[given : given + twins]
    firsts = children[rng.choice(given, twins, replace=False)]
    chosen[seconds] = chosen[firsts]
    people.born[seconds] = people.born[firsts]
    mothers.children[chosen[seconds]] += 1


def _shares(years: NDArray[np.int64], start: int) -> Floats:
    """Return the share of each year's children who have a mother on record, by her age group."""
    middles = np.arange(_GROUPS, dtype=np.float64) * 5 + (_YOUNGEST + 2.5)
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


def _choose(
    rng: np.random.Generator, mothers: _Mothers, year: int, wanted: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Draw different women, `wanted` of each age group, by weight (Efraimidis, Spirakis 2006)."""
    limits = dates.day(year, 7) - np.arange(
        _YOUNGEST + 5 * _GROUPS, _YOUNGEST - 1, -5
    ) * np.float32(dates.YEAR)
    edges = np.searchsorted(mothers.born, limits)
    place = slice(edges[0], edges[-1])
    change = min(max((year - 1985) / 10, 0.0), 1.0)
    likely = _NEXT_BEFORE_1985 + np.float32(change) * (_NEXT_SINCE_1995 - _NEXT_BEFORE_1985)
    waits = likely.take(mothers.children[place], mode="clip")
    waits *= np.where(mothers.from_year[place] > year, mothers.before[place], np.float32(1.0))
    able = (mothers.to_year[place] > year) & (mothers.last_birth[place] <= year - 2)
    draws = rng.standard_exponential(len(waits), dtype=np.float32)
    key = np.where(able, draws / waits, np.float32(np.inf))
    found = []
    for slot, most in enumerate(wanted[::-1]):
        low, high = edges[slot : slot + 2] - edges[0]
        of_age = key[low:high]
        some = np.argpartition(of_age, most)[:most] if most < high - low else np.arange(high - low)
        found.append(low + some[np.isfinite(of_age[some])])
    chosen: NDArray[np.int64] = np.concatenate(found) + edges[0]
    return chosen


def _record(
    streams: Streams, people: People, unions: Unions, mothers: _Mothers, chosen: Index
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
