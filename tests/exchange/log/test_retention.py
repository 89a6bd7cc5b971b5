"""Retention removes what tells of people, keeps every proof, and is itself on the record."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select

from app.exchange.log import export, leaves, merkle, proving, retention
from app.exchange.log.offline import Fault
from app.exchange.models import Leaf, LeafEntry

DAY = dt.timedelta(days=1)


def enforce(log, *, days: int, keep: int) -> int:
    return retention.enforce(log.world, keep=keep * DAY, now=log.now + days * DAY, today=log.today)


def audit(log):
    log.checkpoint(now=log.now + 100 * DAY)
    with log.world.session() as session:
        return export.audit(session, log.world, now=log.now)


def texts(log) -> list[str | None]:
    with log.world.session() as session:
        return list(session.execute(select(Leaf.body).order_by(Leaf.seq)).scalars())


def test_texts_and_subjects_of_old_leaves_go_and_the_log_says_so(log):
    log.append(*map(log.draft, range(4)), log.batch(3), now=log.now)
    log.grow(3, now=log.now + 5 * DAY)
    assert enforce(log, days=10, keep=7) == 5
    left = texts(log)
    assert left[:5] == [None] * 5
    assert None not in left[5:]
    declaration = leaves.parse(left[8])
    assert (declaration.kind, declaration.pruned_before) == ("pruning", 5)
    with log.world.session() as session:
        subjects = session.execute(select(Leaf.subject).where(Leaf.seq < 5)).scalars().all()
        entries = session.execute(select(LeafEntry.body, LeafEntry.subject)).all()
    assert subjects == [None] * 5
    assert entries == [(None, None)] * 3
    report = audit(log)
    assert report.ok
    assert report.pruned == 5


def test_pruned_leaves_and_entries_are_still_proved(log):
    batch = log.batch(3)
    first, second = log.append(log.draft(), batch)
    enforce(log, days=10, keep=7)
    with log.world.session() as session:
        assert proving.text(session, 0) is None
        for appended in (first, second):
            proof = proving.inclusion(session, appended.seq, 3)
            assert proof.leaf_hash == appended.leaf_hash
            merkle.verify_inclusion(proof.leaf_hash, proof.seq, 3, proof.path, proof.root)
        proved = proving.entries(session, 1, 2, 10)
    assert proved.root == batch.entries.root
    assert [each.text for each in proved.entries] == [None]


def test_nothing_is_declared_when_nothing_is_old(log):
    log.grow(3)
    assert enforce(log, days=10, keep=30) == 0
    assert len(texts(log)) == 3


def test_an_empty_log_has_nothing_to_prune(log):
    assert enforce(log, days=10, keep=1) == 0
    assert texts(log) == []


def test_retention_can_be_enforced_day_by_day(log):
    for day in range(6):
        log.grow(2, now=log.now + day * DAY)
        enforce(log, days=day, keep=2)
    report = audit(log)
    assert report.ok
    assert report.pruned == texts(log).count(None) > 0
    assert enforce(log, days=5, keep=2) == 0


def test_many_slices_are_removed_one_by_one(log, monkeypatch):
    monkeypatch.setattr(retention, "_SLICE", 7)
    log.grow(50)
    before = log.world.writer.batches
    assert enforce(log, days=10, keep=7) == 50
    assert log.world.writer.batches - before >= 8
    assert texts(log)[:50] == [None] * 50


def test_an_interrupted_removal_leaves_no_text_missing_without_a_word(log):
    log.grow(10)
    enforce(log, days=10, keep=7)
    log.tamper("UPDATE leaf SET body = 'back' WHERE seq >= 4 AND seq < 10")  # as if it had died
    assert enforce(log, days=10, keep=7) == 6
    assert audit(log).ok


def test_a_text_removed_by_hand_is_not_explained_by_what_the_log_declares(log):
    log.grow(10)
    enforce(log, days=10, keep=7)
    log.grow(3, now=log.now + 10 * DAY)
    log.tamper("UPDATE leaf SET body = NULL, subject = NULL WHERE seq = 12")
    assert [finding.fault for finding in audit(log).findings] == [Fault.TEXT_MISSING]
