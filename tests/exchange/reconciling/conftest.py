"""Jobs of the exchange's test world, from the question to their results."""

from __future__ import annotations

import polars as pl
import pytest

from app.exchange.jobs import keeping, running, work
from app.exchange.reconciling import asking
from app.matching.linkage.claims import COLUMNS
from tests.exchange import people

CLEANSING = "data-cleansing"
AN = (people.AN_PIN, "Nguyễn Văn An", "1980-05-12")


@pytest.fixture
def prepared(world, taken):
    """Make a job of rows, whose file is there, and return its id."""

    def prepare(rows, client="viettel", **of):
        same = dict(zip(COLUMNS, COLUMNS, strict=True))
        new = asking.New(**{"purpose": CLEANSING, "format": "csv", "mapping": same, **of})
        frame = pl.DataFrame(rows, schema=dict.fromkeys(COLUMNS, pl.String), orient="row")

        def send(session, made):
            folder = work.folder(world, made)
            folder.mkdir(parents=True)
            frame.write_csv(folder / "upload")
            asking.take_file(session, made, len(frame), work.sha256(folder / "upload"))

        return taken(client, new.job(), send)

    return prepare


@pytest.fixture
def show(world):
    """Show a job."""

    def find(job_id):
        with world.session() as session:
            return asking.view(keeping.find(session, job_id))

    return find


@pytest.fixture
def results(world, show):
    """Return the rows of a job's results."""

    def read(job_id):
        assert show(job_id).state == "done"
        told = pl.read_parquet(work.folder(world, job_id) / "results" / "results.parquet")
        return told.rows(named=True)

    return read


@pytest.fixture
def reconciled(world, prepared, results):
    """Run a job of rows to its end and return its results and its id."""

    def reconcile(rows, **of):
        job_id = prepared(rows, **of)
        running.run(people.claimed(world, job_id))
        return results(job_id), job_id

    return reconcile
