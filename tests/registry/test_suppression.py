"""What is left out of a table cannot be worked out from what is told."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.registry import suppression
from app.registry.suppression import LEAST, suppressed, with_sums

COUNTS = st.integers(0, 12) | st.sampled_from([0, 1, 2, 40, 500])


def tables(rows, columns, counts=COUNTS):
    return st.tuples(st.integers(1, rows), st.integers(1, columns)).flatmap(
        lambda size: st.lists(
            st.lists(counts, min_size=size[1], max_size=size[1]),
            min_size=size[0],
            max_size=size[0],
        )
    )


def equations(told):
    """The sums of a table as equations over what is left out: one row each."""
    unknown = sorted(told.suppressed)
    place = {cell: number for number, cell in enumerate(unknown)}
    height, width = len(told.cells), len(told.cells[0])
    lines = [[(r, c) for c in range(width)] for r in range(height)]
    lines += [[(r, c) for r in range(height)] for c in range(width)]
    system = np.zeros((len(lines), len(unknown)))
    for number, line in enumerate(lines):
        for cell in line:
            if cell in place:
                is_sum = cell[1] == width - 1 if number < height else cell[0] == height - 1
                system[number, place[cell]] = -1 if is_sum else 1
    return system


@settings(deadline=None, max_examples=150)
@given(tables(7, 6))
def test_no_cell_that_is_left_out_follows_from_the_sums(counts):
    """The equations leave every unknown free: none has the same value in all solutions."""
    told = suppressed(counts)
    system = equations(told)
    if not system.shape[1]:
        return
    _, strengths, directions = np.linalg.svd(system)
    rank = int((strengths > 1e-9).sum())
    free = directions[rank:]
    assert free.shape[0] > 0
    assert (np.abs(free).max(axis=0) > 1e-9).all()


@settings(deadline=None, max_examples=60)
@given(tables(3, 3, st.integers(0, 5)))
def test_counts_that_are_not_negative_do_not_tell_either(counts):
    """Of all tables of counts that fit what is told, each cell left out has several values."""
    told = suppressed(counts)
    unknown = [
        cell
        for cell in sorted(told.suppressed)
        if cell[0] < len(counts) and cell[1] < len(counts[0])
    ]
    most = 7
    if not told.suppressed or len(unknown) > 5:
        return
    fitting = []
    for values in product(range(most + 1), repeat=len(unknown)):
        guess = [list(row) for row in counts]
        for (r, c), value in zip(unknown, values, strict=True):
            guess[r][c] = value
        whole = with_sums(guess)
        if all(
            count is None or count == whole[r][c]
            for r, row in enumerate(told.cells)
            for c, count in enumerate(row)
        ):
            fitting.append(whole)
    for r, c in told.suppressed:
        assert len({whole[r][c] for whole in fitting}) > 1


@given(tables(6, 6))
def test_what_is_told_is_true_and_never_small(counts):
    whole = with_sums(counts)
    for r, row in enumerate(suppressed(counts).cells):
        for c, count in enumerate(row):
            assert count is None or (count == whole[r][c] and not 0 < count < LEAST)


def test_the_cheapest_cells_go_with_a_small_one():
    """3 is small; with it go 6 and 7, and 20, which close the circle, and no sum."""
    told = suppressed([[3, 6, 50], [7, 20, 60], [90, 80, 70]])
    assert told.cells == (
        (None, None, 50, 59),
        (None, None, 60, 87),
        (90, 80, 70, 240),
        (100, 106, 180, 386),
    )


def test_a_sum_goes_where_nothing_else_can():
    assert suppressed([[3, 0]]).cells == ((None, 0, None), (None, 0, None))
    assert suppressed([[9, 8], [7, 6]]).suppressed == frozenset()
    assert suppressed([]).cells == ()


@pytest.mark.parametrize("least", [2, 10])
def test_the_threshold_may_be_another(least):
    told = suppressed([[9, 30], [40, 50]], least)
    assert ((0, 0) in told.suppressed) == (least == 10)


def test_many_provinces_take_no_time():
    counts = [[(r * 7 + c * 13) % 60 for c in range(6)] for r in range(63)]
    assert suppression.suppressed(counts).suppressed
