"""The whole record: one question for what several disclosures give about one citizen.

As the population database answers existing clients (`TraCuuThongTinCongDan`): who names number,
full name and birth date gets the record they agree with, as far as the agency's grants reach.

1. The gate decides, disclosure by disclosure, from the caller's access. The first one has to give
   what is claimed; of the others, what is not given is withheld.
2. Look up the number and compare the claim. The record is given where a plain verification would
   answer `match`: one table of outcomes for both. A failed claim counts as a guess.
3. Read the granted fields.
4. The leaf is durable before
5. the answer, with its receipt.

`prepare` takes steps 1 to 3 with a session that only reads, `record` 4 in the writer.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import msgspec

from app.exchange import answered, disclosing, gate, proof, verification
from app.exchange.consent_check import confirm
from app.exchange.evidence import look_up
from app.exchange.gate import Admitted, Refused
from app.exchange.log.leaves import Kind
from app.exchange.outcomes import Outcome
from app.exchange.sharing import DISCLOSED
from app.exchange.verification import Question

if TYPE_CHECKING:
    import datetime as dt

    from sqlalchemy.orm import Session

    from app.exchange.access import Access
    from app.exchange.answered import Answered
    from app.exchange.callers import Caller
    from app.registry.lookup import Found

#: The disclosure that has to give the record's core.
FIRST: Final = "identity"
#: What the claim is about: without a grant for these nothing is told.
CORE: Final = ("pin", "full_name", "birth_date")


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """A question for the record that agrees with a claim; `parts` are fields by disclosure.

    The question's claim names the full name and the birth date. A field may be in several parts.
    """

    question: Question
    parts: Mapping[str, tuple[str, ...]]


class Prepared(answered.Prepared, frozen=True, kw_only=True):
    """A question that has been decided and read, before it is logged.

    `data` has the granted fields; None where the claim leads to nobody, or is refused.
    """

    ask: Ask
    data: dict[str, Any] | None
    about: str


def plain(caller: Caller) -> Caller:
    """Return the caller as one who is told yes or no and no more, whatever its grants say."""
    return msgspec.structs.replace(caller, outcome_detail=False, cleansing=False)


def prepare(session: Session, access: Access, caller: Caller, ask: Ask) -> Prepared:
    """Take steps 1 to 3."""
    question = ask.question
    errand = question.errand
    # 1.
    verdict = _admit(access, caller, ask)
    if isinstance(verdict, Refused):
        return _without_data(access, caller, ask, verdict)
    # 2.
    [evidence] = look_up(session, [(question.number, question.claim)], errand.today)
    verdict = confirm(session, caller, errand, verdict, evidence.found)
    if isinstance(verdict, Refused):
        return _without_data(access, caller, ask, verdict)
    judgement = verification.judge(access, plain(caller), question, evidence, verdict)
    if isinstance(judgement, Refused):
        return _without_data(access, caller, ask, judgement)
    # 3.
    agrees = judgement.outcome is Outcome.MATCH
    return Prepared(
        caller=caller,
        ask=ask,
        verdict=verdict,
        data=_read(session, evidence.found, verdict, errand.today) if agrees else None,
        outcome=DISCLOSED if agrees else judgement.outcome,
        about=judgement.about,
    )


def record(session: Session, access: Access, prepared: Prepared, *, now: dt.datetime) -> Answered:
    """Take step 4 inside a job of the world's writer; send nothing before it commits.

    The answer is the door's to write: it has none in JSON.
    """
    verdict = prepared.verdict
    leaf = proof.draft(
        prepared.caller,
        prepared.ask.question.errand,
        verdict,
        kind=Kind.DISCLOSURE,
        outcome=prepared.outcome,
        fields=() if prepared.data is None else verdict.fields,
        about=prepared.about,
    )
    return answered.log(session, access, leaf, verdict=verdict, body=None, now=now)


def _admit(access: Access, caller: Caller, ask: Ask) -> Admitted | Refused:
    """Step 1: the core whole, then each part as far as it goes. One question of the quota."""
    errand, number = ask.question.errand, ask.question.number

    def request(service: str, fields: tuple[str, ...], *, partial: bool) -> gate.Request:
        return gate.Request(
            service=service,
            errand=errand,
            fields=fields,
            partial=partial,
            within_quota=is_within,
            barred=access.is_barred(caller.guesser, proof.number_subject(access, number)),
        )

    is_within = access.take(caller)
    core = gate.admit(caller, request(FIRST, CORE, partial=False))
    if isinstance(core, Refused):
        return core
    granted = dict.fromkeys(CORE)
    wanted = dict.fromkeys(name for fields in ask.parts.values() for name in fields)
    for service, fields in ask.parts.items():
        part = gate.admit(caller, request(service, fields, partial=True))
        if isinstance(part, Admitted) and _is_covered(part, core):
            granted |= dict.fromkeys(part.fields)
    withheld = tuple(name for name in wanted if name not in granted)
    return msgspec.structs.replace(core, fields=tuple(granted), withheld=withheld)


def _is_covered(part: Admitted, core: Admitted) -> bool:
    """Whether what a part asks of the citizen is asked for: consent is confirmed by the core."""
    return core.grant.consent_required or not part.grant.consent_required


def _read(session: Session, found: Found, admitted: Admitted, today: dt.date) -> dict[str, Any]:
    ids = [hit.citizen_id for hit in found.hits]
    [data] = disclosing.read(session, ids, admitted.fields, today)
    return data


def _without_data(access: Access, caller: Caller, ask: Ask, refused: Refused) -> Prepared:
    return Prepared(
        caller=caller,
        ask=ask,
        verdict=refused,
        data=None,
        outcome=proof.refusal_outcome(refused),
        about=proof.number_subject(access, ask.question.number),
    )
