"""Consents of a file's people: they ticked a box of the form, and the register has it.

As a citizen's consent on paper is recorded, each with its leaf, when a run is started. What stands
in the file is derived from the run's draws, the agency and the day, so that the same parameters
name the same consents and start no second ones; a consent that was withdrawn since stays so.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

import polars as pl

from app.exchange import access as accesses
from app.exchange import consents
from app.exchange.consents import NewConsent
from app.platform import clock
from app.registry import lookup

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.platform.worlds import World
    from app.scenarios.scenario import Scenario
    from app.scenarios.secrecy import Draws

#: The column of a file that names its consents; the story says `yes` where there is one.
COLUMN: Final = "consent"
#: For how long they are given, and how many are written at once, so that nobody waits for long.
DAYS, _SLICE = 180, 200
_BYTES = 16


def named(extract: pl.DataFrame, draws: Draws, agency_code: str, today: dt.date) -> pl.DataFrame:
    """Write the ids of consents in place of `yes`; empty where none was given."""
    drawn = draws.stream("consents", agency_code, today.isoformat()).bytes(_BYTES * extract.height)
    ids = [drawn[at : at + _BYTES].hex() for at in range(0, len(drawn), _BYTES)]
    given = pl.when(pl.col(COLUMN) == "yes").then(pl.Series(ids)).otherwise(pl.lit(""))
    return extract.with_columns(given.alias(COLUMN))


def record(world: World, agency_id: int, scenario: Scenario, extract: pl.DataFrame) -> None:
    """Record the consents that a file names, through the world's writer, slice by slice."""
    if not scenario.consents:
        return
    today = world.today
    given = extract.filter(pl.col(COLUMN) != "").select(COLUMN, "id_number", "record_id")
    for rows in given.iter_slices(_SLICE):
        with world.session() as session:
            found = lookup.find_many(session, rows["id_number"])
        new = {
            consent: NewConsent(
                citizen_id=found[number].hits[0].citizen_id,
                agency_id=agency_id,
                purpose=scenario.purpose,
                fields=scenario.consents,
                from_date=today,
                to_date=today + dt.timedelta(days=DAYS),
                evidence=f"application form {record_id}",
            )
            for consent, number, record_id in rows.iter_rows()
        }
        _write(world, new)


def _write(world: World, new: dict[str, NewConsent]) -> None:
    at = accesses.of(world)

    def job(session: Session) -> None:
        consents.record_many(session, at, new, clock.now())

    world.writer.submit(job)
