"""The platform's own table: the world itself, one row in each world's database."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from app.platform.database import Base, RowId

PIN_STYLES = ("reserved", "realistic")


class WorldRow(Base):
    """What makes this database a world: the five that define it, its clock, keys and retention.

    `id` is new for every incarnation: creation, fork and reset. `secret` is NULL while keys derive
    from seed and name. `parts` lists what later versions of the generator have added;
    `untouched` says that the world is still as it was made. `weather` is 0 while nothing is to go
    wrong, and else a number that is new with each change of what is.
    """

    __tablename__ = "world"
    __table_args__ = (
        CheckConstraint("one = 1", name="only_row"),
        CheckConstraint("pin_style IN ('reserved', 'realistic')", name="pin_style_known"),
        CheckConstraint("size >= 1", name="size_positive"),
        CheckConstraint("today >= start_date", name="clock_runs_forward"),
        CheckConstraint("key_version >= 1", name="key_version_counts"),
        CheckConstraint("retention_days >= 0", name="retention_not_negative"),
        CheckConstraint("log_retention_days >= 1", name="log_retention_positive"),
        CheckConstraint("(parent_id IS NULL) = (parent_name IS NULL)", name="parent_whole"),
    )
    one: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False)
    id: Mapped[str] = mapped_column(String(32))
    name: Mapped[str] = mapped_column(String(40))
    seed: Mapped[int]
    size: Mapped[int]
    generator_version: Mapped[str]
    start_date: Mapped[dt.date]
    pin_style: Mapped[str] = mapped_column(String(9))
    today: Mapped[dt.date]
    created_at: Mapped[dt.datetime]
    parent_name: Mapped[str | None] = mapped_column(String(40))
    parent_id: Mapped[str | None] = mapped_column(String(32))
    parent_checkpoint: Mapped[str | None]
    training: Mapped[bool]
    retention_days: Mapped[int]
    log_retention_days: Mapped[int]
    secret: Mapped[bytes | None]
    key_version: Mapped[int]
    parts: Mapped[list[str]]
    untouched: Mapped[bool]
    weather: Mapped[int] = mapped_column(server_default="0")
