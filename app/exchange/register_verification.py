"""Register verification: does a claim fit a register of others? Yes or no; no data leaves.

How a register verification runs:
1. The gate decides from the caller's access; the claim is the field of the grant.
2. Look up the number.
3. Ask the register; a number that leads to no one person has the same questions asked.
4. What is told: yes or no, and with `outcome_detail` also unknown, and why.
5. The leaf is durable before
6. the answer, with its receipt.

`prepare` takes steps 1 to 4 with a session that only reads, `record` 5 and 6 in the writer. What
was claimed is no more than guessed until the answer is yes: failed claims are counted about the
number, its bearer, and whatever was named (a telephone is not to be tried with every number).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

import msgspec

from app.exchange import answered, guesses, proof
from app.exchange.callers import REGISTER, Caller
from app.exchange.consent_check import confirm
from app.exchange.errands import Errand
from app.exchange.evidence import NOBODY
from app.exchange.gate import Reason, Refused
from app.exchange.log.leaves import Kind
from app.exchange.outcomes import Standing, standing
from app.exchange.proof import LeafPlace, Proof
from app.exchange.register_claim import (
    Bearer,
    Judged,
    RegisterClaim,
    RegisterOutcome,
    RegisterReason,
)
from app.registry import lookup

if TYPE_CHECKING:
    import datetime as dt

    from sqlalchemy.orm import Session

    from app.exchange.access import Access
    from app.registry.lookup import Found


class RegisterQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """A claim about the bearer of a number of 9 or 12 digits; `said` is what it names besides."""

    errand: Errand
    claim: RegisterClaim
    number: str
    said: Mapping[str, str]

    @property
    def is_identifying(self) -> bool:
        """Whether it says more than a number gives away."""
        return any(named.identifying and named.name in self.said for named in self.claim.named)


class RegisterAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The answer's JSON. `reason` is for callers with `outcome_detail`, as `unknown` is."""

    outcome: RegisterOutcome
    reason: RegisterReason | None
    simulated: bool
    request_id: str
    receipt: str
    leaf: LeafPlace


class Prepared(answered.Prepared, frozen=True, kw_only=True):
    """A question that has been decided, before it is logged. A refused one has no `told`."""

    question: RegisterQuestion
    told: Judged | None = None


_encoder = msgspec.json.Encoder()


def prepare(
    session: Session, access: Access, caller: Caller, question: RegisterQuestion
) -> Prepared:
    """Take steps 1 to 4."""
    errand, number = question.errand, question.number
    # 1.
    verdict = guesses.admit(
        access,
        caller,
        errand,
        guesses.Guess(REGISTER, (question.claim.field,), number, question.is_identifying),
    )
    if isinstance(verdict, Refused):
        return _refused(access, caller, question, verdict)
    # 2.
    found = lookup.find(session, number)
    verdict = confirm(session, caller, errand, verdict, found)
    if isinstance(verdict, Refused):
        return _refused(access, caller, question, verdict)
    # 3.
    said = _ask(session, question, found)
    # 4.
    bears_out = said.held is RegisterOutcome.YES
    counted = guesses.count(
        access, caller, number, found.only, _things(question), failed=not bears_out
    )
    if counted is None:
        barred = Refused(reason=Reason.TOO_MANY_GUESSES, grant=verdict.grant)
        return _refused(access, caller, question, barred)
    detail = caller.outcome_detail
    held = said.held if detail or bears_out else RegisterOutcome.NO
    is_told_of = found.only is not None and (bears_out or detail)
    return Prepared(
        caller=caller,
        question=question,
        verdict=verdict,
        outcome=held,
        about=counted.bearer if is_told_of else counted.asked,
        told=Judged(held, said.why),
    )


def record(
    session: Session, access: Access, prepared: Prepared, *, now: dt.datetime
) -> answered.Answered:
    """Take steps 5 and 6 inside a job of the world's writer; send nothing before it commits."""
    leaf = proof.draft(
        prepared.caller,
        prepared.question.errand,
        prepared.verdict,
        kind=Kind.REGISTER,
        outcome=prepared.outcome,
        fields=(prepared.question.claim.field,),
        about=prepared.about,
    )
    told = prepared.told
    body = None if told is None else partial(_body, prepared, told)
    return answered.log(session, access, leaf, verdict=prepared.verdict, body=body, now=now)


def _ask(session: Session, question: RegisterQuestion, found: Found) -> Judged:
    """Ask the register, in nobody's name where the number leads to no one person."""
    hit = found.only
    bearer = Bearer(NOBODY, question.number) if hit is None else Bearer(hit.citizen_id, hit.pin)
    answer = question.claim.ask(session, bearer, question.said, question.errand.today)
    if hit is None:
        is_shared = standing(found) is Standing.SHARED
        return Judged(
            RegisterOutcome.UNKNOWN,
            RegisterReason.NUMBER_SHARED if is_shared else RegisterReason.NUMBER_UNKNOWN,
        )
    if question.claim.ends_with_death and hit.state == "dead":
        return Judged(RegisterOutcome.NO, RegisterReason.PERSON_DECEASED)
    return answer


def _things(question: RegisterQuestion) -> tuple[str, ...]:
    """Return what is named that somebody alone has, each as guesses about it are counted."""
    claim = question.claim
    return tuple(
        f"{claim.register}:{named.name}:{question.said[named.name]}"
        for named in claim.named
        if named.identifying and named.name in question.said
    )


def _refused(
    access: Access, caller: Caller, question: RegisterQuestion, refused: Refused
) -> Prepared:
    refusal = answered.refusal(access, refused, question.number)
    return Prepared(caller=caller, question=question, **refusal)


def _body(prepared: Prepared, told: Judged, proved: Proof) -> bytes:
    return _encoder.encode(
        RegisterAnswer(
            outcome=told.held,
            reason=told.why if prepared.caller.outcome_detail else None,
            simulated=True,
            request_id=prepared.question.errand.request_id,
            receipt=proved.receipt,
            leaf=proved.leaf,
        )
    )
