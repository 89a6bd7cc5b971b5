"""The keys that answers are sealed to."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "answer_sealing",
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("always", sa.Boolean(), nullable=False),
        sa.Column("alg", sa.Text()),
        sa.Column("keys", sa.JSON(none_as_null=True)),
        sa.Column("jwks_uri", sa.Text()),
        sa.CheckConstraint(
            "(keys IS NULL) <> (jwks_uri IS NULL)",
            name=op.f("ck_answer_sealing_keys_in_one_place"),
        ),
        sa.ForeignKeyConstraint(
            ["client_id"], ["system.client_id"], name=op.f("fk_answer_sealing_client_id_system")
        ),
        sa.PrimaryKeyConstraint("client_id", name=op.f("pk_answer_sealing")),
    )


def downgrade() -> None:
    op.drop_table("answer_sealing")
