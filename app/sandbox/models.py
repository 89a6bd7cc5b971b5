"""The sandbox's own tables: personas, and what is to go wrong."""

from __future__ import annotations

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.platform.database import Base


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
