"""Probabilities scored: figures by hand, and against counting every pair."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.scenarios import curves, probabilities, telling

SAID = np.array([0.9, 0.8, 0.8, 0.4, 0.4, 0.1])
EVENT = np.array([True, True, False, True, False, False])

answers = st.lists(
    st.tuples(st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.75, 1.0]), st.booleans()),
    min_size=2,
    max_size=40,
)


def by_pairs(said, event):
    """How often an event was given more than a non-event, a tie counting half."""
    pairs = list(itertools.product(said[event], said[~event]))
    return sum((a > b) + (a == b) / 2 for a, b in pairs) / len(pairs)


def by_thresholds(said, event):
    """The widest gap between the shares at or above any threshold."""
    return max(
        abs((said[event] >= each).mean() - (said[~event] >= each).mean()) for each in [*said, 2.0]
    )


def test_auc_by_hand():
    """Of nine pairs six are right and two are ties."""
    assert probabilities.auc(SAID, EVENT) == pytest.approx((6 + 2 / 2) / 9)


def test_ks_by_hand():
    """At 0.8: two of three events, one of three others; at 0.4: all events, two of three."""
    assert probabilities.ks(SAID, EVENT) == pytest.approx(1 / 3)


def test_brier_by_hand():
    squares = 0.01 + 0.04 + 0.64 + 0.36 + 0.16 + 0.01
    assert probabilities.brier(SAID, EVENT) == pytest.approx(squares / 6)


@given(answers)
def test_auc_and_ks_are_those_of_counting(drawn):
    said = np.array([each for each, _ in drawn])
    event = np.array([each for _, each in drawn])
    if event.all() or not event.any():
        assert probabilities.auc(said, event) is None
        assert probabilities.ks(said, event) is None
        return
    assert probabilities.auc(said, event) == pytest.approx(by_pairs(said, event))
    assert probabilities.ks(said, event) == pytest.approx(by_thresholds(said, event))
    curve = probabilities.roc(said, event)
    under = np.trapezoid(curve[:, 1], curve[:, 0])
    assert under == pytest.approx(by_pairs(said, event))


def test_calibration_is_told_by_tenths_of_the_rows():
    said = np.arange(100) / 100
    event = np.arange(100) % 2 == 0
    bins = probabilities.calibration(said, event)
    assert [each.rows for each in bins] == [10] * 10
    assert bins[0].expected == pytest.approx(0.045)
    assert {each.observed for each in bins} == {0.5}
    by_hand = sum(abs(0.045 + place / 10 - 0.5) for place in range(10)) / 10
    assert probabilities.calibration_error(bins) == pytest.approx(by_hand)


def test_who_says_what_comes_is_without_error():
    bins = probabilities.calibration(EVENT.astype(float), EVENT)
    assert probabilities.calibration_error(bins) == 0
    assert probabilities.brier(EVENT.astype(float), EVENT) == 0


def test_the_picture_has_both_curves_and_no_style_of_its_own():
    line = [(0.0, 0.0), (0.5, 0.8), (1.0, 1.0)]
    drawn = curves.picture(
        telling.ProbabilityScore(
            answer="p",
            rows=10,
            events=4,
            auc=None,
            auc_bound=0.9,
            gini=None,
            ks=None,
            brier=0.1,
            brier_bound=0.1,
            calibration_error=0.0,
            profit=1,
            profit_bound=2,
            profit_naive=0,
            calibration=[telling.CalibrationBin(rows=10, expected=0.4, observed=0.4)],
            roc=line,
            roc_bound=line,
            groups=[],
        )
    )
    assert drawn.startswith("<svg")
    assert "ROC: AUC – of 0.900" in drawn
    assert drawn.count("<circle") == 1
    assert "style=" not in drawn
