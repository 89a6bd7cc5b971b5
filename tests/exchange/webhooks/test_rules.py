"""When a message is tried again: the schedule of the specification, and what others ask for."""

import datetime as dt

import pytest

from app.exchange.webhooks.rules import RULES, retry_after

NOW = dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)


def test_the_schedule_is_that_of_the_specification_with_jitter():
    for attempt, delay in enumerate(RULES.delays, 1):
        assert delay <= RULES.delay(attempt) <= delay * 1.2
    assert RULES.delay(len(RULES.delays) + 1) is None
    assert sum(RULES.delays) == 75 * 3600 + 35 * 60 + 5


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        (None, 0),
        ("120", 120),
        ("999999999", 86_400),
        ("Thu, 01 Jan 2026 12:01:00 GMT", 60),
        ("Thu, 01 Jan 2026 12:01:00 -0000", 60),
        ("Thu, 01 Jan 2026 11:00:00 GMT", 0),
        ("later", 0),
        ("²", 0),
    ],
)
def test_retry_after_is_seconds_or_a_date(said, seconds):
    assert retry_after(said, NOW) == seconds
