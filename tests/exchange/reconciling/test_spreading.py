"""Reconciliations on a Spark cluster: told, logged and refused as those of the server alone."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.exchange.jobs import running
from app.exchange.models import Leaf, LeafEntry
from app.platform.errors import DancuError
from tests.exchange import people
from tests.exchange.reconciling.conftest import AN
from tests.exchange.reconciling.test_running import ROWS
from tests.support import spark


@pytest.fixture
def cluster(world, monkeypatch):
    """Give the world's server a cluster."""

    def give(master):
        monkeypatch.setitem(world._settings.__dict__, "spark_master", master)

    return give


@spark.needed
@pytest.mark.parametrize("strictness", [10, 1])
def test_a_cluster_answers_as_the_server_does(world, cluster, reconciled, show, strictness):
    rows = [*ROWS, (f"{AN[0][:-1]}9", *AN[1:])]
    alone, _ = reconciled(rows, strictness=strictness)
    cluster(spark.CLUSTER)
    spread, job_id = reconciled(rows, engine="spark", strictness=strictness)
    assert spread == alone
    job = show(job_id)
    assert (job.engine, job.state, job.rows) == ("spark", "done", len(rows))
    with world.session() as session:
        entries = session.scalars(select(LeafEntry).where(LeafEntry.seq == job.leaf)).all()
    assert len(entries) == 9


def test_where_spark_does_not_start_the_job_says_so(world, cluster, prepared, show):
    cluster("nowhere")
    job_id = prepared(ROWS, engine="spark")
    with pytest.raises(DancuError, match=r"Spark does not start|pyspark is not installed"):
        running.run(people.claimed(world, job_id))
    assert (show(job_id).state, show(job_id).problem) == ("failed", "reconciliation-no-spark")
    with world.session() as session:
        assert session.scalars(select(Leaf)).all() == []


def test_a_server_whose_cluster_was_taken_away_says_so(world, prepared, show):
    job_id = prepared(ROWS, engine="spark")
    with pytest.raises(DancuError, match="none is set"):
        running.run(people.claimed(world, job_id))
    assert show(job_id).problem == "reconciliation-no-spark"
