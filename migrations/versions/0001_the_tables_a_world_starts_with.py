"""The tables a world starts with."""

from alembic import op

from migrations.baseline import exchange, identity, platform, registry, sandbox

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = platform.TABLES | registry.TABLES | identity.TABLES | exchange.TABLES | sandbox.TABLES


def upgrade() -> None:
    for create in TABLES.values():
        create()


def downgrade() -> None:
    for name in reversed(TABLES):
        op.drop_table(name)
