"""Founding: the world's row as it is first written, and as it starts over in a fork or a reset."""

from __future__ import annotations

import secrets
import uuid
from typing import TYPE_CHECKING

from sqlalchemy import update

from app.platform import clock
from app.platform.models import WorldRow

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.orm import Session

    from app.platform.world import Facts, WorldSpec

#: Days for which the bodies of requests are kept, in a world that says nothing else.
RETENTION_DAYS = 7
#: Days for which a leaf keeps its body (Decree 47/2020/NĐ-CP asks for years; ours are five).
LOG_RETENTION_DAYS = 5 * 365


def found(session: Session, name: str, spec: WorldSpec, *, parts: Iterable[str]) -> None:
    """Write the row of a new world, whose clock shows its start date."""
    session.add(
        WorldRow(
            one=1,
            id=uuid.uuid4().hex,
            name=name,
            seed=spec.seed,
            size=spec.size,
            generator_version=spec.generator_version,
            start_date=spec.start_date,
            pin_style=spec.pin_style,
            today=spec.start_date,
            created_at=clock.now(),
            parent_name=None,
            parent_id=None,
            parent_checkpoint=None,
            training=False,
            retention_days=RETENTION_DAYS,
            log_retention_days=LOG_RETENTION_DAYS,
            secret=None,
            key_version=1,
            parts=list(parts),
        )
    )
    session.flush()


def begin_again(session: Session, name: str, *, secret: bool) -> None:
    """Make the world in this database a new incarnation: own id and keys, no parent.

    With `secret` its keys derive from fresh random bytes, else from seed and name.
    """
    session.execute(
        update(WorldRow).values(
            id=uuid.uuid4().hex,
            name=name,
            created_at=clock.now(),
            parent_name=None,
            parent_id=None,
            parent_checkpoint=None,
            secret=secrets.token_bytes(32) if secret else None,
            key_version=1,
        )
    )


def descend(session: Session, parent: Facts, checkpoint: str | None) -> None:
    """Note which world, at which checkpoint of its log, this one was forked from."""
    session.execute(
        update(WorldRow).values(
            parent_name=parent.name, parent_id=parent.id, parent_checkpoint=checkpoint
        )
    )
