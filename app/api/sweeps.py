"""What a server does for an open world from hour to hour: it forgets, and resumes procedures."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from app.exchange import fees, presentations, sweeping
from app.exchange.jobs import keeping, work
from app.exchange.log import retention
from app.identity import sweeping as holders
from app.identity.chip import forgetting as chips
from app.identity.credentials import forgetting as wallets
from app.platform import clock
from app.procedures import sagas
from app.signin import sweeping as sign_in_sweeping

if TYPE_CHECKING:
    from app.platform.worlds import World


def resume(world: World) -> None:
    """Go on with what was interrupted: steps of linked procedures."""
    sagas.resume(world)


def sweep(world: World) -> None:
    """Forget what is over, in the log as its retention says; go on with linked procedures."""
    now = clock.now()
    resume(world)
    world.writer.submit(lambda session: sweeping.sweep(session, world, now))
    world.writer.submit(lambda session: holders.sweep(session, world.today, now))
    world.writer.submit(lambda session: sign_in_sweeping.sweep(session, now))
    world.writer.submit(lambda session: chips.sweep(session, now))
    world.writer.submit(lambda session: wallets.sweep(session, now))
    world.writer.submit(lambda session: presentations.sweep(session, now))
    for job_id in world.writer.submit(lambda session: keeping.forget(session, now)):
        work.remove(world, job_id)
    keep = dt.timedelta(days=world.facts.log_retention_days)
    fees.settle(world)  # which reads the texts that retention removes
    retention.enforce(world, keep=keep, now=now, today=world.today)
