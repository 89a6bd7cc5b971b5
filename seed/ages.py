"""Ages: how many men and women of each age a world has, living and lately dead.

The living follow the UN table (WPP 2019) interpolated to the start date; the dead of the years
before it follow the mortality table (WPP 2024) applied to the living.
"""

from __future__ import annotations

import dataclasses
import functools
from typing import TYPE_CHECKING

import numpy as np

from seed import dates, tables

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

#: The registry keeps the records of those who died in the last so many years.
YEARS_OF_DEATHS = 5
#: The oldest age; the UN's last group is 100 and over.
OLDEST = 108.0

_STEP = 0.1
MEN, WOMEN = 0, 1


@dataclasses.dataclass(frozen=True)
class Ages:
    """People by exact age: for sex 0 (men) and 1 (women), cumulated over `grid`, as shares of all.

    `living[s]` and `dead[s]` are cumulative shares of the living and of the dead of the last
    `YEARS_OF_DEATHS` years (by age at death); `dead_share` is the dead among all on record.
    """

    grid: Floats
    living: tuple[Floats, Floats]
    dead: tuple[Floats, Floats]
    dead_share: float


def groups(moment: float) -> Floats:
    """Return the UN's thousands at that moment (a year with fraction): 21 age groups × 2 sexes."""
    years = sorted(set(tables.numbers("population_age_sex_wpp2019", "year")))
    by_year = {int(year): _un_year(int(year)) for year in years}
    middles = [year + 0.5 for year in years]  # the UN counts on 1 July
    after = int(np.clip(np.searchsorted(middles, moment), 1, len(years) - 1))
    first, second = int(years[after - 1]), int(years[after])
    share = (moment - middles[after - 1]) / (second - first)
    between: Floats = (1 - share) * by_year[first] + share * by_year[second]
    return between


@functools.lru_cache(maxsize=8)
def at(start: int) -> Ages:
    """Return the ages of a world that starts on day `start` (days since 1970)."""
    thousands = groups(dates.year_fraction(start))
    grid = np.arange(0.0, OLDEST + _STEP / 2, _STEP)
    edges = np.append(np.arange(0, 105, 5), OLDEST)
    curves = [_smooth(edges, np.append(0.0, np.cumsum(thousands[:, s])), grid) for s in (0, 1)]
    total = sum(curve[-1] for curve in curves)
    deaths = [_deaths(grid, curve, s) for s, curve in enumerate(curves)]
    died = sum(curve[-1] for curve in deaths)
    return Ages(
        grid=grid,
        living=(curves[0] / total, curves[1] / total),
        dead=(deaths[0] / died, deaths[1] / died),
        dead_share=float(died / (died + total)),
    )


def spread(grid: Floats, cumulative: Floats, count: int, offset: float) -> Floats:
    """Return `count` ages, ascending, spread evenly over a cumulative distribution.

    `offset` in [0, 1) shifts them together: systematic sampling, so that every group of ages gets
    its share to within one person.
    """
    if count == 0:
        return np.zeros(0)
    quantiles = (np.arange(count) + offset) / count * cumulative[-1]
    found: Floats = np.interp(quantiles, cumulative, grid)
    return found


@functools.cache
def survivors(sex: int) -> Floats:
    """Return the life table's l(x) at single ages 0…107, from the mortality of 2020–25."""
    _, rates = mortality(sex)
    alive: Floats = np.exp(-np.append(0.0, np.cumsum(rates)))[: int(OLDEST)]
    return alive


@functools.cache
def mortality(sex: int) -> tuple[Floats, Floats]:
    """Return single ages 0…107 and the death rate m(x) in each, 2020–25."""
    latest = tables.texts("mortality_wpp2024", "period") == "2020-2025"
    ages = np.array([float(a.rstrip("+")) for a in tables.texts("mortality_wpp2024", "age")])
    column = "mx_female" if sex == WOMEN else "mx_male"
    rates = tables.numbers("mortality_wpp2024", column)[latest]
    single = np.arange(0.0, OLDEST)
    place = np.searchsorted(ages[latest], single, side="right") - 1
    return single, rates[place]


def _un_year(year: int) -> Floats:
    mine = tables.numbers("population_age_sex_wpp2019", "year") == year
    columns = ("male_thousand", "female_thousand")
    counts = [tables.numbers("population_age_sex_wpp2019", column)[mine] for column in columns]
    return np.stack(counts, axis=1)


def _deaths(grid: Floats, living: Floats, sex: int) -> Floats:
    """Cumulate the deaths of `YEARS_OF_DEATHS` years by age at death."""
    single, rates = mortality(sex)
    middle = (grid[1:] + grid[:-1]) / 2
    rate = rates[np.minimum(middle.astype(int), len(single) - 1)]
    return np.append(0.0, np.cumsum(np.diff(living) * rate * YEARS_OF_DEATHS))


def _smooth(edges: Floats, cumulative: Floats, grid: Floats) -> Floats:
    """Interpolate a cumulative count without ever falling (Fritsch and Carlson 1980)."""
    width = np.diff(edges)
    slope = np.diff(cumulative) / width
    inner = 2 * slope[1:] * slope[:-1] / np.maximum(slope[1:] + slope[:-1], 1e-12)
    tangent = np.concatenate((slope[:1], inner, np.minimum(slope[-1:], inner[-1:])))
    place = np.clip(np.searchsorted(edges, grid, side="right") - 1, 0, len(width) - 1)
    t = (grid - edges[place]) / width[place]
    h00, h10 = (1 + 2 * t) * (1 - t) ** 2, t * (1 - t) ** 2
    h01, h11 = t**2 * (3 - 2 * t), t**2 * (t - 1)
    smooth: Floats = (
        h00 * cumulative[place]
        + h10 * width[place] * tangent[place]
        + h01 * cumulative[place + 1]
        + h11 * width[place] * tangent[place + 1]
    )
    return smooth
