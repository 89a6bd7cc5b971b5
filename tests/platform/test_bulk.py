"""Bulk loading keeps every constraint and index, and tells '' from NULL, on both databases."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa
import pytest
from sqlalchemy import create_engine, inspect, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.platform import bulk, opening
from app.registry import bulk as registry
from app.registry.models import Household, Unit

TABLES = ("unit", "household")


def units(*codes: int) -> pa.RecordBatch:
    rows = [
        {
            "id": 100_000 + code,
            "era": "2004",
            "tier": 1,
            "code": f"{code:02}",
            "name": f"Tỉnh {code}",
            "short_name": "",
            "type": "Tỉnh",
            "parent_id": None,
            "province_id": 100_000 + code,
            "valid_from": dt.date(2004, 7, 1),
            "valid_to": None,
            "latitude": 21.5,
            "longitude": None,
        }
        for code in codes
    ]
    return pa.RecordBatch.from_pylist(rows, registry.SCHEMAS["unit"])


@pytest.fixture
def draft(worlds):
    with worlds.store.making() as made:
        opening.migrate(made.url)
        yield made


def indexes(draft, table: str) -> set[str]:
    engine = create_engine(draft.url)
    found = {index["name"] for index in inspect(engine).get_indexes(table)}
    found |= {str(key["name"]) for key in inspect(engine).get_foreign_keys(table)}
    engine.dispose()
    return found


def test_rows_arrive_whole_with_their_nulls_and_empty_texts(draft):
    with bulk.opened(draft.url, TABLES) as loader:
        assert registry.load(loader, "unit", [units(1), units(2, 4)]) == 3
    engine = create_engine(draft.url)
    with Session(engine) as session:
        found = session.scalars(select(Unit).order_by(Unit.id)).all()
    engine.dispose()
    assert [unit.code for unit in found] == ["01", "02", "04"]
    assert found[0].short_name == ""
    assert found[0].parent_id is None
    assert found[0].valid_from == dt.date(2004, 7, 1)
    assert found[0].latitude == 21.5


def test_indexes_and_references_are_the_same_after_a_load(draft):
    before = indexes(draft, "household")
    assert len(before) > 1
    with bulk.opened(draft.url, TABLES) as loader:
        registry.load(loader, "unit", [units(1)])
    assert indexes(draft, "household") == before


def test_a_row_that_breaks_a_constraint_is_refused(draft):
    broken = units(1).set_column(1, "era", pa.array(["1900"]))
    with pytest.raises(Exception, match="era_known"), bulk.opened(draft.url, TABLES) as loader:
        registry.load(loader, "unit", [broken])


def test_rows_added_later_count_on_from_the_loaded_ids(draft):
    household = pa.RecordBatch.from_pylist(
        [
            {
                name: None if field.nullable else ""
                for name, field in zip(
                    registry.SCHEMAS["household"].names, registry.SCHEMAS["household"], strict=True
                )
            }
            | {"id": 41, "unit_id": 100_001, "from_date": dt.date(2020, 1, 1), "file_number": "1"}
        ],
        registry.SCHEMAS["household"],
    )
    with bulk.opened(draft.url, TABLES) as loader:
        registry.load(loader, "unit", [units(1)])
        registry.load(loader, "household", [household])
    engine = create_engine(draft.url)
    with Session(engine) as session:
        new = Household(
            file_number="2",
            unit_id=100_001,
            address="",
            address_key="",
            house_id="00001000001",
            from_date=dt.date(2021, 1, 1),
        )
        session.add(new)
        session.flush()
        assert new.id == 42
    engine.dispose()


def test_a_reference_to_nothing_is_refused_after_the_load(draft):
    with bulk.opened(draft.url, TABLES) as loader:
        registry.load(loader, "unit", [units(1)])
    engine = create_engine(draft.url)
    with Session(engine) as session:
        if engine.dialect.name == "sqlite":
            session.connection().exec_driver_sql("PRAGMA foreign_keys=ON")
        session.add(
            Household(
                file_number="3",
                unit_id=999_999,
                address="",
                address_key="",
                house_id="00001000001",
                from_date=dt.date(2021, 1, 1),
            )
        )
        with pytest.raises(IntegrityError):
            session.flush()
    engine.dispose()
