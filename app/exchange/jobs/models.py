"""The table of jobs: a row for each, until its results go."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.exchange.models import one_of
from app.platform.database import Base

KINDS = ("reconciliation", "extract")
STATES = ("awaiting_file", "waiting", "running", "done", "failed", "refused", "cancelled")


class Job(Base):
    """What a system asks of everybody at once. Times are real; `today` is the world's day.

    `asked` is what its kind reads: columns of the file, or fields and provinces. Its `runner`
    renews `lease_until`; when that is past, another goes on. `leaf` is set with the leaf itself,
    `entries` counts those that are written since. `summary` is there when it is done; at
    `expires_at` job and files go.
    """

    __tablename__ = "job"
    __table_args__ = (
        one_of("kind", KINDS),
        one_of("state", STATES),
        CheckConstraint("done BETWEEN 0 AND 1", name="done_is_a_share"),
    )
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    kind: Mapped[str] = mapped_column(String(14))
    client_id: Mapped[str] = mapped_column(ForeignKey("system.client_id"), index=True)
    purpose: Mapped[str]
    officer: Mapped[str | None]
    dossier: Mapped[str | None]
    request_id: Mapped[str]
    format: Mapped[str] = mapped_column(String(7))
    asked: Mapped[dict[str, object]]
    state: Mapped[str] = mapped_column(String(13), index=True)
    what: Mapped[str]
    done: Mapped[float]
    rows: Mapped[int | None]
    today: Mapped[dt.date | None]
    file_sha256: Mapped[str | None] = mapped_column(String(64))
    problem: Mapped[str | None]
    leaf: Mapped[int | None]
    entries: Mapped[int]
    summary: Mapped[dict[str, object] | None] = mapped_column(JSON(none_as_null=True))
    created_at: Mapped[dt.datetime]
    finished_at: Mapped[dt.datetime | None]
    expires_at: Mapped[dt.datetime] = mapped_column(index=True)
    lease_until: Mapped[dt.datetime | None]
    runner: Mapped[str | None] = mapped_column(String(32))
