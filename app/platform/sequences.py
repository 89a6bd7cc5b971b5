"""Numbering rows on: what was inserted with ids of its own must not be met by the next number.

SQLite counts on from the highest id by itself; PostgreSQL's sequences have to be told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from app.platform import engines
from app.platform.database import Base

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.orm import Session


def count_on(session: Session, tables: Iterable[str]) -> None:
    """Let each table's own numbers go on after the highest one that is there."""
    if engines.dialect(session.get_bind()) != "postgresql":
        return
    for name in tables:
        table = Base.metadata.tables[name]
        column = table.autoincrement_column
        if column is None:
            continue
        sequence = session.scalar(select(func.pg_get_serial_sequence(name, column.name)))
        if sequence is not None:
            highest = select(func.coalesce(func.max(column), 0)).scalar_subquery()
            session.execute(select(func.setval(sequence, highest + 1, False)))  # noqa: FBT003 - SQL's
