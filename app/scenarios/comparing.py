"""Comparing the submissions of a run: row by row against the best of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from app.scenarios import files, scoring, telling

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from app.scenarios.scenario import Scenario


def compare(
    scenario: Scenario, run_id: str, at: Path, cards: Sequence[telling.Scorecard]
) -> telling.Comparison:
    """Rank submissions by score; of each, on how many rows it beats the best and loses to it.

    A row is right where every class is; where none is asked for, where nothing else had cost less.
    Submissions whose file is gone are ranked without.
    """
    ranked = sorted(cards, key=lambda card: (-card.score, card.submission))
    if not ranked:
        return telling.Comparison(run=run_id, best=None, submissions=[])
    key = pl.read_parquet(at / files.KEY)
    best = _right(scenario, key, files.answers(at, ranked[0].submission))
    rivals = []
    for card in ranked:
        own = _right(scenario, key, files.answers(at, card.submission))
        rivals.append(
            telling.Rival(
                submission=card.submission,
                score=card.score,
                cost=card.cost.total,
                accuracy={each.answer: each.accuracy for each in card.answers},
                better=int((own & ~best).sum()),
                worse=int((best & ~own).sum()),
            )
        )
    return telling.Comparison(run=run_id, best=ranked[0].submission, submissions=rivals)


def _right(scenario: Scenario, key: pl.DataFrame, answers: Path) -> pl.Series:
    if not answers.exists():
        return pl.repeat(value=False, n=key.height, eager=True)
    both = scoring.joined(key, pl.read_parquet(answers))
    if not scenario.classes:
        return scoring.cheapest(scenario, both)
    fits = [
        pl.col(f"{scoring.TRUTH}{each.name}") == pl.col(each.name) for each in scenario.classes
    ]
    return both.select(pl.all_horizontal(fits)).to_series()
