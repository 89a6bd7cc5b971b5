"""The sandbox's own tables: personas, what is to go wrong, and what is to happen."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.platform.database import Base, identity


class Persona(Base):
    """A citizen with a fixed name and a stated purpose, which holds on the world's start date."""

    __tablename__ = "persona"
    name: Mapped[str] = mapped_column(primary_key=True)
    citizen_id: Mapped[int] = mapped_column(ForeignKey("citizen.id"), index=True)
    purpose: Mapped[str]
    purpose_en: Mapped[str]
    needs: Mapped[str | None]


class Fault(Base):
    """A profile of weather (`weather.Profile`, as JSON), and how many calls have met it."""

    __tablename__ = "fault"
    name: Mapped[str] = mapped_column(primary_key=True)
    profile: Mapped[dict[str, object]]
    met: Mapped[int]


class LifeMonth(Base):
    """A month of the population's life that has been drawn whole: its number since the start."""

    __tablename__ = "life_month"
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    drawn_on: Mapped[dt.date]


class ComingEvent(Base):
    """What is to happen to somebody on a day that the clock has not reached.

    A row goes when it has happened. One that the registry objected to stays, with the objections.
    """

    __tablename__ = "coming_event"
    id: Mapped[identity]
    due_on: Mapped[dt.date]
    kind: Mapped[str]
    payload: Mapped[dict[str, object]]
    objections: Mapped[list[str] | None]
