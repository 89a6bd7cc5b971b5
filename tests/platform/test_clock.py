"""The clock: aware, in UTC, and written so that text order is time order."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.platform import clock


def test_now_is_aware_and_in_utc():
    assert clock.now().utcoffset() == dt.timedelta(0)


def test_an_epoch_is_whole_seconds():
    assert clock.epoch() == pytest.approx(clock.now().timestamp(), abs=2)


def test_durations_never_run_backwards():
    first = clock.monotonic_ns()
    assert clock.monotonic_ns() >= first


@pytest.mark.parametrize(
    ("moment", "text"),
    [
        (dt.datetime(2026, 1, 1, tzinfo=dt.UTC), "2026-01-01T00:00:00.000Z"),
        (dt.datetime(2026, 1, 1, 0, 0, 0, 999_999, dt.UTC), "2026-01-01T00:00:00.999Z"),
        (
            dt.datetime(2026, 1, 1, 6, tzinfo=dt.timezone(dt.timedelta(hours=7))),
            "2025-12-31T23:00:00.000Z",
        ),
    ],
)
def test_moments_are_written_as_rfc_3339_in_utc(moment, text):
    assert clock.rfc3339_ms(moment) == text


_FIRST = dt.datetime(1900, 1, 2)  # noqa: DTZ001 - hypothesis adds the time zone
_MOMENTS = st.datetimes(min_value=_FIRST, timezones=st.timezones())


@given(_MOMENTS, _MOMENTS)
def test_text_order_is_time_order(one, other):
    if one < other:
        assert clock.rfc3339_ms(one) <= clock.rfc3339_ms(other)
