"""A migration that does harm and then fails."""

from importlib.resources import files

from alembic import op

_OURS = files("migrations") / "versions"
#: After the newest of ours, whichever that is.
revision = "9000"
down_revision = max(script.name[:4] for script in _OURS.iterdir() if script.name[:1].isdigit())
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("DELETE FROM citizen")
    raise LookupError


def downgrade() -> None:
    raise NotImplementedError
