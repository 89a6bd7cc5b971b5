"""Checkpoints of the stored log: made when there is news, cosigned, kept, refused when broken."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from app.exchange.log import checkpointing, checkpoints, export, keys, merkle, notes
from app.exchange.log.errors import InconsistentCheckpointError, InvalidNoteSignatureError
from app.exchange.models import Checkpoint
from app.platform import clock
from app.platform.worlds import Worlds

if TYPE_CHECKING:
    from collections.abc import Callable


def verified(log, note: str) -> checkpoints.Verified:
    return checkpoints.verify(note, log.log_key, log.witness_key)


def wait_for(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < deadline, "it did not happen within ten seconds"
        time.sleep(0.01)


def covered(log) -> int:
    with log.world.session() as session:
        return session.scalar(select(func.max(Checkpoint.size))) or 0


def test_a_checkpoint_covers_what_was_appended_and_both_sign_it(log):
    log.grow(10)
    note = log.checkpoint()
    opened = verified(log, note)
    assert opened.checkpoint.origin == keys.origin(log.world)
    assert opened.checkpoint.size == 10
    assert opened.cosigned_at == int(log.now.timestamp())


def test_no_checkpoint_is_made_without_new_leaves(log):
    assert log.checkpoint() is None
    log.grow(1)
    assert log.checkpoint() is not None
    assert log.checkpoint() is None


def test_of_two_that_were_drafted_at_once_one_is_kept(log):
    log.grow(3)
    with log.world.session() as session:
        drafted = checkpointing.draft(session, log.world, now=clock.now())
    log.grow(2)
    other = log.checkpoint()
    assert verified(log, other).checkpoint.size == 5
    log.world.writer.submit(drafted.keep)
    with log.world.session() as session:
        assert session.scalars(select(Checkpoint.note)).all() == [other]


def test_a_draft_covers_what_it_read_and_the_next_extends_it(log):
    log.grow(3)
    with log.world.session() as session:
        drafted = checkpointing.draft(session, log.world, now=clock.now())
    log.grow(2)
    log.world.writer.submit(drafted.keep)
    assert covered(log) == 3
    assert verified(log, log.checkpoint()).checkpoint.size == 5


def test_old_checkpoints_are_kept_and_found(log):
    made = []
    for count in (3, 300, 1):
        log.grow(count)
        made.append(log.checkpoint())
    with log.world.session() as session:
        assert checkpointing.latest(session) == made[2]
        assert checkpointing.at(session, 303) == made[1]
        assert checkpointing.at(session, 302) is None
        assert checkpointing.covering(session, 2) == made[0]
        assert checkpointing.covering(session, 3) == made[1]
        assert checkpointing.covering(session, 304) is None
        assert checkpointing.since(session, 0, 2) == made[:2]
        assert checkpointing.since(session, 3, 10) == made[1:]


def test_the_witness_does_not_sign_a_log_that_was_rewritten(log):
    log.grow(300)
    log.checkpoint()
    other = log.draft(9, outcome="no_match")
    log.tamper("UPDATE leaf SET hash = :hash, body = 'forged' WHERE seq = 299", hash=bytes(32))
    log.append(other)
    with pytest.raises(InconsistentCheckpointError, match="does not extend size 300"):
        log.checkpoint()
    assert covered(log) == 300


def test_the_witness_does_not_sign_a_log_that_was_cut(log):
    log.grow(300)
    log.checkpoint()
    log.tamper("DELETE FROM leaf")
    log.tamper("DELETE FROM tree_node")
    log.tamper("DELETE FROM log_head")
    log.grow(10)
    with pytest.raises(InconsistentCheckpointError, match="shrink"):
        log.checkpoint()
    assert covered(log) == 300


def test_the_witness_trusts_only_a_last_checkpoint_that_it_signed_itself(log):
    log.grow(3)
    note = log.checkpoint()
    forged = note.replace("\n3\n", "\n2\n")
    log.tamper("UPDATE checkpoint SET note = :note", note=forged)
    log.grow(3)
    with pytest.raises(InvalidNoteSignatureError):
        log.checkpoint()


def test_a_world_that_was_re_keyed_signs_its_checkpoints_anew(log):
    old_log, old_witness = log.log_key, log.witness_key
    log.grow(3)
    log.checkpoint()
    log.grow(3)
    log.checkpoint()
    log.tamper("UPDATE world SET secret = :secret", secret=b"s" * 32)
    log.world.refresh()
    assert log.log_key.public_key != old_log.public_key
    assert log.checkpoint() is None
    with log.world.session() as session:
        assert export.audit(session, log.world, now=log.now).ok
    log.grow(3)
    log.checkpoint()
    with log.world.session() as session:
        assert export.audit(session, log.world, now=log.now).ok
        first, _, third = checkpointing.since(session, 0, 10)
    assert verified(log, first).checkpoint.size == 3
    assert verified(log, third).checkpoint.size == 9
    assert checkpoints.verify(first, old_log, old_witness).checkpoint.size == 3
    assert notes.parse(third).signed_by(old_log) == ()


def test_a_checkpoint_signed_anew_again_and_again_stays_readable(log):
    log.grow(1)
    log.checkpoint()
    for round_ in range(12):
        log.tamper("UPDATE world SET secret = :secret", secret=b"%032d" % round_)
        log.world.refresh()
        log.checkpoint()
    with log.world.session() as session:
        note = notes.parse(checkpointing.latest(session))
    assert len(note.signatures) == 16
    assert verified(log, str(note)).checkpoint.size == 1


def test_a_checkpointer_covers_new_leaves_by_itself(log):
    log.grow(2)  # left by an earlier process
    checkpointer = checkpointing.Checkpointer(log.world, seconds=0.02)
    checkpointer.start()
    wait_for(lambda: covered(log) == 2)
    log.grow(3)
    wait_for(lambda: covered(log) == 5)
    assert checkpointer.alarm == ""
    checkpointer.close()


def test_a_checkpointer_covers_the_last_leaves_as_it_closes(log):
    checkpointer = checkpointing.Checkpointer(log.world, seconds=3600)
    checkpointer.start()
    log.grow(3)
    checkpointer.close()
    assert covered(log) == 3


def test_a_checkpointer_gives_the_alarm_once_and_goes_on(log, caplog):
    log.grow(300)
    log.checkpoint()
    log.tamper("UPDATE leaf SET hash = :hash WHERE seq = 299", hash=bytes(32))
    log.grow(1)
    checkpointer = checkpointing.Checkpointer(log.world, seconds=0.01)
    checkpointer.start()
    wait_for(lambda: checkpointer.alarm)
    log.grow(1)
    time.sleep(0.1)
    checkpointer.close()
    assert "does not extend size 300" in checkpointer.alarm
    broken = [record for record in caplog.records if record.levelname == "CRITICAL"]
    assert 1 <= len(broken) <= 2  # one for each size that was refused


def test_a_checkpointer_survives_that_the_world_is_closed_first(log, reopened, caplog):
    other = reopened()
    checkpointer = checkpointing.Checkpointer(other.world, seconds=3600)
    log.grow(1)
    other.world.close()
    checkpointer.start()
    checkpointer.close()
    assert checkpointer.alarm == ""
    assert caplog.text == ""
    assert covered(log) == 0


def test_a_checkpointer_tries_again_when_the_writer_was_busy(log, settings, caplog):
    log.grow(1)
    narrow = Worlds(settings.model_copy(update={"writer_queue": 1}))
    world = narrow.open(log.world.name)
    running, go_on = threading.Event(), threading.Event()

    def hold(_session) -> None:
        running.set()
        go_on.wait()

    callers = [threading.Thread(target=world.writer.submit, args=(hold,)) for _ in range(2)]
    callers[0].start()
    running.wait()
    callers[1].start()
    wait_for(lambda: world.writer.waiting == 1)  # as many as may wait
    checkpointer = checkpointing.Checkpointer(world, seconds=0.01)
    checkpointer.start()
    wait_for(lambda: "writer-busy" in caplog.text)
    go_on.set()
    wait_for(lambda: covered(log) == 1)
    checkpointer.close()
    for caller in callers:
        caller.join()
    narrow.close_all()


def test_a_checkpointer_signs_anew_when_the_world_was_re_keyed(log):
    log.grow(1)
    checkpointer = checkpointing.Checkpointer(log.world, seconds=0.01)
    checkpointer.start()
    wait_for(lambda: covered(log) == 1)
    log.tamper("UPDATE world SET secret = :secret", secret=b"s" * 32)
    log.world.refresh()

    def is_signed_anew() -> bool:
        with log.world.session() as session:
            note = notes.parse(checkpointing.latest(session))
        return bool(note.signed_by(log.log_key) and note.signed_by(log.witness_key))

    wait_for(is_signed_anew)
    checkpointer.close()


def test_whatever_keeps_checkpoints_from_being_made_gives_the_alarm_until_it_is_over(log, caplog):
    log.grow(1)
    log.tamper("ALTER TABLE checkpoint RENAME TO mislaid")
    checkpointer = checkpointing.Checkpointer(log.world, seconds=0.01)
    checkpointer.start()
    wait_for(lambda: checkpointer.alarm)
    assert checkpointer.alarm.split()[0] in {"OperationalError", "ProgrammingError"}
    time.sleep(0.1)
    broken = [record for record in caplog.records if record.levelname == "CRITICAL"]
    assert [record.getMessage().rpartition(": ")[2] for record in broken] == [checkpointer.alarm]
    log.tamper("ALTER TABLE mislaid RENAME TO checkpoint")
    wait_for(lambda: covered(log) == 1)
    checkpointer.close()
    assert checkpointer.alarm == ""


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE log_head SET frontier = :short",
        "UPDATE log_head SET size = 2",
        "UPDATE log_head SET frontier = :other",
        "DELETE FROM log_head",
    ],
)
def test_a_damaged_head_gives_the_alarm_though_nothing_is_asked(log, damage):
    log.grow(3)
    log.checkpoint()
    other = merkle.Frontier()
    for _ in range(3):
        other.append(bytes(32))
    values = {"short": b"\1", "other": other.to_bytes()}
    log.tamper(damage, **{name: raw for name, raw in values.items() if f":{name}" in damage})
    checkpointer = checkpointing.Checkpointer(log.world, seconds=0.01)
    checkpointer.start()
    wait_for(lambda: checkpointer.alarm)
    checkpointer.close()
    assert covered(log) == 3
