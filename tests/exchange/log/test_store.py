"""The stored log on both databases: numbers without gaps, durable, and a log for every world."""

from __future__ import annotations

import asyncio
import threading

import pytest
from sqlalchemy import select

from app.exchange.log import checkpoints, export, keys, leaves, merkle, store
from app.exchange.models import Leaf, LeafEntry, LogHead, TreeNode


def stored(log) -> list[Leaf]:
    with log.world.session() as session:
        return list(session.execute(select(Leaf).order_by(Leaf.seq)).scalars())


def test_leaves_are_numbered_from_zero_without_gaps(log):
    first, second = log.grow(3), log.grow(2)
    assert [appended.seq for appended in first + second] == [0, 1, 2, 3, 4]


def test_a_leaf_is_stored_as_it_was_handed_back(log):
    (appended,) = log.grow(1)
    (leaf,) = stored(log)
    assert leaf.body.encode() == appended.leaf_text
    assert leaf.hash == appended.leaf_hash == merkle.leaf_hash(appended.leaf_text)
    assert leaf.recorded_at == appended.recorded_at == "2026-01-01T12:00:00.250Z"
    assert leaf.subject == log.draft(0).subject
    parsed = leaves.parse(leaf.body)
    assert (parsed.log, parsed.seq) == (keys.origin(log.world), 0)
    assert parsed.recorded_at == leaf.recorded_at


def test_nothing_to_append_changes_nothing(log):
    log.grow(3)
    assert log.append() == []
    with log.world.session() as session:
        assert session.execute(select(LogHead.size)).scalar_one() == 3
    assert log.grow(1)[0].seq == 3


def test_a_job_that_fails_takes_its_leaves_with_it_and_leaves_no_gap(log):
    log.grow(2)

    def fail(session):
        store.append(session, log.world, [log.draft()], now=log.now)
        raise RuntimeError("the effect failed")

    with pytest.raises(RuntimeError, match="the effect failed"):
        log.world.writer.submit(fail)
    assert [appended.seq for appended in log.grow(2)] == [2, 3]
    assert len(stored(log)) == 4


def test_leaves_of_the_lane_are_one_append_for_a_batch(log):
    writer = log.world.writer

    async def put_many() -> list[leaves.Appended]:
        lane = store.lane(log.world)
        return await asyncio.gather(*(writer.put(lane, log.draft(n)) for n in range(40)))

    appended = asyncio.run(put_many())
    assert [each.seq for each in appended] == list(range(40))
    assert writer.batches < 20
    assert [leaf.body.encode() for leaf in stored(log)] == [each.leaf_text for each in appended]


def test_a_draft_that_cannot_be_written_fails_alone(log):
    async def put_three() -> list[object]:
        lane = store.lane(log.world)
        drafts = [log.draft(1), log.draft(2, officer="\ud800"), log.draft(3)]
        puts = (log.world.writer.put(lane, each) for each in drafts)
        return await asyncio.gather(*puts, return_exceptions=True)

    first, failed, third = asyncio.run(put_three())
    assert isinstance(failed, UnicodeEncodeError)
    assert (first.seq, third.seq) == (0, 1)


def test_jobs_and_lane_share_one_sequence(log):
    async def both() -> list[object]:
        lane = store.lane(log.world)
        job = asyncio.to_thread(
            log.world.writer.submit,
            lambda session: store.append(session, log.world, [log.draft(1)], now=log.now),
        )
        return await asyncio.gather(job, log.world.writer.put(lane, log.draft(2)))

    (from_job,), from_lane = asyncio.run(both())
    assert {from_job.seq, from_lane.seq} == {0, 1}


def test_two_processes_share_one_sequence(log, reopened):
    failures: list[BaseException] = []

    def work(writing) -> None:
        try:
            for _ in range(20):
                writing.grow(3)
        except BaseException as error:  # noqa: BLE001 - told to the test
            failures.append(error)

    threads = [threading.Thread(target=work, args=(each,)) for each in (log, reopened())]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert [leaf.seq for leaf in stored(log)] == list(range(120))
    log.checkpoint()
    with log.world.session() as session:
        assert export.audit(session, log.world, now=log.now).ok


def test_a_batch_stores_an_entry_for_each_person(log):
    batch = log.batch(5)
    log.append(batch)
    with log.world.session() as session:
        rows = session.execute(select(LeafEntry).order_by(LeafEntry.position)).scalars().all()
    assert [row.hash for row in rows] == list(batch.entries.hashes)
    assert [row.body.encode() for row in rows] == list(batch.entries.bodies)
    assert [row.subject for row in rows] == list(batch.entries.subjects)
    (leaf,) = stored(log)
    parsed = leaves.parse(leaf.body)
    assert (parsed.entries, parsed.entries_root) == (5, batch.entries.root.hex())


def test_every_eighth_level_of_the_tree_is_kept(log):
    log.grow(200)
    log.grow(400)
    tree = merkle.HashTree(leaf.hash for leaf in stored(log))
    with log.world.session() as session:
        nodes = session.execute(select(TreeNode).order_by(TreeNode.position)).scalars().all()
        head = session.execute(select(LogHead)).scalar_one()
    assert [(node.level, node.position) for node in nodes] == [(8, 0), (8, 1)]
    assert [node.hash for node in nodes] == [tree.get(8, 0), tree.get(8, 1)]
    assert head.size == 600
    assert merkle.Frontier.from_bytes(head.frontier).root() == tree.root()


def test_another_process_goes_on_where_the_first_left_off(log, reopened):
    log.grow(5)
    assert reopened().grow(1)[0].seq == 5


def test_a_new_world_starts_an_empty_log(log):
    log.world.writer.submit(
        lambda session: store.begin(session, log.world, now=log.now, today=log.today)
    )
    assert stored(log) == []
    with log.world.session() as session:
        assert session.execute(select(LogHead.size)).scalar_one() == 0


def test_a_forks_log_is_new_and_its_first_leaf_cites_the_parents_checkpoint(log, forked):
    log.grow(300)
    note = log.checkpoint()
    fork = forked(note)
    (leaf,) = stored(fork)
    parsed = leaves.parse(leaf.body)
    assert (parsed.kind, parsed.seq, parsed.log) == ("fork", 0, keys.origin(fork.world))
    cited = checkpoints.verify(parsed.parent, log.log_key, log.witness_key)
    assert (cited.checkpoint.origin, cited.checkpoint.size) == (keys.origin(log.world), 300)
    assert fork.log_key.public_key != log.log_key.public_key
    fork.checkpoint()
    with fork.world.session() as session:
        report = export.audit(session, fork.world, now=fork.now)
    assert report.ok
    assert report.size == 1
    assert len(stored(log)) == 300
