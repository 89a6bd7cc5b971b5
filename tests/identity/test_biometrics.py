"""Template tokens: whose they are, how good, alive or not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.identity import biometrics
from app.identity.biometrics import Enrolled, enrolled, match, template

ANYBODY = Enrolled("face", bytes(64))


def test_a_living_face_matches_its_bearer_and_nobody_else(tiny_world):
    token = template(tiny_world, 1)
    own, other = match(token, enrolled(tiny_world, 1)), match(token, enrolled(tiny_world, 2))
    assert (own.verdict, own.live, own.quality) == ("match", True, 92)
    assert own.is_match
    assert own.score > 0.95
    assert (other.verdict, other.threshold) == ("no_match", biometrics.THRESHOLD)
    assert 0.4 < other.score < 0.6


def test_the_same_capture_is_the_same_token_and_another_quality_is_another(tiny_world):
    assert template(tiny_world, 1) == template(tiny_world, 1)
    assert template(tiny_world, 1) != template(tiny_world, 1, quality=91)


def test_a_face_and_a_finger_are_told_apart(tiny_world):
    finger = template(tiny_world, 1, "fingerprint")
    assert match(finger, enrolled(tiny_world, 1, "fingerprint")).is_match
    assert match(finger, enrolled(tiny_world, 1)).verdict == "unreadable"


@pytest.mark.parametrize(
    ("how", "verdict", "live"),
    [
        ({"presented": "spoof"}, "spoof", False),
        ({"presented": "none"}, "no_sample", None),
        ({"quality": 39}, "low_quality", True),
        ({"quality": 40}, "match", True),
        ({"quality": 100}, "match", True),
    ],
)
def test_what_was_before_the_reader_decides_first(tiny_world, how, verdict, live):
    found = match(template(tiny_world, 1, **how), enrolled(tiny_world, 1))
    assert (found.verdict, found.live) == (verdict, live)


def test_a_lower_quality_scores_lower(tiny_world):
    known = enrolled(tiny_world, 1)
    scores = [match(template(tiny_world, 1, quality=q), known).score for q in (100, 80, 60, 40)]
    assert scores == sorted(scores, reverse=True)
    assert scores[0] > 0.98


@pytest.mark.parametrize("quality", [-1, 101])
def test_a_quality_outside_its_scale_is_refused(tiny_world, quality):
    with pytest.raises(ValueError, match="quality"):
        template(tiny_world, 1, quality=quality)


@given(st.text() | st.from_regex(r"simbio1\.(face|fingerprint)\.live\.[0-9]{1,3}\.[\w-]{80,90}"))
def test_whatever_is_sent_gets_a_verdict(token):
    found = match(token, ANYBODY)
    assert 0.0 <= found.score <= 1.0
    assert found.threshold == biometrics.THRESHOLD
