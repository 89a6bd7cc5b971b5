"""Founding: the world's row as it is first written, and as it starts over in a fork or a reset."""

from __future__ import annotations

import secrets
import uuid
from typing import TYPE_CHECKING

from sqlalchemy import select, update

from app.platform import clock, errors
from app.platform.models import WorldRow

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping

    from sqlalchemy.orm import Session

    from app.platform.world import Facts, WorldSpec

RETENTION_OUT_OF_BOUNDS = errors.declare(
    code="retention-out-of-bounds",
    kind="invalid",
    fault_of="caller",
    title_vi="Không thể lưu giữ trong số ngày này",
    title_en="Nothing can be kept for so many days",
    next_vi="Nội dung yêu cầu: 0 đến 3650 ngày; nội dung nhật ký: 1 đến 36500 ngày.",
    next_en="Bodies of requests: 0 to 3650 days; the log's text: 1 to 36500 days.",
)

#: For how many days an operator may have what is kept.
BOUNDS = {"retention_days": range(3_651), "log_retention_days": range(1, 36_501)}
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
            untouched=False,
            weather=0,
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
            secret=_secret() if secret else None,
            key_version=1,
        )
    )


def descend(session: Session, parent: Facts, checkpoint: str) -> None:
    """Note which world, at which checkpoint of its log, this one was forked from."""
    session.execute(
        update(WorldRow).values(
            parent_name=parent.name, parent_id=parent.id, parent_checkpoint=checkpoint
        )
    )


def set_today(session: Session, day: dt.date) -> None:
    """Let the world's clock show that day, if it does not show a later one."""
    session.execute(update(WorldRow).where(WorldRow.today < day).values(today=day))


def add_part(session: Session, name: str) -> None:
    """Note that the world has one more of the generator's parts."""
    row = session.scalars(select(WorldRow)).one()
    row.parts = [*row.parts, name]


def keep_settings(session: Session, of: Facts) -> None:
    """Give the world what an operator had set on another incarnation of it."""
    session.execute(
        update(WorldRow).values(
            training=of.training,
            retention_days=of.retention_days,
            log_retention_days=of.log_retention_days,
        )
    )


def configure(session: Session, values: Mapping[str, int]) -> None:
    """Set columns of the world's row. Raises `retention-out-of-bounds`."""
    outside = tuple(
        errors.InvalidParam(name, f"from {days[0]} to {days[-1]}", f"từ {days[0]} đến {days[-1]}")
        for name, days in BOUNDS.items()
        if name in values and values[name] not in days
    )
    if outside:
        raise RETENTION_OUT_OF_BOUNDS.error(params=outside)
    session.execute(update(WorldRow).values(**values))


def turn_weather(session: Session, *, is_fine: bool, now: dt.datetime) -> None:
    """Note that what is to go wrong has changed: every process sees it within a second."""
    row = session.scalars(select(WorldRow)).one()
    row.weather = 0 if is_fine else max(int(now.timestamp() * 1000), row.weather + 1)
    session.flush()


def rekey(session: Session) -> None:
    """Derive all keys from fresh random bytes from now on."""
    session.execute(update(WorldRow).values(secret=_secret(), key_version=1))


def rotate(session: Session) -> None:
    """Let the next keys sign; the present ones stay accepted until the next rotation."""
    session.execute(update(WorldRow).values(key_version=WorldRow.key_version + 1))


def _secret() -> bytes:
    return secrets.token_bytes(32)
