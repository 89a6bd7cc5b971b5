"""Numbered: every number of everybody, read at once."""

import polars as pl
from sqlalchemy import func, select

from app.matching.linkage.linking import NUMBERED
from app.registry import numbered
from app.registry.models import Citizen, OldNumber, SupersededNumber


def test_all_numbers_are_read_in_parts_with_their_bearers(world, monkeypatch):
    monkeypatch.setattr(numbered, "_ROWS", 500)
    monkeypatch.setattr(numbered, "_BYTES", 20_000)
    parts = list(numbered.parts(world))
    assert len(parts) > 1
    read = pl.concat(parts)
    assert dict(read.schema) == dict(NUMBERED)
    with world.session() as session:
        kinds = (("pin", Citizen), ("old", OldNumber), ("superseded", SupersededNumber))
        counts = {
            via: session.scalar(select(func.count()).select_from(model)) for via, model in kinds
        }
        people = {
            row.id: row for row in session.scalars(select(Citizen).order_by(Citizen.id).limit(50))
        }
        gone = session.scalar(select(func.count()).where(Citizen.state != "alive"))
        states = numbered.states(session)
    assert dict(read["via"].cast(pl.String).value_counts().iter_rows()) == counts
    for row in read.filter(pl.col("via") == "pin").rows(named=True):
        person = people.get(row["person"])
        if person is not None:
            assert row["number"] == int(person.pin)
            assert (row["name"], row["name_key"]) == (person.full_name, person.name_key)
            assert row["born"] == (
                person.birth_year * 10_000
                + (person.birth_month or 0) * 100
                + (person.birth_day or 0)
            )
    assert len(states) == gone
    assert "alive" not in set(states["state"])
