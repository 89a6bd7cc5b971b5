"""Column types that mean the same on both databases."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, create_engine, insert, select
from sqlalchemy.pool import NullPool

from app.platform.database import Moment

TABLE = Table("moments", MetaData(), Column("id", Integer, primary_key=True), Column("at", Moment))
HANOI = dt.timezone(dt.timedelta(hours=7))


@pytest.fixture
def connection(empty_url):
    engine = create_engine(empty_url, poolclass=NullPool)
    with engine.begin() as connection:
        TABLE.create(connection)
        yield connection


@pytest.mark.parametrize(
    "moment",
    [
        dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC),
        dt.datetime(2026, 1, 1, 3, 4, 5, 678_901, HANOI),
        None,
    ],
)
def test_a_moment_comes_back_in_utc(connection, moment):
    connection.execute(insert(TABLE), {"id": 1, "at": moment})
    found = connection.scalar(select(TABLE.c.at))
    assert found == moment
    assert found is None or found.utcoffset() == dt.timedelta(0)


def test_a_moment_without_an_offset_is_refused(connection):
    naive = dt.datetime(2026, 1, 1)  # noqa: DTZ001 - the point of it
    with pytest.raises(Exception, match="offset from UTC"):
        connection.execute(insert(TABLE), {"id": 1, "at": naive})


def test_moments_are_found_by_time_whatever_their_offset(connection):
    early = dt.datetime(2026, 1, 1, 6, tzinfo=HANOI)
    late = dt.datetime(2026, 1, 1, 0, tzinfo=dt.UTC)
    connection.execute(insert(TABLE), [{"id": 1, "at": late}, {"id": 2, "at": early}])
    ids = connection.scalars(select(TABLE.c.id).where(TABLE.c.at < late))
    assert ids.all() == [2]
