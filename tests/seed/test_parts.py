"""The generator's small parts: calendars, numbers, cards, addresses, rows."""

from __future__ import annotations

import datetime as dt
import functools

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.matching.addresses import address_key
from app.platform.streams import stream
from seed import addresses, ages, cards, chunk, coverage, dates, numbers, people, units
from seed.people import NEVER
from seed.rows import arrow
from seed.rows.ids import RESERVED, Ids

day_numbers = st.integers(dates.day(1890), dates.day(2120))


def days(*values):
    return np.array([dates.number(value) for value in values], np.int32)


@given(day_numbers)
def test_a_calendar_looked_up_is_the_calendar(number):
    date = dt.date(1970, 1, 1) + dt.timedelta(days=number)
    month, day = dates.months_and_days(np.array([number], np.int32))
    assert (date.year, date.month, date.day) == (
        dates.years(np.array([number], np.int32))[0],
        month[0],
        day[0],
    )


def test_a_day_that_never_comes_is_after_all_calendars():
    assert dates.years(np.array([NEVER]))[0] >= 2159


@given(day_numbers, st.integers(0, 30))
def test_anniversaries_are_on_the_same_day_of_the_year(number, after):
    born = dt.date(1970, 1, 1) + dt.timedelta(days=number)
    found = dates.anniversary(np.array([number], np.int32), after)[0]
    try:
        expected = born.replace(year=born.year + after)
    except ValueError:  # 29 February
        expected = dt.date(born.year + after, 3, 1)
    assert found == dates.number(expected)


# Law on Identity 2023, Art 21, as the press tabled it: age at issue → good until which birthday.
@pytest.mark.parametrize(
    ("age", "until"),
    [
        (3, 14),
        (11, 14),
        (12, 25),
        (13, 25),
        (14, 25),
        (22, 25),
        (23, 40),
        (37, 40),
        (38, 60),
        (57, 60),
    ],
)
def test_a_card_is_good_until_the_next_milestone_but_one_that_is_near(age, until):
    born = dt.date(1960, 6, 15)
    issued = days(dt.date(1960 + age, 8, 1))
    assert cards.expiry(days(born), issued)[0] == dates.number(dt.date(1960 + until, 6, 15))


def test_a_card_issued_at_58_or_later_does_not_expire():
    born = days(dt.date(1960, 6, 15))
    assert cards.expiry(born, days(dt.date(2018, 6, 14)))[0] == dates.number(dt.date(2020, 6, 15))
    assert cards.expiry(born, days(dt.date(2018, 6, 15)))[0] == NEVER


def test_published_counts_stand_on_their_days():
    heads = ages.groups(dates.year_fraction(dates.day(2024, 5))).sum() / 1000
    found = coverage.at(dates.day(2024, 5))
    assert tuple(round(share * heads, 2) for share in found) == (86.0, 75.16, 53.88)


def share(chunk_number=0, chunks=1, style="reserved"):
    return numbers.Share(5, chunk_number, chunks, style)


def personal(part, count=3000):
    one = np.ones(count, np.int64)
    return numbers.personal(part, one, np.zeros(count, bool), 1985 * one)


def test_a_number_states_province_century_sex_and_year():
    found = numbers.text(
        numbers.personal(
            share(),
            np.array([1, 79, 25]),
            np.array([True, False, True]),
            np.array([1999, 2000, 2025]),
        ),
        12,
    ).to_pylist()
    assert [number[:6] for number in found] == ["901199", "979200", "925325"]
    realistic = numbers.personal(
        share(style="realistic"), np.array([1]), np.array([True]), np.array([1999])
    )
    assert numbers.text(realistic, 12)[0].as_py().startswith("001199")


def test_chunks_never_give_the_same_number_in_any_order():
    found = [personal(share(number, 4)) for number in (3, 0, 2, 1)]
    assert len(np.unique(np.concatenate(found))) == 4 * 3000
    assert np.concatenate(found).max() % 1_000_000 < numbers.PERSONA_BLOCK


def test_serials_are_scattered_over_their_whole_range():
    serial = np.sort(personal(share()) % 1_000_000)
    # Even draws of 3,000 from 990,000 leave gaps of some 3,000 at most.
    assert serial[0] < 4_000
    assert serial[-1] > 985_000
    assert np.diff(serial).max() < 5_000


def test_a_cell_that_is_full_is_refused():
    with pytest.raises(OverflowError):
        personal(share(0, 990), 1001)


def test_a_full_cell_holds_each_serial_once():
    everything = numbers.within(share(), "test", np.zeros(30 * 20, np.int64), (30, 20))
    assert np.array_equal(np.sort(everything), np.arange(600))


@pytest.mark.parametrize(("style", "first"), [("realistic", "020"), ("reserved", "620")])
def test_old_numbers_start_with_their_provinces_prefix_or_its_reserved_double(style, first):
    found = numbers.text(numbers.old(share(style=style), np.full(50, 79)), 9).to_pylist()
    assert {number[:3] for number in found} == {first}
    assert len(set(found)) == 50


@given(st.lists(st.integers(0, 10**9 - 1), min_size=1, max_size=20))
def test_numbers_are_written_with_leading_zeros(values):
    written = numbers.text(np.array(values, np.int64), 9).to_pylist()
    assert written == [f"{value:09d}" for value in values]


def test_address_keys_are_those_of_the_matching_room():
    rng = stream(1, "addresses")
    ward = rng.integers(0, len(units.wards().unit), 4000)
    text, key = addresses.texts(addresses.draw(rng, ward))
    assert key.to_pylist() == [address_key(line) for line in text.to_pylist()]
    assert len(set(text.to_pylist())) > 1000


def test_every_ward_has_a_commune_of_2025_in_the_mapping_and_a_province():
    wards = units.wards()
    assert len(wards.unit) == 10_035 + 5  # five island districts stand for a ward
    assert len(np.unique(wards.unit)) == len(wards.unit)
    assert len(np.unique(wards.province34)) == 34
    assert (np.diff(wards.first) > 0).all()


@given(
    st.lists(st.integers(0, 500), min_size=1, max_size=30),
    st.lists(st.integers(0, 500), max_size=30),
)
def test_nearest_gives_each_a_place_of_its_own(wanted, more):
    wanted = np.sort(np.array(wanted))
    offered = np.sort(np.array([*wanted, *more]))
    places = people.nearest(wanted, offered)
    assert (np.diff(places) > 0).all()
    assert 0 <= places[0] <= places[-1] < len(offered)


@given(st.lists(st.integers(-(10**6), 10**6), max_size=50))
def test_in_order_is_a_stable_sort(values):
    keys = np.array(values, np.int64)
    assert np.array_equal(people.in_order(keys), np.argsort(keys, kind="stable"))


@given(st.lists(st.floats(0, 10), max_size=40), st.integers(-1, 50))
def test_smallest_are_the_smallest(values, count):
    keys = np.array(values)
    found = people.smallest(keys, count)
    assert len(found) == min(max(count, 0), len(keys))
    assert sorted(keys[found]) == sorted(keys)[: len(found)]


def test_ages_spread_evenly_give_each_group_its_share():
    table = ages.at(dates.day(2026))
    found = ages.spread(table.grid, table.living[0], 10_000, 0.5)
    under_20 = np.interp(20.0, table.grid, table.living[0]) / table.living[0][-1]
    assert abs((found < 20).sum() - 10_000 * under_20) <= 1


def test_chunks_add_up_to_the_world():
    for size in (1, 49_999, 100_000, 150_001, 1_234_567):
        sizes = chunk.sizes(size)
        assert sum(sizes) == size
        assert max(sizes) <= 150_000


def test_rows_are_brought_into_the_schemas_form():
    schema = pa.schema(
        [pa.field("id", pa.int64(), nullable=False), ("name", pa.string()), ("age", pa.int64())]
    )
    rows = arrow.batch(
        {"name": arrow.words(np.array([1, 0]), ("a", None)), "id": arrow.whole(np.array([1, 2]))}
    )
    found = arrow.conform(rows, schema)
    assert found.schema == schema
    assert found.to_pylist() == [
        {"id": 1, "name": None, "age": None},
        {"id": 2, "name": "a", "age": None},
    ]


def test_a_column_the_table_does_not_have_is_refused():
    with pytest.raises(ValueError, match="no such column: extra"):
        arrow.conform(
            arrow.batch({"extra": arrow.whole(np.array([1]))}), pa.schema([("id", pa.int64())])
        )


def test_null_where_it_may_not_be_is_refused():
    schema = pa.schema([pa.field("id", pa.int64(), nullable=False)])
    with pytest.raises(ValueError, match="id may not be null"):
        arrow.conform(arrow.batch({"id": pa.array([None], pa.int64())}), schema)


def test_ids_leave_room_for_personas_and_between_chunks():
    first, second = Ids(0, 0), Ids(1, 100)
    assert first.citizens(100)[0] == RESERVED + 1
    assert second.citizens(1)[0] == first.citizens(100)[-1] + 1
    assert not set(first.rows("kinship", 1000)) & set(second.rows("kinship", 1000))
    with pytest.raises(OverflowError):
        first.rows("household", 200_001)


@pytest.mark.parametrize("size", [1, 2, 7, 50])
def test_even_the_smallest_worlds_can_be_made(size):
    streams = functools.partial(stream, 3, "population", 0)
    made = chunk.make(streams, size, dates.day(2026))
    assert len(made) == size
    assert made.homes.count >= 1
