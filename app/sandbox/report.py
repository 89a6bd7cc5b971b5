"""The population against its sources: how far each distribution of a world is from what is known.

The distance is the total variation distance (TVD): half the sum of the differences of shares, the
part of the people one would have to move. Bounds are those the generator promises for worlds of
200,000 and more (peoples within provinces: of a million); in small worlds chance alone exceeds
some. Imports the tables of `seed`: load this module only where a report is made.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.identity import statistics as documents
from app.platform.progress import silent
from app.registry import citizens, statistics
from app.sectors import welfare
from seed import sources

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from app.platform.progress import Progress
    from app.registry.statistics import AgeSex, MaritalStatus

Weights = Mapping[str, float]

#: Citizens on record from which the bounds are promised.
PROMISED_FROM = 200_000
#: Provinces with fewer people of the world are not judged on their peoples.
JUDGED_FROM = 10_000
#: The same for decades of births.
JUDGED_BIRTHS = 10_000
_MARITAL = {
    "never_married": "never",
    "separated": "divorced_or_separated",
    "divorced": "divorced_or_separated",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One value here beside the source's, both as shares or both as plain numbers."""

    label: str
    here: float
    source: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """A distribution beside its source: `distance` is held against `bound`, if there is one.

    It is None where there was too little to compare. A bound is promised only where `judged`.
    """

    name: str
    title: str
    source: str
    measure: str
    distance: float | None
    bound: float | None
    lines: tuple[Line, ...]
    judged: bool = True

    @property
    def is_within(self) -> bool | None:
        """Whether the distance is within its bound; None where one of them is missing."""
        if self.distance is None or self.bound is None:
            return None
        return self.distance <= self.bound

    @property
    def holds(self) -> bool | None:
        """Whether the bound holds; None where none is promised."""
        return self.is_within if self.judged else None


@dataclass(frozen=True, slots=True)
class Report:
    """A world's comparisons; the bounds are promised only where `judged`.

    `people` are the living, whom most distributions are about, `on_record` the dead too.
    """

    people: int
    on_record: int
    judged: bool
    today: dt.date
    comparisons: tuple[Comparison, ...]


def distance(here: Weights, source: Weights) -> float:
    """Return the total variation distance of two distributions given by weights, 0 to 1."""
    total_here, total_source = sum(here.values()), sum(source.values())
    if not total_here or not total_source:
        return 1.0
    keys = here.keys() | source.keys()
    gaps = (abs(here.get(key, 0) / total_here - source.get(key, 0) / total_source) for key in keys)
    return sum(gaps) / 2


def make(session: Session, today: dt.date, *, progress: Progress = silent) -> Report:
    """Count the world as of `today` and compare: about a second for 50,000 citizens."""
    progress("people", 0.0)
    on_record = citizens.count(session)
    judged = on_record >= PROMISED_FROM
    by_age = statistics.ages(session, today)
    counts: dict[str, Callable[[], tuple[Comparison, ...]]] = {
        "ages": lambda: (_ages(by_age, today),),
        "provinces": lambda: _places(session, today),
        "names": lambda: (_surnames(session),),
        "households": lambda: _households(session, today),
        "marriages": lambda: (
            _marital(statistics.marital_statuses(session, today)),
            _age_gaps(session),
        ),
        "births": lambda: (_sex_ratios(session), _mothers(session, today)),
        "moves": lambda: (_outside(session, today),),
        "documents": lambda: (_coverage(session, today),),
        "welfare": lambda: (_benefits(session),),
    }
    comparisons: list[Comparison] = []
    for number, (what, count) in enumerate(counts.items(), 1):
        progress(what, number / (len(counts) + 1))
        comparisons += (replace(made, judged=judged) for made in count())
    progress("done", 1.0)
    people = sum(row.people for row in by_age)
    return Report(
        people=people,
        on_record=on_record,
        judged=judged,
        today=today,
        comparisons=tuple(comparisons),
    )


def _ages(by_age: list[AgeSex], today: dt.date) -> Comparison:
    here: Counter[str] = Counter()
    for age, sex, people in by_age:
        if sex != "U":
            here[f"{sex} {min(age, 100)}"] += people
    return _compared("ages", "Age and sex", here, sources.age_groups(today), 0.02)


def _places(session: Session, today: dt.date) -> tuple[Comparison, Comparison, Comparison]:
    by_province: dict[str, Counter[str]] = defaultdict(Counter)
    for province, ethnicity, people in statistics.ethnicities(session, today, "2004"):
        if province is not None:
            by_province[province][ethnicity] += people
    census = sources.ethnicities()
    national = sum(by_province.values(), Counter())
    expected: Counter[str] = Counter()
    for peoples in census.values():
        expected.update({code: int(count) for code, count in peoples.items()})
    here = {province: float(peoples.total()) for province, peoples in by_province.items()}
    judged = {p: c for p, c in by_province.items() if c.total() >= JUDGED_FROM}
    gaps = {province: distance(c, census[province]) for province, c in sorted(judged.items())}
    return (
        _compared("provinces", "Provinces", here, sources.provinces(), 0.002),
        _compared("ethnicities", "Ethnic groups", national, expected, 0.01),
        Comparison(
            "ethnicities_by_province",
            "Ethnic groups in the province that fits worst",
            sources.SOURCES["ethnicities"],
            f"largest TVD of {len(gaps)} provinces with {JUDGED_FROM:,} people or more",
            max(gaps.values(), default=None),
            0.05 if gaps else None,
            tuple(Line(province, gap, 0.0) for province, gap in gaps.items()),
        ),
    )


def _surnames(session: Session) -> Comparison:
    here: Counter[str] = Counter()
    for _ethnicity, surname, people in statistics.surnames(session):
        here[surname] += people
    return _compared("surnames", "Surnames", here, sources.surnames(), 0.05)


def _households(session: Session, today: dt.date) -> tuple[Comparison, Comparison]:
    sizes = statistics.household_sizes(session, today)
    here: Counter[str] = Counter()
    for members, households in sizes:
        here[str(min(members, 8))] += households
    people = sum(members * households for members, households in sizes)
    mean = people / max(here.total(), 1)
    return (
        _compared("household_sizes", "Household sizes", here, sources.household_sizes(), 0.05),
        Comparison(
            "household_mean",
            "Mean household size",
            sources.SOURCES["household_sizes"],
            "difference from 3.5",
            abs(mean - 3.5),
            0.1,
            (Line("mean", mean, 3.5),),
        ),
    )


def _marital(rows: list[MaritalStatus]) -> Comparison:
    """Average the distance within each sex and age by how many people there are of them."""
    expected = sources.marital_statuses()
    last = max(age for _sex, age in expected)
    here: dict[tuple[str, int], Counter[str]] = defaultdict(Counter)
    for sex, age, status, people in rows:
        if (cell := (sex, min(age, last))) in expected:
            here[cell][_MARITAL.get(status, status)] += people
    total = sum(counts.total() for counts in here.values())
    gaps = {cell: distance(counts, expected[cell]) for cell, counts in sorted(here.items())}
    return Comparison(
        "marital_statuses",
        "Marital status by sex and age",
        sources.SOURCES["marital_statuses"],
        "mean TVD over sexes and ages",
        sum(gap * here[cell].total() for cell, gap in gaps.items()) / max(total, 1),
        0.05,
        tuple(Line(f"{sex} {age}", gap, 0.0) for (sex, age), gap in gaps.items()),
    )


def _sex_ratios(session: Session) -> Comparison:
    lines = []
    judged = []
    for decade, boys, girls in statistics.births(session):
        expected = sources.SEX_RATIOS.get(str(decade))
        if expected is None or not girls:
            continue
        lines.append(Line(f"{decade}s", boys / girls, expected))
        if boys + girls >= JUDGED_BIRTHS:
            judged.append(abs(boys / girls - expected))
    return Comparison(
        "sex_ratios",
        "Boys per girl at birth, by decade",
        sources.SOURCES["sex_ratios"],
        f"largest difference of decades with {JUDGED_BIRTHS:,} births or more",
        max(judged, default=None),
        0.05 if judged else None,
        tuple(lines),
    )


def _mothers(session: Session, today: dt.date) -> Comparison:
    """Compare the births of the last five full years with the pattern of their middle."""
    here: Counter[str] = Counter()
    for year, age, births in statistics.mothers_ages(session):
        if today.year - 5 <= year < today.year:
            here[str(min(max(age, 15), 45))] += births
    source = sources.mothers_ages(today.year - 3)
    return _compared("mothers_ages", "Mothers' ages at birth", here, source, 0.05)


def _age_gaps(session: Session) -> Comparison:
    here: Counter[str] = Counter()
    for years, couples in statistics.age_gaps(session):
        here["older" if years > 0 else "same" if years == 0 else "younger"] += couples
    return _compared(
        "age_gaps", "The husband's age against the wife's", here, sources.AGE_GAPS, 0.05
    )


def _outside(session: Session, today: dt.date) -> Comparison:
    rows = statistics.outside_provinces(session, today)
    adults = sum(row.adults for row in rows)
    share = sum(row.outside for row in rows) / max(adults, 1)
    low, high = sources.OUTSIDE
    return Comparison(
        "outside",
        "Adults outside the province of their number",
        sources.SOURCES["outside"],
        f"how far the share lies outside {low:.0%}–{high:.0%}",
        max(low - share, share - high, 0.0),
        0.0,
        (
            Line("nationwide", share, (low + high) / 2),
            *(Line(row.province, row.outside / row.adults, share) for row in rows if row.adults),
        ),
    )


def _coverage(session: Session, today: dt.date) -> Comparison:
    """Compare the counts' proportions; only on the day of the report they stand for it."""
    here = documents.coverage(session)._asdict()
    same_day = today == sources.COVERAGE_DAY
    bound = 0.01 if same_day else None
    return _compared("coverage", "Cards, eID files, eID accounts", here, sources.COVERAGE, bound)


def _benefits(session: Session) -> Comparison:
    here = {state: float(count) for state, count in welfare.by_state(session).items()}
    return _compared("benefits", "Benefits by payment", here, sources.BENEFITS, 0.002)


def _compared(
    name: str, title: str, here: Weights, source: Weights, bound: float | None
) -> Comparison:
    total_here, total_source = sum(here.values()) or 1.0, sum(source.values()) or 1.0
    keys = dict.fromkeys([*source, *here])
    return Comparison(
        name,
        title,
        sources.SOURCES[name],
        "TVD",
        distance(here, source),
        bound,
        tuple(
            Line(key, here.get(key, 0.0) / total_here, source.get(key, 0.0) / total_source)
            for key in keys
        ),
    )
