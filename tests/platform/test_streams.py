"""Streams: the same name gives the same draws for ever, and no name another's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.platform import streams

KNOWN_DRAWS = [249477, 655669, 656906, 74643]
KNOWN_DIGEST = "831790b95ac83d4f7f4c08d8226e87d2e72e7d8ef40c745fd04c4a6c1fb4fa28"
_PARTS = st.lists(st.one_of(st.integers(), st.text()), max_size=4)


def test_a_stream_draws_the_same_on_every_machine():
    """Known answers: were they to change, every world would."""
    draws = streams.stream(1, "names", 3).integers(0, 1_000_000, 4)
    assert draws.tolist() == KNOWN_DRAWS


def test_a_name_s_digest_is_known():
    assert streams.digest_bytes(1, "names", 3).hex() == KNOWN_DIGEST


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ((1, "a", "bc"), (1, "ab", "c")),
        ((1, "1"), (1, 1)),
        ((1, "a"), (2, "a")),
        ((1, "a"), (1, "a", "")),
        ((12, "3"), (1, "23")),
    ],
)
def test_names_that_look_alike_are_two(one, other):
    assert streams.digest_bytes(*one) != streams.digest_bytes(*other)


@given(st.integers(), _PARTS, _PARTS)
def test_no_two_names_share_a_digest(seed, one, other):
    same = [(type(part), part) for part in one] == [(type(part), part) for part in other]
    assert (streams.digest_bytes(seed, *one) == streams.digest_bytes(seed, *other)) is same
