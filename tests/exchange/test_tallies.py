"""Tallies: exact in one process, and what others count comes in by polls."""

from __future__ import annotations

import threading

from hypothesis import given
from hypothesis import strategies as st

from app.exchange.tallies import Tally

TODAY, TOMORROW = 20_000, 20_001


def test_counting_returns_the_total_with_this_one():
    tally = Tally(limit=10)
    assert [tally.add("a", TODAY) for _ in range(3)] == [1, 2, 3]
    assert tally.add("a", TODAY, 10) == 13
    assert tally.total("a", TODAY) == 13
    assert tally.total("b", TODAY) == 0


def test_a_new_period_starts_at_nothing_and_a_late_comer_does_not_bring_the_old_one_back():
    tally = Tally(limit=10)
    tally.add("a", TODAY, 5)
    assert tally.total("a", TOMORROW) == 0
    tally.add("a", TOMORROW, 1)
    assert tally.add("a", TODAY) == 2
    assert tally.total("a", TOMORROW) == 1


def test_what_was_written_before_this_process_began_counts():
    tally = Tally(limit=10)
    tally.polled({"a": 100}, TODAY)
    assert tally.add("a", TODAY) == 101


def test_our_own_writes_come_back_in_a_poll_without_counting_twice():
    tally = Tally(limit=10)
    tally.add("a", TODAY, 5)
    tally.polled({"a": 5}, TODAY)
    assert tally.total("a", TODAY) == 5
    tally.polled({"a": 8}, TODAY)
    assert tally.total("a", TODAY) == 8


def test_a_write_that_is_not_yet_committed_hides_nothing_that_others_counted():
    tally = Tally(limit=10)
    tally.polled({"a": 100}, TODAY)
    tally.add("a", TODAY, 5)
    tally.polled({"a": 100}, TODAY)
    assert tally.total("a", TODAY) == 105


def test_what_is_not_yet_written_hides_others_counts_until_it_is():
    tally = Tally(limit=10)
    tally.add("a", TODAY, 5)
    tally.polled({"a": 3}, TODAY)  # theirs; ours are on their way
    assert tally.total("a", TODAY) == 5
    tally.polled({"a": 8}, TODAY)
    assert tally.total("a", TODAY) == 8


def test_a_count_that_went_for_others_comes_back_from_the_database():
    tally = Tally(limit=1)
    tally.add("a", TODAY, 5)
    tally.add("b", TODAY)
    tally.polled({"a": 5, "b": 1}, TODAY)
    assert tally.add("a", TODAY) == 6


def test_no_more_keys_are_kept_than_the_limit():
    tally = Tally(limit=3)
    for key in range(10):
        tally.add(key, TODAY)
    assert [tally.total(key, TODAY) for key in range(10)] == [0] * 7 + [1] * 3


def test_a_key_in_use_is_not_the_one_that_goes():
    tally = Tally(limit=2)
    for key in ("a", "b", "a", "c"):
        tally.add(key, TODAY)
    assert [tally.total(key, TODAY) for key in "abc"] == [2, 0, 1]


def test_threads_lose_no_count():
    tally = Tally(limit=10)
    threads = [
        threading.Thread(target=lambda: [tally.add("a", TODAY) for _ in range(2000)])
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert tally.total("a", TODAY) == 8000


@given(
    events=st.lists(
        st.one_of(
            st.tuples(st.just("ask"), st.integers(1, 5)),
            st.tuples(st.just("others"), st.integers(1, 5)),
            st.just(("write", 0)),
            st.just(("poll", 0)),
        )
    )
)
def test_the_total_is_never_below_ones_own_and_right_after_everything_is_seen(events):
    tally = Tally(limit=10)
    own = others = unwritten = database = 0
    for event, count in events:
        if event == "ask":
            own += count
            unwritten += count
            tally.add("a", TODAY, count)
        elif event == "others":
            others += count
            database += count
        elif event == "write":
            database, unwritten = database + unwritten, 0
        else:
            tally.polled({"a": database}, TODAY)
        assert own <= tally.total("a", TODAY) <= own + others
    tally.polled({"a": database + unwritten}, TODAY)
    assert tally.total("a", TODAY) == own + others
