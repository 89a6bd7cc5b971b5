"""Running: a job from the gate to the log; what was cut goes on where it was.

1. The gate decides again, as of now: a revocation ends a job, too.
2. The steps of its kind, which end with the results.
3. Entries, leaf and summary (`sealing`), once; only then can the results be fetched.

Who has a leaf already was answered: nothing is decided or read again, and the rest is written.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, cast

from app.exchange import access as accesses
from app.exchange.callers import Room
from app.exchange.gate import Refused
from app.exchange.jobs import asking, keeping, sealing, trades
from app.exchange.jobs.work import RESULTS, EndedError, Work, delete, folder, remove
from app.exchange.refusals import PROBLEMS
from app.platform import clock, failures
from app.platform.errors import DancuError

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.exchange.gate import Admitted
    from app.exchange.jobs.models import Job
    from app.exchange.jobs.work import Trade
    from app.platform.world import World


def run(world: World, job_id: str, *, is_ending: Callable[[], bool] = lambda: False) -> None:
    """Run a job that this process has claimed to its end, or until it is to end."""
    try:
        _run(world, job_id, is_ending)
    except EndedError:
        return
    except Exception as error:
        told = failures.told(error) or error
        code = told.code if isinstance(told, DancuError) else "internal-error"
        _end(world, job_id, "failed", code)
        raise


def _run(world: World, job_id: str, is_ending: Callable[[], bool]) -> None:
    world.refresh()
    at = accesses.of(world)
    with world.session() as session:
        job = keeping.find(session, job_id)
    trade = trades.of(job.kind)
    caller = at.poll().callers[job.client_id]
    errand = keeping.errand_of(job, job.today or world.today)
    # 1.
    verdict = trade.asking.admit(caller, errand, job.asked, Room.ENOUGH)
    if job.leaf is None and isinstance(verdict, Refused):
        now, asked = clock.now(), (caller, errand, trade.asking)
        world.writer.submit(lambda session: asking.refuse(session, at, asked, verdict, now))
        _end(world, job_id, "refused", PROBLEMS[verdict.reason].code)
        return
    work = Work(
        world=world,
        access=at,
        caller=caller,
        errand=errand,
        verdict=cast("Admitted", verdict),
        job_id=job_id,
        format=job.format,
        asked=job.asked,
        rows=job.rows or 0,
        folder=folder(world, job_id),
        is_ending=is_ending,
    )
    _work(work, trade, job)


def _work(work: Work, trade: Trade, job: Job) -> None:
    if job.leaf is None:
        work.change(today=work.errand.today)
        # 2.
        trade.steps(work)
        # 3.
        work.tell("log", 0.85)
        work.once("entries", lambda into: sealing.write_entries(work, trade, into))
        sealing.seal(work, trade)
    work.tell("log", 0.9)
    sealing.store_entries(work)
    now = clock.now()
    work.change(state="done", done=1.0, what="", finished_at=now, expires_at=now + keeping.KEPT)
    for each in work.folder.iterdir():
        if each.name != RESULTS:
            delete(each)


def _end(world: World, job_id: str, state: str, problem: str) -> None:
    ended = partial(
        keeping.change,
        job_id=job_id,
        of=keeping.OPEN,
        state=state,
        problem=problem,
        finished_at=clock.now(),
    )
    world.writer.submit(ended)
    remove(world, job_id)
