"""A world's clock: moving it on, and letting the population live meanwhile.

How it is advanced:
1. One at a time: whoever advances a world holds its lock, against all other processes too.
2. Month by month: if the month has not been drawn yet, it is drawn whole, from everybody as they
   are on the day before it begins, and what is to happen is written down (`coming_event`).
3. What is due is entered in the order of its days, in slices of a few milliseconds, so that others
   get between: life events first, then cards and accounts, which are never the same people's. A
   slice and the clock are moved in one transaction: wherever it ends, by a crash too, the next
   advance goes on from there.
4. What the registry objects to, because something else has been reported meanwhile, is left out
   and kept with the objections.
5. Linked procedures that wait for something are tried again.

So it is the same whether a year is advanced at once, by months or by days.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, insert, select, update

from app.identity import issuing
from app.identity.issuing import Wanted
from app.platform import clock, collecting, errors, founding
from app.platform.progress import silent
from app.procedures import sagas
from app.registry import event_series, events, world_events
from app.registry.event_series import Said
from app.registry.events import Applied, Report
from app.sandbox.life import calendar
from app.sandbox.models import ComingEvent, LifeMonth

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sqlalchemy import ColumnElement, Row
    from sqlalchemy.orm import Session

    from app.identity.issuing import Issue
    from app.platform.progress import Progress
    from app.platform.worlds import World, Worlds
    from app.registry.event_series import Piece
    from app.sandbox.life.drawing import Coming
    from app.sandbox.life.people import Roll

BACKWARD = errors.declare(
    code="clock-runs-forward",
    kind="conflict",
    fault_of="caller",
    title_vi="Đồng hồ của thế giới chỉ chạy tới",
    title_en="A world's clock runs forward only",
    next_vi="Chọn ngày sau hôm nay của thế giới; để quay lại, đặt lại hoặc tạo một thế giới khác.",
    next_en="Choose a day after the world's today; to go back, reset it or make another world.",
)
TOO_FAR = errors.declare(
    code="clock-too-far",
    kind="invalid",
    fault_of="caller",
    title_vi="Đồng hồ không chạy xa đến thế",
    title_en="The clock does not run that far",
    next_vi="Mỗi lần tối đa 20 năm, và không quá năm 2150.",
    next_en="Advance by at most 20 years at a time, and up to the year 2150.",
)

#: Tables of dates and the codes of numbers end later; a population's sources end long before.
LAST_YEAR = 2150
#: So many years are advanced at once at most: some minutes for 50,000 citizens.
MOST_YEARS = 20
#: Who reports what the clock lets happen, and why.
REPORTER = "clock"
REASON = "Đời sống dân cư mô phỏng · the simulated population's life"
#: What a slice is aimed at, in nanoseconds of the writer's time. No two rows are alike: some
#: slices take twice as long, and none is to take 50 ms.
_AIM_NS = 15_000_000
#: Fewer rows hardly take less time: most of it goes into beginning and ending. The first are few,
#: because statements are compiled with them.
_SMALLEST_SLICE, _FIRST_SLICE, _LARGEST_SLICE = 32, 12, 200
#: So many rows are prepared at once at most: what is read for them is read once.
_MOST_AHEAD = 400
#: Cards are renewed that end within so long after a month.
_AHEAD = dt.timedelta(days=45)
#: Numbers that the coming events of one month may have.
_A_MONTHS = 10**6


@dataclass(slots=True)
class Lived:
    """What came of an advance: from when to when, what happened, and what did not and why.

    `skipped` counts by kind and by the member that the registry objected to, with the objection.
    `world_events` are the names of what happened to all. `seconds` are real ones, `longest` those
    that others waited for the longest slice at most, `hardest` those in which the writer's thread
    was at work on the slice that took most of it: other programs may hold it up meanwhile.
    """

    since: dt.date
    today: dt.date
    happened: Counter[str] = field(default_factory=Counter)
    skipped: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    world_events: tuple[str, ...] = ()
    seconds: float = 0.0
    longest: float = 0.0
    hardest: float = 0.0


def advance(
    worlds: Worlds,
    name: str,
    until: dt.date,
    *,
    lives: bool = True,
    progress: Progress = silent,
) -> Lived:
    """Advance the clock of world `name` to the day `until`; return what happened.

    With `lives` False nobody is born, dies, marries or moves meanwhile. For 50,000 citizens a year
    takes seconds. Raises `clock-runs-forward`, `clock-too-far`, and `world-in-use` if another
    advance does not end in time.
    """
    began = clock.monotonic_ns()
    with worlds.store.lock(name):  # 1
        world = worlds.open(name)
        world.refresh()
        check(world, until)
        lived = Lived(world.today, world.today)
        if lives:
            with collecting.rarely():
                _live(world, until, lived, progress)
        elif until > world.today:
            world.writer.submit(partial(_stand_still, until=until))
        world.refresh()
        lived.today = world.today
    sagas.resume(world)  # 5
    with world.session() as session:
        passed = world_events.between(session, lived.since, lived.today)
    lived.world_events = tuple(event.name for event in passed)
    lived.seconds = (clock.monotonic_ns() - began) / 1e9
    progress("done", 1.0)
    return lived


def check(world: World, until: dt.date) -> None:
    """Raise `clock-runs-forward` or `clock-too-far` where the clock cannot go to a day."""
    if until < world.today:
        raise BACKWARD.error(
            f"the world's today is {world.today}", detail_vi=f"hôm nay là {world.today}"
        )
    if until.year > LAST_YEAR or until > calendar.after(world.today, years=MOST_YEARS):
        raise TOO_FAR.error()


def target(day: dt.date, *, years: int = 0, months: int = 0, days: int = 0) -> dt.date:
    """Return the day so much later. Raises `clock-too-far`."""
    try:
        return calendar.after(day, years=years, months=months, days=days)
    except OverflowError:
        raise TOO_FAR.error() from None


def _live(world: World, until: dt.date, lived: Lived, progress: Progress) -> None:
    from app.sandbox.life.people import Roll  # noqa: PLC0415 - numpy and the tables, only for this

    roll, start = Roll(), world.spec.start_date
    whole = max((until - lived.since).days, 1)
    today = lived.since
    notes, slice_, papers = _Slice(), _Slice(), _Slice()
    while today < until:
        progress(f"{today:%Y-%m}", (today - lived.since).days / whole)
        number = calendar.number_of(start, today)
        _draw(world, number, today, roll, notes)  # 2
        today = min(until, calendar.beginning(start, number + 1))
        while _enter(world, today, lived, slice_):  # 3
            pass
        while _issue(world, today, lived, papers):
            pass
        world.writer.submit(partial(founding.set_today, day=today))
    slices = (notes, slice_, papers)
    lived.longest = max(one.longest for one in slices) / 1e9
    lived.hardest = max(one.hardest for one in slices) / 1e9


def _stand_still(session: Session, until: dt.date) -> None:
    """Move the clock and nothing else: what was to happen until then does not."""
    session.execute(delete(ComingEvent).where(ComingEvent.due_on <= until))
    founding.set_today(session, until)


# 2


def _draw(world: World, number: int, today: dt.date, roll: Roll, slice_: _Slice) -> None:
    """Draw a month and write down what is to happen in it, unless that has been done."""
    with world.session() as session:
        if session.get(LifeMonth, number) is not None:
            return
        people = roll.call(session, today)
        start = world.spec.start_date
        days = (calendar.beginning(start, number), calendar.beginning(start, number + 1))
        held = issuing.holdings(session, days[1] + _AHEAD)
    from app.sandbox.life import planning  # noqa: PLC0415 - see `_live`

    coming = planning.plan(people, held, world.spec, number, days)
    first = number * _A_MONTHS + 1
    rows = [_row(first + place, one) for place, one in enumerate(coming)]
    later = iter([row for row in rows if row["due_on"] > today])
    # A draw that a crash cut short is done again, and comes to the same.
    world.writer.submit(lambda session: _forget(session, first))
    while some := list(islice(later, slice_.rows)):
        slice_.write(world, len(some), partial(_note, rows=some))
    world.writer.submit(lambda session: session.add(LifeMonth(number=number, drawn_on=today)))


def _row(number: int, one: Coming) -> dict[str, Any]:
    due = dt.date(1970, 1, 1) + dt.timedelta(days=one.day)
    return {
        "id": number,
        "due_on": due,
        "kind": one.kind,
        "payload": one.payload,
    }


def _forget(session: Session, first: int) -> None:
    session.execute(delete(ComingEvent).where(ComingEvent.id >= first))


def _note(session: Session, rows: list[dict[str, Any]]) -> None:
    session.execute(insert(ComingEvent), rows)


# 3 and 4


class _Slice:
    """How many rows are written in one transaction: as many as take about `_AIM_NS` to write.

    `ahead` are how many are prepared at once: fewer while others report much, whose reports make
    what was prepared before them useless.
    """

    def __init__(self) -> None:
        self.rows = _FIRST_SLICE
        self.ahead = _MOST_AHEAD
        self.longest = self.hardest = 0

    def write(self, world: World, rows: int, job: Callable[[Session], None]) -> bool:
        """Write so many rows, and take the next slice longer or shorter.

        False if something was reported meanwhile: to be prepared anew.
        """
        taken = worked = 0

        def timed(session: Session) -> None:
            nonlocal taken, worked
            began, at_work = clock.monotonic_ns(), clock.worked_ns()
            job(session)
            taken, worked = clock.monotonic_ns() - began, clock.worked_ns() - at_work

        try:
            world.writer.submit(timed)
        except events.Outdated:
            self.ahead = max(self.ahead // 2, _SMALLEST_SLICE)
            return False
        self.longest, self.hardest = max(self.longest, taken), max(self.hardest, worked)
        fitting = int(rows * _AIM_NS / max(taken, 1))
        self.rows = max(_SMALLEST_SLICE, min(fitting, 2 * self.rows, _LARGEST_SLICE))
        self.ahead = min(2 * self.ahead, _MOST_AHEAD)
        return True


def _enter(world: World, until: dt.date, lived: Lived, slice_: _Slice) -> bool:
    """Enter some of what is due, slice by slice; False if nothing is left."""
    with world.session() as session:
        due = _due(session, until, slice_.ahead, ComingEvent.kind.not_in(issuing.KINDS))
        if not due:
            return False
        said = [_said(world, row) for row in due]
        pieces = event_series.prepare(session, said, slice_.rows)
    left = iter(due)
    for piece in pieces:
        done = list(islice(left, len(piece.outcomes)))
        if not slice_.write(world, len(done), partial(_write, piece=piece, done=done)):
            break
        for row, outcome in zip(done, piece.outcomes, strict=True):
            if isinstance(outcome, Applied):
                lived.happened[row.kind] += 1
            else:
                first = outcome[0]
                lived.skipped[row.kind, first.name, first.reason] += 1
    return True


def _write(session: Session, piece: Piece, done: Sequence[Row[Any]]) -> None:
    """Write a piece, strike out what has happened, keep what has not with the objections."""
    event_series.write(session, piece)
    told: dict[int, list[str] | None] = {}
    for row, outcome in zip(done, piece.outcomes, strict=True):
        told[row.id] = None
        if not isinstance(outcome, Applied):
            told[row.id] = [f"{one.name}: {one.reason}" for one in outcome]
    _strike(session, told)
    founding.set_today(session, done[-1].due_on)


def _issue(world: World, until: dt.date, lived: Lived, slice_: _Slice) -> bool:
    """Give out some of the cards and accounts that are due; False if none is left."""
    with world.session() as session:
        due = _due(session, until, slice_.ahead, ComingEvent.kind.in_(issuing.KINDS))
        if not due:
            return False
        wanted = [Wanted(what=row.kind, day=row.due_on, **row.payload) for row in due]
        issues = tuple(issuing.prepare(session, wanted, clock.now(), slice_.rows))
    left = iter(due)
    for issue in issues:
        done = list(islice(left, len(issue.done)))
        told = {row.id: issue.refused.get(row.payload["citizen_id"]) for row in done}
        if not slice_.write(world, len(done), partial(_give, issue=issue, told=told, done=done)):
            break
        for row in done:
            code = told[row.id]
            if code is None:
                lived.happened[row.kind] += 1
            else:
                lived.skipped[row.kind, "citizen_id", code] += 1
    return True


def _give(
    session: Session, issue: Issue, told: Mapping[int, str | None], done: Sequence[Row[Any]]
) -> None:
    """Write what an issue gives, strike it out, keep what it does not with the reasons."""
    issuing.write(session, issue)
    _strike(session, {id_: None if code is None else [code] for id_, code in told.items()})
    founding.set_today(session, done[-1].due_on)


def _due(
    session: Session, until: dt.date, most: int, which: ColumnElement[bool]
) -> Sequence[Row[*tuple[Any, ...]]]:
    statement = (
        select(ComingEvent.id, ComingEvent.due_on, ComingEvent.kind, ComingEvent.payload)
        .where(ComingEvent.due_on <= until, ComingEvent.objections.is_(None), which)
        .order_by(ComingEvent.id)
        .limit(most)
    )
    return session.execute(statement).all()


def _said(world: World, row: Row[Any]) -> Said:
    report = Report(
        today=row.due_on,
        now=clock.now(),
        seed=world.spec.seed,
        pin_style=world.spec.pin_style,
        reported_by=REPORTER,
        reason=REASON,
    )
    return Said(key=f"coming {row.id}", kind=row.kind, payload=row.payload, report=report)


def _strike(session: Session, told: Mapping[int, list[str] | None]) -> None:
    happened = [id_ for id_, objections in told.items() if objections is None]
    session.execute(delete(ComingEvent).where(ComingEvent.id.in_(happened)))
    for id_, objections in told.items():
        if objections is not None:
            statement = update(ComingEvent).where(ComingEvent.id == id_)
            session.execute(statement.values(objections=objections))


def coming(session: Session) -> dict[str, int]:
    """Count what has been drawn and not happened yet, by kind."""
    rows = session.execute(
        select(ComingEvent.kind, func.count())
        .where(ComingEvent.objections.is_(None))
        .group_by(ComingEvent.kind)
        .order_by(ComingEvent.kind)
    )
    return {kind: count for kind, count in rows}  # noqa: C416 - a row is no pair to mypy
