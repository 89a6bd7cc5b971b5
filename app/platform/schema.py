"""The schema's version: what this code expects, what a database has, and the way between them."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING

from sqlalchemy import inspect, text

if TYPE_CHECKING:
    from alembic.config import Config
    from sqlalchemy import Connection

#: The newest revision under `migrations/versions`; here so that opening a world needs no Alembic.
HEAD = "0033"


def revision(connection: Connection) -> str | None:
    """Return the revision a database is at, or None if it has no schema of ours."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if found is None else str(found)


def upgrade(connection: Connection, to: str = "head") -> None:
    """Bring the schema forward inside the connection's transaction."""
    from alembic import command  # noqa: PLC0415 - heavy, and opening a current world never needs it

    command.upgrade(config(connection), to)


def downgrade(connection: Connection, to: str) -> None:
    """Take the schema back inside the connection's transaction; what a revision added is lost."""
    from alembic import command  # noqa: PLC0415 - see `upgrade`

    command.downgrade(config(connection), to)


def is_known(wanted: str) -> bool:
    """Whether this code has that revision; one it has not comes from a newer code."""
    from alembic.script import ScriptDirectory  # noqa: PLC0415 - see `upgrade`

    scripts = ScriptDirectory.from_config(config(None))
    return wanted in {script.revision for script in scripts.walk_revisions()}


def config(connection: Connection | None) -> Config:
    """Return Alembic's settings, which live nowhere else."""
    from alembic.config import Config  # noqa: PLC0415 - see `upgrade`

    config = Config()
    # A percent sign would be read as the start of an interpolation.
    config.set_main_option("script_location", str(files("migrations")).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
