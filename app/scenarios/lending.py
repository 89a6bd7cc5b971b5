"""Applicants for loans, and what becomes of them: the hidden process behind a story of lending.

Whether somebody defaults within twelve months is drawn from a risk that rests on what can be seen
(instalment and income, work, credit history, inquiries, household), on what cannot (how much of
the declared is true, a trait, what befalls people within the year), and on nothing else: sex,
ethnicity, religion and place are no part of it. Every figure here is a choice of ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from app.scenarios import parameters
from app.scenarios.population import ROWS_EACH, Pack
from app.sectors.creditworthiness import at_once
from app.sectors.creditworthiness.reading import NONE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from app.scenarios.parameters import Parameters
    from app.scenarios.population import Population
    from app.scenarios.secrecy import Draws

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Product:
    """A loan: its share of applications, the middle amount in đồng, months.

    `margin` is what is earned if it is paid, `loss` what is lost if it is not, in per cent of the
    amount; `rate` is the interest of a month.
    """

    share: float
    amount: float
    terms: tuple[int, ...]
    rate: float
    margin: int
    loss: int


PRODUCTS: Final[Mapping[str, Product]] = {
    "cash": Product(0.5, 30e6, (12, 18, 24, 36), 0.030, 18, 60),
    "motorbike": Product(0.3, 35e6, (12, 18, 24), 0.022, 14, 40),
    "card": Product(0.2, 20e6, (12,), 0.028, 22, 75),
}
#: The middle income of a month in đồng, the risk beside it, and how often a year brings a blow.
_WORK: Final[Mapping[str, tuple[float, float, float]]] = {
    "salaried": (11e6, -0.5, 0.03),
    "self_employed": (12e6, 0.1, 0.06),
    "casual": (6.5e6, 0.6, 0.09),
    "none": (3e6, 1.1, 0.05),
    "retired": (5.5e6, -0.3, 0.03),
}
WORK: Final = tuple(_WORK)
_UNINSURED = ("self_employed", "casual", "none")
_UNINSURED_SHARES = (0.45, 0.42, 0.13)
CHANNELS: Final = ("branch", "app", "dealer")
_STEP = 500_000
#: Of those on the list of loan sharks' debtors, who really is one; of the others, who was refused.
_TRULY_LISTED, _REFUSED_UNKNOWN = 0.65, 0.4
#: The trait that nothing tells, by difficulty, and the weight of a blow.
_TRAIT: Final = {"easy": 0.3, "normal": 0.6, "hard": 1.0}
_BLOW = 1.6
_AGES = (18, 70)
_BASE = -3.9
#: By which the chance of a row is averaged over what nobody can know (Gauss–Hermite).
_NODES, _WEIGHTS = np.polynomial.hermite_e.hermegauss(21)
#: Half-width of how truly incomes are declared, and by how much by whom they are not.
_HONEST, _INFLATED = 0.08, (1.3, 2.6)


def applicants(people: Population, draws: Draws, asked: Parameters, rows: int) -> pl.DataFrame:
    """Return so many people who apply: `place`, and the readings of their credit with `score`."""
    readings = at_once.read(people.session, people.everyone.numbers(), people.today)
    readings = readings.with_columns(at_once.score(readings))
    born = people.people["birth_year"].to_numpy()
    youngest, oldest = (people.today.year - age for age in _AGES)
    adults = people.living(_AGES[0])
    adults = adults[(born[adults] >= oldest) & (born[adults] < youngest)]
    if rows > ROWS_EACH * len(adults):
        raise parameters.too_large(ROWS_EACH * len(adults))
    known = readings.select(
        place=pl.Series(people.places(readings["citizen_id"])), history="recent-delay"
    )
    has = np.zeros(len(born), dtype=np.bool_)
    has[known["place"].to_numpy()] = known["history"].to_numpy() != NONE
    with_history, without = adults[has[adults]], adults[~has[adults]]
    thin = round(rows * asked.mix["thin_file"])
    thin = min(max(thin, rows - ROWS_EACH * len(with_history)), ROWS_EACH * len(without))
    rng = draws.stream("applicants")
    dealt = [
        Pack(rng, of, count).deal(count)
        for of, count in ((with_history, rows - thin), (without, thin))
    ]
    place = rng.permutation(np.concatenate(dealt))
    applied = pl.DataFrame({"place": place, "citizen_id": people.people["id"][place]})
    return applied.join(readings, on="citizen_id", how="left", maintain_order="left")


def apply(rows: pl.DataFrame, draws: Draws, asked: Parameters) -> pl.DataFrame:
    """Add what each applies for and says of themselves, and what is true of it."""
    rng = draws.stream("forms")
    size = rows.height
    work = _work(rows, rng)
    middle = np.array([_WORK[name][0] for name in WORK])[work]
    months = np.maximum(rows["insured-months"].to_numpy(), 0)
    income = middle * np.exp(0.4 * rng.standard_normal(size) + 0.0012 * np.minimum(months, 240))
    share = rng.random((4, size))
    inflated = share[0] < asked.mix["inflated"]
    said = income * np.where(
        inflated, rng.uniform(*_INFLATED, size), rng.uniform(1 - _HONEST, 1 + _HONEST, size)
    )
    pretends = (share[1] < asked.mix["pretended"]) & (work != 0)
    listed = share[2] < asked.mix["loan_shark"]
    names = list(PRODUCTS)
    product = rng.choice(len(names), size, p=[each.share for each in PRODUCTS.values()])
    amount = np.array([each.amount for each in PRODUCTS.values()])[product]
    amount = amount * np.exp(0.45 * rng.standard_normal(size)) * (middle / 9e6) ** 0.3
    return rows.with_columns(
        work=pl.Series(work),
        income=pl.Series(income),
        product=pl.Series(product).replace_strict(dict(enumerate(names)), return_dtype=pl.String),
        amount=pl.Series(np.maximum(np.round(amount / _STEP), 4).astype(np.int64) * _STEP),
        term_months=pl.Series(_terms(product, rng)),
        declared_income=pl.Series(np.round(said / 100_000).astype(np.int64) * 100_000),
        declared_work=pl.Series(np.where(pretends, 0, work)).replace_strict(
            dict(enumerate(WORK)), return_dtype=pl.String
        ),
        dependants=pl.Series(np.minimum(rng.poisson(1.1, size), 6)),
        channel=pl.Series(rng.choice(CHANNELS, size, p=(0.35, 0.4, 0.25))),
        listed=pl.Series(listed),
        shark=pl.Series(listed & (rng.random(size) < _TRULY_LISTED)),
        refused_unknown=pl.Series(rng.random(size) < _REFUSED_UNKNOWN),
        agrees=pl.Series(share[3] >= asked.mix["no_consent"]),
    )


def become(rows: pl.DataFrame, draws: Draws, asked: Parameters) -> pl.DataFrame:
    """Add what came of each within twelve months (`event`), and how likely it was (`chance`).

    `chance` knows all that is true of a row but the trait and what befell the applicant.
    """
    risk = _risk(rows)
    blow = np.array([_WORK[name][2] for name in WORK])[rows["work"].to_numpy()]
    trait = _TRAIT[asked.difficulty]
    rng = draws.stream("outcomes")
    latent = risk + trait * rng.standard_normal(len(risk)) + _BLOW * (rng.random(len(risk)) < blow)
    event = rng.random(len(risk)) < _sigmoid(latent)
    spread = risk[:, None] + trait * _NODES
    likely = (1 - blow)[:, None] * _sigmoid(spread) + blow[:, None] * _sigmoid(spread + _BLOW)
    chance = likely @ (_WEIGHTS / _WEIGHTS.sum())
    return rows.with_columns(event=pl.Series(event), chance=pl.Series(chance))


def worth_it(rows: pl.DataFrame, chance: pl.Expr) -> pl.Series:
    """Return whether to lend, by `product`: the margin expected is more than the loss expected."""
    margin, loss = (
        pl.col("product").replace_strict(
            {name: getattr(each, what) for name, each in PRODUCTS.items()}, return_dtype=pl.Float64
        )
        for what in ("margin", "loss")
    )
    return rows.select((1 - chance) * margin > chance * loss).to_series()


def instalment() -> pl.Expr:
    """Return what is to be paid a month, in đồng, at the interest of the product."""
    rate = pl.col("product").replace_strict(
        {name: each.rate for name, each in PRODUCTS.items()}, return_dtype=pl.Float64
    )
    return pl.col("amount") * rate / (1 - (1 + rate) ** -pl.col("term_months"))


def _work(rows: pl.DataFrame, rng: np.random.Generator) -> Ints:
    """Say what everybody lives on: those who pay social insurance are employed."""
    drawn = rng.choice(len(_UNINSURED), rows.height, p=_UNINSURED_SHARES)
    others = np.array([WORK.index(name) for name in _UNINSURED])[drawn]
    insured = rows["insured-now"].to_numpy() == 1
    # Who draws a pension has paid for fifteen years; half of those who have, draw it.
    long = (rows["insured-months"].to_numpy() >= 180) & (rng.random(rows.height) < 0.5)
    paid = np.where(long, WORK.index("retired"), WORK.index("salaried"))
    found: Ints = np.where(insured, paid, others)
    return found


def _terms(product: Ints, rng: np.random.Generator) -> Ints:
    drawn = rng.random(len(product))
    offered = [each.terms for each in PRODUCTS.values()]
    count = np.array([len(terms) for terms in offered])[product]
    table = np.zeros((len(offered), max(map(len, offered))), dtype=np.int64)
    for at, terms in enumerate(offered):
        table[at, : len(terms)] = terms
    found: Ints = table[product, (drawn * count).astype(np.int64)]
    return found


def _risk(rows: pl.DataFrame) -> Floats:
    """Return the logit of the risk, before what nobody can know."""
    burden = rows.select(instalment() / pl.col("income")).to_series().to_numpy().clip(0, 2)
    work = np.array([each[1] for each in _WORK.values()])[rows["work"].to_numpy()]
    months = np.clip(rows["insured-months"].to_numpy(), 0, 180)
    delay = rows["recent-delay"].to_numpy()
    late = np.select(
        [delay >= 90, delay >= 60, delay >= 30, delay >= 1, delay == 0],
        [3.0, 2.4, 1.7, 0.6, -0.6],
        default=0.5,
    )
    use = rows["card-use"].to_numpy()
    total: Floats = (
        _BASE
        + 3.2 * burden
        + work
        - 0.004 * months
        + late
        + 0.5 * (rows["worst-group"].to_numpy() >= 2)
        + np.select([use >= 90, use >= 60], [0.9, 0.4], default=0.0)
        + 0.5 * np.minimum(rows["inquiries"].to_numpy(), 4)
        + 0.12 * rows["dependants"].to_numpy()
        + 2.2 * rows["shark"].to_numpy()
        + 0.2 * (rows["channel"] == "dealer").to_numpy()
    )
    return total


def _sigmoid(logit: Floats) -> Floats:
    found: Floats = 1 / (1 + np.exp(-logit))
    return found
