"""The second kind of scorecard: how good probabilities are, in the words of credit scoring.

Discrimination (ROC, AUC, Gini, KS), calibration (Brier score, expected calibration error, a table
by tenths), profit, and the same by group of people, which the answer itself may not look at. The
bound is what the probabilities of the hidden process come to on the same outcomes: they know all
that decides but the chance that is left. The event is what a probability is of: a default.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl

from app.scenarios import telling
from app.scenarios.scoring import TRUTH

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from app.scenarios.scenario import Chance, Scenario

    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]

#: Columns of the truth: whether it came about, how likely it was, and the groups of people.
EVENT, CHANCE, GROUP = "event", "chance", "group_"
#: Groups with fewer rows are not told: they would be single people.
FEWEST: Final = 30
_BINS, _POINTS = 10, 100


def judge(
    scenario: Scenario, both: pl.DataFrame, cost: telling.Cost
) -> telling.ProbabilityScore | None:
    """Judge the answer that is a probability; None where a scenario asks for none."""
    if scenario.chance is None:
        return None
    said = both[scenario.chance.answer].cast(pl.Float64).to_numpy()
    event = both[f"{TRUTH}{EVENT}"].to_numpy()
    chance = both[f"{TRUTH}{CHANCE}"].to_numpy()
    bins = calibration(said, event)
    area = auc(said, event)
    nothing_done = cost.constant[scenario.chance.refused]
    return telling.ProbabilityScore(
        answer=scenario.chance.answer,
        rows=len(event),
        events=int(event.sum()),
        auc=_rounded(area),
        auc_bound=_rounded(auc(chance, event)),
        gini=_rounded(None if area is None else 2 * area - 1),
        ks=_rounded(ks(said, event)),
        brier=round(brier(said, event), 4),
        brier_bound=round(brier(chance, event), 4),
        calibration_error=round(calibration_error(bins), 4),
        profit=nothing_done - cost.total,
        profit_bound=nothing_done - cost.bound,
        profit_naive=nothing_done - cost.naive,
        calibration=bins,
        roc=_thinned(roc(said, event)),
        roc_bound=_thinned(roc(chance, event)),
        groups=_groups(scenario.chance, scenario.action, both),
    )


def auc(said: Floats, event: Bools) -> float | None:
    """Return how likely an event was given more than a non-event, a tie counting half.

    By ranks (Mann–Whitney U); None where there is nothing to compare.
    """
    events = int(event.sum())
    others = len(event) - events
    if not events or not others:
        return None
    ranks = pl.Series(said).rank("average").to_numpy()
    above = float(ranks[event].sum()) - events * (events + 1) / 2
    return above / (events * others)


def roc(said: Floats, event: Bools) -> Floats:
    """Return the curve from (0, 0) to (1, 1): shares of non-events and of events at or above.

    One point for each different probability, so that ties make a slope and no order.
    """
    order = np.argsort(-said, kind="stable")
    ends = np.flatnonzero(np.diff(said[order], append=-np.inf))
    counted = np.stack([np.cumsum(~event[order]), np.cumsum(event[order])], axis=1)[ends]
    shares = counted / np.maximum(counted[-1], 1)
    return np.concatenate([np.zeros((1, 2)), shares])


def ks(said: Floats, event: Bools) -> float | None:
    """Return the widest gap between the two distributions (Kolmogorov–Smirnov)."""
    if event.all() or not event.any():
        return None
    curve = roc(said, event)
    return float(np.abs(curve[:, 1] - curve[:, 0]).max())


def brier(said: Floats, event: Bools) -> float:
    """Return the mean squared distance of probabilities from what came about."""
    return float(np.mean((said - event) ** 2))


def calibration(said: Floats, event: Bools) -> list[telling.CalibrationBin]:
    """Return ten bins of the same size, the least likely first: what was said, what came."""
    order = np.argsort(said, kind="stable")
    return [
        telling.CalibrationBin(
            rows=len(rows),
            expected=round(float(said[rows].mean()), 4),
            observed=round(float(event[rows].mean()), 4),
        )
        for rows in np.array_split(order, min(_BINS, len(order)))
    ]


def calibration_error(bins: list[telling.CalibrationBin]) -> float:
    """Return the expected calibration error: the bins' distances, weighted by their rows."""
    rows = sum(each.rows for each in bins)
    return sum(each.rows * abs(each.expected - each.observed) for each in bins) / rows


def _groups(chance: Chance, action: str, both: pl.DataFrame) -> list[telling.GroupScore]:
    return [
        _group(chance, action, name.removeprefix(f"{TRUTH}{GROUP}"), rows)
        for name in both.columns
        if name.startswith(f"{TRUTH}{GROUP}")
        for rows in both.sort(name, maintain_order=True).partition_by(name, maintain_order=True)
        if rows.height >= FEWEST
    ]


def _group(chance: Chance, action: str, by: str, rows: pl.DataFrame) -> telling.GroupScore:
    said = rows[chance.answer].cast(pl.Float64).to_numpy()
    event = rows[f"{TRUTH}{EVENT}"].to_numpy()
    refused = (rows[action] == chance.refused).to_numpy()
    return telling.GroupScore(
        by=by,
        name=rows[f"{TRUTH}{GROUP}{by}"][0],
        rows=len(event),
        events=int(event.sum()),
        expected=round(float(said.mean()), 4),
        approved=round(float(1 - refused.mean()), 4),
        good_refused=_share(refused[~event]),
        bad_approved=_share(~refused[event]),
        auc=_rounded(auc(said, event)),
    )


def _share(found: Bools) -> float | None:
    return round(float(found.mean()), 4) if len(found) else None


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _thinned(curve: Floats) -> list[tuple[float, float]]:
    """Return some hundred points of a curve, its ends among them."""
    chosen = np.unique(np.linspace(0, len(curve) - 1, _POINTS + 1).astype(np.int64))
    return [(round(float(x), 4), round(float(y), 4)) for x, y in curve[chosen]]
