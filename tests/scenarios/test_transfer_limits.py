"""What Decision 2345 asks for, at its limits."""

import polars as pl
import pytest

from app.scenarios import transfer_limits

MILLION = 1_000_000


def asked(*rows):
    """Ask about rows of event, moment, amount and, if it is not known, how the device is."""
    table = [(*row, "known")[:4] for row in rows]
    columns = ["event", "happened_at", "amount", "device_is"]
    log = pl.DataFrame(table, schema=columns, orient="row")
    return transfer_limits.required(log.with_columns(id_number=pl.lit("a"))).to_list()


@pytest.mark.parametrize(
    ("event", "million", "required"),
    [
        ("transfer", 10, "B"),
        ("transfer", 10.01, "C"),
        ("transfer", 500, "C"),
        ("transfer", 500.01, "D"),
        ("payment", 5, "A"),
        ("payment", 5.01, "B"),
        ("payment", 100, "B"),
        ("payment", 100.01, "C"),
        ("payment", 1_500, "C"),
        ("payment", 1_500.01, "D"),
        ("own_transfer", 2_000, "A"),
        ("open_branch", 0, "none"),
        ("open_app", 0, "C"),
        ("withdrawal", 50, "none"),
    ],
)
def test_one_event_by_itself(event, million, required):
    assert asked((event, "2026-01-01T08:00:00", int(million * MILLION))) == [required]


@pytest.mark.parametrize(
    ("event", "million"), [("transfer", 1), ("payment", 1), ("own_transfer", 1)]
)
def test_a_new_device_asks_for_a_face(event, million):
    assert asked((event, "2026-01-01T08:00:00", million * MILLION, "new")) == ["C"]


def test_a_new_device_takes_nothing_from_what_is_asked():
    assert asked(("transfer", "2026-01-01T08:00:00", 600 * MILLION, "new")) == ["D"]


def test_a_days_total_counts_what_came_before_in_whatever_order_it_is_told():
    third, first, second = (
        ("transfer", f"2026-01-01T{hour}:00:00", 9 * MILLION) for hour in ("12", "08", "10")
    )
    assert asked(third, first, second) == ["C", "B", "B"]


def test_days_customers_and_kinds_of_events_are_added_up_apart():
    rows = [
        ("transfer", "2026-01-01T08:00:00", 10 * MILLION),
        ("transfer", "2026-01-01T09:00:00", 10 * MILLION),
        ("transfer", "2026-01-02T08:00:00", 10 * MILLION),
        ("own_transfer", "2026-01-01T08:30:00", 10 * MILLION),
    ]
    assert asked(*rows) == ["B", "B", "B", "A"]
    columns = ["event", "happened_at", "amount", "device_is"]
    log = pl.DataFrame([(*row, "known") for row in rows[:1] * 3], schema=columns, orient="row")
    three = log.with_columns(id_number=pl.Series(["a", "b", "c"]))
    assert transfer_limits.required(three).to_list() == ["B", "B", "B"]


def test_beyond_one_and_a_half_billion_a_day_it_is_type_d():
    hours = ("08", "09", "10", "11")
    rows = [("transfer", f"2026-01-01T{hour}:00:00", 500 * MILLION) for hour in hours]
    assert asked(*rows) == ["C", "C", "C", "D"]


@pytest.mark.parametrize(
    ("required", "factor", "short"),
    [
        ("none", "", False),
        ("A", "password", False),
        ("B", "password", True),
        ("B", "face", False),
        ("C", "otp", True),
        ("C", "face", False),
        ("D", "face", True),
        ("D", "face_signature", False),
    ],
)
def test_what_is_weaker_than_asked_is_short(required, factor, short):
    row = pl.DataFrame({"required": [required], "factor": [factor]})
    told = row.select(transfer_limits.is_short(pl.col("required"), pl.col("factor"))).item()
    assert told is short
