"""How a database says it would run a statement."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import event, text

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


@contextmanager
def each_reads_by_index(session: Session):
    """Fail if any statement sent meanwhile reads a table from end to end."""
    sent: list[tuple[str, Any]] = []

    def note(_connection, _cursor, statement, parameters, *_rest):
        sent.append((statement, parameters))

    engine = session.get_bind().engine
    event.listen(engine, "before_cursor_execute", note)
    yield
    event.remove(engine, "before_cursor_execute", note)
    assert sent
    for statement, parameters in sent:
        reads_by_index(session, statement, parameters)


def reads_by_index(session: Session, sql: str, parameters: Any) -> None:
    """Fail if the statement (in the driver's placeholders) reads a table from end to end."""
    run = session.connection().exec_driver_sql
    if session.get_bind().dialect.name == "sqlite":
        steps = [row[3] for row in run(f"EXPLAIN QUERY PLAN {sql}", parameters)]
        whole = [step for step in steps if step.startswith("SCAN") and not _is_at_hand(step)]
    else:
        # On a few rows PostgreSQL would rather scan: forbidden to, it still must where it has to.
        session.execute(text("SET LOCAL enable_seqscan = off"))
        steps = [row[0] for row in run(f"EXPLAIN {sql}", parameters)]
        whole = [step for step in steps if "Seq Scan" in step]
    assert any("Index" in step or step.startswith("SEARCH") for step in steps), steps
    assert not whole, steps


def _is_at_hand(step: str) -> bool:
    """Whether the step reads parameters or a result made before, not a table."""
    return "json_each" in step or "CONSTANT ROW" in step or "anon_" in step
