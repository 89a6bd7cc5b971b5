"""Marks: whether a world is still what it was made as, told without reading its people.

The registry changes only by life events, access only under a version that counts up; what is left
is small enough to be hashed.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from app.platform.database import Base
from app.sandbox.models import Persona

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.platform.worlds import World

#: What of a world's own row an operator changes.
_SETTINGS = ("today", "training", "retention_days", "log_retention_days", "parts")


def of(session: Session) -> str:
    """Return the world's mark as it is now."""
    tables = Base.metadata.tables
    world, persona = tables["world"], tables[Persona.__tablename__]
    read = (
        select(func.max(tables["life_event"].c.id)),
        select(tables["access_version"].c.version),
        select(*(world.c[name] for name in _SETTINGS)),
        select(persona).order_by(persona.c.name),
    )
    mark = sha256()
    for statement in read:
        mark.update(repr([tuple(row) for row in session.execute(statement)]).encode())
    return mark.hexdigest()


def is_untouched(world: World) -> bool:
    """Whether the world is as it was made: people, agencies, personas and settings."""
    with world.session() as session:
        now = of(session)
    return now == world.facts.start_mark
