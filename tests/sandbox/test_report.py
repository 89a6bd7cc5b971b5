"""The report's distances are right, and a generated world keeps its promises that fit its size."""

from __future__ import annotations

import dataclasses
import datetime as dt
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.platform.settings import Settings
from app.platform.worlds import Worlds, WorldSpec
from app.sandbox import picture, report
from app.sandbox import worlds as lives
from seed.version import VERSION

weights = st.dictionaries(
    st.sampled_from("abcdef"), st.integers(min_value=1, max_value=1000), min_size=1
)


@given(weights, weights)
def test_the_distance_is_symmetric_and_between_zero_and_one(here, source):
    found = report.distance(here, source)
    assert -1e-9 <= found <= 1 + 1e-9
    assert found == pytest.approx(report.distance(source, here))


@given(weights, st.integers(min_value=1, max_value=50))
def test_the_distance_of_a_multiple_is_nothing(here, factor):
    assert report.distance(here, {k: v * factor for k, v in here.items()}) == pytest.approx(0)


def test_the_distance_is_the_share_that_would_have_to_move():
    assert report.distance({"a": 3, "b": 1}, {"a": 1, "b": 1}) == pytest.approx(0.25)
    assert report.distance({"a": 1}, {"b": 1}) == pytest.approx(1)


def test_nothing_is_as_far_as_can_be_from_something():
    assert report.distance({}, {"a": 1}) == 1


@pytest.fixture(scope="module")
def made(world):
    with world.session() as session:
        return report.make(session, world.today)


def test_a_report_compares_everything_the_generator_promises(made):
    assert {found.name for found in made.comparisons} == {
        "ages",
        "provinces",
        "ethnicities",
        "ethnicities_by_province",
        "surnames",
        "household_sizes",
        "household_mean",
        "marital_statuses",
        "sex_ratios",
        "mothers_ages",
        "age_gaps",
        "outside",
        "coverage",
        "benefits",
    }
    assert all(found.source for found in made.comparisons)
    assert made.comparisons[0].source.endswith("interpolated to the world's day")  # not the start


def test_a_small_world_is_not_judged_by_the_bounds_of_large_ones(made):
    assert not made.judged
    assert {found.holds for found in made.comparisons} == {None}
    assert any(found.is_within is False for found in made.comparisons)


def test_what_is_too_little_to_compare_has_no_distance(made):
    found = {each.name: each for each in made.comparisons}
    for name in ("sex_ratios", "ethnicities_by_province"):
        assert (found[name].distance, found[name].bound, found[name].holds) == (None, None, None)


def test_a_bound_holds_or_does_not_only_where_it_is_promised():
    past = report.Comparison("a", "A", "s", "TVD", 0.3, 0.2, (), judged=True)
    assert past.holds is False
    assert dataclasses.replace(past, distance=0.2).holds is True
    assert dataclasses.replace(past, judged=False).holds is None
    assert dataclasses.replace(past, bound=None).holds is None
    assert dataclasses.replace(past, distance=None).holds is None


def test_a_report_says_how_far_it_has_come(world):
    told = []
    with world.session() as session:
        report.make(session, world.today, progress=lambda what, share: told.append((what, share)))
    shares = [share for _, share in told]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0, 1)
    assert len(set(shares)) > 5


def test_even_two_thousand_people_have_the_countrys_ages(made):
    ages = made.comparisons[0]
    assert ages.name == "ages"
    assert ages.is_within
    assert sum(line.here for line in ages.lines) == pytest.approx(1)
    assert sum(line.source for line in ages.lines) == pytest.approx(1)


@pytest.mark.slow
def test_a_country_of_200_000_keeps_every_bound_the_report_promises(tmp_path):
    """As `dancu report --strict` asks it, of the rows as they are in the database."""
    worlds = Worlds(Settings(home=tmp_path))
    spec = WorldSpec(20, report.PROMISED_FROM, VERSION, dt.date(2024, 5, 1), "reserved")
    lives.create(worlds, "promised", spec)
    with worlds.open("promised").session() as session:
        made = report.make(session, spec.start_date)
    worlds.close_all()
    assert made.judged
    assert [found.name for found in made.comparisons if found.holds is False] == []
    held = {found.name for found in made.comparisons if found.holds}
    assert {"ages", "provinces", "ethnicities", "surnames", "sex_ratios", "coverage"} <= held


def test_the_picture_is_one_whole_svg_that_says_it_is_simulated(made):
    svg = picture.draw(made, "a <world> & more")
    root = ET.fromstring(svg)  # noqa: S314 - our own
    texts = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
    assert any(picture.MARK in text for text in texts)
    assert "World a <world> & more" in texts[0]
    for found in made.comparisons:
        assert found.title in texts
