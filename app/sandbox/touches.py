"""Touches: the database itself notes the first change to a world after it was made.

An untouched world can be forked from the kept copy of its start, without asking it to stand still.
Triggers note what no list of places that write could be trusted to: they fire for every writer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import text, update

from app.platform import engines
from app.platform.models import WorldRow
from app.sandbox import tables

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.orm import Session

#: What of a world's own row an operator changes.
SETTINGS = ("today", "training", "retention_days", "log_retention_days", "parts")

_POSTGRES_FUNCTION = """
CREATE FUNCTION note_touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE world SET untouched = false WHERE untouched;
  RETURN NULL;
END $$
"""


def watch(session: Session) -> None:
    """Call the world in this database untouched, and let it notice when that ends."""
    on_postgres = engines.dialect(session.get_bind()) == "postgresql"
    for statement in _postgres() if on_postgres else _sqlite():
        session.execute(text(statement))
    session.execute(update(WorldRow).values(untouched=True))


def _postgres() -> Iterator[str]:
    yield _POSTGRES_FUNCTION
    then = "FOR EACH STATEMENT EXECUTE FUNCTION note_touch()"
    for table in tables.logical():
        any_change = "INSERT OR UPDATE OR DELETE OR TRUNCATE"
        yield f'CREATE TRIGGER note_touch AFTER {any_change} ON "{table.name}" {then}'
    yield f"CREATE TRIGGER note_touch AFTER UPDATE OF {', '.join(SETTINGS)} ON world {then}"


def _sqlite() -> Iterator[str]:
    then = "BEGIN UPDATE world SET untouched = false WHERE untouched; END"
    for table in tables.logical():
        for change in ("INSERT", "UPDATE", "DELETE"):
            name = f"note_{change.lower()}_{table.name}"
            yield f'CREATE TRIGGER {name} AFTER {change} ON "{table.name}" {then}'
    yield f"CREATE TRIGGER note_settings AFTER UPDATE OF {', '.join(SETTINGS)} ON world {then}"
