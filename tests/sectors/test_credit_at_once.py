"""Everybody's credit at once is what the scorecard says of each alone."""

import polars as pl

from app.exchange import disclosing
from app.registry import everyone
from app.sectors.creditworthiness import at_once, scorecard


def test_everybody_at_once_is_read_as_each_alone(world):
    with world.session() as session:
        numbers = everyone.read(session).numbers()
        told = at_once.read(session, numbers, world.today)
        told = told.with_columns(score=at_once.score(told))
        odd = told.filter(
            (pl.col("recent-delay") > 0) | (pl.col("inquiries") > 0) | (pl.col("card-use") > 60)
        )
        chosen = pl.concat([odd.head(80), told.sample(80, seed=1)]).unique("citizen_id")
        ids = chosen["citizen_id"].to_list()
        alone = disclosing.read(session, ids, at_once.FIELDS, world.today)
    assert odd.height > 20
    assert told.height == told["citizen_id"].n_unique()
    for row, data in zip(chosen.iter_rows(named=True), alone, strict=True):
        result = scorecard.assess(data, world.today)
        known = {mark.name: mark.value for mark in result.marks if mark.value is not None}
        assert known == {name: row[name] for name in at_once.NAMES}
        assert row["score"] == result.score
