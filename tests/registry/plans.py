"""How a database says it would run a statement."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def reads_by_index(session: Session, sql: str, *values: object) -> None:
    """Fail if the statement (in the driver's placeholders) reads a table from end to end."""
    if session.get_bind().dialect.name == "sqlite":
        rows = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values)
        steps = [row[3] for row in rows]
        whole = [step for step in steps if step.startswith("SCAN") and not _is_virtual(step)]
    else:
        # On a few rows PostgreSQL would rather scan: forbidden to, it still must where it has to.
        session.execute(text("SET LOCAL enable_seqscan = off"))
        for place in range(len(values), 0, -1):
            sql = sql.replace(f"${place}", _literal(values[place - 1]))
        steps = [row[0] for row in session.connection().exec_driver_sql(f"EXPLAIN {sql}")]
        whole = [step for step in steps if "Seq Scan" in step]
    assert any("INDEX" in step.upper() or "PRIMARY KEY" in step for step in steps), steps
    assert not whole, steps


def _is_virtual(step: str) -> bool:
    """Whether the step reads parameters or a result at hand, not a table."""
    return "json_each" in step or "CONSTANT ROW" in step or "SCAN (" in step


def _literal(value: object) -> str:
    return f"'{value}'" if isinstance(value, str) else str(value)
