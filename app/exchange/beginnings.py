"""Beginnings: a connected system becomes an exchanging one with its first answer.

Beside the answer and not in its way: within a moment, once in a connection's life.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import insert, update

from app.exchange.models import AccessVersion, ConnectionEvent, System
from app.platform import clock

if TYPE_CHECKING:
    import datetime as dt

    from sqlalchemy import Connection

#: Who takes the step.
BY_ITSELF = "exchange"


def first_exchanges(connection: Connection, items: list[tuple[str, dt.date]]) -> None:
    """Move these systems on, inside the writer's transaction; each item is one and its day."""
    for client_id, day in dict(items).items():
        moved = connection.execute(
            update(System)
            .where(System.client_id == client_id, System.state == "connected")
            .values(state="exchanging", state_reason=None)
        )
        if moved.rowcount:
            connection.execute(
                insert(ConnectionEvent).values(
                    client_id=client_id,
                    step="exchange",
                    from_state="connected",
                    to_state="exchanging",
                    taken_by=BY_ITSELF,
                    on_date=day,
                    at=clock.now(),
                )
            )
            connection.execute(update(AccessVersion).values(version=AccessVersion.version + 1))
