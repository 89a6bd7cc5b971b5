"""The writer when things go wrong: full disks, lost connections, killed processes, neighbours."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import subprocess
import sys
import threading
import time

import pytest
from sqlalchemy import RootTransaction, text
from sqlalchemy.exc import OperationalError

from app.platform import engines, errors
from app.platform.writer import Writer
from tests.support.databases import end_connections, only_postgres, only_sqlite
from tests.support.entries import adding, append, preparing
from tests.support.writing import gathered, submit_all

BIG = "x" * 20_000


def limit_pages(pages):
    """Return a job after which the file may grow by `pages` and no more."""

    def job(session):
        count = session.execute(text("PRAGMA page_count")).scalar_one()
        session.execute(text(f"PRAGMA max_page_count = {count + pages}"))

    return job


def code_of(error):
    return getattr(error, "code", repr(error))


@only_sqlite
def test_a_full_disk_fails_the_whole_batch_and_leaves_nothing(writer, read):
    writer.submit(adding("before"))
    writer.submit(limit_pages(1))
    outcomes = submit_all(writer, [adding("small"), adding(BIG), adding("other")])
    assert [code_of(outcome) for outcome in outcomes] == ["storage-full"] * 3
    assert read() == ["before"]
    writer.submit(limit_pages(1000))
    assert writer.submit(adding(BIG)) == 2


@only_sqlite
def test_a_job_that_hides_a_full_disk_is_not_believed(writer, read):
    """SQLite has rolled everything back by then, and would go on without a transaction."""

    def hide(session):
        with contextlib.suppress(OperationalError):
            append(session, [BIG])
        return "fine"

    writer.submit(limit_pages(1))
    outcomes = submit_all(writer, [adding("a"), hide, adding("b")])
    assert all(isinstance(outcome, errors.UnavailableError) for outcome in outcomes)
    assert read() == []


@only_sqlite
def test_a_lane_that_hides_a_full_disk_is_not_believed(writer, read):
    def hide(connection, bodies):
        with contextlib.suppress(OperationalError):
            append(connection, bodies)
        return ["fine"] * len(bodies)

    writer.submit(limit_pages(1))
    (outcome,) = asyncio.run(gathered(writer, writer.lane("hide", hide), [BIG]))
    assert isinstance(outcome, Exception)
    assert read() == []


@only_sqlite
def test_a_full_disk_fails_every_waiting_item(writer, read):
    writer.submit(limit_pages(1))
    lane = writer.lane("entry", append)
    outcomes = asyncio.run(gathered(writer, lane, ["small", BIG, "other"]))
    assert [code_of(outcome) for outcome in outcomes] == ["storage-full"] * 3
    assert read() == []
    writer.submit(limit_pages(1000))
    assert asyncio.run(gathered(writer, lane, ["again"])) == [1]


@only_sqlite
def test_what_nobody_waits_for_outlives_a_full_disk(writer, read):
    writer.submit(limit_pages(1))
    writer.put_later(writer.lane("entry", append), "later")
    assert code_of(submit_all(writer, [adding(BIG)])[0]) == "storage-full"
    writer.submit(limit_pages(1000))
    writer.close()
    assert read() == ["later"]


@only_sqlite
def test_a_full_disk_is_told_where_statements_go_straight_to_the_driver(writer, read):
    def fill(connection, items):
        connection.connection.driver_connection.execute(
            "INSERT INTO entry (seq, body) VALUES (1, ?)", (items[0],)
        )

    writer.submit(limit_pages(1))
    [failed] = asyncio.run(gathered(writer, writer.lane("full", fill), [BIG]))
    assert code_of(failed) == "storage-full"
    assert read() == []


@only_postgres
def test_a_full_disk_on_the_server_fails_the_whole_batch(writer, read):
    def fill(session):
        append(session, ["half"])
        session.execute(text("DO $$ BEGIN RAISE SQLSTATE '53100'; END $$"))

    outcomes = submit_all(writer, [adding("a"), fill, adding("b")])
    assert [code_of(outcome) for outcome in outcomes] == ["storage-full"] * 3
    assert read() == []


@only_postgres
def test_a_lost_connection_fails_the_batch_and_the_next_one_has_another(writer, read):
    def lose(session):
        session.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    outcomes = submit_all(writer, [adding("a"), lose, adding("b")])
    assert [code_of(outcome) for outcome in outcomes] == ["storage-unavailable"] * 3
    assert writer.submit(adding("c")) == 1
    assert read() == ["c"]


@only_postgres
def test_a_connection_lost_before_a_lane_fails_what_waits_and_keeps_the_rest(writer, read):
    def lose(connection, _):
        connection.connection.driver_connection.execute(
            "SELECT pg_terminate_backend(pg_backend_pid())"
        )

    writer.put_later(writer.lane("entry", append), "later")
    [failed] = asyncio.run(gathered(writer, writer.lane("lost", lose), ["x"]))
    assert code_of(failed) == "storage-unavailable"
    assert writer.submit(adding("next")) == 1
    writer.close()
    assert sorted(read()) == ["later", "next"]


@only_postgres
def test_a_connection_lost_between_batches_is_not_noticed(writer, entries_url, read):
    writer.submit(adding("a"))
    end_connections(entries_url)
    assert writer.submit(adding("b")) == 2
    assert read() == ["a", "b"]


@contextlib.contextmanager
def neighbour(url):
    """Hold the file's write lock as another process would."""
    engine = engines.writer(url)
    with engine.begin():
        yield
    engine.dispose()


@only_sqlite
def test_a_neighbour_s_write_is_waited_for(writer, entries_url, read):
    with neighbour(entries_url):
        thread = threading.Thread(target=writer.submit, args=(adding("a"),))
        thread.start()
        time.sleep(0.05)
        assert read() == []
    thread.join()
    assert read() == ["a"]


@only_sqlite
def test_the_event_loop_goes_on_while_a_neighbour_writes(writer, entries_url, read):
    lane = writer.lane("entry", append)

    async def put():
        with neighbour(entries_url):
            future = writer.put(lane, "a")
            for _ in range(20):
                await asyncio.sleep(0.005)
            assert not future.done()
        return await future

    assert asyncio.run(put()) == 1
    assert read() == ["a"]


@only_sqlite
def test_a_neighbour_that_never_ends_is_reported(writer, entries_url, monkeypatch):
    monkeypatch.setattr(engines, "BUSY_SECONDS", 0.05)
    with (
        neighbour(entries_url),
        pytest.raises(errors.UnavailableError, match="writer-busy"),
    ):
        writer.submit(adding("a"))


def start(url, prefix, how, count):
    return subprocess.Popen(
        [
            sys.executable,
            "-m",
            "tests.support.entries",
            url.render_as_string(hide_password=False),
            prefix,
            how,
            str(count),
        ],
        stdout=subprocess.PIPE,
        text=True,
    )


def acknowledged(output):
    """The whole lines that a process said: a number and the body it was given to."""
    whole = output[: output.rfind("\n") + 1].splitlines()
    return [(int(seq), body) for seq, body in (line.split(" ") for line in whole)]


@pytest.mark.parametrize("how", ["job", "lane", "script"])
def test_a_killed_process_loses_nothing_it_acknowledged(entries_url, read, how):
    process = start(entries_url, "p", how, 0)
    for _ in range(200):
        process.stdout.readline()
    process.send_signal(signal.SIGKILL)
    output, _ = process.communicate()
    said = acknowledged(output)
    stored = read()
    assert len(stored) >= 200
    assert all(stored[seq - 1] == body for seq, body in said)


@pytest.mark.parametrize("how", ["job", "lane", "script"])
def test_two_processes_share_one_sequence_without_gaps(entries_url, read, how):
    processes = [start(entries_url, prefix, how, 40) for prefix in ("p", "q")]
    said = [
        pair for process in processes for pair in acknowledged(process.communicate(timeout=60)[0])
    ]
    assert [process.returncode for process in processes] == [0, 0]
    stored = read()
    assert sorted(said) == list(enumerate(stored, 1))


@only_sqlite
def test_a_bad_row_that_nobody_waits_for_is_named_in_the_log_without_its_data(
    writer, read, caplog
):
    lane = writer.lane("entry", append)
    writer.submit(adding("an-nguyen"))
    writer.put_later(lane, "an-nguyen")
    writer.put_later(lane, "other")
    writer.close()
    assert read() == ["an-nguyen", "other"]
    assert "lane entry was not written" in caplog.text
    assert "an-nguyen" not in caplog.text


@only_sqlite
def test_rows_that_cannot_be_written_are_kept_up_to_a_limit(entries_url, read, caplog):
    engine = engines.writer(entries_url, patient=False)
    writer = Writer(engine, preparing(entries_url), name="small", limit=2)
    writer.submit(limit_pages(0))
    lane = writer.lane("entry", append)

    def leave_three_and_fail(session):
        for body in ("a", "b", "c"):
            writer.put_later(lane, body)
        append(session, [BIG])

    for job in (leave_three_and_fail, adding(BIG)):  # they are part of the second one's batch
        with pytest.raises(errors.UnavailableError, match="storage-full"):
            writer.submit(job)
    writer.submit(limit_pages(1000))
    writer.close()
    engine.dispose()
    assert read() == ["b", "c"]
    assert "1 unwritten rows were given up" in caplog.text


def test_what_was_made_of_a_write_that_was_not_committed_is_given_to_nobody(
    writer, read, monkeypatch
):
    made = threading.Event()

    def failing(*_parts):
        # Only when it has been made: that is done while the batch commits.
        assert made.wait(10)
        raise RuntimeError("no commit")

    async def put():
        lane = writer.lane("entry", append)
        await writer.put(lane, "a")
        monkeypatch.setattr(RootTransaction, "commit", failing)
        with pytest.raises(RuntimeError, match="no commit"):
            await writer.put(lane, "b", lambda _number: made.set())

    asyncio.run(put())
    monkeypatch.undo()
    assert read() == ["a"]


@only_postgres
def test_a_commit_that_fails_is_acknowledged_to_nobody(writer, entries_url, read):
    """A constraint that PostgreSQL checks only then: the last thing that can go wrong."""
    engine = engines.writer(entries_url)
    with engine.begin() as connection:
        connection.execute(
            text(
                "ALTER TABLE entry ADD CONSTRAINT late UNIQUE (body) DEFERRABLE INITIALLY DEFERRED"
            )
        )
        connection.execute(text("ALTER TABLE entry DROP CONSTRAINT entry_body_key"))
    try:
        outcomes = submit_all(writer, [adding("a"), adding("a"), adding("b")])
        told = [outcome for outcome in outcomes if not isinstance(outcome, Exception)]
        # All three share a batch, unless the machine is so slow that its 50 ms end before.
        assert len(told) < len(outcomes) - 1
        assert len(read()) == len(told)
    finally:
        with engine.begin() as connection:
            connection.execute(text("ALTER TABLE entry DROP CONSTRAINT late"))
            connection.execute(text("ALTER TABLE entry ADD UNIQUE (body)"))
        engine.dispose()
