"""Stands in for the next migration."""

from importlib.resources import files

import sqlalchemy as sa
from alembic import op

_OURS = files("migrations") / "versions"
#: After the newest of ours, whichever that is.
revision = "9000"
down_revision = max(script.name[:4] for script in _OURS.iterdir() if script.name[:1].isdigit())
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("persona", sa.Column("colour", sa.Text()))


def downgrade() -> None:
    op.drop_column("persona", "colour")
