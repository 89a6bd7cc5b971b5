"""What a server forgets of an open world from hour to hour, room by room."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from app.exchange import presentations, sweeping
from app.exchange.log import retention
from app.identity import sweeping as holders
from app.identity.chip import forgetting as chips
from app.identity.credentials import forgetting as wallets
from app.platform import clock
from app.signin import sweeping as sign_in_sweeping

if TYPE_CHECKING:
    from app.platform.worlds import World


def sweep(world: World) -> None:
    """Forget what is over: in the exchange, and in the log as its retention says."""
    now = clock.now()
    world.writer.submit(lambda session: sweeping.sweep(session, world, now))
    world.writer.submit(lambda session: holders.sweep(session, world.today, now))
    world.writer.submit(lambda session: sign_in_sweeping.sweep(session, now))
    world.writer.submit(lambda session: chips.sweep(session, now))
    world.writer.submit(lambda session: wallets.sweep(session, now))
    world.writer.submit(lambda session: presentations.sweep(session, now))
    keep = dt.timedelta(days=world.facts.log_retention_days)
    retention.enforce(world, keep=keep, now=now, today=world.today)
