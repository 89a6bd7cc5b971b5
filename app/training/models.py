"""The tables of training, in the class's own world: who learns there, and how far each is.

Rows are of one incarnation of a world: a fork or a reset world begins without the class of the
other.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.platform.database import Base, identity


class TrainingClass(Base):
    """A class: the world that its learners' worlds were forked from, and what it is to learn."""

    __tablename__ = "training_class"
    world_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    opened_at: Mapped[dt.datetime]
    lessons: Mapped[list[str]]


class Learner(Base):
    """Somebody of a class: their world by name, and what tells them from others.

    `code_digest` is that of the code which lets them in (SHA-256, hex). `misses` counts wrong
    codes under their number since `missed_at`. `looked` is the row of their world's request log up
    to which their calls have been looked at, `last_call` when that one was made (RFC 3339).
    """

    __tablename__ = "learner"
    __table_args__ = (UniqueConstraint("world_id", "number"),)
    id: Mapped[identity]
    world_id: Mapped[str] = mapped_column(ForeignKey("training_class.world_id"))
    number: Mapped[int]
    name: Mapped[str]
    world: Mapped[str]
    code_digest: Mapped[str] = mapped_column(String(64))
    misses: Mapped[int]
    missed_at: Mapped[dt.datetime | None]
    entered_at: Mapped[dt.datetime | None]
    looked: Mapped[int]
    last_call: Mapped[str | None]


class LearnerLesson(Base):
    """A lesson that a learner has begun.

    Calls count that stand after row `since` of the request log. `passed` has the moment of each
    check that passed, `found` what the others last found, in both languages. `prepared` is what
    was laid out for the lesson: it is not for learners' eyes.
    """

    __tablename__ = "learner_lesson"
    __table_args__ = (UniqueConstraint("learner_id", "lesson"),)
    id: Mapped[identity]
    learner_id: Mapped[int] = mapped_column(ForeignKey("learner.id"))
    lesson: Mapped[str]
    begun_at: Mapped[dt.datetime]
    passed: Mapped[dict[str, object]]
    found: Mapped[dict[str, object]]
    answers: Mapped[dict[str, object]]
    prepared: Mapped[dict[str, object]]
    hints: Mapped[int]
    released: Mapped[bool]
    finished_at: Mapped[dt.datetime | None]
