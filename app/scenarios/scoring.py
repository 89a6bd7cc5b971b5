"""Scoring: how far an answer fits the truth, what its mistakes cost, and what was possible.

The bound: rows of one `signature` look alike to an agency that has asked the registry everything
it may. Whoever decides by what can be seen treats them alike, so over a signature's rows the best
accuracy is that of its commonest class, and the least cost that of its best single action. The sum
over all signatures bounds every rule of that kind; luck alone goes beyond it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from app.scenarios import telling

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.scenarios.scenario import Column, Scenario

TRUTH = "truth_"


def joined(key: pl.DataFrame, answers: pl.DataFrame) -> pl.DataFrame:
    """Put each answer beside its truth, whose columns are named `truth_…`."""
    truth = key.rename({name: f"{TRUTH}{name}" for name in key.columns if name != "record_id"})
    return truth.join(answers, on="record_id", how="left", maintain_order="left")


def answers(scenario: Scenario, both: pl.DataFrame) -> list[telling.AnswerScore]:
    """Judge every answer that is a class."""
    return [_classes(column, both) for column in scenario.classes]


def numbers(scenario: Scenario, both: pl.DataFrame) -> list[telling.NumberScore]:
    """Judge every answer that is a number; an empty one says that there is none."""
    return [_numbers(column.name, both) for column in scenario.answers if column.kind == "number"]


def cost(scenario: Scenario, both: pl.DataFrame) -> telling.Cost:
    """Add up what the actions cost, and what others would have cost."""
    lines = _lines(scenario.costs, both, scenario.action)
    naive = both.with_columns(
        pl.when(f"{TRUTH}exact")
        .then(pl.lit(scenario.naive[0]))
        .otherwise(pl.lit(scenario.naive[1]))
        .alias("naive")
    )
    return telling.Cost(
        total=sum(line.cost for line in lines),
        bound=_least(scenario, both),
        naive=sum(line.cost for line in _lines(scenario.costs, naive, "naive")),
        constant={action: _constant(scenario, both, action) for action in scenario.actions},
        lines=lines,
    )


def cheapest(scenario: Scenario, both: pl.DataFrame) -> pl.Series:
    """Return the rows of which no other action had cost less."""
    priced = both.select(
        scenario.action,
        *(
            _priced(scenario, both, action).alias(f"{TRUTH}{action}")
            for action in scenario.actions
        ),
    )
    least = pl.min_horizontal(f"{TRUTH}{action}" for action in scenario.actions)
    return priced.select(
        pl.any_horizontal(
            (pl.col(scenario.action) == action) & (pl.col(f"{TRUTH}{action}") == least)
            for action in scenario.actions
        )
    ).to_series()


def score(found: telling.Cost) -> float:
    """Return 100 at the bound, 0 at the cheapest that needs no thought; two decimals."""
    thoughtless = min(found.naive, *found.constant.values())
    possible = thoughtless - found.bound
    if possible <= 0:  # nothing to be won by thinking: a file without a difficult row
        return 100.0 if found.total <= found.bound else 0.0
    return round(100 * (thoughtless - found.total) / possible, 2)


def _classes(column: Column, both: pl.DataFrame) -> telling.AnswerScore:
    names = list(column.values)
    truth, answer = f"{TRUTH}{column.name}", column.name
    counted = both.group_by(truth, answer).len()
    pairs = {(row[0], row[1]): row[2] for row in counted.iter_rows()}
    confusion = [[pairs.get((real, said), 0) for said in names] for real in names]
    classes = [_one_class(confusion, place, name) for place, name in enumerate(names)]
    right = sum(each.right for each in classes)
    told = [each.f1 or 0.0 for each in classes if each.rows]
    commonest = both.group_by(f"{TRUTH}signature", truth).len().group_by(f"{TRUTH}signature")
    return telling.AnswerScore(
        answer=column.name,
        accuracy=_share(right, both.height) or 0.0,
        bound=_share(int(commonest.agg(pl.col("len").max())["len"].sum()), both.height) or 0.0,
        macro_f1=round(sum(told) / max(len(told), 1), 4),
        classes=classes,
        confusion=confusion,
    )


def _one_class(confusion: list[list[int]], place: int, name: str) -> telling.ClassScore:
    rows, said = sum(confusion[place]), sum(line[place] for line in confusion)
    right = confusion[place][place]
    return telling.ClassScore(
        name=name,
        rows=rows,
        answered=said,
        right=right,
        precision=_share(right, said),
        recall=_share(right, rows),
        f1=_share(2 * right, rows + said),
    )


def _numbers(name: str, both: pl.DataFrame) -> telling.NumberScore:
    truth, said = pl.col(f"{TRUTH}{name}"), pl.col(name).fill_null("")
    is_one, is_said = truth != "", said != ""
    found = both.select(
        right=(is_one & (said == truth)).sum(),
        wrong=(is_one & is_said & (said != truth)).sum(),
        missing=(is_one & ~is_said).sum(),
        invented=(~is_one & is_said).sum(),
    ).row(0, named=True)
    return telling.NumberScore(answer=name, **found)


def _lines(
    costs: Mapping[str, Mapping[str, int]], both: pl.DataFrame, action: str
) -> list[telling.CostLine]:
    counted = (
        both.with_columns(stake=_stake(both))
        .group_by(f"{TRUTH}situation", action)
        .agg(pl.len().alias("rows"), pl.col("stake").sum())
        .sort(f"{TRUTH}situation", action)
    )
    return [
        telling.CostLine(
            situation=situation, action=said, rows=rows, cost=stake * costs[situation][said]
        )
        for situation, said, rows, stake in counted.iter_rows()
    ]


def _constant(scenario: Scenario, both: pl.DataFrame, action: str) -> int:
    return int(_priced(scenario, both, action).sum())


def _priced(scenario: Scenario, both: pl.DataFrame, action: str) -> pl.Series:
    """Return what an action costs on every row."""
    prices = {situation: told[action] for situation, told in scenario.costs.items()}
    price = pl.col(f"{TRUTH}situation").replace_strict(prices, return_dtype=pl.Int64)
    return both.select(price * _stake(both)).to_series()


def _stake(both: pl.DataFrame) -> pl.Expr:
    """Return by what prices are multiplied: a row, or the sum of which they are per cent."""
    name = f"{TRUTH}stake"
    return pl.col(name) if name in both.columns else pl.lit(1, pl.Int64)


def _least(scenario: Scenario, both: pl.DataFrame) -> int:
    """Return the least cost of a rule that decides by signature."""
    priced = both.select(
        pl.col(f"{TRUTH}signature"),
        *(_priced(scenario, both, action).alias(action) for action in scenario.actions),
    )
    sums = priced.group_by(f"{TRUTH}signature").sum()
    return int(sums.select(pl.min_horizontal(*scenario.actions)).to_series().sum())


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
