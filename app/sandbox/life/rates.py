"""Rates: how likely what happens to whom in a year. Each says its source, or that it is estimated.

Levels follow the same tables that a world starts from and its report compares with, so that a
population that lives stays near its sources.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import numpy as np

from seed import ages, births, tables, weddings

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Places = NDArray[np.int64]

#: Boys per girl at birth (General Statistics Office, 2020s; `seed.sources.SEX_RATIOS`).
BOYS_PER_GIRL = 1.11
#: Of those born, how many live to be counted among those under five (mortality of 2020–25).
_COUNTED = 0.985
#: The UN's table (WPP 2019) ends in 2030: later births keep the level of then.
_LAST_LEVEL = 2027.5
YOUNGEST_MOTHER, GROUPS = 15, 7
#: How likely a next child is, by number of children so far: as `seed.mothers` has it since 1995.
NEXT_CHILD = np.array([1.0, 0.85, 0.20, 0.10, 0.05, 0.02, 0.01, 0.01])
#: Weight of an unmarried woman against a married one; days from a birth to the next conceivable.
UNWED, APART = 0.08, 640
#: Marriages in a year of those who are divorced or widowed, by age below (estimate).
_AGAIN = ((45, 0.040), (60, 0.012), (200, 0.0))
#: Divorces in a year and couple, by the wife's age below (estimate: the census's share of divorced
#: and separated people stays where it is; courts end about two in a thousand marriages a year).
_DIVORCES = ((25, 0.0030), (45, 0.0032), (60, 0.0012), (200, 0.0002))
#: Households that move in a year: to another province, and to another ward of their own (estimate
#: after the 2019 census: 7.3 % of people moved in five years, 2.9 % to another province).
TO_PROVINCE, TO_WARD = 0.0070, 0.0090
#: Of the couples that married within a year and live apart, who move together in a month; the
#: wife to the husband's in so many of them (estimates).
TOGETHER, TO_HUSBAND = 0.5, 0.85
#: Of people of 70 and over who live alone, who move to a child's in a year (estimate).
TO_CHILD, OLD = 0.04, 70


def deaths(sex: Places, age: Floats) -> Floats:
    """Return deaths a year at each sex and age (UN World Population Prospects 2024, 2020–25)."""
    by_sex = np.stack([ages.mortality(ages.MEN)[1], ages.mortality(ages.WOMEN)[1]])
    of = np.clip(age, 0, by_sex.shape[1] - 1).astype(np.int64)
    found: Floats = by_sex[np.minimum(sex, 1), of]
    return found


@functools.lru_cache(maxsize=64)
def births_by_age(moment: float) -> Floats:
    """Return births a year and head by the mother's five-year age from 15, at a moment (2026.5).

    The pattern is that of WPP 2024, as a world is made; the level such that there will be as many
    under five as WPP 2019 expects, from which the ages of a world come.
    """
    at = min(moment, _LAST_LEVEL)
    born = ages.groups(at + 2.5)[0].sum() / 5 / _COUNTED
    found: Floats = births.pattern(int(at)) * born / ages.groups(at).sum()
    return found


def weddings_a_month(sex: int, age: Floats, years: float) -> Floats:
    """Return how many of the never married of a sex marry within so many years, by exact age.

    As many as lead from one age's share of married to the next one's in the table of marital
    status (our estimate, calibrated to the 2019 census).
    """
    curve = weddings.curves(sex)
    ever = np.maximum.accumulate(curve.ever)
    now, then = (np.interp(age + ahead, curve.ages, ever) for ahead in (0.0, years))
    found: Floats = np.where(now < 1, (then - now) / np.maximum(1 - now, 1e-9), 0.0)
    return np.maximum(found, 0.0)


def again(age: Floats) -> Floats:
    """Return marriages a year of the divorced and widowed, by age."""
    return _by_age(age, _AGAIN)


def divorces(wifes_age: Floats) -> Floats:
    """Return divorces a year and couple, by the wife's age."""
    return _by_age(wifes_age, _DIVORCES)


def single_households() -> float:
    """Return the share of households of one person (estimate, after the 2019 census)."""
    sizes = tables.texts("household_size_estimate", "size")
    shares = tables.numbers("household_size_estimate", "percent_of_households")
    return float(shares[sizes == "1"][0] / shares.sum())


def _by_age(age: Floats, steps: tuple[tuple[int, float], ...]) -> Floats:
    found: Floats = np.select([age < limit for limit, _ in steps], [rate for _, rate in steps])
    return found
