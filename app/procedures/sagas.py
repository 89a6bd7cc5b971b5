"""Sagas: procedures that span agencies, carried out step by step, whatever breaks in between.

1. One declaration opens a dossier with all its steps, in one transaction.
2. Each step runs in a transaction of its own, which writes what it changes, its leaf and that it
   is done: a crash leaves all of that or nothing, and the step runs again.
3. A step that is refused stops what needs it, and nothing else; what is done stays. It says why,
   and runs again when the citizen submits it again.
4. A step that is held (its agency is not connected, somebody has not answered yet) is tried again
   at each look at the dossier, each hour, and when a server opens the world.

There is nothing to undo: a number is not taken back because a card cannot be issued.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError
from sqlalchemy import exists, select

from app.exchange import access as accesses
from app.platform import clock, discovery, errors, fresh
from app.platform.errors import DancuError, InvalidParam
from app.procedures import catalogue, competent, dossiers, linked, showing
from app.procedures.models import Dossier, ProcedureStep
from app.procedures.steps import Outcome, Procedure, Step, Work, objections
from app.registry.reporting.payloads import FORM

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.orm import Session

    from app.exchange.access import Access
    from app.platform.worlds import World
    from app.procedures.showing import By, DossierAnswer

DECLARATION_REFUSED = errors.declare(
    code="declaration-refused",
    kind="invalid",
    fault_of="citizen",
    title_vi="Không thể khai như vậy",
    title_en="This cannot be declared",
    next_vi="Sửa các mục nêu trong invalid_params; chưa có gì được ghi.",
    next_en="Correct what invalid_params names; nothing has been written.",
)
NOT_LINKED = errors.declare(
    code="dossier-not-linked",
    kind="conflict",
    fault_of="caller",
    title_vi="Hồ sơ này không phải thủ tục liên thông, hoặc không còn bước nào để nộp lại",
    title_en="The dossier is no linked procedure, or none of its steps can be submitted again",
    next_vi="Xem các bước (steps) của hồ sơ.",
    next_en="See the dossier's steps.",
)
#: Steps that something may still come of by itself.
_OPEN = ("waiting", "held")
#: Steps that have to be submitted again.
_AGAIN = ("held", "refused")


@cache
def procedures() -> Mapping[str, Procedure[Any]]:
    """Return every linked procedure by name."""
    return discovery.declarations(linked, "PROCEDURE", Procedure)


def declare(
    session: Session, access: Access, by: By, citizen_id: int, procedure: Procedure[Any], said: Any
) -> DossierAnswer:
    """Take step 1 for who declares something: `said` is the procedure's declaration.

    Raises `declaration-refused`.
    """
    against = procedure.may_declare(session, citizen_id, said, by.today)
    if against:
        raise DECLARATION_REFUSED.error(params=tuple(against))
    new = dossiers.New(
        citizen_id=citizen_id,
        service=procedure.service,
        answers=procedure.answers(said),
        submit=False,
        declaration=said.model_dump(mode="json", exclude_unset=True),
    )
    row = dossiers.create(session, access, by, new)
    dossiers.file(row, by.today)
    dossiers.move(row, "received", by.today)
    for position, step in enumerate(procedure.steps):
        slug = row.agency if step.agency == catalogue.PROVINCE else step.agency
        session.add(
            ProcedureStep(
                dossier_id=row.id,
                position=position,
                name=step.name,
                agency=slug,
                state="waiting",
                attempts=0,
            )
        )
    session.flush()
    return dossiers.told(session, access, row, by, "submitted")


def submit_again(
    session: Session, access: Access, by: By, row: Dossier, corrections: Mapping[str, Any]
) -> DossierAnswer:
    """Let the refused steps run again, with corrections of what they use (step 3).

    Raises `dossier-not-linked` and `declaration-refused`.
    """
    procedure = _procedure_of(row)
    again = [each for each in _rows(session, row.id) if each.state in _AGAIN]
    if procedure is None or not again:
        raise NOT_LINKED.error()
    names = {each.name for each in again}
    may = {
        member
        for step in procedure.steps
        if step.name in names or names & set(step.needs)
        for member in step.uses
    }
    wrong = [member for member in corrections if member not in may]
    if wrong:
        raise DECLARATION_REFUSED.error(
            params=tuple(
                InvalidParam(
                    f"corrections.{member}",
                    "no open step uses it",
                    "không bước nào còn mở dùng mục này",
                )
                for member in wrong
            )
        )
    row.declaration = _corrected(procedure, row, corrections)
    for each in again:
        each.state, each.code, each.reason, each.result = "waiting", None, None, None
    dossiers.move(row, "received", by.today)
    session.flush()
    return dossiers.told(session, access, row, by, "submitted")


def advance(world: World, code: str) -> None:
    """Take steps 2 to 4 for one dossier: run whatever can run, each step at most once."""
    tried: set[str] = set()
    while True:
        try:
            name = world.writer.submit(lambda session: _run_next(session, world, code, tried))
        except _Broken as error:
            name = error.step
            _refuse(world, code, error)
        if name is None:
            return
        tried.add(name)


def resume(world: World) -> int:
    """Go on with every dossier that has an open step; return how many there were."""
    with world.session() as session:
        codes = session.scalars(
            select(Dossier.code)
            .join(ProcedureStep, ProcedureStep.dossier_id == Dossier.id)
            .where(ProcedureStep.state.in_(_OPEN))
            .distinct()
        ).all()
    for code in codes:
        advance(world, code)
    return len(codes)


def are_any_open(session: Session) -> bool:
    """Whether something may still come of any step by itself."""
    return session.scalar(select(exists().where(ProcedureStep.state.in_(_OPEN)))) or False


def is_open(session: Session, code: str) -> bool:
    """Whether something may still come of one of its steps by itself."""
    found = (
        select(ProcedureStep.id)
        .join(Dossier, Dossier.id == ProcedureStep.dossier_id)
        .where(Dossier.code == code, ProcedureStep.state.in_(_OPEN))
        .limit(1)
    )
    return session.scalar(found) is not None


class _Broken(Exception):  # noqa: N818 - says what it is: the step's transaction is rolled back
    """A step met an error: its transaction is gone, and it is refused in one of its own."""

    def __init__(self, step: str, outcome: Outcome) -> None:
        self.step, self.outcome = step, outcome
        super().__init__(step)


def _run_next(session: Session, world: World, code: str, tried: set[str]) -> str | None:
    """Run the next step that can run, in a job of the world's writer; return its name."""
    row = dossiers.find(session, code)
    procedure = None if row is None else _procedure_of(row)
    if row is None or procedure is None:
        return None
    rows = {each.name: each for each in _rows(session, row.id)}
    step = next((each for each in procedure.steps if _can_run(each, rows, tried)), None)
    if step is None:
        return None
    work = _work(session, world, row, procedure, rows[step.name])
    try:
        outcome = step.run(work)
    except DancuError as error:
        told = Outcome(state="refused", code=error.code, reason=objections(error))
        raise _Broken(step.name, told) from None
    _keep(session, work, rows, step.name, outcome)
    return step.name


def _refuse(world: World, code: str, error: _Broken) -> None:
    def job(session: Session) -> None:
        row = dossiers.find(session, code)
        procedure = None if row is None else _procedure_of(row)
        if row is None or procedure is None:
            return
        rows = {each.name: each for each in _rows(session, row.id)}
        work = _work(session, world, row, procedure, rows[error.step])
        _keep(session, work, rows, error.step, error.outcome)

    world.writer.submit(job)


def _can_run(step: Step[Any], rows: Mapping[str, ProcedureStep], tried: set[str]) -> bool:
    if step.name in tried or rows[step.name].state not in _OPEN:
        return False
    return all(rows[name].state == "done" for name in step.needs)


def _work(
    session: Session,
    world: World,
    row: Dossier,
    procedure: Procedure[Any],
    step: ProcedureStep,
) -> Work[Any]:
    access = accesses.of(world)
    done = [each for each in _rows(session, row.id) if each.state == "done"]
    return Work(
        session=session,
        access=access,
        dossier=row,
        declared=procedure.declaration.model_validate(row.declaration),
        caller=competent.system(access, step.agency),
        request_id=fresh.hex128(),
        today=world.today,
        now=clock.now(),
        so_far={each.name: each.result or {} for each in done},
        kept=step.result or {},
    )


def _keep(
    session: Session,
    work: Work[Any],
    rows: Mapping[str, ProcedureStep],
    name: str,
    outcome: Outcome,
) -> None:
    """Write what came of a step, and what the dossier comes to by it, with the step's effect."""
    step, row = rows[name], work.dossier
    step.attempts += 1
    step.state, step.code, step.reason = outcome.state, outcome.code, outcome.reason
    step.result = None if outcome.result is None else dict(outcome.result)
    step.leaf_seq = outcome.leaf
    step.done_on = work.today if outcome.state == "done" else None
    state = _state([each.state for each in rows.values()], rows, _procedure_of(row))
    if state != row.state:
        reason = outcome.reason if state == "more_information_wanted" else None
        dossiers.move(row, state, work.today, reason)
    by = showing.By(caller=work.caller, request_id=work.request_id, today=work.today, now=work.now)
    showing.note(session, row, by, f"{name}: {outcome.code or outcome.state}", outcome.leaf)


def _state(
    states: Sequence[str],
    rows: Mapping[str, ProcedureStep],
    procedure: Procedure[Any] | None,
) -> str:
    """Return what a dossier comes to: delivered whole, or waiting for the citizen or an agency."""
    if all(state == "done" for state in states):
        return "delivered"
    running = procedure is not None and any(
        rows[step.name].state in _OPEN
        and all(rows[name].state in {"done", *_OPEN} for name in step.needs)
        for step in procedure.steps
    )
    return "received" if running else "more_information_wanted"


def _rows(session: Session, dossier_id: int) -> list[ProcedureStep]:
    found = select(ProcedureStep).where(ProcedureStep.dossier_id == dossier_id)
    return list(session.scalars(found.order_by(ProcedureStep.position)))


def _procedure_of(row: Dossier) -> Procedure[Any] | None:
    if row.declaration is None:
        return None
    return next(each for each in procedures().values() if each.service == row.service)


def _corrected(
    procedure: Procedure[Any], row: Dossier, corrections: Mapping[str, Any]
) -> dict[str, object]:
    """Return the declaration with its corrections; raise `declaration-refused` by member."""
    try:
        whole = procedure.declaration.model_validate({**(row.declaration or {}), **corrections})
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)
        params = tuple(InvalidParam(_member(each["loc"]), each["msg"]) for each in found)
        raise DECLARATION_REFUSED.error(params=params) from None
    said: dict[str, object] = whole.model_dump(mode="json", exclude_unset=True)
    return said


def _member(location: tuple[int | str, ...]) -> str:
    return ".".join(
        ("corrections", *(str(part) for part in location if not str(part).startswith(FORM)))
    )
