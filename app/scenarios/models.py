"""The tables of scenarios: who started which file, and what came of their answers.

Files lie beside the world (`files`); a row says what they must hash to. Rows are of one
incarnation of a world: a fork or a reset world begins without the runs of the other.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.platform.database import Base, identity


class ScenarioRun(Base):
    """A file that was made for a tester; `digest` is that of its truth (SHA-256, hex)."""

    __tablename__ = "scenario_run"
    __table_args__ = (Index("ix_scenario_run_agency_code", "agency_code"),)
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    world_id: Mapped[str] = mapped_column(String(32))
    scenario: Mapped[str]
    agency_code: Mapped[str]
    client_id: Mapped[str]
    parameters: Mapped[dict[str, object]]
    practice: Mapped[bool]
    started_on: Mapped[dt.date]
    started_at: Mapped[dt.datetime]
    rows: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))


class ScenarioSubmission(Base):
    """An answer that was scored: its number within the run, and its scorecard."""

    __tablename__ = "scenario_submission"
    __table_args__ = (UniqueConstraint("run_id", "number"),)
    id: Mapped[identity]
    run_id: Mapped[str] = mapped_column(ForeignKey("scenario_run.id"))
    number: Mapped[int]
    submitted_on: Mapped[dt.date]
    submitted_at: Mapped[dt.datetime]
    scorecard: Mapped[dict[str, object]]
