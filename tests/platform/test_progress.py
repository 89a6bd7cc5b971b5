"""Progress is told from nothing to all, whatever was expected."""

import pytest

from app.platform.progress import silent, watched


def told(count, total):
    steps = []
    passed = list(
        watched(range(count), lambda what, share: steps.append((what, share)), "x", total)
    )
    assert passed == list(range(count))
    assert {what for what, _ in steps} == {"x"}
    return [share for _, share in steps]


def test_things_that_go_by_are_counted_now_and_then():
    assert told(1_500, 2_000) == [0, 0.25, 0.5, 0.75, 1]


@pytest.mark.parametrize("total", [0, 1, 600, 5_000])
@pytest.mark.parametrize("count", [0, 1, 2_000])
def test_a_wrong_total_never_goes_past_the_end_or_back(count, total):
    shares = told(count, total)
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0, 1)


def test_nobody_has_to_watch():
    assert list(watched("ab", silent, "letters", 2)) == ["a", "b"]
