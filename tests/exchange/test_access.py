"""The snapshot of access: what is in it, and how fast a change is known."""

from __future__ import annotations

import datetime as dt
import gc
import threading
import weakref

import pytest
from sqlalchemy import text, update

from app.exchange import access as accesses
from app.exchange import agencies, sweeping
from app.exchange import models as m
from app.exchange.access import Access
from app.exchange.snapshots import MOST_FAILED_GUESSES
from app.platform import clock, founding
from app.platform.worlds import World
from tests.exchange import people

BANK = "vietcombank-basic"


def another_process(world):
    """Return the access as another server process of the same world would have it."""
    other = Access(world)
    other.poll()
    return other


def test_the_snapshot_knows_every_system_with_its_agency_and_grants(access):
    snapshot = access.snapshot()
    assert len(snapshot.callers) == 116
    bank = snapshot.callers[BANK]
    assert (bank.agency_slug, bank.agency_kind, bank.auth_method) == (
        "vietcombank",
        "bank",
        "client_secret_basic",
    )
    [grant] = bank.grants["verification", "ekyc"]
    assert grant.fields >= {"full_name", "birth_date"}
    assert grant.is_in_force(people.TODAY)


def test_there_is_one_access_per_open_world(world):
    found = [accesses.of(world)]
    threads = [threading.Thread(target=lambda: found.append(accesses.of(world))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(map(id, found))) == 1


def test_the_access_goes_with_its_world(settings, world):
    reopened = World(world.url, settings)
    access, closed = weakref.ref(accesses.of(reopened)), weakref.ref(reopened)
    assert access() is not None
    reopened.close()
    del reopened
    gc.collect()
    assert closed() is None
    gc.collect()  # the access and its lanes know each other
    assert access() is None


def test_a_look_is_due_after_half_a_second_and_stale_after_one(access, monkeypatch):
    now = [clock.monotonic_ns()]
    monkeypatch.setattr(clock, "monotonic_ns", lambda: now[0])
    access.poll()
    known = access.fresh()
    assert known is not None
    assert not access.is_due()
    assert access.snapshot() is known
    now[0] += accesses.DUE_NS + 1
    assert access.is_due()
    assert access.fresh() is known
    now[0] += accesses.STALE_NS
    assert access.fresh() is None
    access.snapshot()
    assert access.fresh() is not None


def test_a_suspension_is_known_here_at_once_and_elsewhere_at_the_next_look(world, access):
    other = another_process(world)
    world.writer.submit(lambda s: agencies.set_state(s, BANK, "suspended", "a breach"))
    access.poll()
    assert access.snapshot().callers[BANK].state == "suspended"
    assert access.snapshot().callers[BANK].state_reason == "a breach"
    assert other.poll().callers[BANK].state == "suspended"


def test_a_change_without_a_touch_is_not_read_so_a_look_costs_little(world, access):
    before = access.snapshot()

    def job(session):
        session.execute(update(m.System).values(daily_quota=1))

    world.writer.submit(job)
    assert access.poll() is before


def test_a_world_without_its_version_row_starts_one(world, access):
    world.writer.submit(lambda s: s.execute(text("DELETE FROM access_version")))
    assert access.poll().version == 0
    world.writer.submit(accesses.touch)
    assert access.poll().version == 1


def test_the_quota_holds_exactly_in_one_process(access, change):
    change(BANK, daily_quota=3)
    caller = access.snapshot().callers[BANK]
    assert [bool(access.take(caller)) for _ in range(5)] == [True] * 3 + [False] * 2
    assert access.asked_today(BANK) == 5


def test_a_batch_counts_each_of_its_questions(access, change):
    change(BANK, daily_quota=10)
    caller = access.snapshot().callers[BANK]
    assert access.take(caller, 10)
    assert not access.take(caller, 1)


def test_the_quota_holds_across_processes_after_a_look(world, access, change):
    change(BANK, daily_quota=3)
    caller = access.snapshot().callers[BANK]
    for _ in range(3):
        access.take(caller)
    world.writer.submit(lambda _: None)
    other = another_process(world)
    assert other.asked_today(BANK) == 3
    assert not other.take(caller)


def test_the_day_of_the_quota_is_the_one_in_viet_nam(access, monkeypatch):
    caller = access.snapshot().callers[BANK]
    midnight = dt.datetime(2046, 1, 2, tzinfo=dt.timezone(dt.timedelta(hours=7)))
    last_second = int(midnight.timestamp()) - 1
    monkeypatch.setattr(clock, "epoch", lambda: last_second)
    access.take(caller)
    assert access.asked_today(BANK) == 1
    monkeypatch.setattr(clock, "epoch", lambda: last_second + 1)
    assert access.asked_today(BANK) == 0


def test_failed_guesses_bar_one_caller_from_one_subject(access):
    for _ in range(MOST_FAILED_GUESSES - 1):
        access.fail(BANK, "subject")
    assert not access.is_barred(BANK, "subject")
    access.fail(BANK, "subject")
    assert access.is_barred(BANK, "subject")
    assert not access.is_barred(BANK, "another subject")
    assert not access.is_barred("viettel", "subject")


def test_failed_guesses_of_a_file_are_counted_at_once(world, access):
    assert access.fail(BANK, "subject", times=MOST_FAILED_GUESSES)
    assert not access.fail(BANK, "subject")
    assert not access.fail(BANK, "another", times=MOST_FAILED_GUESSES + 1)
    world.writer.submit(lambda _: None)
    with world.session() as session:
        counted = {each.subject: each.failures for each in session.query(m.FailedGuess)}
    assert counted == {"subject": MOST_FAILED_GUESSES + 1, "another": MOST_FAILED_GUESSES + 1}


def test_failed_guesses_of_several_processes_add_up(world, access):
    other = another_process(world)
    for number in range(MOST_FAILED_GUESSES):
        (access if number % 2 else other).fail(BANK, "subject")
    world.writer.submit(lambda _: None)
    assert not access.is_barred(BANK, "subject")
    access.poll()
    other.poll()
    assert access.is_barred(BANK, "subject")
    assert other.is_barred(BANK, "subject")


def test_the_bar_ends_with_its_window(access, monkeypatch):
    for _ in range(MOST_FAILED_GUESSES):
        access.fail(BANK, "subject")
    later = clock.epoch() + accesses.GUESS_WINDOW_SECONDS
    monkeypatch.setattr(clock, "epoch", lambda: later)
    assert not access.is_barred(BANK, "subject")


def test_the_key_of_subjects_follows_a_new_key_of_the_world(world, access):
    before = access.subject_key
    assert access.subject_key is before
    world.writer.submit(founding.rekey)
    world.refresh()
    assert access.subject_key != before


def test_an_access_that_outlives_its_world_answers_nothing(settings, world):
    reopened = World(world.url, settings)
    access = accesses.of(reopened)
    reopened.close()
    del reopened
    gc.collect()
    with pytest.raises(RuntimeError, match="closed"):
        access.poll()


def test_a_closed_world_has_no_access(worlds, world, access):
    worlds.release(world.name)
    with pytest.raises(Exception, match="closed"):
        access.poll()


def test_sweeping_keeps_what_still_counts(world, access):
    caller = access.snapshot().callers[BANK]
    access.take(caller)
    for _ in range(MOST_FAILED_GUESSES):
        access.fail(BANK, "subject")
    world.writer.submit(lambda s: sweeping.sweep(s, world, clock.now()))
    other = another_process(world)
    assert other.asked_today(BANK) == 1
    assert other.is_barred(BANK, "subject")


def test_sweeping_forgets_guesses_of_past_windows_and_counts_of_long_ago(world, access):
    caller = access.snapshot().callers[BANK]
    access.take(caller)
    access.fail(BANK, "subject")
    world.writer.submit(lambda _: None)
    later = clock.now() + sweeping.USAGE_KEPT * 2
    world.writer.submit(lambda s: sweeping.sweep(s, world, later))
    with world.session() as session:
        assert session.query(m.Usage).count() == 0
        assert session.query(m.FailedGuess).count() == 0
