"""Making a run's files: the people, the story's draws, the shuffling that hides their order."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from app.platform import errors
from app.registry import everyone
from app.scenarios import consenting, files, secrecy
from app.scenarios.population import Population

if TYPE_CHECKING:
    from pathlib import Path

    from app.platform.worlds import World
    from app.scenarios.parameters import Parameters
    from app.scenarios.scenario import Made, Scenario

LOST = errors.declare(
    code="scenario-files-lost",
    kind="conflict",
    fault_of="simulation",
    title_vi="Tệp của lượt chạy đã mất và không thể tạo lại y như cũ",
    title_en="The files of the run are gone and cannot be made again as they were",
    next_vi="Bắt đầu một lượt chạy mới.",
    next_en="Start a new run.",
)
NO_PEOPLE = errors.declare(
    code="scenario-world-too-small",
    kind="conflict",
    fault_of="caller",
    title_vi="Thế giới này quá ít người cho kịch bản",
    title_en="This world has too few people for the scenario",
    next_vi="Dùng một thế giới có ít nhất 1.000 công dân.",
    next_en="Use a world of at least 1,000 citizens.",
)
#: Fewer living adults than this make no file.
FEWEST = 100


def make(
    world: World, home: Path, scenario: Scenario, asked: Parameters, agency_code: str
) -> Made:
    """Make the file and its truth of the world as it stands now; nothing is written.

    Consents in it are named for this agency, on this day.
    """
    with world.session() as session:
        people = Population(everyone.read(session), world.today, session, world)
        if len(people.living()) < FEWEST:
            raise NO_PEOPLE.error()
        draws = secrecy.draws(world, home, scenario.name, asked.name, practice=asked.reproducible)
        made = scenario.make(people, draws, asked)
    shuffled = _shuffled(made, draws)
    if not scenario.consents:
        return shuffled
    return replace(
        shuffled, extract=consenting.named(shuffled.extract, draws, agency_code, world.today)
    )


def store(at: Path, made: Made) -> str:
    """Write the files of a run and return what its truth hashes to."""
    files.write(at, made)
    return files.digest(made.key)


def _shuffled(made: Made, draws: secrecy.Draws) -> Made:
    """Bring both tables into an order that says nothing, with ids that say nothing."""
    rows = made.extract.height
    order = pl.Series(draws.stream("order").permutation(rows))
    ids = pl.Series("record_id", secrecy.record_ids(draws.stream("ids"), rows))
    return replace(
        made,
        extract=made.extract[order].insert_column(0, ids),
        key=made.key[order].insert_column(0, ids),
        past=None if made.past is None else _past(made.past, draws),
    )


def _past(past: pl.DataFrame, draws: secrecy.Draws) -> pl.DataFrame:
    ids = pl.Series("record_id", secrecy.record_ids(draws.stream("past ids"), past.height))
    return past.insert_column(0, ids)
