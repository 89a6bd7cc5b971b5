"""The report's distances are right, and a generated world keeps its promises that fit its size."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sandbox import picture, report

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
    }
    assert all(found.source for found in made.comparisons)


def test_a_small_world_is_not_judged_by_the_bounds_of_large_ones(made):
    assert not made.judged


def test_even_two_thousand_people_have_the_countrys_ages(made):
    ages = made.comparisons[0]
    assert ages.name == "ages"
    assert ages.holds
    assert sum(line.here for line in ages.lines) == pytest.approx(1)
    assert sum(line.source for line in ages.lines) == pytest.approx(1)


def test_the_picture_is_one_whole_svg_that_says_it_is_simulated(made):
    svg = picture.draw(made, "a <world> & more")
    root = ET.fromstring(svg)  # noqa: S314 - our own
    texts = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
    assert any(picture.MARK in text for text in texts)
    assert "World a <world> & more" in texts[0]
    for found in made.comparisons:
        assert found.title in texts
