"""The event loop that writes to PostgreSQL by itself: it keeps every promise of the writer."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest
from sqlalchemy import text

from app.platform import engines, errors, pipelining
from app.platform.connections import Connections
from app.platform.scripts import Statement
from app.platform.wire import Wire
from app.platform.writer import Writer
from tests.support.databases import end_connections, only_postgres
from tests.support.entries import adding, append, appending, preparing
from tests.support.writing import put_by_two_loops

pytestmark = only_postgres

SOON = 10.0


@pytest.fixture
def connections():
    """Counts the event loop's connections; nobody gives one up."""
    return Connections(limit=5, shed=lambda: None)


@pytest.fixture
def eager(entries_url, connections):
    """A writer for whose event loops one item is a crowd."""
    engine = engines.writer(entries_url, patient=False)
    writer = Writer(engine, preparing(entries_url), name="eager", connections=connections, crowd=0)
    yield writer
    writer.close()
    engine.dispose()


async def until(is_so):
    """Wait until it is so."""
    deadline = time.monotonic() + SOON
    while not is_so():
        assert time.monotonic() < deadline, "it never came to be so"
        await asyncio.sleep(0.005)


async def soon(waited):
    """Wait no longer than for a while: what is lost would never come."""
    return await asyncio.wait_for(waited, SOON)


async def opened(writer):
    """Return the scripted lane, once the event loop writes its items."""
    lane = writer.scripted("entry", appending)
    empty = writer.scripted("nothing", nothing)
    deadline = time.monotonic() + SOON
    while not writer.is_pipelined:
        assert time.monotonic() < deadline, "there never was a connection"
        await writer.put(empty, None)
        await asyncio.sleep(0.005)
    return lane


def nothing(_dialect, _items):
    yield Statement("SELECT 1")


def asking(_dialect, items):
    """Ask the server for something."""
    [[one]] = yield Statement("SELECT 1", asks=True)
    return [one] * len(items)


async def beside_one_who_asks(writer, script):
    """Put an item of a lane that asks, one of `script` in its batch; return what they got."""
    await opened(writer)
    asked = writer.put(writer.scripted("asking", asking), None)
    sent = writer.put(writer.scripted("sending", script), "sent")
    return await soon(asyncio.gather(asked, sent))


def test_many_callers_share_commits(eager, read):
    async def caller(lane, number):
        return [await eager.put(lane, f"{number}-{turn}") for turn in range(10)]

    async def call():
        lane = await opened(eager)
        return await asyncio.gather(*(caller(lane, number) for number in range(32)))

    before = eager.batches
    by_caller = asyncio.run(call())
    stored = read()
    assert len(stored) == 320
    for number, mine in enumerate(by_caller):
        assert [stored[seq - 1] for seq in mine] == [f"{number}-{turn}" for turn in range(10)]
    assert eager.batches - before <= 60


def test_one_bad_item_does_not_spoil_its_lane(eager, read):
    async def put():
        lane = await opened(eager)
        told = await asyncio.gather(
            *(eager.put(lane, body) for body in ("a", "b", "a", "c")), return_exceptions=True
        )
        await until(lambda: not eager.is_pipelined)  # what went wrong is the thread's to tell
        again = await opened(eager)
        return [*told, await eager.put(again, "d")]

    first, second, bad, last, later = asyncio.run(put())
    assert (first, second, last, later) == (1, 2, 3, 4)
    assert "UniqueViolation" in type(bad).__name__
    assert read() == ["a", "b", "c", "d"]


def test_what_is_waited_for_is_made_while_the_batch_commits(eager, read, entries_url):
    async def put():
        lane = await opened(eager)
        given, here = [], threading.current_thread()
        engine = engines.passing(entries_url)

        def made(number):
            assert not any(each.done() for each in given)
            assert threading.current_thread() is here
            if number == 2:
                raise LookupError("b")
            return f"answer {number}"

        given += [eager.put(lane, body, made) for body in "abc"]
        told = await asyncio.gather(*given, return_exceptions=True)
        with engine.connect() as connection:  # who is told finds it there
            assert connection.scalar(text("SELECT COUNT(*) FROM entry")) == 3
        return told

    first, second, third = asyncio.run(put())
    assert (first, third) == ("answer 1", "answer 3")
    assert isinstance(second, LookupError)
    assert read() == ["a", "b", "c"]


def test_a_connection_lost_between_batches_is_not_noticed(eager, read, entries_url):
    async def put():
        lane = await opened(eager)
        assert await eager.put(lane, "a") == 1
        await asyncio.to_thread(end_connections, entries_url)
        await until(lambda: not eager.is_pipelined)
        return await eager.put(lane, "b")

    assert asyncio.run(put()) == 2
    assert read() == ["a", "b"]


def test_a_connection_lost_as_a_batch_begins_is_not_noticed(eager, read, entries_url):
    async def put():
        lane = await opened(eager)
        end_connections(entries_url)  # before the event loop can hear of it
        return await asyncio.gather(eager.put(lane, "a"), eager.put(lane, "b"))

    assert asyncio.run(put()) == [1, 2]
    assert read() == ["a", "b"]


def test_what_was_on_its_way_when_the_connection_went_is_given_to_nobody(
    eager, read, entries_url, monkeypatch, caplog
):
    sync = Wire.sync

    def losing(wire):
        end_connections(entries_url)
        return sync(wire)

    async def put():
        lane = await opened(eager)
        monkeypatch.setattr(Wire, "sync", losing)
        waited = (eager.put(lane, body, lambda seq: f"made {seq}") for body in "ab")
        told = await asyncio.gather(*waited, return_exceptions=True)
        monkeypatch.undo()
        return [*told, await eager.put(lane, "c")]

    first, second, third = asyncio.run(put())
    assert {first.code, second.code} == {"storage-unavailable"}
    assert read()[third - 1] == "c"
    assert "a batch of 2 failed" in caplog.text


def test_who_must_not_write_is_told_so(entries_url, read):
    over = errors.declare(
        code="over-for-a-test",
        kind="unavailable",
        fault_of="simulation",
        title_vi="Hết",
        title_en="Over",
        next_vi="Thôi.",
        next_en="Leave it.",
    )
    is_over = False

    def prepare():
        yield Statement("SELECT 1", asks=True)
        if is_over:
            raise over.error()

    async def put():
        nonlocal is_over
        lane = await opened(writer)
        is_over = True
        with pytest.raises(errors.UnavailableError, match="over-for-a-test"):
            await writer.put(lane, "a")
        is_over = False
        return await writer.put(lane, "b")

    engine = engines.writer(entries_url, patient=False)
    writer = Writer(engine, prepare, name="over", crowd=0)
    assert asyncio.run(put()) == 1
    writer.close()
    engine.dispose()
    assert read() == ["b"]


def measured(_dialect, texts):
    """Have the server measure texts, the last of which are sent before the first is answered."""
    for each in texts:
        yield Statement("SELECT set_config('dancu.length', length(%s)::text, true)", (each,))
    [[length]] = yield Statement("SELECT current_setting('dancu.length')::bigint", asks=True)
    return [length] * len(texts)


def test_more_than_the_socket_takes_at_once_is_sent(eager):
    async def put():
        await opened(eager)
        lane = eager.scripted("measured", measured)
        texts = ["x" * 3_000_000, "x" * 5_000_000, "x" * 7_000_000]
        told = await asyncio.gather(*(eager.put(lane, each) for each in texts))
        return told, eager.is_pipelined

    assert asyncio.run(put()) == ([7_000_000] * 3, True)


def test_an_answer_that_comes_while_something_large_is_sent_is_heard(eager):
    def sending(_dialect, items):
        time.sleep(0.05)  # the answer to the other has come, and nobody has looked
        for _ in range(3):
            yield Statement("SELECT length(%s)", ("x" * 10_000_000,))
        return items

    async def put():
        return await beside_one_who_asks(eager, sending), eager.is_pipelined

    assert asyncio.run(put()) == ([1, "sent"], True)


def test_who_waits_for_an_answer_hears_that_the_connection_is_gone(eager, entries_url):
    lost = []

    def losing(_dialect, items):
        if not lost:
            lost.append(True)
            end_connections(entries_url)
            time.sleep(0.05)
        for _ in range(6):
            yield Statement("SELECT length(%s)", ("x" * 20_000,))
        return items

    told = asyncio.run(beside_one_who_asks(eager, losing))
    assert told == [1, "sent"]  # the thread has tried once more


def test_numbers_may_grow(eager):
    """PostgreSQL is told how large a number is, and its statement is prepared for that."""

    def adding_up(_dialect, numbers):
        for number in numbers:
            [[told]] = yield Statement("SELECT %b + 1::bigint", (number,), asks=True)
        return [told] * len(numbers)

    async def put():
        await opened(eager)
        lane = eager.scripted("numbers", adding_up)
        told = [await eager.put(lane, number) for number in (5, 40_000, 3_000_000_000)]
        return told, eager.is_pipelined

    assert asyncio.run(put()) == ([6, 40_001, 3_000_000_001], True)


def test_what_is_no_script_is_written_beside_jobs_and_scripts(eager, read):
    """Neither the jobs of a thread nor the items of a loop keep it waiting."""
    ended = threading.Event()

    def submit():
        number = 0
        while not ended.is_set():
            eager.submit(adding(f"job-{number}"))
            number += 1

    async def put(lane, prefix):
        number = 0
        while not ended.is_set():
            await eager.put(lane, f"{prefix}-{number}")
            number += 1

    async def both():
        lane = await opened(eager)
        threads = [threading.Thread(target=submit)]
        threads[0].start()
        callers = [asyncio.create_task(put(lane, prefix)) for prefix in "pqrs"]
        for number in range(20):
            eager.put_later(eager.lane("other", append), f"later-{number}")
            await asyncio.sleep(0.01)
        deadline = time.monotonic() + SOON
        while sum(body.startswith("later") for body in await asyncio.to_thread(read)) < 20:
            assert time.monotonic() < deadline, "it was kept waiting"
        ended.set()
        await asyncio.gather(*callers)
        await asyncio.to_thread(threads[0].join)

    asyncio.run(both())


def test_an_idle_connection_is_given_back(eager, read, connections, monkeypatch):
    monkeypatch.setattr(pipelining, "_IDLE_SECONDS", 0.05)

    async def put():
        lane = await opened(eager)
        assert connections.open == 1
        await until(lambda: not eager.is_pipelined and not connections.open)
        return await eager.put(lane, "a")

    assert asyncio.run(put()) == 1
    assert read() == ["a"]


def test_a_connection_in_use_is_not_shed_and_an_idle_one_is(eager, read, connections):
    async def put():
        lane = await opened(eager)
        await until(eager.shed)
        await until(lambda: not connections.open)
        lane = await opened(eager)
        waited = eager.put(lane, "a")
        await asyncio.sleep(0)
        was_shed = await asyncio.to_thread(eager.shed)
        return was_shed, await waited

    was_shed, seq = asyncio.run(put())
    assert seq == 1
    assert was_shed in (True, False)  # it was on its way, or through already: written in any case
    assert read() == ["a"]
    assert not connections.open


def test_where_no_connection_is_left_the_thread_writes(entries_url, read, monkeypatch):
    monkeypatch.setattr(engines, "WAIT_SECONDS", 0.05)
    taken = Connections(limit=0, shed=lambda: None)
    engine = engines.writer(entries_url, patient=False)
    writer = Writer(engine, preparing(entries_url), name="poor", connections=taken, crowd=0)

    async def put():
        lane = writer.scripted("entry", appending)
        told = [await writer.put(lane, str(number)) for number in range(20)]
        await asyncio.sleep(0.1)
        return [*told, await writer.put(lane, "last")]

    assert asyncio.run(put()) == list(range(1, 22))
    writer.close()
    engine.dispose()
    assert len(read()) == 21


def test_few_who_wait_are_no_crowd(writer, read):
    async def put():
        lane = writer.scripted("entry", appending)
        for number in range(20):
            await writer.put(lane, str(number))
        await asyncio.sleep(0.05)
        return writer.is_pipelined

    assert asyncio.run(put()) is False
    assert len(read()) == 20


def test_what_is_no_script_is_the_thread_s(eager, read):
    async def put():
        lane = await opened(eager)
        eager.put_later(eager.lane("other", append), "later")
        first = eager.put(lane, "now")
        return await asyncio.gather(first, *(eager.put(lane, body) for body in "ab"))

    assert sorted(asyncio.run(put())) in ([1, 2, 3], [2, 3, 4], [1, 2, 4], [1, 3, 4])
    eager.close()
    assert sorted(read()) == ["a", "b", "later", "now"]


def test_close_writes_what_is_waiting(eager, read):
    async def put():
        lane = await opened(eager)
        eager.put_later(lane, "later")
        futures = [eager.put(lane, body) for body in "abc"]
        await asyncio.to_thread(eager.close)
        return await asyncio.gather(*futures)

    told = asyncio.run(put())
    stored = read()
    assert [stored[seq - 1] for seq in told] == ["a", "b", "c"]
    assert sorted(stored) == ["a", "b", "c", "later"]


def test_a_loop_that_ends_in_the_middle_leaves_the_writer_whole(eager, read, connections):
    async def leave():
        lane = await opened(eager)
        for number in range(50):
            eager.put(lane, f"left-{number}")
        await asyncio.sleep(0)  # the batch has begun

    async def put():
        lane = await opened(eager)
        return await eager.put(lane, "stayed")

    asyncio.run(leave())
    assert not connections.open
    seq = asyncio.run(put())
    stored = read()
    assert stored[seq - 1] == "stayed"
    assert len(stored) in (1, 51)  # all of a batch, or nothing


def test_jobs_and_scripts_get_their_turns(eager, read):
    """Everything acknowledged, from both sides at once, is there exactly once."""
    ends = time.monotonic() + 0.5
    submitted = []

    def submit():
        while time.monotonic() < ends:
            body = f"job-{len(submitted)}"
            submitted.append((eager.submit(adding(body)), body))

    async def put(lane, number):
        mine = []
        while time.monotonic() < ends:
            body = f"lane-{number}-{len(mine)}"
            mine.append((await eager.put(lane, body), body))
            eager.put_later(lane, f"later-{number}-{len(mine)}")
        return mine

    async def scripts():
        lane = await opened(eager)
        thread = threading.Thread(target=submit)
        thread.start()
        told = await asyncio.gather(*(put(lane, number) for number in range(8)))
        await asyncio.to_thread(thread.join)
        return told

    by_lane = asyncio.run(scripts())
    eager.close()
    stored = read()
    acknowledged = [pair for mine in (submitted, *by_lane) for pair in mine]
    assert len(submitted) > 5  # who is quicker does not always come first
    assert all(by_lane)
    assert all(stored[seq - 1] == body for seq, body in acknowledged)
    assert len(stored) == len(submitted) + 2 * sum(map(len, by_lane))


def test_two_event_loops_can_write_at_once(eager, read):
    put_by_two_loops(eager, lambda: eager.scripted("entry", appending))
    assert len(read()) == 160
