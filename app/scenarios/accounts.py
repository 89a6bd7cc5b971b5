"""Accounts that a file pays to: whose they are in truth, and what the bank says of them.

A payee's own account, one that is closed, another person's with or without written authority, and
those of collectors, to which the money of many people goes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from app.matching.columns import fold_series
from app.scenarios.population import group_sizes
from app.scenarios.scenario import Column, always

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from app.scenarios.parameters import Parameters
    from app.scenarios.population import Population
    from app.scenarios.scenario import Groups
    from app.scenarios.secrecy import Draws
    from app.scenarios.solving import Solver

KINDS: Final = {
    "none": "there is none",
    "own": "an account of the payee",
    "closed": "an account of the payee, which is closed",
    "authorised": "another person's, who has the payee's written authority",
    "anothers": "another person's, without authority",
    "collector": "one that collects the money of many payees",
}
#: Those of which a story says how many there are.
NOT_OWN: Final = ("closed", "authorised", "anothers", "collector")
#: In the order of the register's numbers, whose third and fourth digit they are; 06 is `other`.
BANKS: Final = ("other", "vietcombank", "vietinbank", "bidv", "vib", "pvcombank")
#: Payees of one account, beyond which it is a collector's.
MANY_PAYEES = 3
#: How many payees a collector has, how often with forged papers: the harder, the less it shows.
GROUPS: Final[Mapping[str, Groups]] = {
    "collector": {"easy": (20, 40), "normal": (8, 20), "hard": (5, 9)}
}
_FORGED = {"easy": 0.0, "normal": 0.2, "hard": 0.5}
#: Of those whom the bank knows by an old number still.
_OLD_AT_THE_BANK = 0.15

COLUMNS: Final = (
    Column(name="account", kind="text", vi="Số tài khoản", en="The account, or nothing."),
    Column(name="bank", kind="text", vi="Ngân hàng", en="Its bank."),
    Column(
        name="account_holder",
        kind="text",
        vi="Chủ tài khoản theo ngân hàng, chữ hoa không dấu",
        en="Its holder as the bank has it: capitals, no marks.",
    ),
    Column(
        name="account_id_number",
        kind="text",
        vi="Số giấy tờ của chủ tài khoản theo ngân hàng",
        en="The holder's number as the bank has it: 12 digits, or the old 9.",
    ),
    Column(
        name="account_state",
        kind="text",
        vi="Trạng thái: active, closed",
        en="As the bank says: active, closed.",
    ),
    Column(
        name="authority",
        kind="text",
        vi="Có giấy ủy quyền nhận thay: yes, no",
        en="Whether a paper on file lets another receive the money: yes, no.",
    ),
)


def numbers(rng: np.random.Generator, bank: NDArray[np.int64]) -> NDArray[np.str_]:
    """Return numbers as the register of accounts has them: 99, the bank, eight figures more."""
    serials = rng.choice(10**8, len(bank), replace=False)
    return ((9900 + bank) * 10**9 + serials).astype(np.str_)


def give(
    rows: pl.DataFrame,
    people: Population,
    draws: Draws,
    asked: Parameters,
    rest: Mapping[str, int],
) -> pl.DataFrame:
    """Say whose each account is, by the bank; those of `rest` are not simply the payee's own."""
    rng = draws.stream("accounts")
    has = rows["account"].to_numpy() != ""
    order = rng.permutation(np.flatnonzero(has & (rows["place"].to_numpy() >= 0)))
    truth = np.where(has, "own", "none").astype("U10")
    holder = np.maximum(rows["place"].to_numpy(), 0).copy()
    account = rows["account"].to_numpy().astype("U13")
    paper = np.zeros(rows.height, dtype=np.bool_)
    at = 0
    for kind in NOT_OWN:
        chosen = order[at : at + rest[kind]]
        at += len(chosen)
        together = GROUPS.get(kind, always(1, 1))[asked.difficulty]
        sizes = group_sizes(rng, len(chosen), *together)
        chosen = chosen[: int(sizes.sum())]
        group = np.repeat(np.arange(len(sizes)), sizes)
        truth[chosen] = kind
        if kind == "closed" or not len(chosen):
            continue
        holder[chosen] = rng.choice(people.living(), len(sizes))[group]
        bank = rng.integers(1, len(BANKS) + 1, len(sizes))
        account[chosen] = numbers(rng, bank)[group]
        forged = rng.random(len(chosen)) < _FORGED[asked.difficulty]
        paper[chosen] = forged if kind == "collector" else kind == "authorised"
    given = rows.with_columns(
        account=pl.Series(account.tolist(), dtype=pl.String),
        account_truth=pl.Series(truth.tolist(), dtype=pl.String),
        authorised=pl.Series(paper),
        holder=pl.Series(holder),
    )
    return _held(given, people, rng)


def _held(rows: pl.DataFrame, people: Population, rng: np.random.Generator) -> pl.DataFrame:
    """Say by which name and number the bank knows each `holder`; of nobody, by the row's own."""
    places, numbers_ = people.with_old_number()
    old = pl.DataFrame({"holder": places, "old": numbers_}).unique("holder", keep="first")
    known = people.people[rows["holder"].to_numpy()].select(
        holder_name="full_name", holder_pin="pin"
    )
    is_nobody = pl.col("place") < 0
    by_old = pl.lit(pl.Series(rng.random(rows.height) < _OLD_AT_THE_BANK))
    is_payee = pl.col("account_truth").is_in(["own", "closed"])
    held = rows.hstack(known).join(old, on="holder", how="left", maintain_order="left")
    return held.with_columns(
        holder_number=pl.when(is_nobody)
        .then(pl.col("number"))
        .when(by_old & is_payee)
        .then(pl.coalesce("old", "holder_pin"))
        .otherwise(pl.col("holder_pin")),
        holder_name=pl.when(is_nobody).then(pl.col("full_name")).otherwise(pl.col("holder_name")),
    )


def written(rows: pl.DataFrame) -> pl.DataFrame:
    """Return `COLUMNS` of rows that `give` made."""
    has = pl.col("account") != ""
    bank = pl.col("account").str.slice(2, 2).str.to_integer(strict=False) % len(BANKS)
    names = {str(place): name for place, name in enumerate(BANKS)}
    state = pl.when(pl.col("account_truth") == "closed").then(pl.lit("closed"))
    rows = rows.with_columns(capitals=fold_series(rows["holder_name"]))
    return rows.select(
        account=pl.col("account"),
        bank=_where(has, bank.cast(pl.String).replace_strict(names, default="other")),
        account_holder=_where(has, pl.col("capitals")),
        account_id_number=_where(has, pl.col("holder_number")),
        account_state=_where(has, state.otherwise(pl.lit("active"))),
        authority=pl.when("authorised").then(pl.lit("yes")).otherwise(pl.lit("no")),
    )


def _where(has: pl.Expr, value: pl.Expr) -> pl.Expr:
    return pl.when(has).then(value).otherwise(pl.lit(""))


def payees() -> pl.Expr:
    """Return how many people each row's account is to pay, told apart by `known`."""
    return pl.col("known").n_unique().over("account")


def are_own(solver: Solver, rows: pl.DataFrame) -> pl.Series:
    """Return whether each account is the payee's own."""
    of_bank = pl.col("account_id_number")
    is_same = (of_bank == pl.col("known")) & (of_bank != "")
    doubtful = ~is_same & (pl.col("authority") == "no") & (payees() <= MANY_PAYEES)
    asked = rows.select(
        number=pl.when(doubtful).then(of_bank).otherwise(pl.lit("")),
        full_name=pl.col("payee_name"),
        birth_date=pl.col("born"),
    )
    outcome = solver.verify(asked)["outcome"]
    fits = outcome.is_in(["match", "near_match", "birth_date_partial", "old_number_linked"])
    return rows.select(is_same).to_series() | fits


def judged() -> pl.Expr:
    """Return which of `KINDS` an account is, of columns as `are_own` has them, and `own`."""
    return (
        pl.when(pl.col("account") == "")
        .then(pl.lit("none"))
        .when(payees() > MANY_PAYEES)
        .then(pl.lit("collector"))
        .when(pl.col("account_state") == "closed")
        .then(pl.lit("closed"))
        .when("own")
        .then(pl.lit("own"))
        .when(pl.col("authority") == "yes")
        .then(pl.lit("authorised"))
        .otherwise(pl.lit("anothers"))
    )
