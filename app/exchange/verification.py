"""Verification: does a claim fit the register? An answer of yes or no; no data leaves.

How a verification runs:
1. `admit`: the gate decides from the caller's access.
2. Look up the number, and what else the claim needs (`evidence.needs`).
3. `judge`: compare each attribute; the table of outcomes says what is told.
4. `draft`: the leaf; it is durable before
5. `answer`: the answer with its receipt, signed where asked.

The hot route runs these steps itself; `prepare` (1 to 3) and `record` (4 and 5) run the same
steps with a session. Unknown numbers take the same steps as others, against a decoy.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

import msgspec

from app.exchange import answered, as_of, gate, guesses, proof
from app.exchange.callers import VERIFICATION, Caller
from app.exchange.consent_check import confirm
from app.exchange.errands import Errand
from app.exchange.evidence import DECOY, look_back, look_up
from app.exchange.gate import Admitted, Reason, Refused
from app.exchange.log.leaves import Kind
from app.exchange.outcomes import Agreement, Outcome, Row, Standing, agreement, row, standing
from app.exchange.proof import LeafPlace, Proof
from app.matching import verdicts
from app.matching.dates import PartialDate
from app.matching.findings import MISMATCH, Finding, Verdict
from app.matching.verdicts import ClaimedValue

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.exchange.access import Access
    from app.exchange.answered import Answered
    from app.exchange.evidence import Evidence
    from app.exchange.log.leaves import LeafDraft
    from app.registry.lookup import Hit


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """One claim about one number of 9 or 12 digits; `claim` has keys of `verdicts.ATTRIBUTES`.

    `as_of` is the day at whose end it is to have been true; None is now. The hot route knows none.
    """

    errand: Errand
    number: str
    claim: Mapping[str, ClaimedValue]
    explain: bool = False
    as_of: dt.date | None = None


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """What the caller is told, and who the leaf is about."""

    outcome: Outcome
    about: str
    attributes: dict[str, str] | None = None
    explain: dict[str, object] | None = None


class Answer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The answer's JSON; `as_of` where the past was asked about."""

    outcome: str
    attributes: dict[str, str] | None = None
    explain: dict[str, object] | None = None
    simulated: bool
    request_id: str
    receipt: str
    leaf: LeafPlace
    as_of: dt.date | None = None


class Prepared(answered.Prepared, frozen=True, kw_only=True):
    """A question that has been decided, before it is logged. A refused one has no judgement."""

    question: Question
    judgement: Judgement | None
    about: str


#: What is told of an answer that may not be explained.
_NOT_EXPLAINED: dict[str, object] = {
    "next_vi": "Chỉ thế giới ở chế độ đào tạo mới giải thích: `dancu world set TÊN --training`.",
    "next_en": "Only worlds set to training explain: `dancu world set NAME --training`.",
}
_encoder = msgspec.json.Encoder()


def admit(access: Access, caller: Caller, question: Question) -> Admitted | Refused:
    """Step 1. Counts the question against today's quota.

    Where the grant demands consent, `prepare` goes on: it alone looks the consent up.
    """
    errand = question.errand
    return gate.admit(
        caller,
        gate.Request(
            service=VERIFICATION,
            errand=errand,
            fields=tuple(question.claim),
            identifying=is_identifying(question.claim),
            within_quota=access.take(caller),
            barred=access.is_barred(caller.guesser, proof.number_subject(access, question.number)),
        ),
    )


def is_identifying(claim: Mapping[str, ClaimedValue]) -> bool:
    """Whether the claim says more than the number's own digits do: sex and year are in them."""
    born = claim.get("birth_date")
    return "full_name" in claim or (isinstance(born, PartialDate) and born.is_full)


def judge(
    access: Access, caller: Caller, question: Question, evidence: Evidence, admitted: Admitted
) -> Judgement | Refused:
    """Step 3. A number that leads to no one person has its claim compared with a decoy.

    A failed claim is counted towards the agency's limit of guesses, about this number and about
    its bearer. The gate looked at the number's limit before; here both are decided, also for the
    calls that came in between.
    """
    hit = evidence.found.only
    found_in_detail = verdicts.compare(question.claim, evidence.record or DECOY)
    findings = found_in_detail if caller.cleansing else _without_near(found_in_detail)
    number = standing(evidence.found)
    agreed = agreement(findings)
    told = row(number, agreed, "alive" if hit is None else hit.state)
    is_failed = told.plain is Outcome.NO_MATCH
    counted = guesses.count(access, caller, question.number, hit, failed=is_failed)
    if counted is None:
        return Refused(reason=Reason.TOO_MANY_GUESSES, grant=admitted.grant)
    detail = caller.outcome_detail
    explain = None
    if question.explain:
        is_training = access.world.facts.training
        parts = (number, agreed, hit, told, found_in_detail)
        explain = _explanation(*parts) if is_training else _NOT_EXPLAINED
    return Judgement(
        outcome=told.outcome if detail else told.plain,
        about=counted.asked if hit is None or (is_failed and not detail) else counted.bearer,
        attributes={name: finding.verdict for name, finding in findings.items()}
        if detail and told.attributes
        else None,
        explain=explain,
    )


def draft(
    caller: Caller,
    question: Question,
    verdict: Admitted | Refused,
    *,
    outcome: str,
    about: str,
) -> LeafDraft:
    """Step 4: the leaf. Its outcome is what the caller is told; a refusal has one, too."""
    return proof.draft(
        caller,
        question.errand,
        verdict,
        kind=Kind.VERIFICATION,
        outcome=outcome,
        fields=tuple(question.claim),
        about=about,
    )


def answer(question: Question, judgement: Judgement, proved: Proof) -> bytes:
    """Step 5: the JSON of the answer."""
    return _encoder.encode(
        Answer(
            outcome=judgement.outcome,
            attributes=judgement.attributes,
            explain=judgement.explain,
            simulated=True,
            request_id=question.errand.request_id,
            receipt=proved.receipt,
            leaf=proved.leaf,
            as_of=question.as_of,
        )
    )


def prepare(session: Session, access: Access, caller: Caller, question: Question) -> Prepared:
    """Take steps 1 to 3 with a session that only reads. Raises `as-of-impossible`."""
    errand, day = question.errand, question.as_of
    if day is not None:
        as_of.check(day, errand.today)
    verdict = admit(access, caller, question)
    if day is not None and isinstance(verdict, Admitted):
        verdict = gate.of_past(verdict, caller)
    if isinstance(verdict, Refused):
        return _refused(access, caller, question, verdict)
    if day is None:
        [evidence] = look_up(session, [(question.number, question.claim)], errand.today)
    else:
        evidence = look_back(session, question.number, question.claim, day)
    verdict = confirm(session, caller, errand, verdict, evidence.found)
    if isinstance(verdict, Refused):
        return _refused(access, caller, question, verdict)
    judgement = judge(access, caller, question, evidence, verdict)
    if isinstance(judgement, Refused):
        return _refused(access, caller, question, judgement)
    return Prepared(
        caller=caller,
        question=question,
        verdict=verdict,
        judgement=judgement,
        outcome=judgement.outcome,
        about=judgement.about,
    )


def record(session: Session, access: Access, prepared: Prepared, *, now: dt.datetime) -> Answered:
    """Take steps 4 and 5 inside a job of the world's writer; send nothing before it commits."""
    judgement = prepared.judgement
    day = None if judgement is None else prepared.question.as_of
    leaf = draft(
        prepared.caller,
        prepared.question,
        prepared.verdict,
        outcome=as_of.outcome(prepared.outcome, day),
        about=prepared.about,
    )
    body = None if judgement is None else partial(answer, prepared.question, judgement)
    logged = answered.log(session, access, leaf, verdict=prepared.verdict, body=body, now=now)
    return msgspec.structs.replace(logged, outcome=prepared.outcome)


def _refused(access: Access, caller: Caller, question: Question, refused: Refused) -> Prepared:
    refusal = answered.refusal(access, refused, question.number)
    return Prepared(caller=caller, question=question, judgement=None, **refusal)


def _without_near(findings: dict[str, Finding]) -> dict[str, Finding]:
    return {
        name: MISMATCH if finding.verdict is Verdict.NEAR_MATCH else finding
        for name, finding in findings.items()
    }


def _explanation(
    number: Standing,
    agreed: Agreement,
    hit: Hit | None,
    told: Row,
    findings: Mapping[str, Finding],
) -> dict[str, object]:
    """Tell a learner how the answer came about: no value of the record, but all that was found."""
    return {
        "number": number,
        "claim": agreed,
        "state": None if hit is None else hit.state,
        "attributes": {
            name: {"verdict": finding.verdict, "reason": finding.reason}
            for name, finding in findings.items()
        },
        "outcome_detail": told.outcome,
        "meaning_vi": told.meaning_vi,
        "meaning_en": told.meaning_en,
    }
