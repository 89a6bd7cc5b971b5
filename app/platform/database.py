"""The declarative base and the column types that mean the same on SQLite and PostgreSQL."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, ClassVar

from sqlalchemy import (
    JSON,
    BigInteger,
    Date,
    DateTime,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Text,
)
from sqlalchemy.orm import DeclarativeBase, mapped_column

#: Constraint names are part of the schema: without them a migration cannot drop one on SQLite.
NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

#: 64 bits on PostgreSQL; on SQLite the rowid itself, which alone counts up by itself.
RowId = BigInteger().with_variant(Integer, "sqlite")


class Base(DeclarativeBase):
    """The one registry of tables; every room's `models.py` adds to it."""

    metadata = MetaData(naming_convention=NAMING_CONVENTION)
    type_annotation_map: ClassVar = {
        int: BigInteger().with_variant(Integer, "sqlite"),
        str: Text,
        bytes: LargeBinary,
        dt.date: Date,
        dt.datetime: DateTime(timezone=True),
        dict[str, object]: JSON,
        list[str]: JSON,
    }


identity = Annotated[int, mapped_column(RowId, primary_key=True)]
pin_text = Annotated[str, mapped_column(String(12))]
