"""Verification of up to a thousand claims in one call: one admission, one look-up, one leaf.

The steps are those of `verification.py`. The gate decides once, on everything that is claimed;
consent and the limit of guesses are each claim's own. The leaf holds the Merkle root over one
salted entry per claim, so that each person gets a proof and none shows another's.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

import msgspec

from app.exchange import answered, consent_check, gate, proof, verification
from app.exchange.callers import VERIFICATION, Caller, Room
from app.exchange.errands import Errand
from app.exchange.evidence import look_up
from app.exchange.gate import Admitted, Reason, Refused
from app.exchange.log.leaves import Entry, Kind, entry_tree
from app.exchange.proof import LeafPlace, Proof
from app.exchange.refusals import PROBLEMS
from app.exchange.verification import Question
from app.matching.verdicts import ClaimedValue

if TYPE_CHECKING:
    import datetime as dt

    from sqlalchemy.orm import Session

    from app.exchange.access import Access
    from app.exchange.answered import Answered
    from app.exchange.evidence import Evidence
    from app.exchange.gate import ConsentGiven
    from app.exchange.verification import Judgement

MOST_CLAIMS = 1000
#: The outcome of a batch's leaf: what each person's was stands in the entries.
ANSWERED = "answered"


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One claim of a batch; `consent` where the grant demands it."""

    number: str
    claim: Mapping[str, ClaimedValue]
    consent: str | None = None


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """Claims that share purpose, officer and dossier: 1 to `MOST_CLAIMS` of them."""

    errand: Errand
    items: tuple[Item, ...]


class Result(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The answer to one claim, at the same place as the claim: an outcome, or a refusal's code."""

    outcome: str | None = None
    attributes: dict[str, str] | None = None
    refused: str | None = None


class BatchAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The answer's JSON."""

    results: tuple[Result, ...]
    simulated: bool
    request_id: str
    receipt: str
    leaf: LeafPlace


class Prepared(answered.Prepared, frozen=True, kw_only=True):
    """A batch that has been decided, before it is logged."""

    batch: Batch
    results: tuple[Result, ...] = ()
    entries: tuple[Entry, ...] = ()

    @property
    def decision(self) -> str | None:
        """What stands for all that was decided, None for a refusal: see `proof.decision`."""
        told = (f"{entry.subject} {entry.outcome}" for entry in self.entries)
        return proof.decision(self.verdict, self.outcome, *told)


_encoder = msgspec.json.Encoder()


def prepare(session: Session, access: Access, caller: Caller, batch: Batch) -> Prepared:
    """Take steps 1 to 3 with a session that only reads: every claim counts as a question."""
    return judge(session, access, caller, batch, access.take(caller, len(batch.items)))


def judge(
    session: Session, access: Access, caller: Caller, batch: Batch, within_quota: Room
) -> Prepared:
    """Take steps 1 to 3 for claims that were counted already: `within_quota` came of it."""
    verdict = _admit(caller, batch, within_quota)
    if isinstance(verdict, Refused):
        outcome = proof.refusal_outcome(verdict)
        return Prepared(caller=caller, batch=batch, verdict=verdict, outcome=outcome)
    claims = [(item.number, item.claim) for item in batch.items]
    found = look_up(session, claims, batch.errand.today)
    given = consent_check.given_many(session, [item.consent or "" for item in batch.items])
    results, entries = [], []
    for position, (item, evidence) in enumerate(zip(batch.items, found, strict=True)):
        question = Question(errand=batch.errand, number=item.number, claim=item.claim)
        consent = given.get(item.consent or "")
        refused = _refusal(access, caller, question, verdict, evidence, consent)
        judged = refused or verification.judge(access, caller, question, evidence, verdict)
        result, about = _told(access, question, judged)
        results.append(result)
        entries.append(_entry(question, position, result, about))
    return Prepared(
        caller=caller,
        batch=batch,
        verdict=verdict,
        outcome=ANSWERED,
        results=tuple(results),
        entries=tuple(entries),
    )


def record(session: Session, access: Access, prepared: Prepared, *, now: dt.datetime) -> Answered:
    """Take steps 4 and 5 inside a job of the world's writer; send nothing before it commits."""
    verdict, errand = prepared.verdict, prepared.batch.errand
    is_refused = isinstance(verdict, Refused)
    leaf = proof.draft(
        prepared.caller,
        errand,
        verdict,
        kind=Kind.VERIFICATION,
        outcome=prepared.outcome,
        fields=_claimed(prepared.batch),
        about=None,
        entries=None if is_refused else entry_tree(prepared.entries),
    )
    body = None if is_refused else partial(_body, prepared)
    return answered.log(session, access, leaf, verdict=verdict, body=body, now=now)


def _admit(caller: Caller, batch: Batch, within_quota: Room) -> Admitted | Refused:
    """Step 1, for all claims at once."""
    items = batch.items
    each = "each" if all(item.consent for item in items) else None
    errand = msgspec.structs.replace(batch.errand, consent=each)
    return gate.admit(
        caller,
        gate.Request(
            service=VERIFICATION,
            errand=errand,
            fields=_claimed(batch),
            identifying=all(verification.is_identifying(item.claim) for item in items),
            within_quota=within_quota,
        ),
    )


def _refusal(
    access: Access,
    caller: Caller,
    question: Question,
    admitted: Admitted,
    evidence: Evidence,
    consent: ConsentGiven | None,
) -> Refused | None:
    """Step 1, for one claim: the limit of guesses about its number, and its own consent."""
    if access.is_barred(caller.guesser, proof.number_subject(access, question.number)):
        return Refused(reason=Reason.TOO_MANY_GUESSES, grant=admitted.grant)
    hit = evidence.found.only
    confirmed = gate.confirm(
        msgspec.structs.replace(admitted, fields=tuple(question.claim)),
        consent,
        subject_id=None if hit is None else hit.citizen_id,
        agency_id=caller.agency_id,
        today=question.errand.today,
    )
    return confirmed if isinstance(confirmed, Refused) else None


def _told(access: Access, question: Question, judged: Judgement | Refused) -> tuple[Result, str]:
    """Step 3: what is told about one claim, and under which name the log knows its subject."""
    if isinstance(judged, Refused):
        code = PROBLEMS[judged.reason].code
        return Result(refused=code), proof.number_subject(access, question.number)
    return Result(outcome=judged.outcome, attributes=judged.attributes), judged.about


def _entry(question: Question, position: int, result: Result, about: str) -> Entry:
    return Entry(
        fields=tuple(question.claim),
        outcome=result.outcome or f"refused:{result.refused}",
        position=position,
        request_id=question.errand.request_id,
        salt=proof.salt(),
        subject=about,
    )


def _claimed(batch: Batch) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for item in batch.items for name in item.claim))


def _body(prepared: Prepared, proved: Proof) -> bytes:
    return _encoder.encode(
        BatchAnswer(
            results=prepared.results,
            simulated=True,
            request_id=prepared.batch.errand.request_id,
            receipt=proved.receipt,
            leaf=proved.leaf,
        )
    )
