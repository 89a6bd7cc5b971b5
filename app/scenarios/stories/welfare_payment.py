"""Welfare payment: who is to be paid, to which account, and whose payment has to stop.

As in the work of Project 06 with the social offices (DOMAIN.md §9): payees are matched with the
population database, bound to accounts of their own and paid without cash. Who is in the file, and
who has an account, comes from the registers of welfare and social insurance, which keep the
proportions of April 2024 (63.35 % of beneficiaries without an account, 46 % of the others unpaid;
64 % of pensions to an account). The shares of what is wrong, and all costs, are our choice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from app.scenarios import accounts, claims, judging
from app.scenarios.population import Pack
from app.scenarios.scenario import Column, Made, Scenario, what_to_do
from app.sectors import social_insurance, welfare

if TYPE_CHECKING:
    from app.scenarios.parameters import Parameters
    from app.scenarios.population import Population
    from app.scenarios.secrecy import Draws
    from app.scenarios.solving import Solver

ENTITLEMENTS: Final = {
    "due": "this payment is due here, as far as the person is who the row says",
    "moved": "due, but the person lives in another province, which has to pay",
    "twice": "the same payment begun before for the same person: this one is not due",
    "with_pension": "an old-age allowance beside a pension, which rules it out",
}
ACTIONS: Final = {
    "pay": "pay to the account",
    "cash": "pay in cash this time, and have an own account opened",
    "transfer": "hand the file over to the province of residence",
    "hold": "hold the payment until the person is identified",
    "stop": "end the payment",
}
#: Thousand đồng a row: money that is lost, hardship, and the work of officials.
COSTS: Final = {
    "payable": {"pay": 0, "cash": 25, "transfer": 150, "hold": 200, "stop": 600},
    "without_account": {"pay": 80, "cash": 10, "transfer": 150, "hold": 200, "stop": 600},
    "diverted": {"pay": 900, "cash": 20, "transfer": 200, "hold": 100, "stop": 600},
    "moved": {"pay": 120, "cash": 160, "transfer": 10, "hold": 100, "stop": 500},
    "unidentified": {"pay": 400, "cash": 200, "transfer": 200, "hold": 30, "stop": 400},
    "not_due": {"pay": 1200, "cash": 900, "transfer": 1000, "hold": 150, "stop": 20},
}
_MIX: Final = {
    "near_match": 0.08,
    "old_number": 0.06,
    "superseded_number": 0.003,
    "wrong_number": 0.03,
    "another_person": 0.015,
    "deceased": 0.04,
    "invented": 0.01,
    "moved": 0.04,
    "twice": 0.025,
    "with_pension": 0.02,
    "closed": 0.02,
    "authorised": 0.03,
    "anothers": 0.02,
    "collector": 0.02,
}
_AGAIN = ("twice", "with_pension")
#: Of second rows, how many are written badly or have a slip in the number.
_DISGUISED = {"easy": 0.0, "normal": 0.3, "hard": 0.8}
#: For who applies and is in no register yet: the registers' own shares.
_PENSIONERS, _WITH_PENSION_ACCOUNT, _WITH_ACCOUNT, _UNPAID = 0.35, 0.64, 0.3665, 0.46
_BENEFITS = np.array(["old_age", "disability", "single_parent", "merit", "poor"])
_BENEFIT_SHARES = (0.5, 0.2, 0.05, 0.15, 0.1)
_STEP, _FEWEST_STEPS, _MOST_STEPS = 10_000, 36, 90
_SINCE_DAYS, _APART_DAYS = 4000, 60
#: Counts beyond these say nothing more.
_MANY = 6


def make(people: Population, draws: Draws, asked: Parameters) -> Made:
    """Make the rows of payees, then those that stand there again, then all accounts."""
    wanted = asked.counts()
    rest = {name: wanted.pop(name) for name in ("moved", *_AGAIN, *accounts.NOT_OWN)}
    wanted["match"] += sum(rest.values()) - sum(rest[name] for name in _AGAIN)
    registered = _registered(people)
    listed = registered["place"].to_numpy()
    once = claims.once(people, draws, listed, wanted, claims.both(asked))
    once = _moved(_paid(once, people, draws, registered), draws, rest["moved"])
    rows = pl.concat(_again(once, draws, asked, rest, people))
    rows = accounts.give(rows, people, draws, asked, rest).sort("since", maintain_order=True)
    seen = _visible(rows)
    return Made(extract=_extract(rows), key=_key(rows, seen))


def _registered(people: Population) -> pl.DataFrame:
    """Return what the registers know: a payment for each `place`, the first that is found."""
    columns = ("number", "benefit", "amount", "since", "account", "last_month")
    benefits = [
        (each.holder_number, each.kind, each.amount, each.since, each.account_number, each.state)
        for each in welfare.everyone(people.session)
    ]
    pensions = [
        (
            each.holder_number,
            "pension",
            0,
            each.joined_on,
            each.account_number,
            "paid" if each.account_number else "no_account",
        )
        for each in social_insurance.pensions(people.session)
    ]
    kinds = (pl.String, pl.String, pl.Int64, pl.Date, pl.String, pl.String)
    schema = dict(zip(columns, kinds, strict=True))
    found = pl.DataFrame([*benefits, *pensions], schema=schema, orient="row")
    places = pl.Series("place", people.bearers(found["number"]), dtype=pl.Int64)
    return (
        found.with_columns(places)
        .filter(pl.col("place") >= 0)
        .unique("place", keep="first", maintain_order=True)
        .drop("number")
    )


def _paid(
    rows: pl.DataFrame, people: Population, draws: Draws, registered: pl.DataFrame
) -> pl.DataFrame:
    """Give every row its payment: the register's, or for who applies one like those."""
    rng = draws.stream("payments")
    size, today = rows.height, people.day
    has_pension = rng.random(size) < _PENSIONERS
    kind = _BENEFITS[rng.choice(len(_BENEFITS), size, p=_BENEFIT_SHARES)]
    has = rng.random(size) < np.where(has_pension, _WITH_PENSION_ACCOUNT, _WITH_ACCOUNT)
    unpaid = ~has_pension & (rng.random(size) < _UNPAID)
    bank = rng.integers(1, len(accounts.BANKS) + 1, size)
    drawn = pl.DataFrame(
        {
            "benefit": np.where(has_pension, "pension", kind),
            "since": today - 400 - rng.integers(0, _SINCE_DAYS, size),
            "account": np.where(has, accounts.numbers(rng, bank), ""),
            "last_month": np.where(has, np.where(unpaid, "unpaid", "paid"), "no_account"),
        }
    ).select(pl.all().name.suffix("_drawn"))
    amount = rng.integers(_FEWEST_STEPS, _MOST_STEPS, size) * _STEP
    pension = rng.integers(200, 900, size) * _STEP
    both = rows.hstack(drawn).join(registered, on="place", how="left", maintain_order="left")
    is_listed = pl.col("benefit").is_not_null()
    since = pl.col("since").cast(pl.Int32).cast(pl.Int64)
    told = both.with_columns(
        benefit=pl.coalesce("benefit", "benefit_drawn"),
        since=pl.when(is_listed).then(since).otherwise(pl.col("since_drawn")),
        account=pl.when(is_listed)
        .then(pl.col("account").fill_null(""))
        .otherwise(pl.col("account_drawn")),
        last_month=pl.coalesce("last_month", "last_month_drawn"),
    ).drop(drawn.columns)
    province = people.provinces(np.maximum(rows["place"].to_numpy(), 0))
    is_pension = pl.col("benefit") == "pension"
    return told.with_columns(
        amount=pl.when(is_pension)
        .then(pl.lit(pl.Series(pension)))
        .otherwise(pl.coalesce("amount", pl.lit(pl.Series(amount)))),
        province=province,
        entitlement=pl.lit("due"),
    )


def _moved(rows: pl.DataFrame, draws: Draws, count: int) -> pl.DataFrame:
    """Have some payees paid by a province that they do not live in."""
    rng = draws.stream("moved")
    able = (rows["kind"] == "match") & (rows["province"] != "")
    chosen = rng.permutation(np.flatnonzero(able.to_numpy()))[:count]
    known = np.sort(rows["province"].filter(rows["province"] != "").unique().to_numpy())
    if len(known) < 2:
        return rows
    own = np.searchsorted(known, rows["province"].to_numpy()[chosen])
    other = known[(own + rng.integers(1, len(known), len(chosen))) % len(known)]
    province = rows["province"].to_numpy().copy()
    province[chosen] = other
    is_moved = np.zeros(rows.height, dtype=np.bool_)
    is_moved[chosen] = True
    return rows.with_columns(
        province=pl.Series(province, dtype=pl.String),
        entitlement=pl.when(pl.Series(is_moved))
        .then(pl.lit("moved"))
        .otherwise(pl.col("entitlement")),
    )


def _again(
    once: pl.DataFrame,
    draws: Draws,
    asked: Parameters,
    rest: dict[str, int],
    people: Population,
) -> list[pl.DataFrame]:
    """Return the rows, and second rows of some people, which begin later."""
    rng = draws.stream("again")
    able = (once["kind"] == "match") & (once["entitlement"] == "due")
    chosen = rng.permutation(np.flatnonzero(able.to_numpy()))
    made, at = [], 0
    for entitlement in _AGAIN:
        first = once[np.sort(chosen[at : at + rest[entitlement]])]
        at += first.height
        if not first.height:
            continue
        if entitlement == "with_pension":
            is_source = pl.col("place").is_in(first["place"].implode())
            once = once.with_columns(
                benefit=pl.when(is_source).then(pl.lit("pension")).otherwise(pl.col("benefit"))
            )
        bad = round(first.height * _DISGUISED[asked.difficulty] / 2)
        parts = {"match": first.height - 2 * bad, "near_match": bad, "wrong_number": bad}
        pack = Pack(rng, first["place"].to_numpy(), first.height)
        second = claims.make(people, draws.under(entitlement), pack, parts)
        of_first = first.drop(set(second.columns) - {"place"})
        second = second.join(of_first, on="place", how="left", maintain_order="left")
        begun = pl.Series(rng.integers(_APART_DAYS, 300, second.height))
        made.append(
            second.with_columns(
                entitlement=pl.lit(entitlement),
                since=pl.col("since") + begun,
                benefit=pl.lit("old_age") if entitlement == "with_pension" else pl.col("benefit"),
            ).select(once.columns)
        )
    return [once, *made]


def _extract(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.select(
        pl.col("full_name").alias("payee_name"),
        pl.col("birth_date"),
        pl.col("number").alias("id_number"),
        pl.col("benefit"),
        pl.col("amount").cast(pl.Int64),
        claims.iso_day("since"),
        pl.col("province"),
        pl.col("last_month"),
    ).hstack(accounts.written(rows))


def _key(rows: pl.DataFrame, signature: pl.Series) -> pl.DataFrame:
    kind, account = pl.col("kind"), pl.col("account_truth")
    situation = (
        pl.when(kind.is_in(["deceased", "invented"]) | pl.col("entitlement").is_in(_AGAIN))
        .then(pl.lit("not_due"))
        .when(kind == "another_person")
        .then(pl.lit("unidentified"))
        .when(pl.col("entitlement") == "moved")
        .then(pl.lit("moved"))
        .when(account.is_in(["anothers", "collector"]))
        .then(pl.lit("diverted"))
        .when(account.is_in(["none", "closed"]))
        .then(pl.lit("without_account"))
        .otherwise(pl.lit("payable"))
    )
    return rows.select(
        verdict=kind,
        number=claims.known_number(),
        entitlement=pl.col("entitlement"),
        account=account,
        situation=situation,
        exact=pl.col("exact"),
        signature=signature,
    )


def _visible(rows: pl.DataFrame) -> pl.Series:
    """Return what can be seen of each row: the registry's answers, and what goes together.

    `rows` are in the order in which their payments began. A number with a slip is repaired.
    """
    number = pl.when(pl.col("pin") != "").then(pl.col("pin")).otherwise(pl.col("number"))
    is_repairable = pl.col("kind").is_in(["match", "near_match", "wrong_number"])
    rows = rows.with_columns(known=pl.when(is_repairable).then(number).otherwise(pl.col("number")))
    before = pl.int_range(pl.len()).over("known", "benefit").clip(upper_bound=1)
    pensioned = ((pl.col("benefit") == "pension").any().over("known")) & (
        pl.col("benefit") == "old_age"
    )
    is_moved = pl.col("entitlement") == "moved"
    payees = accounts.payees().clip(upper_bound=_MANY)
    is_own = pl.col("account_truth").is_in(["own", "closed"])
    has = pl.col("account") != ""
    is_closed = pl.col("account_truth") == "closed"
    signature = pl.col("seen")
    for part in (before, pensioned, is_moved, is_own, is_closed, pl.col("authorised")):
        signature = signature * 2 + part.cast(pl.Int64)
    shared = pl.when(has).then(payees + 1).otherwise(0)
    return rows.select(signature * 8 + shared.cast(pl.Int64)).to_series()


def solve(solver: Solver, extract: pl.DataFrame) -> pl.DataFrame:
    """Ask who each payee is, where they live and whose the account is; count what goes together.

    1. Verify number, name and birth date, in batches, and repair numbers that are nobody's.
    2. Verify the province of residence of whoever is alive and known.
    3. An account is the payee's if the bank knows its holder by the payee's number, or if the
       registry says that the bank's number, the payee's name and birth date are one person's.
    4. Of several payments of a kind to one number the first counts, and a pension rules out the
       old-age allowance.
    5. Stop what is not due, hold what is nobody's to have yet, hand over, pay.
    """
    # 1.
    rows = judging.of_extract(solver, extract, "payee_name")
    # 2. and 3.
    rows = rows.with_columns(lives=_provinces(solver, rows), own=accounts.are_own(solver, rows))
    # 4.
    rows = rows.with_columns(entitlement=_entitlement(), account_is=accounts.judged())
    # 5.
    return rows.select(
        "record_id",
        "verdict",
        number=pl.col("right"),
        entitlement=pl.col("entitlement"),
        account=pl.col("account_is"),
        action=_action(),
    )


def _provinces(solver: Solver, rows: pl.DataFrame) -> pl.Series:
    """Return what the registry says of each payee's province; empty where it was not asked."""
    is_asked = ~pl.col("verdict").is_in(["deceased", "invented", "another_person"])
    asked = rows.select(
        number=pl.col("known"),
        full_name=pl.when(is_asked & (pl.col("province") != ""))
        .then(pl.col("payee_name"))
        .otherwise(pl.lit("")),
        residence_province=pl.when(is_asked).then(pl.col("province")).otherwise(pl.lit("")),
    )
    return solver.verify(asked)["province"].fill_null("")


def _entitlement() -> pl.Expr:
    first = pl.col("since").rank("ordinal").over("known", "benefit") == 1
    pensioned = (pl.col("benefit") == "pension").any().over("known")
    return (
        pl.when((pl.col("benefit") == "old_age") & pensioned)
        .then(pl.lit("with_pension"))
        .when(~first)
        .then(pl.lit("twice"))
        .when(pl.col("lives") == "mismatch")
        .then(pl.lit("moved"))
        .otherwise(pl.lit("due"))
    )


def _action() -> pl.Expr:
    is_lost = pl.col("verdict").is_in(["deceased", "invented"])
    return (
        pl.when(is_lost | pl.col("entitlement").is_in(_AGAIN))
        .then(pl.lit("stop"))
        .when(pl.col("verdict") == "another_person")
        .then(pl.lit("hold"))
        .when(pl.col("entitlement") == "moved")
        .then(pl.lit("transfer"))
        .when(pl.col("account_is").is_in(["own", "authorised"]))
        .then(pl.lit("pay"))
        .otherwise(pl.lit("cash"))
    )


SCENARIO = Scenario(
    name="welfare-payment",
    title_vi="Chi trả an sinh xã hội không dùng tiền mặt",
    title_en="Welfare payment",
    story_vi="Cơ quan lao động, xã hội chi trả trợ cấp và lương hưu qua tài khoản. Trước đó phải "
    "đối soát người hưởng với cơ sở dữ liệu quốc gia về dân cư: ai đã mất, ai đã chuyển tỉnh, ai "
    "hưởng hai lần, ai hưởng trợ cấp tuổi già trong khi có lương hưu. Tài khoản phải là của người "
    "hưởng hoặc người được ủy quyền; có tài khoản đã đóng, của người khác, hoặc gom tiền của "
    "nhiều người. Dừng nhầm của người nghèo cũng tốn kém như trả cho người đã mất.",
    story_en="The social offices pay benefits and pensions to accounts. Payees are compared with "
    "the population database first: some have died, some moved to another province, some are "
    "paid twice or draw an old-age allowance beside a pension. An account has to be the payee's "
    "own or that of somebody with written authority; some are closed, some another's, some "
    "collect the money of many. Of several payments of one kind the one that began first is due. "
    "To stop the payment of the poor by mistake costs as paying the dead does.",
    law="Nghị định 20/2021/NĐ-CP; Nghị định 76/2024/NĐ-CP; Quyết định 06/QĐ-TTg",
    client="bldtbxh",
    purpose="welfare-payment",
    columns=(
        Column(name="payee_name", kind="text", vi="Họ tên người hưởng", en="Name of the payee."),
        claims.BIRTH_DATE,
        claims.ID_NUMBER,
        Column(
            name="benefit",
            kind="text",
            vi="Loại: pension (lương hưu), old_age, disability, orphan, single_parent, merit, "
            "poor",
            en="What is paid: pension, old_age, disability, orphan, single_parent, merit, poor.",
        ),
        Column(name="amount", kind="integer", vi="Mức hưởng tháng, đồng", en="Đồng a month."),
        Column(name="since", kind="date", vi="Hưởng từ ngày", en="Paid since."),
        Column(
            name="province",
            kind="text",
            vi="Mã tỉnh chi trả; trống: không rõ",
            en="Code of the province that pays; empty: not known.",
        ),
        Column(
            name="last_month",
            kind="text",
            vi="Tháng trước: paid, unpaid (có tài khoản mà chưa chi), no_account",
            en="Last month: paid, unpaid (despite an account), no_account.",
        ),
        *accounts.COLUMNS,
    ),
    answers=(
        claims.VERDICT,
        claims.NUMBER,
        Column(
            name="entitlement",
            kind="class",
            vi="Có phải chi ở đây không",
            en="Whether the payment is due here.",
            values=ENTITLEMENTS,
        ),
        Column(
            name="account",
            kind="class",
            vi="Tài khoản là của ai",
            en="Whose the account is.",
            values=accounts.KINDS,
        ),
        what_to_do(ACTIONS),
    ),
    mix=_MIX,
    groups=accounts.GROUPS,
    costs=COSTS,
    action="action",
    naive=("pay", "hold"),
    promised=92,
    make=make,
    solve=solve,
)
