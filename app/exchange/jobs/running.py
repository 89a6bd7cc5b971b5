"""Running: a job from the gate to the log; what was cut goes on where it was.

1. The gate decides again, as of now: a revocation ends a job, too.
2. The steps of its kind, which end with the results.
3. Entries, leaf and summary (`sealing`), once; only then can the results be fetched.

Who has a leaf already was answered: nothing is decided or read again, and the rest is written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, cast

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

    from sqlalchemy.orm import Session

    from app.exchange.gate import Admitted
    from app.exchange.jobs.models import Job
    from app.exchange.jobs.work import Trade
    from app.platform.world import World


class Claimed(NamedTuple):
    """A job of a world, and the runner that has claimed it."""

    world: World
    job_id: str
    runner: str


def run(mine: Claimed, *, is_ending: Callable[[], bool] = lambda: False) -> None:
    """Run a job to its end, until it is to end, or until it is another's."""
    try:
        _run(mine, is_ending)
    except EndedError:
        return
    except Exception as error:
        told = failures.told(error) or error
        code = told.code if isinstance(told, DancuError) else "internal-error"
        if mine.world.writer.submit(lambda session: _end(session, mine, "failed", code)):
            remove(mine.world, mine.job_id)
            raise


def _run(mine: Claimed, is_ending: Callable[[], bool]) -> None:
    world = mine.world
    world.refresh()
    at = accesses.of(world)
    with world.session() as session:
        job = keeping.find(session, mine.job_id)
    trade = trades.of(job.kind)
    caller = at.poll().callers[job.client_id]
    errand = keeping.errand_of(job, job.today or world.today)
    # 1.
    verdict = trade.asking.admit(caller, errand, job.asked, Room.ENOUGH)
    if job.leaf is None and isinstance(verdict, Refused):
        now, asked = clock.now(), (caller, errand, trade.asking)

        def refuse(session: Session) -> bool:
            is_ours = _end(session, mine, "refused", PROBLEMS[verdict.reason].code)
            if is_ours:
                asking.refuse(session, at, asked, verdict, now)
            return is_ours

        if world.writer.submit(refuse):
            remove(world, mine.job_id)
        return
    work = Work(
        world=world,
        access=at,
        caller=caller,
        errand=errand,
        verdict=cast("Admitted", verdict),
        job_id=mine.job_id,
        runner=mine.runner,
        format=job.format,
        asked=job.asked,
        rows=job.rows or 0,
        folder=folder(world, mine.job_id),
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


def _end(session: Session, mine: Claimed, state: str, problem: str) -> bool:
    return keeping.hold(
        session, mine.job_id, mine.runner, state=state, problem=problem, finished_at=clock.now()
    )
