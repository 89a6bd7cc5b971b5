"""Garbage is collected rarely while somebody reads much, and as usual afterwards."""

from __future__ import annotations

import gc
import threading

import pytest

from app.platform import collecting


@pytest.fixture(autouse=True)
def usual():
    before = gc.get_threshold()
    gc.set_threshold(700, 10, 10)
    yield
    gc.set_threshold(*before)


def test_it_is_rare_until_the_last_one_leaves():
    entered, leave = threading.Event(), threading.Event()

    def other():
        with collecting.rarely():
            entered.set()
            leave.wait()

    thread = threading.Thread(target=other)
    with collecting.rarely():
        assert gc.get_threshold() == (collecting.RARELY, 10, 10)
        thread.start()
        entered.wait()
    assert gc.get_threshold() == (collecting.RARELY, 10, 10)
    leave.set()
    thread.join()
    assert gc.get_threshold() == (700, 10, 10)


def test_it_is_as_usual_after_an_error():
    with pytest.raises(ZeroDivisionError), collecting.rarely():
        _ = 1 / 0
    assert gc.get_threshold() == (700, 10, 10)


@pytest.mark.parametrize("usual", [(0, 10, 10), (10**6, 5, 5)])
def test_who_collects_less_still_does(usual):
    gc.set_threshold(*usual)
    with collecting.rarely():
        assert gc.get_threshold() == usual
    assert gc.get_threshold() == usual


def test_a_server_looks_rarely_for_good():
    collecting.serving()
    assert gc.get_threshold() == (collecting.RARELY, 10, 10)
    with collecting.rarely():
        pass
    assert gc.get_threshold() == (collecting.RARELY, 10, 10)
