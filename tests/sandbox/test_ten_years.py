"""Ten years of a population: it stays as near to its sources as it began, and all is sound.

Peoples, provinces and surnames are held against the census, ages against the UN's shares
interpolated to the day.
"""

from __future__ import annotations

import datetime as dt
import uuid

import pytest

from app.platform.worlds import WorldSpec
from app.sandbox import clock, report
from app.sandbox import worlds as lives
from seed.version import VERSION
from tests.support import rules

#: The UN's table of ages ends in 2030.
START, END = dt.date(2019, 1, 1), dt.date(2029, 1, 1)


def distances(world):
    world.refresh()
    with world.session() as session:
        made = report.make(session, world.today)
    return {one.name: (one.distance, one.bound) for one in made.comparisons}


@pytest.mark.slow
def test_after_ten_years_a_population_is_as_near_to_its_sources_as_at_first(worlds):
    name = f"ten-{uuid.uuid4().hex[:8]}"
    lives.create(worlds, name, WorldSpec(1, 50_000, VERSION, START, "reserved"))
    world = worlds.open(name)
    try:
        before = distances(world)
        lived = clock.advance(worlds, name, END)
        assert sum(lived.skipped.values()) < 0.02 * sum(lived.happened.values())
        for what, (distance, bound) in distances(world).items():
            if distance is None or bound is None:
                continue
            at_first = before[what][0] or 0.0  # of so few people chance alone exceeds some bounds
            assert distance <= 2 * max(bound, at_first), what
        with world.session() as session:
            rules.check(rules.read(session), world.today)
    finally:
        lives.delete(worlds, name)
