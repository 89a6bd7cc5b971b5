"""Connections: how a system comes to exchange data, and when it may not.

An agency requests; the ministry assesses the system's security (its level by Decree
85/2016/NĐ-CP, on the day of an inspection that holds for a term); a system of level 3 and above
is connected (Circular 46/2022/TT-BCA), and exchanges from its first answer on. It is suspended
and resumed with a reason. Each step is kept. The states are ours: the law names none.

Whatever the state, the gate refuses a system below level 3 and one whose inspection has lapsed on
the world's date: nobody has to notice.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import msgspec
from sqlalchemy import insert, select, update

from app.exchange import access, connecting, gate
from app.exchange.agencies import AGENCY_UNKNOWN
from app.exchange.callers import Pace, usual_pace
from app.exchange.gate import LEAST_SECURITY_LEVEL, Reason
from app.exchange.models import Agency, ConnectionEvent, RateLimit, System
from app.exchange.refusals import PROBLEMS
from app.platform import errors
from app.platform.errors import InvalidParam

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import ColumnElement, Row
    from sqlalchemy.orm import Session

    from app.exchange.connecting import NewAgency, NewSystem

STEP_INVALID = errors.declare(
    code="connection-step-invalid",
    kind="conflict",
    fault_of="caller",
    title_vi="Kết nối đang ở trạng thái không cho phép bước này",
    title_en="The connection is in a state in which this step cannot be taken",
    next_vi="Đi theo thứ tự: yêu cầu, đánh giá, kết nối; chỉ mở lại kết nối đang tạm ngừng.",
    next_en="Keep to the order: request, assess, connect; only what is suspended is resumed.",
)
LEVEL_TOO_LOW = errors.declare(
    code="connection-level-too-low",
    kind="conflict",
    fault_of="caller",
    title_vi="Hệ thống chưa đạt cấp độ an toàn thông tin để kết nối",
    title_en="The system's security level is too low to be connected",
    next_vi=f"Đánh giá lại khi hệ thống đạt cấp độ {LEAST_SECURITY_LEVEL} (TT 46/2022/TT-BCA).",
    next_en=f"Assess it anew once it is of level {LEAST_SECURITY_LEVEL} (Circular 46/2022).",
)
NOT_INSPECTED = errors.declare(
    code="connection-inspection-lapsed",
    kind="conflict",
    fault_of="caller",
    title_vi="Kết quả kiểm tra an toàn thông tin không còn hiệu lực để kết nối",
    title_en="No inspection is in force by which the system could be connected",
    next_vi="Kiểm tra lại, ghi bằng bước đánh giá, rồi kết nối.",
    next_en="Inspect it, record that by an assessment, then connect it.",
)
ASSESSMENT_INVALID = errors.declare(
    code="connection-assessment-invalid",
    kind="invalid",
    fault_of="caller",
    title_vi="Kết quả đánh giá không hợp lệ",
    title_en="The assessment cannot be like this",
    next_vi="Sửa các mục nêu trong invalid_params.",
    next_en="Correct what invalid_params names.",
)
LIMITS_INVALID = errors.declare(
    code="connection-limits-invalid",
    kind="invalid",
    fault_of="caller",
    title_vi="Hạn mức không hợp lệ",
    title_en="The limits cannot be like this",
    next_vi="Sửa các mục nêu trong invalid_params.",
    next_en="Correct what invalid_params names.",
)

#: Which step leads from which states to which.
STEPS: Final[Mapping[str, tuple[frozenset[str], str | None]]] = MappingProxyType(
    {
        "assess": (frozenset({"requested", "assessed"}), "assessed"),
        "connect": (frozenset({"assessed"}), "connected"),
        "suspend": (frozenset({"connected", "exchanging"}), "suspended"),
        "resume": (frozenset({"suspended"}), None),
    }
)
#: The bodies of the state: whom the report of 2024 on insecure systems was about.
STATE_KINDS: Final = ("ministry", "central", "province")
#: The gate's reasons that are about security; another is that it is not connected yet.
_FAILING: Final = frozenset(
    {Reason.CONNECTION_SUSPENDED, Reason.SECURITY_LEVEL, Reason.INSPECTION_LAPSED}
)
_NOT_ASSESSED_LEVEL: Final = 1
LONGEST_WINDOW: Final = 3_600
MOST_QUESTIONS: Final = 1_000_000_000


ONE_AGENCY: Final = InvalidParam("body", "name agency or new_agency", "nêu agency hoặc new_agency")
#: For how many days an inspection holds, by level (Circular 12/2022/TT-BTTTT, from memory).
_TERMS: Final = {1: 730, 2: 730, 3: 365, 4: 365, 5: 183}


class Occasion(msgspec.Struct, frozen=True, kw_only=True):
    """Who takes a step and when: `by` is an agency's code or `operator`, `today` the world's."""

    by: str
    today: dt.date
    now: dt.datetime


class Assessment(msgspec.Struct, frozen=True, kw_only=True):
    """What an inspection found: the level (1–5), its day, and the last day on which it holds."""

    security_level: int
    inspected_on: dt.date
    inspected_until: dt.date


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """How much a system may ask: a day, and within a window. None: as it is (`pace`: as usual)."""

    daily_quota: int | None = None
    pace: Pace | None = None


class StepView(msgspec.Struct, frozen=True, kw_only=True):
    """One step of a connection's life; `on` is the world's day, `at` real time."""

    step: str
    from_state: str | None
    to_state: str
    reason: str | None
    taken_by: str
    on: dt.date
    at: dt.datetime
    security_level: int | None = None
    inspected_on: dt.date | None = None
    inspected_until: dt.date | None = None


class ConnectionView(msgspec.Struct, frozen=True, kw_only=True):
    """A connection: its state, and by which code the gate refuses its questions today, if it does.

    `steps` are those taken since the world began, the latest first.
    """

    client_id: str
    name: str
    agency: str
    agency_code: str
    kind: str
    state: str
    state_reason: str | None
    security_level: int
    inspected_until: dt.date
    refused: str | None
    daily_quota: int
    pace: Pace
    steps: tuple[StepView, ...]


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """How many systems fail: are suspended, below level 3 or not inspected in time.

    `agencies` are those with a failing system, by their slugs.
    """

    systems: int
    failing: int
    by_state: dict[str, int]
    by_reason: dict[str, int]
    agencies: tuple[str, ...]


def request(session: Session, agency_id: int, new: NewSystem, occasion: Occasion) -> None:
    """Enter an agency's request that a system be connected; nobody has assessed it yet.

    Raises `agency-unknown`, `agency-taken` and `system-invalid`.
    """
    connecting.add_system(session, agency_id, _requested(new, occasion))
    _note(session, new.client_id, "request", (None, "requested"), occasion)


def request_first(session: Session, agency: NewAgency, occasion: Occasion) -> None:
    """Enter the request of an agency that is not known yet, with its systems. Raises the same."""
    systems = tuple(_requested(system, occasion) for system in agency.systems)
    connecting.add(session, msgspec.structs.replace(agency, systems=systems))
    for system in systems:
        _note(session, system.client_id, "request", (None, "requested"), occasion)


def assess(
    session: Session, client_id: str, found: Assessment, occasion: Occasion, reason: str | None
) -> None:
    """Record what an inspection found, the first time or again.

    A system that is connected stays in its state: what was found decides at the gate. Raises
    `agency-unknown`, and `connection-assessment-invalid` for what no inspection can have found.
    """
    _check_assessment(found, occasion.today)
    state = _state(session, client_id)
    before, after = STEPS["assess"]
    to_state = after if state in before and after is not None else state
    session.execute(
        update(System)
        .where(System.client_id == client_id)
        .values(
            state=to_state,
            security_level=found.security_level,
            inspected_until=found.inspected_until,
        )
    )
    access.touch(session)
    _note(session, client_id, "assess", (state, to_state), occasion, reason=reason, found=found)


def step(
    session: Session, client_id: str, name: str, occasion: Occasion, reason: str | None
) -> None:
    """Connect, suspend or resume: `name` is one of those `STEPS`.

    What is resumed goes back to the state it was suspended in. Raises `agency-unknown`,
    `connection-step-invalid`, and to connect or resume `connection-level-too-low` and
    `connection-inspection-lapsed`.
    """
    state = _state(session, client_id)
    before, after = STEPS[name]
    if state not in before:
        raise STEP_INVALID.error(
            f"{name} is for: {', '.join(sorted(before))}; this one is {state}",
            detail_vi=f"{name} dành cho: {', '.join(sorted(before))}; kết nối này đang {state}",
        )
    if name != "suspend":
        _check_secure(session, client_id, occasion.today)
    to_state = after or _suspended_from(session, client_id)
    session.execute(
        update(System)
        .where(System.client_id == client_id)
        .values(state=to_state, state_reason=reason if name == "suspend" else None)
    )
    access.touch(session)
    _note(session, client_id, name, (state, to_state), occasion, reason=reason)


def note_put(
    session: Session, client_id: str, states: tuple[str, str], occasion: Occasion, why: str | None
) -> None:
    """Note that the operator put a connection into a state, out of order."""
    _note(session, client_id, "put", states, occasion, reason=why)


def limit(session: Session, client_id: str, limits: Limits) -> None:
    """Set how much a system may ask; other processes see it within a second.

    Raises `agency-unknown` and `connection-limits-invalid`.
    """
    _check_limits(limits)
    _state(session, client_id)
    if limits.daily_quota is not None:
        found = System.client_id == client_id
        session.execute(update(System).where(found).values(daily_quota=limits.daily_quota))
    known = session.get(RateLimit, client_id)
    if known is not None:
        session.delete(known)
        session.flush()
    if limits.pace is not None:
        session.add(
            RateLimit(
                client_id=client_id,
                questions=limits.pace.questions,
                seconds=limits.pace.seconds,
            )
        )
    access.touch(session)


def find(session: Session, client_id: str, today: dt.date) -> ConnectionView:
    """Return one connection; raise `agency-unknown`."""
    found = _views(session, today, System.client_id == client_id)
    if not found:
        raise AGENCY_UNKNOWN.error()
    return found[0]


def of_agency(session: Session, agency_code: str, today: dt.date) -> list[ConnectionView]:
    """Return the connections of one agency, in the order they were requested."""
    return _views(session, today, Agency.code == agency_code)


def all_of_them(
    session: Session, today: dt.date, *, state: str | None = None, kinds: tuple[str, ...] = ()
) -> list[ConnectionView]:
    """Return every connection (in one state, of some kinds of agency)."""
    wanted = []
    if state is not None:
        wanted.append(System.state == state)
    if kinds:
        wanted.append(Agency.kind.in_(kinds))
    return _views(session, today, *wanted)


def summary(views: list[ConnectionView]) -> Summary:
    """Count how many of these connections fail, and why."""
    codes = {PROBLEMS[reason].code for reason in _FAILING}
    failing = [view for view in views if view.refused in codes]
    return Summary(
        systems=len(views),
        failing=len(failing),
        by_state=dict(sorted(Counter(view.state for view in views).items())),
        by_reason=dict(sorted(Counter(str(view.refused) for view in failing).items())),
        agencies=tuple(dict.fromkeys(view.agency for view in failing)),
    )


def usual_end(security_level: int, inspected_on: dt.date) -> dt.date:
    """Return the last day on which an inspection holds, where nothing else is said."""
    return inspected_on + dt.timedelta(days=_TERMS[security_level])


def _requested(new: NewSystem, occasion: Occasion) -> NewSystem:
    """Return the system as it is before anybody has looked at it: of no level, never inspected."""
    return msgspec.structs.replace(
        new,
        state="requested",
        security_level=_NOT_ASSESSED_LEVEL,
        inspected_until=occasion.today - dt.timedelta(days=1),
    )


def _state(session: Session, client_id: str) -> str:
    state: str | None = session.scalar(select(System.state).where(System.client_id == client_id))
    if state is None:
        raise AGENCY_UNKNOWN.error()
    return state


def _check_assessment(found: Assessment, today: dt.date) -> None:
    wrong = []
    if not 1 <= found.security_level <= 5:
        wrong.append(InvalidParam("security_level", "from 1 to 5", "từ 1 đến 5"))
    if found.inspected_on > today:
        wrong.append(InvalidParam("inspected_on", "it is in the future", "ngày ở tương lai"))
    if found.inspected_until < found.inspected_on:
        wrong.append(
            InvalidParam("inspected_until", "before the inspection", "trước ngày kiểm tra")
        )
    if wrong:
        raise ASSESSMENT_INVALID.error(params=tuple(wrong))


def _check_limits(limits: Limits) -> None:
    wrong = []
    if limits.daily_quota is not None and not 0 <= limits.daily_quota < 2**53:
        wrong.append(InvalidParam("daily_quota", "from 0", "từ 0"))
    pace = limits.pace
    if pace is not None and not 1 <= pace.questions <= MOST_QUESTIONS:
        wrong.append(InvalidParam("questions", "at least 1", "ít nhất 1"))
    if pace is not None and not 1 <= pace.seconds <= LONGEST_WINDOW:
        wrong.append(InvalidParam("seconds", "from 1 to an hour", "từ 1 giây đến một giờ"))
    if wrong:
        raise LIMITS_INVALID.error(params=tuple(wrong))


def _check_secure(session: Session, client_id: str, today: dt.date) -> None:
    """Raise what keeps a system from being connected on that day, before anything is changed."""
    level, until = session.execute(
        select(System.security_level, System.inspected_until).where(System.client_id == client_id)
    ).one()
    if level < LEAST_SECURITY_LEVEL:
        raise LEVEL_TOO_LOW.error()
    if until < today:
        raise NOT_INSPECTED.error()


def _suspended_from(session: Session, client_id: str) -> str:
    """Return in which state a connection was suspended; those of the preset had exchanged."""
    state = session.scalar(
        select(ConnectionEvent.from_state)
        .where(
            ConnectionEvent.client_id == client_id,
            ConnectionEvent.to_state == "suspended",
            ConnectionEvent.from_state.in_(("connected", "exchanging")),
        )
        .order_by(ConnectionEvent.id.desc())
        .limit(1)
    )
    return state or "exchanging"


def _note(  # noqa: PLR0913 - the columns of an event, each by its name
    session: Session,
    client_id: str,
    name: str,
    states: tuple[str | None, str],
    occasion: Occasion,
    *,
    reason: str | None = None,
    found: Assessment | None = None,
) -> None:
    event = insert(ConnectionEvent).values(
        client_id=client_id,
        step=name,
        from_state=states[0],
        to_state=states[1],
        reason=reason,
        taken_by=occasion.by,
        on_date=occasion.today,
        at=occasion.now,
        **({} if found is None else msgspec.structs.asdict(found)),
    )
    session.execute(event)


def _views(session: Session, today: dt.date, *wanted: ColumnElement[bool]) -> list[ConnectionView]:
    rows = session.execute(
        select(System, Agency, RateLimit)
        .join(Agency, Agency.id == System.agency_id)
        .outerjoin(RateLimit, RateLimit.client_id == System.client_id)
        .where(*wanted)
        .order_by(System.id)
    ).all()
    steps = _steps(session, [system.client_id for system, _, _ in rows])
    return [
        _view(system, agency, limit, (today, tuple(steps[system.client_id])))
        for system, agency, limit in rows
    ]


def _steps(session: Session, client_ids: list[str]) -> dict[str, list[StepView]]:
    found: dict[str, list[StepView]] = defaultdict(list)
    rows = session.execute(
        select(ConnectionEvent.__table__)
        .where(ConnectionEvent.client_id.in_(client_ids))
        .order_by(ConnectionEvent.id.desc())
    )
    for row in rows:
        found[row.client_id].append(_step(row))
    return found


def _step(row: Row[ConnectionEvent]) -> StepView:
    return StepView(
        step=row.step,
        from_state=row.from_state,
        to_state=row.to_state,
        reason=row.reason,
        taken_by=row.taken_by,
        on=row.on_date,
        at=row.at,
        security_level=row.security_level,
        inspected_on=row.inspected_on,
        inspected_until=row.inspected_until,
    )


def _view(
    system: System,
    agency: Agency,
    limit: RateLimit | None,
    told: tuple[dt.date, tuple[StepView, ...]],
) -> ConnectionView:
    today, steps = told
    closed = gate.closed_by(system, today)
    usual = usual_pace(system.daily_quota)
    return ConnectionView(
        client_id=system.client_id,
        name=system.name,
        agency=agency.slug,
        agency_code=agency.code,
        kind=agency.kind,
        state=system.state,
        state_reason=system.state_reason,
        security_level=system.security_level,
        inspected_until=system.inspected_until,
        refused=None if closed is None else PROBLEMS[closed].code,
        daily_quota=system.daily_quota,
        pace=usual if limit is None else Pace(limit.questions, limit.seconds),
        steps=steps,
    )
