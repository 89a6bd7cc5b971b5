"""Jobs: how many there may be, who runs them, what can be read of a file, when they go."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from app.exchange.callers import Room
from app.exchange.jobs import keeping
from app.exchange.reconciling import asking, files
from app.matching.linkage.claims import COLUMNS
from app.platform import clock
from app.platform.errors import DancuError
from tests.exchange import people
from tests.exchange.reconciling.conftest import AN

SAME = dict(zip(COLUMNS, COLUMNS, strict=True))
NEW = asking.New(purpose="data-cleansing", format="csv", mapping=SAME)
MINE = KIND, _ = asking.ASKING.kind, "viettel"
HEADING = "number,full_name,birth_date\n"


def problem(function, *args, **named):
    with pytest.raises(DancuError) as caught:
        function(*args, **named)
    return caught.value


def cancel(world, job_id):
    def job(session):
        keeping.cancel(session, keeping.find(session, job_id), clock.now())

    world.writer.submit(job)


def test_a_system_has_so_many_open_jobs_and_sees_its_own(world, access):
    caller = access.poll().callers["viettel"]

    def add(session):
        return keeping.add(session, caller, NEW.job(), "1" * 32, clock.now()).id

    made = [world.writer.submit(add) for _ in range(keeping.MOST_OPEN)]
    assert problem(world.writer.submit, add).code == "jobs-too-many"
    with world.session() as session:
        assert {job.id for job in keeping.all_of(session, *MINE)} == set(made)
        for other in ((KIND, "bhxh"), ("extract", MINE[1])):
            assert keeping.all_of(session, *other) == []
            assert problem(keeping.find, session, made[0], other).code == "job-unknown"
        assert problem(keeping.find, session, "0" * 32).code == "job-unknown"
    cancel(world, made[0])
    assert problem(cancel, world, made[0]).code == "job-state"
    assert world.writer.submit(add)


def test_one_runs_a_job_until_its_lease_runs_out(world, prepared):
    job_id, now = prepared([AN]), clock.now()
    with world.session() as session:
        assert keeping.due(session, now) is None
        assert keeping.due(session, now + 2 * keeping.LEASE) == job_id
    taken = problem(
        world.writer.submit, lambda session: asking.take_file(session, job_id, 1, "0" * 64)
    )
    assert taken.code == "job-state"
    cancel(world, job_id)
    late = now + 2 * keeping.LEASE
    assert not world.writer.submit(lambda session: keeping.claim(session, job_id, "b" * 32, late))


def test_of_two_who_find_a_job_one_takes_it(world, prepared):
    """Two processes may look at the same moment: whoever comes second finds it taken."""
    job_id, now = prepared([AN]), clock.now()
    late = now + 2 * keeping.LEASE

    def say(what, runner, at):
        return world.writer.submit(lambda session: what(session, job_id, runner, at))

    assert not say(keeping.claim, "b" * 32, now)
    assert [say(keeping.claim, runner * 32, late) for runner in "bc"] == [True, False]
    assert [say(keeping.renew, runner, late) for runner in ("b" * 32, "c" * 32)] == [True, False]
    assert not say(keeping.renew, people.RUNNER, late)


def test_jobs_are_forgotten_in_time(world, prepared):
    job_id = prepared([AN])
    late = clock.now() + keeping.KEPT + dt.timedelta(minutes=1)
    assert world.writer.submit(lambda session: keeping.forget(session, late)) == []
    cancel(world, job_id)
    assert world.writer.submit(lambda session: keeping.forget(session, late)) == [job_id]


def test_the_gate_decides_as_on_one_row(access):
    callers = access.poll().callers
    from tests.exchange.people import errand  # noqa: PLC0415 - one test's

    refused = asking.admit(callers["viettel"], errand("no-such-purpose"), {}, Room.ENOUGH)
    assert refused.reason == "PURPOSE_NOT_ALLOWED"
    full = asking.admit(callers["viettel"], errand("data-cleansing"), {}, Room.NO_QUOTA)
    assert full.reason == "QUOTA_EXCEEDED"


@pytest.fixture
def file(tmp_path):
    return tmp_path / "file"


@pytest.mark.parametrize(
    ("text", "params"),
    [
        ("a,b\n1,2\n", ["columns.number", "columns.full_name", "columns.birth_date"]),
        (HEADING + "1,A,1990\n1,A,1990,x,y\n2,B,1991\n3\n", ["line 3", "line 5"]),
        (HEADING, []),
        ("", ["file"]),
        (HEADING.encode("utf-16"), ["file"]),
        (HEADING.encode() + b"1,A,1990\n2,\xc0\xe1,1991\n", ["line 3"]),
        (HEADING.replace(",", ";"), ["columns.number", "columns.full_name", "columns.birth_date"]),
        ("number," + HEADING, ["columns.number"]),
        (HEADING + "1,A,1990,x\n" * 30, [f"line {line}" for line in range(2, 22)]),
    ],
)
def test_files_in_the_wrong_shape_name_what_is_wrong(file, text, params):
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    told = problem(files.counted, file, "csv", SAME)
    assert told.code == "reconciliation-file-unreadable"
    assert [param.name for param in told.params] == params


def test_what_is_no_parquet_is_refused_and_what_is_one_is_read(file):
    file.write_text("PAR1")
    assert problem(files.counted, file, "parquet", SAME).params == ()
    frame = pl.DataFrame({"so": [1, 2], "ten": ["A", "B"], "ngay": ["1990", None]})
    frame.write_parquet(file)
    mapping = {"number": "so", "full_name": "ten", "birth_date": "ngay"}
    assert files.counted(file, "parquet", mapping) == 2
