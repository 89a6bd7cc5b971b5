"""Virtual accounts: who is behind the users of a platform, and which of them are nobody.

The task force of 25 January 2024 wanted social networks rid of virtual accounts (DOMAIN.md §9.1,
no. 45). A platform has no connection of its own: the ministry that supervises it asks. The kinds
are ours, as are their shares and what each mistake costs; that parents open the accounts of who
is under sixteen is the rule of Decree 147/2024 (from memory, unverified).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from app.matching.columns import fold_series
from app.scenarios import claims, dirt, judging, solving
from app.scenarios.dirt import Dates
from app.scenarios.population import ROWS_EACH, YEAR, Pack, group_sizes
from app.scenarios.scenario import Column, Made, Scenario, always, what_to_do

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from app.scenarios.parameters import Parameters
    from app.scenarios.population import Population
    from app.scenarios.scenario import Groups
    from app.scenarios.secrecy import Draws
    from app.scenarios.solving import Solver

VERDICTS: Final = {
    "own": "the person's own account, written as on record",
    "badly_written": "the person's own account, its name, date or number written badly or old",
    "child": "of a child under sixteen, who may have made itself older",
    "borrowed": "the papers of a living person, used by somebody else",
    "bought": "the papers of a living person, one of many in one operator's hand",
    "another_person": "the number of one person under the name of another",
    "deceased": "the person has died",
    "invented": "nobody's: neither number nor person exists",
}
GROUPS: Final = {
    "none": "an account by itself, or up to three of one person",
    "shared": "several people use the device, each the own account",
    "several": "4 to 9 accounts of one person",
    "many": "10 accounts of one person or more",
    "ring": "accounts in many names, opened within weeks and run by one operator",
}
ACTIONS: Final = {
    "keep": "leave the account as it is",
    "ask": "have the holder prove who it is: chip and face, or a level 2 account",
    "guard": "hand the account to a parent or guardian",
    "suspend": "suspend the account",
}
#: Thousand đồng a row: what fraud takes, what asking costs, what suspending the honest costs.
COSTS: Final = {
    "clean": {"keep": 0, "ask": 15, "guard": 80, "suspend": 400},
    "to_update": {"keep": 40, "ask": 8, "guard": 80, "suspend": 400},
    "child": {"keep": 300, "ask": 120, "guard": 10, "suspend": 90},
    "lent": {"keep": 350, "ask": 40, "guard": 250, "suspend": 120},
    "network": {"keep": 600, "ask": 150, "guard": 400, "suspend": 50},
    "memorial": {"keep": 60, "ask": 60, "guard": 40, "suspend": 15},
    "fraud": {"keep": 1200, "ask": 500, "guard": 800, "suspend": 30},
}
_MIX: Final = {
    "near_match": 0.08,
    "old_number": 0.03,
    "superseded_number": 0.004,
    "wrong_number": 0.03,
    "another_person": 0.03,
    "deceased": 0.015,
    "invented": 0.02,
    "child": 0.04,
    "borrowed": 0.04,
    "shared": 0.06,
    "several": 0.04,
    "many": 0.03,
    "ring": 0.06,
}
_VERDICT_OF = {"match": "own", **dict.fromkeys(claims.TO_UPDATE, "badly_written")}
#: The harder, the smaller are groups, the more is paid to nobody, the more honest look odd.
_GROUPS: Final[Mapping[str, Groups]] = {
    "shared": always(2, 9),
    "several": always(4, 9),
    "many": {"easy": (20, 40), "normal": (12, 30), "hard": (10, 14)},
    "ring": {"easy": (30, 60), "normal": (12, 30), "hard": (4, 9)},
}
_UNPAID = {"easy": 0.0, "normal": 0.1, "hard": 0.4}
_PAID_TO_FAMILY = {"easy": 0.0, "normal": 0.01, "hard": 0.04}
_MADE_OLDER = 0.6
_PAID, _BOUGHT = 0.6, 0.6
#: Children of the file are under this age whatever the day; everybody else has turned it.
_GROWN, _YOUNGEST = 16, 9
_FIRST, _MEAN_YEARS = dt.date(2016, 1, 1), 2.5
#: A ring opens its accounts within so many days.
_AT_ONCE = 30
#: Counts beyond these say nothing more.
_MANY_ACCOUNTS, _MANY_IN_A_DEVICE, _MANY_PAID = 10, 7, 4
#: What is seen of children: the number tells the year of birth (digits 4 to 6).
_YOUNG, _YOUNG_MADE_OLDER = 900, 901
_PAYEE_FITS, _PAYEE_DIFFERS = 1, 2


def make(people: Population, draws: Draws, asked: Parameters) -> Made:
    """Make the accounts: those of groups first, everybody else from who is left."""
    people = _grown_by_former_numbers(people)
    wanted = asked.counts()
    pack = Pack(draws.stream("pack"), people.living(_GROWN), asked.size)
    groups = [_group(people, draws, pack, asked, wanted.pop(name), name) for name in _GROUPS]
    children = _children(people, draws, wanted.pop("child"))
    borrowed = claims.exact(people, pack.apart(wanted.pop("borrowed")))
    others = [children, borrowed.with_columns(kind=pl.lit("borrowed"))]
    made = sum(each.height for each in (*groups, *others))
    wanted["match"] += asked.size - sum(wanted.values()) - made
    plain = claims.make(people, draws, pack, claims.possible(people, wanted), claims.both(asked))
    rows = pl.concat([_plain(pl.concat([plain, *others]), people, draws, asked), *groups])
    rows = rows.with_columns(payee_name=_names_at_the_bank(people, rows["payee"]))
    return Made(extract=_extract(rows), key=_key(rows, people))


def _grown_by_former_numbers(people: Population) -> Population:
    """Leave out former numbers of who may be a child, so that a child is one by intent."""
    grown = people.people["id"].gather(people.living(_GROWN)).implode()
    old, superseded = (
        table.filter(pl.col("citizen_id").is_in(grown))
        for table in (people.everyone.old, people.everyone.superseded)
    )
    everyone = replace(people.everyone, old=old, superseded=superseded)
    return replace(people, everyone=everyone)


def _children(people: Population, draws: Draws, rows: int) -> pl.DataFrame:
    """Make claims of children: most have written a year in which they would be grown."""
    rng = draws.stream("children")
    born = people.people["birth_year"].to_numpy()
    places = people.living(_YOUNGEST)
    places = rng.permutation(places[born[places] > people.today.year - _GROWN])
    rows = min(rows, ROWS_EACH * len(places))
    own = claims.exact(people, np.take(places, np.arange(rows), mode="wrap"))
    dates = claims.dates(people.people[own["place"].to_numpy()])
    older = (rng.random(rows) < _MADE_OLDER) & (dates.day > 0)
    year = people.today.year - rng.integers(_GROWN + 3, _GROWN + 10, rows)
    told = dirt.written(Dates(year, dates.month, np.minimum(dates.day, 28)))
    is_older = pl.Series(older, dtype=pl.Boolean)
    return own.with_columns(
        kind=pl.lit("child"),
        birth_date=pl.select(
            pl.when(is_older).then(told).otherwise(own["birth_date"])
        ).to_series(),
        exact=~is_older,
        seen=pl.Series(np.where(older, _YOUNG_MADE_OLDER, _YOUNG), dtype=pl.Int64),
    )


def _plain(
    rows: pl.DataFrame, people: Population, draws: Draws, asked: Parameters
) -> pl.DataFrame:
    """Give everybody who is in no group a day, a device, and somebody who is paid."""
    rng = draws.stream("plain")
    size = rows.height
    place = rows["place"].to_numpy()
    is_borrowed = (rows["kind"] == "borrowed").to_numpy()
    relatives = rng.choice(people.living(_GROWN), size)
    to_another = is_borrowed | (rng.random(size) < _PAID_TO_FAMILY[asked.difficulty])
    is_paid = np.where(
        is_borrowed, rng.random(size) >= _UNPAID[asked.difficulty], rng.random(size) < _PAID
    )
    payee = np.where(is_paid & (place >= 0), np.where(to_another, relatives, place), -1)
    return _opened(
        rows,
        group="none",
        day=_days(people, rng, size),
        device=rng.integers(0, 1 << 40, size),
        payee=payee,
        account=rng.integers(0, 1 << 36, size),
    )


def _days(people: Population, rng: np.random.Generator, size: int) -> NDArray[np.int64]:
    return people.days_ago(rng, size, first=_FIRST, mean_years=_MEAN_YEARS)


def _opened(rows: pl.DataFrame, *, group: str, **columns: NDArray[np.int64]) -> pl.DataFrame:
    """Put the same columns beside all claims: `account` is where `payee` (-1: nobody) is paid."""
    arrays = {name: pl.Series(values, dtype=pl.Int64) for name, values in columns.items()}
    return rows.with_columns(group=pl.lit(group), **arrays)


def _group(
    people: Population, draws: Draws, pack: Pack, asked: Parameters, rows: int, name: str
) -> pl.DataFrame:
    """Make accounts that go together: of a device, of a person, of an operator."""
    rng = draws.stream("group", name)
    sizes = group_sizes(rng, rows, *_GROUPS[name][asked.difficulty])
    if name == "ring":
        return _rings(people, draws, pack, sizes, _UNPAID[asked.difficulty])
    if name == "shared":
        places = pack.apart(int(sizes.sum()))
        group = np.repeat(np.arange(len(sizes)), sizes)[: len(places)]
    else:
        persons = pack.apart(len(sizes))
        group = np.repeat(np.arange(len(persons)), sizes[: len(persons)])
        places = persons[group]
    own = claims.exact(people, places)
    devices = rng.integers(0, 1 << 40, max(len(sizes), 1))[group]
    is_one = (name == "shared") | (rng.random(len(group)) < 0.5)
    accounts = rng.integers(0, 1 << 36, max(len(sizes), 1))[group]
    each = rng.integers(0, 1 << 36, len(group))
    return _opened(
        own,
        group=name,
        day=_days(people, rng, len(group)),
        device=np.where(is_one, devices, rng.integers(0, 1 << 40, len(group))),
        payee=np.where(rng.random(len(group)) < _PAID, places, -1),
        account=each if name == "shared" else accounts,
    )


def _rings(
    people: Population, draws: Draws, pack: Pack, sizes: NDArray[np.int64], unpaid: float
) -> pl.DataFrame:
    """Make rings: papers bought and invented, one to three devices, one account at the bank."""
    rng = draws.stream("rings")
    total, rings = int(sizes.sum()), max(len(sizes), 1)
    group = np.repeat(np.arange(len(sizes)), sizes)
    bought = claims.exact(people, pack.apart(int(total * _BOUGHT)))
    rows = pl.concat(
        [
            bought.with_columns(kind=pl.lit("bought")),
            claims.invented(people, draws, total - bought.height, name="rings"),
        ]
    )[rng.permutation(total)]
    begun, today = _days(people, rng, rings), people.day
    devices = rng.integers(0, 1 << 40, (rings, 3))
    in_use = rng.integers(1, 4, rings) if unpaid else np.ones(rings, dtype=np.int64)
    which = (rng.random(total) * in_use[group]).astype(np.int64)
    strawmen = rng.choice(people.living(_GROWN), rings)
    return _opened(
        rows,
        group="ring",
        day=np.minimum(begun[group] + rng.integers(0, _AT_ONCE, total), today),
        device=devices[group, which],
        payee=np.where(rng.random(total) < unpaid, -1, strawmen[group]),
        account=rng.integers(0, 1 << 36, rings)[group],
    )


def _names_at_the_bank(people: Population, payees: pl.Series) -> pl.Series:
    """Return how banks write who is paid: capitals without marks; nothing for nobody."""
    names = fold_series(people.people["full_name"])
    found = names.gather(payees.clip(0))
    return pl.select(pl.when(payees >= 0).then(found).otherwise(pl.lit(""))).to_series()


def _extract(rows: pl.DataFrame) -> pl.DataFrame:
    account = pl.format("TK{}", pl.col("account").cast(pl.String).str.zfill(11))
    return rows.select(
        "full_name",
        "birth_date",
        id_number=pl.col("number"),
        registered_on=claims.iso_day("day"),
        device=pl.format("TB{}", pl.col("device").cast(pl.String).str.zfill(13)),
        payout_account=pl.when(pl.col("payee") >= 0).then(account).otherwise(pl.lit("")),
        payout_name=pl.col("payee_name"),
    )


def _key(rows: pl.DataFrame, people: Population) -> pl.DataFrame:
    verdict = pl.col("kind").replace(_VERDICT_OF)
    is_dead = pl.col("kind") == "deceased"
    situation = (
        pl.when(
            pl.col("kind").is_in(["bought", "another_person", "invented"])
            | (is_dead & (pl.col("day") > people.death_day()))
        )
        .then(pl.lit("fraud"))
        .when(is_dead)
        .then(pl.lit("memorial"))
        .when(pl.col("group") == "many")
        .then(pl.lit("network"))
        .otherwise(
            pl.col("kind").replace_strict(
                {
                    "child": "child",
                    "borrowed": "lent",
                    **dict.fromkeys(claims.TO_UPDATE, "to_update"),
                },
                default="clean",
            )
        )
    )
    return rows.with_columns(fold_series(rows["full_name"]).alias("folded")).select(
        verdict=verdict,
        number=claims.known_number("child"),
        group=pl.col("group"),
        situation=situation,
        exact=pl.col("exact"),
        signature=_signature(people.day),
    )


def _signature(today: int) -> pl.Expr:
    """What can be seen of a row: the registry's answer, what goes together, who is paid."""
    of_number = pl.len().over("number").clip(upper_bound=_MANY_ACCOUNTS)
    of_device = pl.col("number").n_unique().over("device").clip(upper_bound=_MANY_IN_A_DEVICE)
    days = pl.col("day").max().over("device") - pl.col("day").min().over("device")
    at_once = (of_device > 1) & (days < _AT_ONCE)
    is_paid = pl.col("payee") >= 0
    of_payee = pl.when(is_paid).then(
        pl.col("number").n_unique().over("account").clip(upper_bound=_MANY_PAID)
    )
    as_said = pl.when(pl.col("payee_name") == pl.col("folded")).then(_PAYEE_FITS)
    # Of a row that fits wholly it matters who is paid; of others it tells nothing more.
    payee = pl.when(is_paid & (pl.col("seen") % 1000 == 0)).then(as_said.otherwise(_PAYEE_DIFFERS))
    years = (today - pl.col("day")) / YEAR
    if_dead = pl.when(pl.col("kind") == "deceased").then(years.cast(pl.Int64))
    signature = pl.col("seen")
    for part in (of_number, of_device, at_once, of_payee, payee, if_dead):
        signature = signature * 16 + part.cast(pl.Int64).fill_null(0)
    return signature


def solve(solver: Solver, extract: pl.DataFrame) -> pl.DataFrame:
    """Ask about every row once, repair numbers that are nobody's, count what goes together.

    1. Tell whom each row is about; a number of somebody born too late is a child's.
    2. Count accounts by number, and numbers by device and by account at the bank.
    3. Compare who is paid with who it is said to be: marks and case aside, as banks write.
    """
    # 1.
    told = judging.of_extract(solver, extract, "full_name")
    told = told.rename({"verdict": "kind", "right": "number"})
    latest = pl.col("registered_on").max().str.head(4).cast(pl.Int64)
    # 2.
    opened = pl.col("registered_on").str.to_date("%Y-%m-%d")
    numbers = pl.col("id_number").n_unique()
    is_paid = pl.col("payout_account") != ""
    counted = told.with_columns(
        is_young=solving.birth_year(pl.col("id_number")) > latest - _GROWN,
        accounts=pl.len().over("id_number"),
        in_device=numbers.over("device"),
        days=(opened.max().over("device") - opened.min().over("device")).dt.total_days(),
        paid_together=pl.when(is_paid).then(numbers.over("payout_account")).otherwise(0),
        # 3.
        paid_to_another=is_paid & (fold_series(extract["full_name"]) != pl.col("payout_name")),
    )
    grouped = counted.with_columns(group=_grouped())
    decided = grouped.with_columns(verdict=_decided())
    is_unknown = pl.col("verdict").is_in(["borrowed", "bought"])
    return decided.select(
        "record_id",
        "verdict",
        number=pl.when(is_unknown).then(pl.lit("")).otherwise(pl.col("number")),
        group=pl.col("group"),
        action=_action(),
    )


def _grouped() -> pl.Expr:
    is_sudden = (pl.col("in_device") > 2) & (pl.col("days") < _AT_ONCE)
    return (
        pl.when((pl.col("paid_together") > 2) | is_sudden)
        .then(pl.lit("ring"))
        .when(pl.col("accounts") >= 10)
        .then(pl.lit("many"))
        .when(pl.col("accounts") > 3)
        .then(pl.lit("several"))
        .when(pl.col("in_device") > 1)
        .then(pl.lit("shared"))
        .otherwise(pl.lit("none"))
    )


def _decided() -> pl.Expr:
    kind = pl.col("kind")
    return (
        pl.when(pl.col("is_young") & kind.is_in(["match", "near_match"]))
        .then(pl.lit("child"))
        .when((kind == "match") & (pl.col("group") == "ring"))
        .then(pl.lit("bought"))
        .when((kind == "match") & pl.col("paid_to_another"))
        .then(pl.lit("borrowed"))
        .otherwise(kind.replace(_VERDICT_OF))
    )


def _action() -> pl.Expr:
    verdict = pl.col("verdict")
    to_suspend = ["bought", "another_person", "invented", "deceased"]
    return (
        pl.when(verdict.is_in(to_suspend) | (pl.col("group") == "many"))
        .then(pl.lit("suspend"))
        .when(verdict == "child")
        .then(pl.lit("guard"))
        .when(verdict.is_in(["badly_written", "borrowed"]))
        .then(pl.lit("ask"))
        .otherwise(pl.lit("keep"))
    )


SCENARIO = Scenario(
    name="virtual-accounts",
    title_vi="Tài khoản ảo",
    title_en="Virtual accounts",
    story_vi="Một nền tảng kiểm tra ai đứng sau người dùng của mình; cơ quan quản lý hỏi cơ sở dữ "
    "liệu quốc gia về dân cư thay cho nền tảng. Có giấy tờ mua lại, mượn của người nhà, giấy tờ "
    "bịa ra; có người giữ hàng chục tài khoản, có trẻ em khai thêm tuổi, có người đã mất. Nhiều "
    "tài khoản ngay thật lại ghi sai, hoặc dùng chung một máy. Khóa nhầm người ngay cũng mất tiền "
    "như để sót kẻ gian.",
    story_en="A platform checks who is behind its users; the ministry that supervises it asks the "
    "population database on its behalf. There are papers bought, lent by relatives and invented, "
    "people with dozens of accounts, children who made themselves older, and the dead. Many an "
    "honest account is written badly, or shares its device. Suspending the honest costs as "
    "leaving the fraud does.",
    law="Nghị định 147/2024/NĐ-CP; Quyết định 06/QĐ-TTg (Đề án 06)",
    client="btttt",
    purpose="data-cleansing",
    columns=(
        Column(name="full_name", kind="text", vi="Họ tên đã khai", en="Name that was declared."),
        claims.BIRTH_DATE,
        claims.ID_NUMBER,
        Column(name="registered_on", kind="date", vi="Ngày mở", en="Opened on."),
        Column(
            name="device", kind="text", vi="Thiết bị đăng nhập", en="The device it is used on."
        ),
        Column(
            name="payout_account",
            kind="text",
            vi="Tài khoản ngân hàng nhận tiền; trống nếu không nhận",
            en="The account at a bank that earnings are paid to; empty where there are none.",
        ),
        Column(
            name="payout_name",
            kind="text",
            vi="Tên chủ tài khoản, như ngân hàng ghi",
            en="Who holds that account, as banks write names: capitals without marks.",
        ),
    ),
    answers=(
        Column(
            name="verdict",
            kind="class",
            vi="Ai đứng sau tài khoản",
            en="Who is behind it.",
            values=VERDICTS,
        ),
        Column(
            name="number",
            kind="number",
            vi="Số định danh đúng của người dùng, nếu xác định được; không thì để trống",
            en="The user's right personal number where it can be told (own, badly_written, "
            "child), else nothing.",
        ),
        Column(name="group", kind="class", vi="Dấu hiệu theo nhóm", en="Together.", values=GROUPS),
        what_to_do(ACTIONS),
    ),
    mix=_MIX,
    groups=_GROUPS,
    costs=COSTS,
    action="action",
    naive=("keep", "suspend"),
    promised=90,
    make=make,
    solve=solve,
)
