"""The writer: what is acknowledged is written, and what fails leaves nothing and harms nobody."""

from __future__ import annotations

import asyncio
import threading
import time

import pytest

from app.platform import engines, errors
from app.platform.ledger import LATER_AT_ONCE
from app.platform.writer import LATER_SECONDS, Writer
from tests.support.entries import adding, append, preparing
from tests.support.writing import Held, gathered, put_by_two_loops, submit_all


def spoiling(body):
    """Return a job that writes and then fails."""

    def job(session):
        append(session, [body])
        raise LookupError(body)

    return job


def test_a_job_s_result_comes_after_its_commit(writer, read):
    assert writer.submit(adding("a")) == 1
    assert read() == ["a"]


def test_jobs_run_in_the_order_they_came_and_share_commits(writer, read):
    before = writer.batches
    outcomes = submit_all(writer, [adding(f"{n:02}") for n in range(20)])
    assert outcomes == list(range(1, 21))
    assert read() == [f"{n:02}" for n in range(20)]
    # The one that held the writer and theirs; one more for each 50 ms that 20 jobs take.
    assert writer.batches - before < 10


def test_a_job_that_fails_leaves_nothing_and_spoils_nobody_s(writer, read):
    outcomes = submit_all(writer, [adding("a"), spoiling("b"), adding("c")])
    assert (outcomes[0], outcomes[2]) == (1, 2)
    assert isinstance(outcomes[1], LookupError)
    assert read() == ["a", "c"]


def test_a_broken_constraint_is_told_to_the_one_who_broke_it(writer, read):
    outcomes = submit_all(writer, [adding("a"), adding("a"), adding("b")])
    assert (outcomes[0], outcomes[2]) == (1, 2)
    assert "IntegrityError" in type(outcomes[1]).__name__
    assert "'a'" not in str(outcomes[1])  # errors end up in the log
    assert read() == ["a", "b"]


def test_a_long_batch_lets_others_go_first(writer):
    def slow(_session):
        time.sleep(0.06)

    before = writer.batches
    submit_all(writer, [slow, slow, adding("a")])
    assert writer.batches - before == 4


def test_a_job_cannot_wait_for_a_job(writer):
    with pytest.raises(RuntimeError, match="wait"):
        writer.submit(lambda _session: writer.submit(adding("a")))


def test_slices_let_others_in_between(writer, read):
    def slices():
        for body in "ab":
            yield adding(body)
            if body == "a":
                writer.submit(adding("between"))

    writer.bulk(slices())
    assert read() == ["a", "between", "b"]


def test_all_waiting_items_of_a_lane_are_handled_by_one_call(writer, read):
    calls = []

    def handle(connection, bodies):
        calls.append(len(bodies))
        return append(connection, bodies)

    async def put():
        return await gathered(writer, writer.lane("entry", handle), "abcdefgh")

    assert asyncio.run(put()) == list(range(1, 9))
    assert read() == list("abcdefgh")
    assert sum(calls) == 8
    assert len(calls) <= 2


def test_many_callers_share_commits(writer, read):
    async def caller(lane, number):
        for turn in range(10):
            await writer.put(lane, f"{number}-{turn}")

    async def call():
        lane = writer.lane("entry", append)
        await asyncio.gather(*(caller(lane, number) for number in range(32)))

    asyncio.run(call())
    assert len(read()) == 320
    assert writer.batches <= 60


def test_one_bad_item_does_not_spoil_its_lane(writer, read):
    async def put():
        return await gathered(writer, writer.lane("entry", append), ["a", "b", "a", "c"])

    first, second, bad, last = asyncio.run(put())
    assert (first, second, last) == (1, 2, 3)
    assert "IntegrityError" in type(bad).__name__
    assert read() == ["a", "b", "c"]


def test_what_is_waited_for_is_made_while_the_batch_commits(writer, read):
    async def put():
        lane = writer.lane("entry", append)
        given = []

        def made(number):
            # Nobody has it yet, and it is made where its caller runs.
            assert not any(each.done() for each in given)
            return threading.current_thread(), f"answer {number}"

        given += [writer.put(lane, body, made) for body in "abc"]
        return [await each for each in given]

    here = threading.current_thread()
    assert asyncio.run(put()) == [(here, f"answer {number}") for number in (1, 2, 3)]
    assert read() == ["a", "b", "c"]


def test_what_cannot_be_made_is_told_to_the_one_who_waits(writer, read):
    def made(number):
        if number == 2:
            raise LookupError("b")
        return number

    async def put():
        lane = writer.lane("entry", append)
        waited = [writer.put(lane, body, made) for body in "abc"]
        return await asyncio.gather(*waited, return_exceptions=True)

    first, second, third = asyncio.run(put())
    assert (first, third) == (1, 3)
    assert isinstance(second, LookupError)
    assert read() == ["a", "b", "c"]


def test_a_lane_is_opened_once(writer):
    assert writer.lane("entry", append) is writer.lane("entry", append)


def test_what_nobody_waits_for_is_written_soon(writer, read):
    writer.put_later(writer.lane("entry", append), "a")
    deadline = time.monotonic() + 10
    while not read() and time.monotonic() < deadline:
        time.sleep(LATER_SECONDS / 5)
    assert read() == ["a"]


def test_what_nobody_waits_for_rides_along(writer, read):
    lane = writer.lane("entry", append)
    for body in "abc":
        writer.put_later(lane, body)
    assert writer.submit(adding("d")) == 1
    assert read() == list("dabc")
    assert writer.batches == 1


def test_what_nobody_waits_for_takes_no_batch_from_those_who_wait(writer, read):
    lane = writer.lane("entry", append)

    async def put():
        for number in range(40):
            writer.put_later(lane, f"later-{number}")
            await writer.put(lane, f"now-{number}")
            await asyncio.sleep(LATER_SECONDS / 20)

    asyncio.run(put())
    time.sleep(LATER_SECONDS * 2)
    assert len(read()) == 80
    assert writer.batches < 50  # 80 if each had one of its own


def test_much_that_nobody_waits_for_holds_nobody_up(writer, read):
    sizes = []

    def noted(connection, bodies):
        sizes.append(len(bodies))
        return append(connection, bodies)

    lane = writer.lane("entry", noted)
    with Held(writer):
        for number in range(3 * LATER_AT_ONCE):
            writer.put_later(lane, str(number))
    assert writer.submit(adding("now")) <= 2 * LATER_AT_ONCE + 1
    deadline = time.monotonic() + 10
    while len(read()) < 3 * LATER_AT_ONCE + 1 and time.monotonic() < deadline:
        time.sleep(LATER_SECONDS)
    assert [body for body in read() if body != "now"] == [
        str(number) for number in range(3 * LATER_AT_ONCE)
    ]
    assert max(sizes) <= LATER_AT_ONCE


def test_close_writes_what_nobody_waits_for(writer, read):
    lane = writer.lane("entry", append)
    for number in range(2 * LATER_AT_ONCE):
        writer.put_later(lane, str(number))
    writer.close()
    assert read() == [str(number) for number in range(2 * LATER_AT_ONCE)]


def test_close_writes_what_is_waiting(writer, read):
    lane = writer.lane("entry", append)

    async def put():
        futures = [writer.put(lane, body) for body in "abc"]
        await asyncio.to_thread(writer.close)
        return await asyncio.gather(*futures)

    assert asyncio.run(put()) == [1, 2, 3]
    assert read() == list("abc")


def test_a_closed_writer_takes_nothing(writer):
    writer.close()
    with pytest.raises(errors.UnavailableError, match="world-closed"):
        writer.submit(adding("a"))
    with pytest.raises(errors.UnavailableError, match="world-closed"):
        writer.put_later(writer.lane("entry", append), "a")

    async def put():
        with pytest.raises(errors.UnavailableError, match="world-closed"):
            await writer.put(writer.lane("entry", append), "a")

    asyncio.run(put())


def test_more_than_may_wait_are_refused(entries_url, read):
    engine = engines.writer(entries_url, patient=False)
    writer = Writer(engine, preparing(entries_url), name="small", limit=3)
    lane = writer.lane("entry", append)

    async def refused():
        with pytest.raises(errors.UnavailableError, match="writer-busy"):
            await writer.put(lane, "d")

    async def fill():
        with Held(writer):
            futures = [writer.put(lane, body) for body in "abc"]
            await refused()
        return await asyncio.gather(*futures)

    assert asyncio.run(fill()) == [1, 2, 3]
    writer.close()
    engine.dispose()
    assert read() == list("abc")


def test_a_caller_that_left_stops_nobody(writer, read):
    async def put():
        lane = writer.lane("entry", append)
        left, stayed = writer.put(lane, "a"), writer.put(lane, "b")
        left.cancel()
        return await stayed

    assert asyncio.run(put()) == 2
    assert read() == ["a", "b"]


def test_event_loops_may_come_and_go(writer, read):
    lane = writer.lane("entry", append)

    async def put(body):
        return await writer.put(lane, body)

    async def leave(body):
        writer.put(lane, body)

    assert asyncio.run(put("a")) == 1
    asyncio.run(leave("b"))
    assert asyncio.run(put("c")) in (2, 3)
    writer.close()
    assert sorted(read()) == ["a", "b", "c"]


def test_two_event_loops_can_write_at_once(writer, read):
    put_by_two_loops(writer, lambda: writer.lane("entry", append))
    assert len(read()) == 160


async def put_until(writer, number, until):
    """Put one item after another, each with one that nobody waits for; return what they got."""
    lane, mine = writer.lane("entry", append), []
    while time.monotonic() < until:
        body = f"lane-{number}-{len(mine)}"
        mine.append((await writer.put(lane, body), body))
        writer.put_later(lane, f"later-{number}-{len(mine)}")
    return mine


def submit_until(writer, prefix, until, submitted):
    while time.monotonic() < until:
        body = f"{prefix}{len(submitted)}"
        submitted.append((writer.submit(adding(body)), body))


def test_jobs_and_lanes_get_their_turns(writer, read):
    """Everything acknowledged, from both sides at once, is there exactly once."""
    until = time.monotonic() + 0.5
    submitted = {"p": [], "q": []}
    threads = [
        threading.Thread(target=submit_until, args=(writer, prefix, until, mine))
        for prefix, mine in submitted.items()
    ]
    for thread in threads:
        thread.start()

    async def lanes():
        return await asyncio.gather(*(put_until(writer, n, until) for n in range(8)))

    by_lane = asyncio.run(lanes())
    for thread in threads:
        thread.join()
    writer.close()
    acknowledged = [pair for mine in (*submitted.values(), *by_lane) for pair in mine]
    assert all((*submitted.values(), *by_lane))
    stored = read()
    assert [stored[seq - 1] for seq, _ in acknowledged] == [body for _, body in acknowledged]
    assert len(stored) == len(acknowledged) + sum(map(len, by_lane))
