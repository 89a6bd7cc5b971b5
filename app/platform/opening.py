"""Opening a world that another version made: migrated after a backup, or refused."""

from __future__ import annotations

import logging
from contextlib import suppress
from typing import TYPE_CHECKING

from sqlalchemy import update
from sqlalchemy.orm import Session

from app.platform import engines, errors, failures, schema
from app.platform.models import WorldRow
from app.platform.world import read_facts

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import URL

    from app.platform.stores.store import Store
    from app.platform.world import Facts

TOO_NEW = errors.declare(
    code="world-too-new",
    kind="conflict",
    fault_of="caller",
    title_vi="Thế giới do phiên bản dancu mới hơn tạo ra; nó được giữ nguyên",
    title_en="The world was made by a newer dancu; it was left as it is",
    next_vi="Cập nhật dancu rồi mở lại, hoặc tạo một thế giới khác.",
    next_en="Update dancu and open it again, or make another world.",
)

_log = logging.getLogger("dancu.worlds")


def make_current(store: Store, name: str, url: URL) -> None:
    """Bring world `name` to the schema of this code, once, whoever else opens it now.

    Raises `world-too-new` for a schema this code does not know.
    """
    # Of a world that is being backed up or copied PostgreSQL lets nobody in: who does that has the
    # lock, and here is time to wait for it. Whatever else it is will be said again.
    with suppress(errors.UnavailableError):
        if _revision(url) == schema.HEAD:
            return
    with store.lock(name):
        found = _revision(url)
        if found == schema.HEAD:  # another process did it while this one waited
            return
        if found is None or not schema.is_known(found):
            raise TOO_NEW.error(f"world {name} is at revision {found}")
        backup = store.back_up(name, f"before-{schema.HEAD}")
        migrate(url)
        _log.warning("world %s was migrated from %s; backup: %s", name, found, backup)


def ask(url: URL, question: Callable[[Session, Facts], bool]) -> bool:
    """Ask a world that need not be open; False of one that is going, or has to be migrated."""
    engine = engines.passing(url)
    with failures.told_as_problems(), Session(engine) as session:
        if schema.revision(session.connection()) != schema.HEAD:
            return False
        facts = read_facts(session)
        return facts is not None and question(session, facts)


def migrate(url: URL) -> None:
    """Bring the schema at `url` forward in one transaction; an empty database gets all of it.

    A migrated world is no longer untouched: no start of that schema was ever kept.
    """
    engine = engines.writer(url)
    try:
        with engine.begin() as connection:
            schema.upgrade(connection)
            connection.execute(update(WorldRow).values(untouched=False))
    finally:
        engine.dispose()


def _revision(url: URL) -> str | None:
    engine = engines.passing(url)
    with failures.told_as_problems(), engine.connect() as connection:
        return schema.revision(connection)
