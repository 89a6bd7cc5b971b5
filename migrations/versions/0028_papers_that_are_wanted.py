"""A dossier says which papers no register spares, and why."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("dossier", sa.Column("papers", sa.JSON(), server_default="[]", nullable=False))


def downgrade() -> None:
    op.drop_column("dossier", "papers")
