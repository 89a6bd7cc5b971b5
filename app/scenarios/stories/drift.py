"""Drift: an agency's copy of the registry, taken over a year, and what has become wrong since.

Databases that each keep their own copy drift apart (DOMAIN.md §9.1, no. 63). A row was right on
the day it was taken; since then people died, moved, were given another number or name, and on 1
July 2025 provinces were merged, so that a code may be old where nobody moved. What happened since
the world began is told by the change feed; before, the registry has to be asked. Costs go by how
long a row has been wrong; they and the shares are our choice.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from app.registry import everyone
from app.registry.units import ERA_2025_STARTS
from app.scenarios import claims, following, parameters
from app.scenarios.population import date_of
from app.scenarios.scenario import Column, Made, Scenario, what_to_do

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from app.scenarios.parameters import Parameters
    from app.scenarios.population import Population
    from app.scenarios.secrecy import Draws
    from app.scenarios.solving import Solver

ACTIONS: Final = {
    "keep": "leave the row as it is",
    "update": "write what is on record today",
    "close": "close the row: the person has died",
    "visit": "have an officer go and ask",
}
#: Thousand đồng a row: the longer a row has been wrong, the dearer it is to leave it so.
COSTS: Final = {
    "current": {"keep": 0, "update": 15, "close": 900, "visit": 60},
    "stale_month": {"keep": 40, "update": 5, "close": 900, "visit": 60},
    "stale_quarter": {"keep": 120, "update": 5, "close": 900, "visit": 60},
    "stale_year": {"keep": 300, "update": 5, "close": 900, "visit": 60},
    "dead_month": {"keep": 300, "update": 250, "close": 10, "visit": 60},
    "dead_quarter": {"keep": 900, "update": 800, "close": 10, "visit": 60},
    "dead_year": {"keep": 2500, "update": 2400, "close": 10, "visit": 60},
}
_MIX: Final = {"died": 0.05, "renumbered": 0.02, "renamed": 0.02, "moved": 0.10, "recoded": 0.10}
_MONTH, _QUARTER = 30, 91
#: How many months ago rows were taken: the harder, the longer.
_MONTHS = {"easy": (1, 4), "normal": (1, 12), "hard": (9, 12)}
#: People that are looked at for each row: movers are few.
_POOL = 4


def make(people: Population, draws: Draws, asked: Parameters) -> Made:
    """Take a copy of more people than asked for, and choose rows by what became of them."""
    wanted = asked.counts()
    wanted["current"] = wanted.pop("match")
    copied = _copied(people, draws, asked)
    if copied.height < asked.size:
        raise parameters.too_large(copied.height)
    told = _became(copied, people)
    order = draws.stream("choice").permutation(told.height)
    place = pl.int_range(pl.len()).over("verdict")
    limit = pl.col("verdict").replace_strict(wanted, return_dtype=pl.Int64)
    told = told[order].with_columns(beyond=place >= limit)
    # Kinds of which there are too few leave room for what has not changed, then for anything.
    rows = told.sort("beyond", pl.col("verdict") != "current", maintain_order=True)
    rows = rows.head(asked.size)
    return Made(extract=_extract(rows), key=_key(rows, people.day))


def _copied(people: Population, draws: Draws, asked: Parameters) -> pl.DataFrame:
    """Return whom the copy is of: `place`, `citizen_id`, `taken`, and the number and name then."""
    rng = draws.stream("copy")
    low, high = _MONTHS[asked.difficulty]
    oldest = people.today - dt.timedelta(days=_MONTH * high)
    names = everyone.past_names(people.session, oldest)
    numbers = people.everyone.superseded.filter(pl.col("superseded_on") > oldest)
    found = pl.concat([names["citizen_id"], numbers["citizen_id"]])
    died = people.people["death_date"] > oldest
    changed = np.union1d(people.places(found), np.flatnonzero(died.fill_null(value=False)))
    living = people.living()
    others = rng.permutation(np.setdiff1d(living, changed))[: _POOL * asked.size]
    changed = changed[np.isin(changed, np.union1d(living, people.dead()))]
    places = np.concatenate([changed, others])
    taken = people.day - _MONTH * rng.integers(low, high + 1, len(places))
    told = people.people[places].select("pin", "full_name", citizen_id="id")
    copied = told.with_columns(
        place=pl.Series(places),
        taken=pl.Series(taken),
        died=_days(people.people["death_date"][places]),
    ).filter(pl.col("died").is_null() | (pl.col("died") > pl.col("taken")))
    was = numbers.select("citizen_id", was="pin", on=_day("superseded_on"))
    called = names.select("citizen_id", was="old_value", on=_day("recorded_on"))
    return _with_former(_with_former(copied, was, "number"), called, "name")


def _day(column: str) -> pl.Expr:
    return pl.col(column).cast(pl.Int32).cast(pl.Int64)


def _days(dates: pl.Series) -> pl.Series:
    return dates.cast(pl.Int32).cast(pl.Int64)


def _with_former(copied: pl.DataFrame, former: pl.DataFrame, what: str) -> pl.DataFrame:
    """Add what first changed after each row was taken: `former_…` and `…_since`, or null."""
    first = (
        copied.select("citizen_id", "taken")
        .join(former, on="citizen_id")
        .filter(pl.col("on") > pl.col("taken"))
        .sort("on")
        .unique("citizen_id", keep="first", maintain_order=True)
        .select(
            "citizen_id",
            pl.col("was").alias(f"former_{what}"),
            pl.col("on").alias(f"{what}_since"),
        )
    )
    return copied.join(first, on="citizen_id", how="left", maintain_order="left")


def _became(copied: pl.DataFrame, people: Population) -> pl.DataFrame:
    """Add `province` (its code when the row was taken), `verdict` and `since`."""
    places = copied["place"].to_numpy()
    taken = copied["taken"].to_numpy()
    code, lived = (np.full(len(places), "", dtype="U2") for _ in range(2))
    for day in np.unique(taken):
        chosen = np.flatnonzero(taken == day)
        when = date_of(int(day))
        code[chosen] = people.provinces(places[chosen], lived=when, told=when).to_numpy()
        lived[chosen] = people.provinces(places[chosen], lived=when).to_numpy()
    lives = people.provinces(places).to_numpy().astype("U2")
    moved = _moved(people, places, taken, lived, lives)
    merged = (ERA_2025_STARTS - date_of(0)).days
    told = copied.with_columns(
        province=pl.Series(code.tolist(), dtype=pl.String),
        moved=pl.Series(moved),
        recoded=pl.Series(code != lived),
    )
    chain = {
        "died": (pl.col("died").is_not_null(), pl.col("died")),
        "renumbered": (pl.col("former_number").is_not_null(), pl.col("number_since")),
        "renamed": (pl.col("former_name").is_not_null(), pl.col("name_since")),
        "moved": (pl.col("moved") > 0, pl.col("moved")),
        "recoded": (pl.col("recoded"), pl.lit(merged)),
    }
    verdict = pl.coalesce(
        *(pl.when(is_so).then(pl.lit(name)) for name, (is_so, _) in chain.items()),
        pl.lit("current"),
    )
    since = pl.coalesce(*(pl.when(is_so).then(day) for is_so, day in chain.values()), pl.lit(0))
    return told.with_columns(verdict=verdict, since=since)


def _moved(
    people: Population,
    places: NDArray[np.int64],
    taken: NDArray[np.int64],
    lived: NDArray[np.str_],
    lives: NDArray[np.str_],
) -> NDArray[np.int64]:
    """Return the day by which who lives elsewhere today had moved, to the month; else 0."""
    moved = np.where(lived != lives, people.day, 0)
    movers = np.flatnonzero(moved)
    for day in np.unique(taken[movers])[::-1]:
        there = people.provinces(places[movers], lived=date_of(int(day))).to_numpy()
        gone = (there != lived[movers]) & (taken[movers] < day)
        moved[movers[gone]] = day
    return moved


def _extract(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.select(
        full_name=pl.coalesce("former_name", "full_name"),
        id_number=pl.coalesce("former_number", "pin"),
        province=pl.col("province"),
        taken_on=claims.iso_day("taken"),
    )


def _key(rows: pl.DataFrame, today: int) -> pl.DataFrame:
    verdict = pl.col("verdict")
    kind = pl.when(verdict == "died").then(pl.lit("dead_")).otherwise(pl.lit("stale_"))
    age = today - pl.col("since")
    term = (
        pl.when(age <= _MONTH)
        .then(pl.lit("month"))
        .when(age <= _QUARTER)
        .then(pl.lit("quarter"))
        .otherwise(pl.lit("year"))
    )
    is_current = verdict == "current"
    seen = {name: place for place, name in enumerate(following.VERDICTS)}
    return rows.select(
        "verdict",
        number=pl.when(verdict == "died").then(pl.lit("")).otherwise(pl.col("pin")),
        situation=pl.when(is_current).then(pl.lit("current")).otherwise(kind + term),
        exact=is_current,
        signature=verdict.replace_strict(seen, return_dtype=pl.Int64),
    )


def solve(solver: Solver, extract: pl.DataFrame) -> pl.DataFrame:
    """Follow the feed, ask about what is older than it, write what is new.

    1. Call the provinces of old rows as they are called today.
    2. Read the change feed to its end: of whom it tells it has today's values.
    3. Ask the registry about rows that are older than the feed and that it did not tell of.
    4. Close the dead, update what differs, leave the rest alone.
    """
    rows = following.judge(solver, extract)
    action = (
        pl.when(pl.col("verdict") == "died")
        .then(pl.lit("close"))
        .when(pl.col("verdict") == "current")
        .then(pl.lit("keep"))
        .otherwise(pl.lit("update"))
    )
    return rows.select("record_id", "verdict", "number", action=action)


SCENARIO = Scenario(
    name="drift",
    title_vi="Bản sao lệch dần",
    title_en="Drift",
    story_vi="Cơ quan bảo hiểm xã hội giữ bản sao dữ liệu dân cư, mỗi dòng lấy vào một ngày trong "
    "năm qua. Từ đó có người mất, chuyển tỉnh, đổi số, đổi tên; ngày 1/7/2025 các tỉnh sáp nhập "
    "nên mã tỉnh cũ đi mà không ai chuyển. Thay đổi từ khi thế giới bắt đầu có trên nguồn cấp "
    "thay đổi; trước đó thì phải hỏi. Dòng sai càng lâu càng tốn kém, xóa nhầm người sống cũng "
    "vậy.",
    story_en="Social insurance keeps a copy of the population data, each row taken on a day of "
    "the past year. Since then people have died, moved to another province, been given another "
    "number or name; on 1 July 2025 provinces were merged, so that a code is old where nobody "
    "moved. What has happened since the world began is told by the change feed; about what "
    "happened before, the registry has to be asked. The longer a row has been wrong the more it "
    "costs, and so does closing the row of the living.",
    law="Nghị định 70/2024/NĐ-CP; Nghị quyết 202/2025/QH15",
    client="bhxh",
    purpose="social-insurance",
    columns=(
        Column(name="full_name", kind="text", vi="Họ tên khi lấy", en="Name when it was taken."),
        Column(
            name="id_number",
            kind="text",
            vi="Số định danh khi lấy",
            en="Personal number when it was taken.",
        ),
        Column(
            name="province",
            kind="text",
            vi="Mã tỉnh thường trú theo danh mục ngày lấy; trống: không có",
            en="Province of permanent residence by the codes of that day; empty: none.",
        ),
        Column(name="taken_on", kind="date", vi="Ngày lấy", en="The day it was taken."),
    ),
    answers=(
        Column(
            name="verdict",
            kind="class",
            vi="Điều gì đã xảy ra; nhiều điều thì lấy điều đứng trước",
            en="What has become of it; of several the one that stands first.",
            values=following.VERDICTS,
        ),
        Column(
            name="number",
            kind="number",
            vi="Số định danh hôm nay; người đã mất thì để trống",
            en="The personal number today; nothing for the dead.",
        ),
        what_to_do(ACTIONS),
    ),
    mix=_MIX,
    costs=COSTS,
    action="action",
    naive=("keep", "visit"),
    promised=90,
    make=make,
    solve=solve,
)
