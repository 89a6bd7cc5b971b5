"""The table of credit assessments: a row for each, with the second look that was asked for."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.exchange.models import one_of
from app.platform.database import Base

#: Who asks for a second look, and why.
SIDES = ("citizen", "agency")
GROUNDS = ("data-wrong", "not-mine", "changed", "other")
OUTCOMES = ("raised", "lowered", "unchanged")


class CreditAssessment(Base):
    """A score as it was told. `marks` are [characteristic, reading or null, points] of each.

    Dates are the world's. `leaf` is that of the answer. What follows `appealed_by` is of the
    second look: NULL until somebody asks for it, `outcome` until it is taken.
    """

    __tablename__ = "credit_assessment"
    __table_args__ = (
        one_of("appealed_by", SIDES),
        one_of("ground", GROUNDS),
        one_of("outcome", OUTCOMES),
        Index("ix_credit_assessment_citizen_id", "citizen_id"),
        Index("ix_credit_assessment_agency_id", "agency_id"),
        Index("ix_credit_assessment_due_on", "due_on"),
    )
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    citizen_id: Mapped[int] = mapped_column(ForeignKey("citizen.id"))
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"))
    purpose: Mapped[str]
    consent: Mapped[str] = mapped_column(String(36))
    fields: Mapped[list[str]]
    scorecard: Mapped[str]
    assessed_on: Mapped[dt.date]
    score: Mapped[int]
    band: Mapped[str] = mapped_column(String(1))
    thin_file: Mapped[bool]
    marks: Mapped[list[list[object]]] = mapped_column(JSON)
    leaf: Mapped[int]
    appealed_by: Mapped[str | None] = mapped_column(String(7))
    ground: Mapped[str | None] = mapped_column(String(10))
    said: Mapped[str | None]
    appealed_on: Mapped[dt.date | None]
    due_on: Mapped[dt.date | None]
    outcome: Mapped[str | None] = mapped_column(String(9))
    decided_on: Mapped[dt.date | None]
    answer: Mapped[str | None]
    left_out: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    second_score: Mapped[int | None]
    second_marks: Mapped[list[list[object]] | None] = mapped_column(JSON(none_as_null=True))
