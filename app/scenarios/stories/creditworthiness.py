"""Creditworthiness: who of a lender's applicants pays, and who defaults within twelve months.

As in the work of Project 06 with five banks and a lender (DOMAIN.md §7.2): a score on consent, for
people whom lenders know nothing of as well. Score, terms, applicants and what becomes of them are
openly synthetic: nothing of the real model or of real portfolios is public.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from app.registry import everyone
from app.scenarios import grouping, lending
from app.scenarios.lending import PRODUCTS
from app.scenarios.population import date_of
from app.scenarios.scenario import Chance, Column, Made, Scenario, what_to_do
from app.sectors.creditworthiness import at_once, scorecard

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from app.scenarios.parameters import Parameters
    from app.scenarios.population import Population
    from app.scenarios.secrecy import Draws
    from app.scenarios.solving import Solver

    Floats = NDArray[np.float64]

ACTIONS: Final = {"accept": "lend", "refuse": "do not lend"}
#: In per cent of the amount: what was not earned on who had paid, what was lost on who did not.
COSTS: Final = {
    f"{name}_{outcome}": prices
    for name, each in PRODUCTS.items()
    for outcome, prices in (
        ("paid", {"accept": 0, "refuse": each.margin}),
        ("defaulted", {"accept": each.loss, "refuse": 0}),
    )
}
_MIX: Final = {
    "thin_file": 0.35,
    "no_consent": 0.25,
    "inflated": 0.15,
    "pretended": 0.06,
    "loan_shark": 0.06,
}
#: Rows of the past, and applicants whose consent is recorded, at most: each has its leaf.
MOST_PAST, MOST_CONSENTS = 10_000, 5_000
#: Who takes the score at its letter lends from this band on.
_LETTER: Final = "C"
#: Applications are of the last month, those of the past from one to two years old.
_MONTH, _YEAR = 30, 365
#: Per cent of an amount in đồng, in thousand đồng.
_STAKE = 100_000
_RATES: Final = ", ".join(f"{name} {each.rate:.1%}" for name, each in PRODUCTS.items())
REFUSALS: Final = {
    "": "nobody has, as far as is known",
    "no_history": "another lender has: no credit history",
    "loan_shark": "another lender has: on its list of loan sharks' debtors (tín dụng đen)",
}
_FORM: Final = (
    "product",
    "amount",
    "term_months",
    "declared_income",
    "declared_work",
    "dependants",
    "channel",
    "refused_elsewhere",
)


def make(people: Population, draws: Draws, asked: Parameters) -> Made:
    """Draw applicants of today and of before, and what came of them by the hidden process."""
    past = min(asked.size, MOST_PAST)
    rows = lending.applicants(people, draws, asked, asked.size + past)
    rows = lending.apply(rows, draws, asked)
    rows = lending.become(rows, draws, asked).with_columns(_refused())
    today, before = rows[: asked.size], rows[asked.size :]
    rng = draws.stream("days")
    ago = rng.integers(0, _MONTH, asked.size)
    long_ago = rng.integers(_YEAR, 2 * _YEAR, past)
    may_ask = pl.Series(np.cumsum(today["agrees"].to_numpy()) <= MOST_CONSENTS)
    consent = pl.when(pl.col("agrees") & may_ask).then(pl.lit("yes")).otherwise(pl.lit(""))
    applicants = people.people[today["place"]]
    extract = today.select(
        applicants["full_name"],
        applicants["pin"].alias("id_number"),
        *_FORM,
        _days(people, ago),
        consent=consent,
    )
    known = before.select(
        *_FORM,
        _days(people, long_ago),
        score=pl.when("agrees").then(pl.col("score").cast(pl.String)).otherwise(pl.lit("")),
        outcome=_outcome(),
    )
    return Made(extract=extract, key=_key(people, today), past=known)


def _refused() -> pl.Expr:
    is_thin = pl.col("recent-delay") == -1
    return (
        pl.when("listed")
        .then(pl.lit("loan_shark"))
        .when(is_thin & pl.col("refused_unknown"))
        .then(pl.lit("no_history"))
        .otherwise(pl.lit(""))
        .alias("refused_elsewhere")
    )


def _days(people: Population, ago: NDArray[np.int64]) -> pl.Series:
    days = [date_of(people.day - each).isoformat() for each in ago.tolist()]
    return pl.Series("applied_on", days, dtype=pl.String)


def _outcome() -> pl.Expr:
    return pl.when("event").then(pl.lit("defaulted")).otherwise(pl.lit("paid"))


def _key(people: Population, rows: pl.DataFrame) -> pl.DataFrame:
    """Return what came, what it hung on, and the groups of people, for scoring alone."""
    least = next(each.least for each in scorecard.BANDS if each.name == _LETTER)
    key = rows.select(
        "event",
        "chance",
        situation=pl.concat_str("product", _outcome(), separator="_"),
        stake=pl.col("amount") // _STAKE,
        exact=pl.col("score") >= least,
        signature=lending.worth_it(rows, pl.col("chance")).cast(pl.Int64),
        group_thin_file=pl.when(pl.col("recent-delay") == -1)
        .then(pl.lit("yes"))
        .otherwise(pl.lit("no")),
        group_refused_elsewhere=pl.col("refused_elsewhere").replace({"": "nobody"}),
    )
    ethnicity = everyone.ethnicities(people.session)["ethnicity"]
    return key.hstack(grouping.of(people, rows["place"].to_numpy(), ethnicity))


def solve(solver: Solver, extract: pl.DataFrame) -> pl.DataFrame:
    """Ask for the score of who consents, learn from the past, lend where it is worth it.

    1. Ask for the credit assessment of everybody who consented.
    2. Fit a logistic regression to the file of the past, by what both files have.
    3. Lend where the margin expected is more than the loss expected.
    """
    scored = extract.with_columns(score=_scores(solver, extract))
    weights = fitted(features(solver.past), (solver.past["outcome"] == "defaulted").to_numpy())
    probability = pl.Series(expected(features(scored), weights))
    lend = lending.worth_it(scored, pl.lit(probability))
    accept = pl.when(pl.lit(lend)).then(pl.lit("accept")).otherwise(pl.lit("refuse"))
    return extract.select(
        "record_id", default_probability=pl.lit(probability.round(6)), action=accept
    )


def _scores(solver: Solver, extract: pl.DataFrame) -> pl.Series:
    """Return the score of everybody who consented, as text; empty for the others."""
    found = []
    asked = {"purpose": solver.purpose, "fields": list(at_once.FIELDS)}
    for row, (number, consent) in enumerate(extract.select("id_number", "consent").iter_rows()):
        solver.progress("asking for scores", row / extract.height)
        answer = (
            solver.agency.post(
                "/v1/credit-assessments", {**asked, "number": number, "consent": consent}
            )
            if consent
            else {"assessment": None}
        )
        found.append(str(answer["assessment"]["score"]) if answer["assessment"] else "")
    return pl.Series(found, dtype=pl.String)


def features(rows: pl.DataFrame) -> Floats:
    """Return what a model may look at, a row each: burden, work, family, refusals, the score."""
    burden = (lending.instalment() / pl.col("declared_income").clip(lower_bound=500_000)).clip(
        0, 2
    )
    score = pl.col("score").str.to_integer(strict=False)
    points = (score.fill_null(scorecard.BASE) - scorecard.BASE) / 100
    is_told = score.is_not_null()
    chosen = rows.select(
        pl.lit(1.0).alias("one"),
        burden.alias("burden"),
        *((pl.col("declared_work") == name).alias(f"work {name}") for name in lending.WORK[1:]),
        (pl.col("dependants") / 3).alias("dependants"),
        (pl.col("channel") == "dealer").alias("dealer"),
        *((pl.col("refused_elsewhere") == name).alias(name) for name in REFUSALS if name),
        is_told.alias("told"),
        points.alias("points"),
        points.clip(upper_bound=0).alias("points below"),
        (is_told & (pl.col("declared_work") == "salaried")).alias("told salaried"),
    )
    return chosen.cast(pl.Float64).to_numpy()


def fitted(rows: Floats, event: NDArray[np.bool_], ridge: float = 1.0) -> Floats:
    """Return the weights of a logistic regression (Newton's method, with a ridge)."""
    weights = np.zeros(rows.shape[1])
    penalty = ridge * np.eye(rows.shape[1])
    penalty[0, 0] = 0.0
    for _ in range(25):
        said = expected(rows, weights)
        slope = rows.T @ (event - said) - penalty @ weights
        curve = (rows * (said * (1 - said))[:, None]).T @ rows + penalty
        step = np.linalg.solve(curve, slope)
        weights = weights + step
        if float(np.abs(step).max()) < 1e-8:
            break
    return weights


def expected(rows: Floats, weights: Floats) -> Floats:
    """Return the probabilities that such weights give."""
    found: Floats = 1 / (1 + np.exp(-rows @ weights))
    return found


_APPLICATION: Final = (
    Column(
        name="product",
        kind="text",
        vi=f"Sản phẩm: cash (tiền mặt), motorbike (xe máy), card (thẻ); lãi tháng: {_RATES}",
        en=f"What is asked for: cash, motorbike, card. Interest of a month: {_RATES}.",
    ),
    Column(name="amount", kind="integer", vi="Số tiền, đồng", en="The amount, đồng."),
    Column(name="term_months", kind="integer", vi="Số tháng vay", en="Months of the loan."),
    Column(
        name="declared_income",
        kind="integer",
        vi="Thu nhập tháng tự khai, đồng",
        en="Income of a month as declared, đồng.",
    ),
    Column(
        name="declared_work",
        kind="text",
        vi="Việc làm tự khai: salaried, self_employed, casual, none, retired",
        en="Work as declared: salaried, self_employed, casual, none, retired.",
    ),
    Column(name="dependants", kind="integer", vi="Số người phụ thuộc", en="Dependants."),
    Column(
        name="channel",
        kind="text",
        vi="Kênh nộp hồ sơ: branch, app, dealer",
        en="Where it was made: branch, app, dealer.",
    ),
    Column(
        name="refused_elsewhere",
        kind="text",
        vi="Nơi khác đã từ chối: no_history (chưa có lịch sử), loan_shark (trong danh sách dính "
        "tín dụng đen, có người bị ghi nhầm); trống: không",
        en="Refused by another lender: no_history, loan_shark (on its list of loan sharks' "
        "debtors, some by mistake); empty: not that is known.",
    ),
    Column(name="applied_on", kind="date", vi="Ngày nộp", en="Applied on."),
)

SCENARIO = Scenario(
    name="creditworthiness",
    title_vi="Đánh giá khả tín",
    title_en="Creditworthiness",
    story_vi="Người dân nộp hồ sơ vay ở công ty tài chính hoặc ngân hàng. Ai đồng ý thì có thể "
    "hỏi điểm khả tín (thang điểm giả định, công khai). Hồ sơ mỏng, thu nhập khai khống, người bị "
    "nơi khác từ chối vì dính tín dụng đen, đúng hoặc nhầm. Tệp quá khứ cho biết ai đã trả và ai "
    "vỡ nợ trong 12 tháng; hãy nói xác suất vỡ nợ của từng hồ sơ mới và có cho vay hay không. Từ "
    "chối người trả được cũng tốn kém như cho vay nhầm.",
    story_en="Citizens apply for loans at a lender or bank. Of those who consent the credit "
    "assessment may be asked for (openly synthetic). Some have no history, some declare more than "
    "they earn, some were refused elsewhere for links with loan sharks (tín dụng đen), rightly or "
    "by mistake. A file of the past says who paid and who defaulted within twelve months; say of "
    "each new application how likely it defaults, and whether to lend. To refuse who would have "
    "paid costs as lending to the wrong does.",
    law="Luật Các tổ chức tín dụng 32/2024/QH15; Quyết định 06/QĐ-TTg (Đề án 06)",
    client="mcredit",
    purpose="credit-scoring",
    columns=(
        Column(name="full_name", kind="text", vi="Họ tên người vay", en="The applicant's name."),
        Column(name="id_number", kind="text", vi="Số định danh", en="Personal number."),
        *_APPLICATION,
        Column(
            name="consent",
            kind="text",
            vi="Mã sự đồng ý cho xem điểm khả tín; trống: không đồng ý",
            en="Id of the consent to a credit assessment; empty: none was given.",
        ),
    ),
    past=(
        *_APPLICATION,
        Column(
            name="score",
            kind="integer",
            vi="Điểm khả tín khi đó; trống: không đồng ý",
            en="The credit score as it was told; empty: no consent.",
        ),
        Column(
            name="outcome",
            kind="class",
            vi="Sau 12 tháng",
            en="Twelve months later.",
            values={"paid": "paid as agreed", "defaulted": "90 days past due or worse"},
        ),
    ),
    answers=(
        Column(
            name="default_probability",
            kind="score",
            vi="Xác suất vỡ nợ trong 12 tháng",
            en="How likely it defaults within twelve months, 0 to 1.",
        ),
        what_to_do(ACTIONS),
    ),
    mix=_MIX,
    costs=COSTS,
    action="action",
    stake="amount",
    chance=Chance(answer="default_probability", refused="refuse"),
    consents=("state", *at_once.FIELDS),
    naive=("accept", "refuse"),
    promised=70,
    make=make,
    solve=solve,
)
