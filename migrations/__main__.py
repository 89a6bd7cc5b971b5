"""Drafts the next revision: what the models have and the newest revision has not."""

import sys

from alembic import command
from sqlalchemy import create_engine

from app.platform import schema


def main() -> None:
    """Write `versions/NNNN_….py` for the change named on the command line."""
    number = f"{int(schema.HEAD) + 1:04d}"
    with create_engine("sqlite://").connect() as connection:
        schema.upgrade(connection)
        command.revision(schema.config(connection), sys.argv[1], autogenerate=True, rev_id=number)


main()
