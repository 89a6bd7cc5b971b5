"""What the sources say: the published shares that a world's report is held against.

Every function returns weights by key; they need not sum to one. `SOURCES` names where each comes
from; `seed/reference/README.md` says more.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict

from seed import ages, births, dates, tables

Weights = dict[str, float]

SOURCES = {
    "ages": "UN World Population Prospects 2019, interpolated to the world's day",
    "provinces": "2019 census",
    "ethnicities": "2019 census",
    "surnames": "name lists by people and region (partly estimates), weighted by the 2019 census",
    "household_sizes": "our estimate, calibrated to the 2019 census's mean and totals",
    "marital_statuses": "our estimate, calibrated to the 2019 census's totals",
    "sex_ratios": "census and survey reports, 1989–2023",
    "mothers_ages": "UN World Population Prospects 2024, pattern of fertility",
    "age_gaps": "2019 census, as the press reports it",
    "outside": "our estimate, after the 2019 census's migration",
    "coverage": "Project 06 report to April 2024",
    "benefits": "Project 06 report to April 2024",
}

#: Boys per girl at birth by the decade's middle (General Statistics Office).
SEX_RATIOS = {"1990": 1.066, "2000": 1.087, "2010": 1.116, "2020": 1.110}
#: Husbands older, of the same age, younger: shares of couples.
AGE_GAPS = {"older": 0.72, "same": 0.12, "younger": 0.16}
#: Adults who live outside the province of their number: between these shares.
OUTSIDE = (0.10, 0.15)
#: Million cards ever issued, eID files collected, accounts activated, at the end of April 2024.
COVERAGE = {"cards_issued": 86.0, "accounts_collected": 75.16, "accounts_activated": 53.88}
COVERAGE_DAY = dt.date(2024, 5, 1)

#: Beneficiaries without an account (63.35 %), with one that was not paid to (46 %), and paid.
BENEFITS = {"no_account": 3_204_268.0, "unpaid": 853_294.0, "paid": 1_000_478.0}

_REGION_ENDS = (37, 68)


def age_groups(day: dt.date) -> Weights:
    """Return the UN's people by sex and five-year age: `M 0`, `F 100`."""
    thousands = ages.groups(dates.year_fraction(dates.number(day)))
    return {
        f"{sex} {5 * row}": float(thousands[row, column])
        for row in range(len(thousands))
        for column, sex in enumerate("MF")
    }


def provinces() -> Weights:
    """Return people by legacy province."""
    name = "province63_population_census2019"
    people = tables.numbers(name, "population_2019_04_01")
    return dict(zip(tables.texts(name, "gso_code"), map(float, people), strict=True))


def ethnicities() -> dict[str, Weights]:
    """Return people by legacy province and ethnic group."""
    found: dict[str, Weights] = defaultdict(dict)
    for row in tables.rows("ethnicity_by_province_census2019"):
        found[row["gso_code"]][row["ethnicity_code_hl7vn"]] = float(row["population"])
    return dict(found)


def surnames() -> Weights:
    """Return surnames nationwide: each people's in each region, by how many live there."""
    shares: dict[tuple[str, str], Weights] = defaultdict(lambda: defaultdict(float))
    for row in tables.rows("surnames_by_ethnicity_region"):
        half = 1.0 if row["sex"] == "all" else 0.5
        shares[row["ethnicity"], row["region"]][row["surname"]] += half * float(row["weight"])
    lists = {row["ethnicity"]: row["surname_list"] for row in tables.rows("name_groups")}
    found: Counter[str] = Counter()
    for province, peoples in ethnicities().items():
        for people, count in peoples.items():
            own = shares.get((lists[people], _region(province))) or shares[lists[people], "all"]
            for surname, share in own.items():
                # K' is written as a part of the given name: its bearers have no surname.
                found["" if surname == "K'" else surname] += count * share  # type: ignore[assignment]  # weights
    return dict(found)


def household_sizes() -> Weights:
    """Return households by size, `8` for eight and more."""
    name = "household_size_estimate"
    shares = tables.numbers(name, "percent_of_households")
    return {
        size.rstrip("+"): float(share)
        for size, share in zip(tables.texts(name, "size"), shares, strict=True)
    }


def marital_statuses() -> dict[tuple[str, int], Weights]:
    """Return shares by sex and the first year of a five-year age, from 15 to 80 and over."""
    columns = ("never", "married", "widowed", "divorced_or_separated")
    return {
        (row["sex"], int(row["age"].rstrip("+").split("-")[0])): {
            column: float(row[column]) for column in columns
        }
        for row in tables.rows("marital_status_estimate")
    }


def mothers_ages(year: int) -> Weights:
    """Return a year's births by the mother's five-year age, 15 to 45."""
    return {str(15 + 5 * at): float(share) for at, share in enumerate(births.pattern(year))}


def _region(province: str) -> str:
    code = int(province)
    return ("north", "centre", "south")[sum(code > end for end in _REGION_ENDS)]
