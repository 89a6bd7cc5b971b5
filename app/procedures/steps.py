"""Steps: what a linked procedure is made of, and what a step may do in the name of its agency.

A step asks and reports as its agency's system does, through the same gate and with the same leaf;
what it changes stands in the same transaction. So it is done whole, or not at all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar

import msgspec
from pydantic import BaseModel

from app.exchange import reporting, sharing
from app.exchange.errands import Errand
from app.exchange.gate import Refused
from app.exchange.refusals import PROBLEMS
from app.exchange.reporting import Told
from app.exchange.sharing import Ask
from app.platform import clock
from app.procedures.prefilling import OFFICER
from app.registry.events import Report

if TYPE_CHECKING:
    import datetime as dt

    from sqlalchemy.orm import Session

    from app.exchange.access import Access
    from app.exchange.answered import Answered
    from app.exchange.callers import Caller
    from app.platform.errors import DancuError, InvalidParam
    from app.procedures.models import Dossier

D = TypeVar("D", bound=BaseModel)
State = Literal["held", "done", "refused"]


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a step: done with a result, refused with a reason, or held until it can be.

    `result` of a step that is held is what it has to remember.
    """

    state: State
    code: str | None = None
    reason: str | None = None
    result: Mapping[str, Any] | None = None
    leaf: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Work(Generic[D]):
    """What a step has at hand: the dossier, what was declared, its agency, what others gave.

    `so_far` are the results of the steps that are done, `kept` what this one remembered.
    """

    session: Session
    access: Access
    dossier: Dossier
    declared: D
    caller: Caller
    request_id: str
    today: dt.date
    now: dt.datetime
    so_far: Mapping[str, Mapping[str, Any]]
    kept: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step(Generic[D]):
    """One agency's part. `agency` is its slug, or that of the province (`catalogue.PROVINCE`).

    It runs when the steps it `needs` are done. `uses` are the members of the declaration that may
    be corrected while it is not.
    """

    name: str
    agency: str
    title_vi: str
    title_en: str
    run: Callable[[Work[D]], Outcome]
    needs: tuple[str, ...] = ()
    uses: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Procedure(Generic[D]):
    """A procedure that spans agencies: `name` is its address, `service` its line of the catalogue.

    `may_declare` objects to who declares it or to what; `answers` fills in the service's form.
    """

    name: str
    service: str
    title_vi: str
    title_en: str
    law: str
    declaration: type[D]
    may_declare: Callable[[Session, int, D, dt.date], Sequence[InvalidParam]]
    answers: Callable[[D], Mapping[str, str]]
    steps: tuple[Step[D], ...]


def refuse(code: str, reason_vi: str, reason_en: str) -> Outcome:
    """Return a refusal of our own, in both languages."""
    return Outcome(state="refused", code=code, reason=f"{reason_vi} · {reason_en}")


def report(
    work: Work[Any],
    kind: str,
    payload: Mapping[str, Any],
    purpose: str,
    papers: Mapping[str, str | None],
) -> Outcome:
    """Report a life event in the agency's name: the ordinary way, with its gate and its leaf.

    `papers` are what the declaration named, by what they are; one that is None was not brought.
    Done, its result has `pin` and `event_id`. Raises `life-event-malformed`.
    """
    world = work.access.world
    told = Told(
        errand=errand(work, purpose),
        kind=kind,
        payload=payload,
        report=Report(
            today=work.today,
            now=work.now,
            seed=world.spec.seed,
            pin_style=world.spec.pin_style,
            reported_by=work.caller.client_id,
            reason=f"dossier {work.dossier.code}",
            officer=OFFICER,
            documents=tuple(
                f"{title}: {number}" for title, number in papers.items() if number is not None
            ),
        ),
    )
    done = reporting.carry_out(work.session, work.access, work.caller, told, work.now)
    if done.answered.body is None:
        return _unanswered(done.answered, done.refusal)
    entered = msgspec.json.decode(done.answered.body)
    return Outcome(
        state="done",
        result={"pin": entered["pin"], "event_id": entered["event_id"]},
        leaf=done.answered.proof.leaf.seq,
    )


def read(
    work: Work[Any], disclosure: str, purpose: str, number: str, fields: tuple[str, ...]
) -> tuple[dict[str, Any], int] | Outcome:
    """Read fields of somebody in the agency's name; return them with the leaf, or why not."""
    ask = Ask(errand=errand(work, purpose), disclosure=disclosure, number=number, fields=fields)
    prepared = sharing.prepare(work.session, work.access, work.caller, ask)
    logged = sharing.record(work.session, work.access, prepared, now=clock.now())
    if isinstance(prepared.verdict, Refused):
        return _unanswered(logged, None)
    if prepared.data is None:
        return Outcome(
            state="refused",
            code="subject-not-found",
            reason="không tìm thấy người được hỏi · nobody bears the number",
            leaf=logged.proof.leaf.seq,
        )
    return msgspec.to_builtins(prepared.data), logged.proof.leaf.seq


def errand(work: Work[Any], purpose: str) -> Errand:
    """Return what goes with a question of a step."""
    return Errand(
        request_id=work.request_id,
        today=work.today,
        purpose=purpose,
        officer=OFFICER,
        dossier=work.dossier.code,
    )


def _unanswered(answered: Answered, refusal: DancuError | None) -> Outcome:
    """Return why there is no answer: the gate's refusal may pass, the registry's is one."""
    leaf = answered.proof.leaf.seq
    if isinstance(answered.verdict, Refused):
        problem = PROBLEMS[answered.verdict.reason]
        reason = f"{problem.title_vi} · {problem.title_en}"
        return Outcome(state="held", code=problem.code, reason=reason, leaf=leaf)
    if refusal is None:
        raise ValueError("an answer without a body is a refusal")
    return Outcome(state="refused", code=refusal.code, reason=objections(refusal), leaf=leaf)


def objections(error: DancuError) -> str:
    """Return what an error has against which member, in both languages."""
    told = [f"{each.name}: {each.reason_vi} · {each.reason}" for each in error.params]
    return "; ".join(told) or f"{error.detail('vi')} · {error.detail('en')}"
