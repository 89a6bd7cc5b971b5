"""Tax-code migration: codes become personal numbers, sellers are added up, buyers are looked up.

Since 1 July 2025 the personal number is the tax code (Circular 86/2024/TT-BTC): what matches is
migrated, what does not has to be corrected (status 10), of several codes one is kept (DOMAIN.md
§7.3). Codes are those of the tax register as far as it goes. Shares, thresholds of suspicion and
costs are our choice; turnovers are drawn as the register's are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from app.scenarios import claims, judging
from app.scenarios.population import group_sizes
from app.scenarios.scenario import Column, Made, Scenario, what_to_do
from app.sectors import tax

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from app.scenarios.parameters import Parameters
    from app.scenarios.population import Population
    from app.scenarios.scenario import Groups
    from app.scenarios.secrecy import Draws
    from app.scenarios.solving import Solver

CASES: Final = {
    "single": "one code, seller's account or purchase; nothing besides",
    "second_code": "a code of a person who has an older one, which is kept",
    "split": "shops of one person that come to taxable turnover together, not declared",
    "borrowed": "shops under several names that are paid to one bank account",
}
ACTIONS: Final = {
    "migrate": "take the personal number as the tax code",
    "correct": "status 10: have it corrected",
    "merge": "close this code, its obligations go to the older one",
    "assess": "add up the turnover and assess the tax",
    "void": "close the code, or refuse the invoice: nobody stands behind it",
}
#: Thousand đồng a row: tax that is lost, taxpayers who are troubled, the work of officials.
COSTS: Final = {
    "right": {"migrate": 0, "correct": 30, "merge": 150, "assess": 250, "void": 500},
    "to_correct": {"migrate": 120, "correct": 10, "merge": 200, "assess": 250, "void": 400},
    "double": {"migrate": 200, "correct": 80, "merge": 10, "assess": 250, "void": 200},
    "undeclared": {"migrate": 1500, "correct": 1200, "merge": 1200, "assess": 60, "void": 900},
    "nobodys": {"migrate": 700, "correct": 150, "merge": 400, "assess": 500, "void": 15},
}
_MIX: Final = {
    "near_match": 0.08,
    "old_number": 0.08,
    "superseded_number": 0.003,
    "wrong_number": 0.03,
    "another_person": 0.02,
    "deceased": 0.03,
    "invented": 0.02,
    "second_code": 0.03,
    "split": 0.05,
    "borrowed": 0.03,
}
_CASES = ("second_code", "split", "borrowed")
#: How many shops one has, how many sell by one account: the harder, the less it shows.
_GROUPS: Final[Mapping[str, Groups]] = {
    "split": {"easy": (4, 7), "normal": (2, 5), "hard": (2, 3)},
    "borrowed": {"easy": (12, 20), "normal": (5, 10), "hard": (3, 5)},
}
#: Turnover of a year below which nothing is due, đồng (Law on Value-Added Tax until 2025).
TAXABLE: Final = 100_000_000
_SELLERS, _BUYERS = 0.15, 0.10
_ROLES = np.array(["taxpayer", "seller", "buyer"])
_PLATFORMS = np.array(["san-mot", "san-hai", "san-ba", "mang-xa-hoi"])
_NINES = 940_000_000


def make(people: Population, draws: Draws, asked: Parameters) -> Made:
    """Make who stands alone, then second codes, and the shops of those who split or borrow."""
    wanted = asked.counts()
    cases = {case: wanted.pop(case) for case in _CASES}
    rng = draws.stream("sizes")
    shops = group_sizes(rng, cases["split"], *_GROUPS["split"][asked.difficulty])
    lenders = group_sizes(rng, cases["borrowed"], *_GROUPS["borrowed"][asked.difficulty])
    # What makes no whole group is an ordinary row.
    wanted["match"] += cases["split"] + cases["borrowed"] - int(shops.sum() + lenders.sum())
    codes = _codes(people)
    listed = codes["place"].to_numpy()
    alone = claims.once(people, draws, listed, wanted, claims.both(asked))
    free = np.setdiff1d(people.living(), alone["place"].to_numpy())
    free = draws.stream("free").permutation(free)
    split = _shops(people, draws, free, shops)
    lent = _borrowed(people, draws, free[len(shops) :], lenders)
    alone = _alone(alone, draws, codes)
    again = _second_codes(alone, draws, cases["second_code"])
    made = [each.select(alone.columns) for each in (alone, again, split, lent) if each.height]
    rows = pl.concat(made)
    return Made(extract=_extract(rows), key=_key(rows))


def _codes(people: Population) -> pl.DataFrame:
    """Return the register's codes of ten digits, one for each `place`, the oldest."""
    found = pl.DataFrame(
        [
            (each.holder_number, each.number, each.issued_on)
            for each in tax.everyone(people.session)
            if len(each.number) == 10
        ],
        schema={"holder": pl.String, "tax_code": pl.String, "issued_on": pl.Date},
        orient="row",
    )
    places = pl.Series("place", people.bearers(found["holder"]), dtype=pl.Int64)
    known = found.with_columns(places).filter(pl.col("place") >= 0).drop("holder")
    oldest = known.sort("issued_on", "tax_code").unique("place", keep="first", maintain_order=True)
    return oldest.with_columns(pl.col("issued_on").cast(pl.Int32).cast(pl.Int64))


def _fresh(rng: np.random.Generator, rows: int, role: str) -> dict[str, pl.Series | pl.Expr]:
    """Return what a row has that is no claim: code, shop, account, amounts; those of no role 0."""
    codes = _NINES * 10 + rng.choice(10**8, rows, replace=False)
    return {
        "role": pl.lit(role),
        "tax_code": pl.Series(codes).cast(pl.String),
        "issued_on": pl.Series(14_500 + rng.integers(0, 4000, rows)),
        "platform": pl.Series(_PLATFORMS[rng.integers(0, len(_PLATFORMS), rows)].tolist()),
        "account": pl.Series(99_06 * 10**9 + rng.choice(10**8, rows, replace=False)),
        "amount": pl.Series(
            np.exp(17.5 + 0.8 * rng.standard_normal(rows)).astype(np.int64) // 1000 * 1000
        ),
        "declared": pl.lit(0, dtype=pl.Int64),
        "case": pl.lit("single"),
    }


def _alone(rows: pl.DataFrame, draws: Draws, codes: pl.DataFrame) -> pl.DataFrame:
    """Make each row a taxpayer, a seller who declares what is due, or a buyer on an invoice."""
    rng = draws.stream("alone")
    shares = [1 - _SELLERS - _BUYERS, _SELLERS, _BUYERS]
    roles = _ROLES[rng.choice(len(_ROLES), rows.height, p=shares)].tolist()
    drawn = rows.with_columns(**_fresh(rng, rows.height, "")).with_columns(
        role=pl.Series(roles),
        declared=pl.when(pl.Series(roles) == "seller").then("amount").otherwise(0),
    )
    both = drawn.join(codes, on="place", how="left", maintain_order="left", suffix="_known")
    return both.with_columns(
        tax_code=pl.coalesce("tax_code_known", "tax_code"),
        issued_on=pl.coalesce("issued_on_known", "issued_on"),
    ).drop("tax_code_known", "issued_on_known")


def _second_codes(alone: pl.DataFrame, draws: Draws, count: int) -> pl.DataFrame:
    """Give some taxpayers another code, issued later."""
    rng = draws.stream("second")
    able = (alone["kind"] == "match") & (alone["role"] == "taxpayer")
    first = alone[rng.permutation(np.flatnonzero(able.to_numpy()))[:count]]
    fresh = _fresh(rng, first.height, "taxpayer")
    later = pl.Series(rng.integers(60, 900, first.height), dtype=pl.Int64)
    return first.with_columns(
        tax_code=fresh["tax_code"],
        issued_on=pl.col("issued_on") + later,
        case=pl.lit("second_code"),
    )


def _shops(
    people: Population, draws: Draws, free: NDArray[np.int64], sizes: NDArray[np.int64]
) -> pl.DataFrame:
    """Make sellers who keep each of their shops below what is taxable."""
    rng = draws.stream("split")
    sizes = sizes[: len(free)]
    group = np.repeat(np.arange(len(sizes)), sizes)
    own = claims.exact(people, free[group])
    each = 0.55 + 0.4 * rng.random(len(group))
    fresh = _fresh(rng, len(group), "seller") | {
        "amount": pl.Series((each * TAXABLE).astype(np.int64) // 1000 * 1000, dtype=pl.Int64),
        "case": pl.lit("split"),
    }
    return own.with_columns(**fresh)


def _borrowed(
    people: Population, draws: Draws, free: NDArray[np.int64], sizes: NDArray[np.int64]
) -> pl.DataFrame:
    """Make shops under names of many that are paid to one account."""
    rng = draws.stream("borrowed")
    group = np.repeat(np.arange(len(sizes)), sizes)[: len(free)]
    own = claims.exact(people, free[: len(group)])
    fresh = _fresh(rng, len(group), "seller")
    accounts = 99_05 * 10**9 + rng.choice(10**8, len(sizes), replace=False)
    below = (0.3 + 0.65 * rng.random(len(group))) * TAXABLE
    return own.with_columns(**fresh).with_columns(
        account=pl.Series(accounts[group], dtype=pl.Int64),
        amount=pl.Series(below.astype(np.int64) // 1000 * 1000, dtype=pl.Int64),
        case=pl.lit("borrowed"),
    )


def _extract(rows: pl.DataFrame) -> pl.DataFrame:
    is_seller = pl.col("role") == "seller"
    has_code = pl.col("role") != "buyer"
    return rows.select(
        "role",
        pl.col("full_name").alias("holder_name"),
        "birth_date",
        pl.col("number").alias("id_number"),
        tax_code=pl.when(has_code).then("tax_code").otherwise(pl.lit("")),
        issued_on=pl.when(has_code).then(claims.iso_day("issued_on")).otherwise(pl.lit("")),
        platform=pl.when(is_seller).then("platform").otherwise(pl.lit("")),
        account=pl.when(is_seller).then(pl.col("account").cast(pl.String)).otherwise(pl.lit("")),
        amount=pl.when(pl.col("role") == "taxpayer").then(0).otherwise("amount"),
        declared=pl.col("declared"),
    )


def _key(rows: pl.DataFrame) -> pl.DataFrame:
    kind, case = pl.col("kind"), pl.col("case")
    situation = (
        pl.when(kind.is_in(["deceased", "invented"]))
        .then(pl.lit("nobodys"))
        .when(case == "second_code")
        .then(pl.lit("double"))
        .when(case.is_in(["split", "borrowed"]))
        .then(pl.lit("undeclared"))
        .when(kind == "match")
        .then(pl.lit("right"))
        .otherwise(pl.lit("to_correct"))
    )
    cases = pl.col("case").replace_strict({name: at for at, name in enumerate(CASES)})
    return rows.select(
        verdict=kind,
        number=claims.known_number(),
        case=case,
        situation=situation,
        exact=pl.col("exact"),
        # What goes together can be seen: dates of issue, shops of a number, payees of an account.
        signature=pl.col("seen") * 4 + cases.cast(pl.Int64),
    )


def solve(solver: Solver, extract: pl.DataFrame) -> pl.DataFrame:
    """Ask who each row is about, then look at what goes together.

    1. Verify number, name and birth date, in batches, and repair numbers that are nobody's.
    2. Of several codes of a number the oldest is kept.
    3. Add up the shops of a number; count the numbers that are paid to one account.
    """
    # 1.
    rows = judging.of_extract(solver, extract, "holder_name")
    # 2. and 3.
    is_seller = pl.col("role") == "seller"
    first = pl.col("issued_on").rank("ordinal").over("known", "role") == 1
    undeclared = (pl.col("amount") - pl.col("declared")).sum().over("known", "role")
    holders = pl.col("known").n_unique().over("account")
    case = (
        pl.when(is_seller & (holders > 1))
        .then(pl.lit("borrowed"))
        .when(is_seller & (undeclared > TAXABLE))
        .then(pl.lit("split"))
        .when((pl.col("role") == "taxpayer") & ~first)
        .then(pl.lit("second_code"))
        .otherwise(pl.lit("single"))
    )
    return rows.with_columns(case=case).select(
        "record_id", "verdict", pl.col("right").alias("number"), "case", action=_action()
    )


def _action() -> pl.Expr:
    return (
        pl.when(pl.col("verdict").is_in(["deceased", "invented"]))
        .then(pl.lit("void"))
        .when(pl.col("case") == "second_code")
        .then(pl.lit("merge"))
        .when(pl.col("case") != "single")
        .then(pl.lit("assess"))
        .when(pl.col("verdict") == "match")
        .then(pl.lit("migrate"))
        .otherwise(pl.lit("correct"))
    )


SCENARIO = Scenario(
    name="tax-migration",
    title_vi="Chuyển mã số thuế sang số định danh, người bán hàng trên sàn",
    title_en="Tax-code migration and online sellers",
    story_vi="Từ 1/7/2025 số định danh cá nhân thay mã số thuế. Cơ quan thuế đối soát người nộp "
    "thuế, người bán hàng trên sàn và người mua trên hóa đơn điện tử: khớp thì chuyển, không khớp "
    "thì phải sửa, nhiều mã thì gộp về mã cũ nhất. Có người chia doanh thu cho nhiều gian hàng, "
    "có gian hàng mượn tên mà tiền về một tài khoản, có mã và hóa đơn của người không tồn tại.",
    story_en="Since 1 July 2025 the personal number takes the place of the tax code. The tax "
    "office compares taxpayers, online sellers and the buyers on e-invoices: what matches is "
    "migrated, what does not is corrected, of several codes the oldest is kept. Some sellers "
    "divide their turnover among shops, some shops bear borrowed names and are paid to one "
    "account, and behind some codes and invoices is nobody. A seller whose shops come to more "
    "than 100 million đồng a year has to declare it.",
    law="Luật Quản lý thuế 38/2019/QH14; Thông tư 86/2024/TT-BTC; Nghị định 123/2020/NĐ-CP",
    client="btc",
    purpose="tax-administration",
    columns=(
        Column(
            name="role",
            kind="text",
            vi="Vai trò: taxpayer, seller (gian hàng), buyer (hóa đơn điện tử)",
            en="What the row is: taxpayer, seller (a shop), buyer (an e-invoice).",
        ),
        Column(name="holder_name", kind="text", vi="Họ tên", en="Name."),
        claims.BIRTH_DATE,
        claims.ID_NUMBER,
        Column(name="tax_code", kind="text", vi="Mã số thuế 10 số", en="Code of ten digits."),
        Column(name="issued_on", kind="date", vi="Ngày cấp mã", en="The code's date of issue."),
        Column(name="platform", kind="text", vi="Sàn", en="Platform of the shop."),
        Column(name="account", kind="text", vi="Tài khoản nhận tiền", en="Account it is paid to."),
        Column(
            name="amount",
            kind="integer",
            vi="Doanh thu năm của gian hàng, hoặc tiền trên hóa đơn, đồng",
            en="Turnover of the shop in a year, or the invoice's total, đồng.",
        ),
        Column(
            name="declared",
            kind="integer",
            vi="Doanh thu đã kê khai, đồng",
            en="Turnover that was declared, đồng.",
        ),
    ),
    answers=(
        claims.VERDICT,
        claims.NUMBER,
        Column(name="case", kind="class", vi="Trường hợp", en="What goes together.", values=CASES),
        what_to_do(ACTIONS),
    ),
    mix=_MIX,
    groups=_GROUPS,
    costs=COSTS,
    action="action",
    naive=("migrate", "correct"),
    promised=90,
    make=make,
    solve=solve,
)
