"""SIM clean-up: an operator's subscribers against the registry, and whose SIMs have to go.

As in the campaign to 31 March 2023 (DOMAIN.md §7.1): about 8 % mismatched, a third of them were
right after all, because of lost marks and changed numbers. What each mistake costs is our choice.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from app.scenarios import blocking, claims, judging
from app.scenarios.population import YEAR, Pack, group_sizes
from app.scenarios.scenario import Column, Made, Scenario, always, what_to_do

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from app.scenarios.parameters import Parameters
    from app.scenarios.population import Population
    from app.scenarios.scenario import Groups
    from app.scenarios.secrecy import Draws
    from app.scenarios.solving import Solver

FLAGS: Final = {
    "none": "up to three SIMs",
    "over_3": "4 to 10 SIMs of one person",
    "over_10": "more than 10 SIMs of one person, over time or by one contract",
    "strawman": "many SIMs of one person, activated in a day by one dealer: sold on",
    "sim_farm": "many SIMs in one device, under borrowed and invented names",
}
ACTIONS: Final = {
    "keep": "leave the SIM as it is",
    "correct": "have the subscriber put it right, without blocking",
    "block": "begin the legal procedure: notices, one-way, two-way, recovery",
}
#: Thousand đồng a row: what stays undone, what asking costs, what blocking the wrong SIM costs.
COSTS: Final = {
    "clean": {"keep": 0, "correct": 20, "block": 600},
    "to_update": {"keep": 60, "correct": 10, "block": 600},
    "without_contract": {"keep": 150, "correct": 15, "block": 300},
    "estate": {"keep": 80, "correct": 15, "block": 120},
    "unlawful": {"keep": 1500, "correct": 900, "block": 40},
}
_MIX: Final = {
    "near_match": 0.08,
    "old_number": 0.07,
    "superseded_number": 0.004,
    "wrong_number": 0.03,
    "another_person": 0.03,
    "deceased": 0.015,
    "invented": 0.015,
    "over_3": 0.04,
    "over_10": 0.015,
    "strawman": 0.02,
    "sim_farm": 0.02,
}
#: How many SIMs go together: the harder, the less strawmen and farms stand out.
_GROUPS: Final[Mapping[str, Groups]] = {
    "over_3": always(4, 9),
    "over_10": always(11, 25),
    "strawman": {"easy": (30, 60), "normal": (15, 40), "hard": (9, 16)},
    "sim_farm": {"easy": (40, 80), "normal": (15, 40), "hard": (6, 14)},
}
_FORGED = {"easy": 0.0, "normal": 0.05, "hard": 0.3}
_FLEETS = 0.3
#: The rightful who complain with a photo of a paper alone.
_PHOTOS = {"easy": 0.0, "normal": 0.05, "hard": 0.25}
#: Mobile prefixes of the largest operator; generated numbers stay below x99 00000.
_PREFIXES = np.array(["032", "033", "034", "035", "036", "037", "038", "039", "086", "096", "097"])
_FIRST, _MEAN_YEARS = dt.date(2004, 1, 1), 7.0
#: Counts beyond these say nothing more.
_MANY_SIMS, _MANY_A_DAY, _MANY_IN_A_DEVICE = 12, 9, 7


def make(people: Population, draws: Draws, asked: Parameters) -> Made:
    """Make the subscribers: those of groups first, everybody else from who is left."""
    wanted = asked.counts()
    pack = Pack(draws.stream("pack"), people.living(), asked.size)
    groups = [_group(people, draws, pack, asked, flag, wanted.pop(flag)) for flag in _GROUPS]
    wanted["match"] += asked.size - sum(wanted.values()) - sum(each.height for each in groups)
    plain = claims.make(people, draws, pack, claims.possible(people, wanted), claims.both(asked))
    plain = _plain(plain, people, draws, asked.size)
    rows = pl.concat([plain, *groups])
    photos = _PHOTOS[asked.difficulty]
    key = blocking.complain(_key(rows, people), draws.stream("complaints"), photos)
    return Made(extract=_extract(rows, draws), key=key)


def _plain(rows: pl.DataFrame, people: Population, draws: Draws, of: int) -> pl.DataFrame:
    """Give everybody who is in no group a day, a dealer and a device of their own."""
    rng = draws.stream("plain")
    size = rows.height
    devices = rng.integers(0, 1 << 40, size)
    shared = rng.random(size) < 0.03  # families pass devices on
    devices[shared] = devices[rng.integers(0, size, int(shared.sum()))]
    return rows.with_columns(
        flag=pl.lit("none"),
        activated=pl.Series(_days(people, rng, size)),
        dealer=pl.Series(_dealers(rng, size, of)),
        device=pl.Series(devices),
        contract=pl.lit(value=False),
        lawful=pl.lit(value=False),
    )


def _days(people: Population, rng: np.random.Generator, size: int) -> NDArray[np.int64]:
    return people.days_ago(rng, size, first=_FIRST, mean_years=_MEAN_YEARS)


def _dealers(rng: np.random.Generator, size: int, of: int) -> NDArray[np.int64]:
    """Deal some of a file's `of` rows to its shops: one for 150 SIMs, some much larger."""
    shops = max(12, of // 150)
    return np.minimum((rng.random(size) ** 2 * shops).astype(np.int64), shops - 1)


def _group(
    people: Population, draws: Draws, pack: Pack, asked: Parameters, flag: str, rows: int
) -> pl.DataFrame:
    """Make the SIMs of people who have many, or of devices that have."""
    rng = draws.stream("group", flag)
    sizes = group_sizes(rng, rows, *_GROUPS[flag][asked.difficulty])
    if flag == "sim_farm":
        return _farms(people, draws, pack, sizes, asked.size)
    places = pack.apart(len(sizes))
    sizes = sizes[: len(places)]
    group = np.repeat(np.arange(len(sizes)), sizes)
    own = claims.exact(people, places[group])
    contract = rng.random(len(sizes)) < {"strawman": _FORGED[asked.difficulty]}.get(flag, 0.5)
    at_once = np.full(len(sizes), flag == "strawman")
    if flag == "over_10":  # a fleet of trackers is bought in a day, by contract
        at_once = contract & (rng.random(len(sizes)) < 2 * _FLEETS)
    days, shops = _days(people, rng, len(group)), _dealers(rng, len(group), asked.size)
    days_of = _days(people, rng, len(sizes))
    shops_of = _dealers(rng, max(len(sizes), 1), asked.size)
    once = at_once[group]
    return own.with_columns(
        flag=pl.lit(flag),
        activated=pl.Series(np.where(once, days_of[group], days)),
        dealer=pl.Series(np.where(once, shops_of[group], shops)),
        device=pl.Series(rng.integers(0, 1 << 40, len(group))),
        contract=pl.Series(contract[group], dtype=pl.Boolean),
        lawful=pl.Series((contract & (flag != "strawman"))[group], dtype=pl.Boolean),
    )


def _farms(
    people: Population, draws: Draws, pack: Pack, sizes: NDArray[np.int64], of: int
) -> pl.DataFrame:
    """Make devices full of SIMs: half under names that exist and know nothing of it."""
    rng = draws.stream("farms")
    total = int(sizes.sum())
    group = np.repeat(np.arange(len(sizes)), sizes)
    real = int(total / 2)
    lent = pack.apart(real)
    rows = pl.concat(
        [
            claims.exact(people, lent),
            claims.invented(people, draws, total - len(lent), name="farms"),
        ]
    )[rng.permutation(total)]
    days = _days(people, rng, max(len(sizes), 1))
    today = people.day
    return rows.with_columns(
        flag=pl.lit("sim_farm"),
        activated=pl.Series(np.minimum(days[group] + rng.integers(0, 20, total), today)),
        dealer=pl.Series(_dealers(rng, total, of)),
        device=pl.Series(rng.integers(0, 1 << 40, max(len(sizes), 1))[group]),
        contract=pl.lit(value=False),
        lawful=pl.lit(value=False),
    )


def _extract(rows: pl.DataFrame, draws: Draws) -> pl.DataFrame:
    rng = draws.stream("phones")
    serials = pl.Series(rng.choice(9_900_000, rows.height, replace=False))
    prefix = pl.Series(_PREFIXES[rng.integers(0, len(_PREFIXES), rows.height)].tolist())
    return rows.select(
        phone=prefix + serials.cast(pl.Int64).cast(pl.String).str.zfill(7),
        subscriber_name=pl.col("full_name"),
        birth_date=pl.col("birth_date"),
        id_number=pl.col("number"),
        activated_on=claims.iso_day("activated"),
        dealer=pl.format("DL{}", pl.col("dealer").cast(pl.String).str.zfill(5)),
        device=pl.format("TB{}", pl.col("device").cast(pl.String).str.zfill(13)),
        contract=pl.when("contract").then(pl.lit("yes")).otherwise(pl.lit("no")),
    )


def _key(rows: pl.DataFrame, people: Population) -> pl.DataFrame:
    died_on = pl.when(pl.col("kind") == "deceased").then(people.death_day())
    is_fraud = pl.col("flag").is_in(["strawman", "sim_farm"]) | pl.col("kind").is_in(
        ["another_person", "invented"]
    )
    by_identity = (
        pl.when(pl.col("kind").is_in(claims.TO_UPDATE))
        .then(pl.lit("to_update"))
        .otherwise(pl.lit("clean"))
    )
    situation = (
        pl.when(is_fraud | (pl.col("activated") > died_on))
        .then(pl.lit("unlawful"))
        .when(pl.col("kind") == "deceased")
        .then(pl.lit("estate"))
        .when((pl.col("flag") != "none") & ~pl.col("lawful"))
        .then(pl.lit("without_contract"))
        .otherwise(by_identity)
    )
    return rows.select(
        verdict=pl.col("kind"),
        number=claims.known_number(),
        flag=pl.col("flag"),
        situation=situation,
        exact=pl.col("exact"),
        signature=_signature(people.day),
    )


def _signature(today: int) -> pl.Expr:
    """What can be seen of a row: the registry's answer, and how many SIMs go together."""
    of_number = pl.len().over("number").clip(upper_bound=_MANY_SIMS)
    of_day = pl.len().over("number", "dealer", "activated").clip(upper_bound=_MANY_A_DAY)
    of_device = pl.len().over("device").clip(upper_bound=_MANY_IN_A_DEVICE)
    years = ((today - pl.col("activated")) / YEAR).cast(pl.Int64)
    if_dead = pl.when(pl.col("kind") == "deceased").then(years).otherwise(0)
    parts = (of_number, of_day, of_device, pl.col("contract").cast(pl.Int64), if_dead)
    signature = pl.col("seen")
    for part in parts:
        signature = signature * 32 + part.cast(pl.Int64)
    return signature


def solve(solver: Solver, extract: pl.DataFrame) -> pl.DataFrame:
    """Ask about every row once, repair numbers that are nobody's, count what goes together.

    1. Verify number, name and birth date, in batches.
    2. Where a number is nobody's, or both name and date are another's, try its neighbours.
    3. Count SIMs by number, by number and dealer and day, and by device.
    4. Block what nobody can have bought in person; ask about the rest; keep what fits.
    """
    # 1. and 2.
    said = judging.of_extract(solver, extract, "subscriber_name")
    # 3.
    counted = said.with_columns(
        sims=pl.len().over("id_number"),
        a_day=pl.len().over("id_number", "dealer", "activated_on"),
        in_device=pl.len().over("device"),
    )
    return counted.with_columns(flag=_flag()).select(
        "record_id",
        "verdict",
        number=pl.col("right"),
        flag=pl.col("flag"),
        action=_action(),
    )


def _flag() -> pl.Expr:
    has_contract = pl.col("contract") == "yes"
    return (
        pl.when(pl.col("in_device") > 5)
        .then(pl.lit("sim_farm"))
        .when((pl.col("a_day") > 7) & ~has_contract)
        .then(pl.lit("strawman"))
        .when(pl.col("sims") > 10)
        .then(pl.lit("over_10"))
        .when(pl.col("sims") > 3)
        .then(pl.lit("over_3"))
        .otherwise(pl.lit("none"))
    )


def _action() -> pl.Expr:
    is_fraud = pl.col("flag").is_in(["strawman", "sim_farm"]) | pl.col("verdict").is_in(
        ["another_person", "invented"]
    )
    unsettled = (pl.col("flag") != "none") & (pl.col("contract") == "no")
    return (
        pl.when(is_fraud)
        .then(pl.lit("block"))
        .when((pl.col("verdict") != "match") | unsettled)
        .then(pl.lit("correct"))
        .otherwise(pl.lit("keep"))
    )


SCENARIO = Scenario(
    name="sim-cleanup",
    title_vi="Làm sạch thông tin thuê bao",
    title_en="SIM clean-up",
    story_vi="Một nhà mạng đối soát thuê bao với cơ sở dữ liệu quốc gia về dân cư. Số giấy tờ, họ "
    "tên và ngày sinh phải khớp; nhiều thuê bao không khớp lại là chính chủ, chỉ vì mất dấu, đổi "
    "số hay gõ sai. Trong số còn lại có giấy tờ của người khác, của người đã mất, có SIM bán "
    "chui và ổ SIM. Chặn nhầm người ngay cũng tốn kém như để lọt SIM rác.",
    story_en="An operator compares its subscribers with the population database. Number, name and "
    "birth date have to fit; yet many that do not are their rightful holders', for marks were "
    "lost, numbers changed or letters mistyped. Among the rest are papers of others and of the "
    "dead, SIMs sold on by strawmen, and farms of SIMs. Blocking the honest costs as leaving the "
    "fraud does.",
    law="Nghị định 163/2024/NĐ-CP; Nghị định 49/2017/NĐ-CP",
    client="viettel",
    purpose="data-cleansing",
    columns=(
        Column(name="phone", kind="text", vi="Số thuê bao", en="The mobile number."),
        Column(
            name="subscriber_name", kind="text", vi="Họ tên thuê bao", en="Name on the contract."
        ),
        claims.BIRTH_DATE,
        claims.ID_NUMBER,
        Column(name="activated_on", kind="date", vi="Ngày kích hoạt", en="Activated on."),
        Column(name="dealer", kind="text", vi="Điểm bán", en="The shop that activated it."),
        Column(
            name="device", kind="text", vi="Thiết bị đang gắn SIM", en="The device the SIM is in."
        ),
        Column(
            name="contract",
            kind="text",
            vi="Có hợp đồng riêng cho nhiều SIM: yes, no",
            en="Whether a separate contract for many SIMs is on file: yes, no.",
        ),
    ),
    answers=(
        claims.VERDICT,
        claims.NUMBER,
        Column(
            name="flag", kind="class", vi="Dấu hiệu theo nhóm", en="Several SIMs.", values=FLAGS
        ),
        what_to_do(ACTIONS),
    ),
    mix=_MIX,
    groups=_GROUPS,
    costs=COSTS,
    action="action",
    blocks="block",
    naive=("keep", "block"),
    promised=80,
    make=make,
    solve=solve,
)
