"""Classes, their learners, and the lessons that these have begun."""

import sqlalchemy as sa
from alembic import op

from migrations.baseline.types import INTEGER

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "training_class",
        sa.Column("world_id", sa.String(length=32), nullable=False),
        sa.Column("opened_at", _MOMENT, nullable=False),
        sa.Column("lessons", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("world_id", name=op.f("pk_training_class")),
    )
    op.create_table(
        "learner",
        sa.Column("id", INTEGER, nullable=False),
        sa.Column("world_id", sa.String(length=32), nullable=False),
        sa.Column("number", INTEGER, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("world", sa.Text(), nullable=False),
        sa.Column("code_digest", sa.String(length=64), nullable=False),
        sa.Column("misses", INTEGER, nullable=False),
        sa.Column("missed_at", _MOMENT, nullable=True),
        sa.Column("entered_at", _MOMENT, nullable=True),
        sa.Column("looked", INTEGER, nullable=False),
        sa.Column("last_call", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["world_id"],
            ["training_class.world_id"],
            name=op.f("fk_learner_world_id_training_class"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_learner")),
        sa.UniqueConstraint("world_id", "number", name=op.f("uq_learner_world_id_number")),
    )
    op.create_table(
        "learner_lesson",
        sa.Column("id", INTEGER, nullable=False),
        sa.Column("learner_id", INTEGER, nullable=False),
        sa.Column("lesson", sa.Text(), nullable=False),
        sa.Column("begun_at", _MOMENT, nullable=False),
        sa.Column("since", INTEGER, nullable=False),
        sa.Column("passed", sa.JSON(), nullable=False),
        sa.Column("found", sa.JSON(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("prepared", sa.JSON(), nullable=False),
        sa.Column("hints", INTEGER, nullable=False),
        sa.Column("released", sa.Boolean(), nullable=False),
        sa.Column("finished_at", _MOMENT, nullable=True),
        sa.ForeignKeyConstraint(
            ["learner_id"], ["learner.id"], name=op.f("fk_learner_lesson_learner_id_learner")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_learner_lesson")),
        sa.UniqueConstraint(
            "learner_id", "lesson", name=op.f("uq_learner_lesson_learner_id_lesson")
        ),
    )


def downgrade() -> None:
    op.drop_table("learner_lesson")
    op.drop_table("learner")
    op.drop_table("training_class")
