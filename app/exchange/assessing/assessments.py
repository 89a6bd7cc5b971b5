"""Assessments: a synthetic score of somebody's credit, for who has their consent to it.

How an assessment runs:
1. The gate decides from the caller's access, and on the citizen's consent.
2. Look up the number, and read the granted fields.
3. The scorecard gives score, band and reasons: the agency is told these, and none of the fields.
4. The leaf is durable, and the assessment kept, before
5. the answer, with its receipt.

`prepare` takes steps 1 to 3 with a session that only reads, `record` 4 and 5 in the writer.
`prepare_again` and `record` show one that was made, by today's grant and consent.
"""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import TYPE_CHECKING, Final

import msgspec
from sqlalchemy import select

from app.exchange import answered, consent_check, disclosing, gate, proof, sharing
from app.exchange.assessing import views
from app.exchange.assessing.models import CreditAssessment
from app.exchange.assessing.views import Assessment
from app.exchange.callers import CREDIT, Caller
from app.exchange.errands import Errand
from app.exchange.gate import Admitted, Refused
from app.exchange.log.leaves import Kind
from app.exchange.outcomes import Standing, standing
from app.exchange.proof import LeafPlace, Proof
from app.exchange.sharing import Withheld
from app.platform import errors, fresh
from app.registry import lookup
from app.sectors.creditworthiness import scorecard

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy.orm import Session

    from app.exchange.access import Access
    from app.exchange.answered import Answered
    from app.registry.lookup import Found
    from app.sectors.creditworthiness.scorecard import Result

#: What is read of a person: whether they live, and what gives points.
STATE: Final = "state"
FIELDS: Final = (STATE, *scorecard.FIELDS)
ASSESSED, NOT_ASSESSABLE, SHOWN, APPEALED = "assessed", "not_assessable", "shown", "appealed"
MOST: Final = 100

UNKNOWN = errors.declare(
    code="credit-assessment-unknown",
    kind="not_found",
    fault_of="caller",
    title_vi="Không có lượt đánh giá khả tín nào với mã này",
    title_en="There is no credit assessment of this id",
    next_vi="GET /v1/credit-assessments liệt kê của cơ quan; công dân xem"
    " /v1/my/credit-assessments.",
    next_en="GET /v1/credit-assessments lists an agency's; a citizen's are at"
    " /v1/my/credit-assessments.",
)


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """Whose credit is to be assessed, and from which fields (`state` goes with all of them)."""

    errand: Errand
    number: str
    fields: tuple[str, ...] = scorecard.FIELDS


class AssessmentAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The answer's JSON. `outcome`: `assessed`, `not_assessable` (not alive), `shown`, `appealed`.

    `number` tells whether the number asked is the current one (`current`, `superseded`, `old`).
    """

    outcome: str
    number: str
    assessment: Assessment | None
    withheld: dict[str, Withheld]
    notice: str
    legal_basis: str
    simulated: bool
    request_id: str
    receipt: str
    leaf: LeafPlace


class Brief(msgspec.Struct, frozen=True, kw_only=True):
    """An assessment without anything about the person, for an agency's list."""

    id: str
    assessed_on: dt.date
    consent: str
    appealed_by: str | None
    due_on: dt.date | None
    outcome: str | None
    leaf: int


class Prepared(answered.Prepared, frozen=True, kw_only=True):
    """A question that has been decided and scored, before it is logged; `known`: shown again."""

    errand: Errand
    number: Standing = Standing.UNKNOWN
    citizen_id: int = 0
    result: Result | None = None
    known: str | None = None

    @property
    def decision(self) -> str | None:
        """What stands for all that was decided, None for a refusal: see `proof.decision`."""
        score = "" if self.result is None else str(self.result.score)
        return proof.decision(self.verdict, self.outcome, self.about, score)


NOTICE: Final = {
    "vi": "ĐIỂM MÔ PHỎNG: thang điểm giả định, công khai; không phải mô hình thật.",
    "en": "SYNTHETIC: an assumed scorecard, open to all; not the real model.",
}
_encoder = msgspec.json.Encoder()


def prepare(session: Session, access: Access, caller: Caller, ask: Ask) -> Prepared:
    """Take steps 1 to 3. Raises nothing: what is wrong with a question is a refusal."""
    # 1.
    verdict = admit(access, caller, ask.errand, (STATE, *ask.fields))
    if isinstance(verdict, Admitted):
        found = lookup.find(session, ask.number)
        verdict = consent_check.confirm(session, caller, ask.errand, verdict, found)
        # A consent is somebody's: where it was confirmed there is a bearer.
        if isinstance(verdict, Admitted) and found.only is not None:
            return _scored(session, access, (caller, ask), verdict, found)
    return Prepared(
        caller=caller,
        errand=ask.errand,
        verdict=verdict,
        outcome=_without(verdict),
        about=proof.number_subject(access, ask.number),
    )


def _scored(
    session: Session,
    access: Access,
    asked: tuple[Caller, Ask],
    admitted: Admitted,
    found: Found,
) -> Prepared:
    """Take steps 2 and 3 for the one bearer of the number."""
    caller, ask = asked
    [hit] = found.hits
    result = score(session, hit.citizen_id, admitted.fields, ask.errand.today)
    return Prepared(
        caller=caller,
        errand=ask.errand,
        verdict=admitted,
        outcome=NOT_ASSESSABLE if result is None else ASSESSED,
        about=proof.citizen_subject(access, hit.citizen_id),
        number=standing(found),
        citizen_id=hit.citizen_id,
        result=result,
    )


def score(
    session: Session,
    citizen_id: int,
    fields: Sequence[str],
    today: dt.date,
    left_out: Iterable[str] = (),
) -> Result | None:
    """Score somebody from these fields as of `today`; None where they are not alive.

    `left_out` are numbers of credit accounts that are not to be seen.
    """
    [data] = disclosing.read(session, [citizen_id], fields, today)
    if data.get(STATE) != "alive":
        return None
    hidden = set(left_out)
    if hidden:
        accounts = data.get("credit_accounts", [])
        data["credit_accounts"] = [each for each in accounts if each.number not in hidden]
    return scorecard.assess(data, today)


def prepare_again(
    session: Session, access: Access, caller: Caller, errand: Errand, assessment_id: str
) -> Prepared:
    """Decide anew on an assessment that was made for this agency; raise `…-unknown`.

    `errand` needs neither purpose nor consent: they are those it was made with.
    """
    row = find(session, assessment_id, agency_id=caller.agency_id)
    errand = msgspec.structs.replace(errand, purpose=row.purpose, consent=row.consent)
    verdict = admit(access, caller, errand, tuple(row.fields))
    if isinstance(verdict, Admitted):
        verdict = gate.confirm(
            verdict,
            consent_check.given(session, row.consent),
            subject_id=row.citizen_id,
            agency_id=caller.agency_id,
            today=errand.today,
        )
    return Prepared(
        caller=caller,
        errand=errand,
        verdict=verdict,
        outcome=proof.refusal_outcome(verdict) if isinstance(verdict, Refused) else SHOWN,
        about=proof.citizen_subject(access, row.citizen_id),
        number=Standing.CURRENT,
        citizen_id=row.citizen_id,
        known=row.id,
    )


def admit(
    access: Access, caller: Caller, errand: Errand, fields: tuple[str, ...], service: str = CREDIT
) -> Admitted | Refused:
    """Have the gate decide; fields without a grant are withheld, and give no points."""
    return gate.admit(
        caller,
        gate.Request(
            service=service,
            errand=errand,
            fields=fields,
            partial=True,
            within_quota=access.take(caller),
        ),
    )


def record(session: Session, access: Access, prepared: Prepared, *, now: dt.datetime) -> Answered:
    """Take steps 4 and 5 inside a job of the world's writer; send nothing before it commits."""
    verdict = prepared.verdict
    is_new = prepared.result is not None and prepared.outcome == ASSESSED
    assessment_id = fresh.hex128() if is_new else prepared.known
    leaf = proof.draft(
        prepared.caller,
        prepared.errand,
        verdict,
        kind=Kind.CREDIT,
        outcome=prepared.outcome,
        # What is shown again was read, and paid for, when it was made.
        fields=verdict.fields if isinstance(verdict, Admitted) and not prepared.known else (),
        about=prepared.about,
    )
    body = None
    if isinstance(verdict, Admitted):
        body = partial(_body, session, prepared, verdict, assessment_id)
    return answered.log(session, access, leaf, verdict=verdict, body=body, now=now)


def find(
    session: Session,
    assessment_id: str,
    *,
    agency_id: int | None = None,
    citizen_id: int | None = None,
) -> CreditAssessment:
    """Return one, of this agency or citizen where they are named; raise `…-unknown`."""
    row = session.get(CreditAssessment, assessment_id, populate_existing=True)
    if (
        row is None
        or agency_id not in {None, row.agency_id}
        or citizen_id not in {None, row.citizen_id}
    ):
        raise UNKNOWN.error()
    return row


def of_agency(session: Session, agency_id: int, limit: int) -> list[Brief]:
    """Return an agency's, the latest first, without anything about the people."""
    theirs = select(CreditAssessment).where(CreditAssessment.agency_id == agency_id)
    latest = theirs.order_by(CreditAssessment.leaf.desc()).limit(min(limit, MOST))
    return [
        Brief(
            id=row.id,
            assessed_on=row.assessed_on,
            consent=row.consent,
            appealed_by=row.appealed_by,
            due_on=row.due_on,
            outcome=row.outcome,
            leaf=row.leaf,
        )
        for row in session.scalars(latest)
    ]


def _without(verdict: Admitted | Refused) -> str:
    return proof.refusal_outcome(verdict) if isinstance(verdict, Refused) else "not_found"


def _keep(
    session: Session, prepared: Prepared, result: Result, kept: tuple[str, int]
) -> CreditAssessment:
    """Write an assessment down, under the id and with the leaf in `kept`."""
    row = CreditAssessment(
        id=kept[0],
        citizen_id=prepared.citizen_id,
        agency_id=prepared.caller.agency_id,
        purpose=prepared.errand.purpose,
        consent=prepared.errand.consent or "",
        fields=list(prepared.verdict.fields),
        scorecard=scorecard.VERSION,
        assessed_on=prepared.errand.today,
        score=result.score,
        band=result.band,
        thin_file=result.thin_file,
        marks=[list(each) for each in result.marks],
        leaf=kept[1],
    )
    session.add(row)
    session.flush()
    return row


def _body(
    session: Session, prepared: Prepared, admitted: Admitted, new: str | None, proved: Proof
) -> bytes:
    errand, row = prepared.errand, None
    if prepared.known is not None:
        row = find(session, prepared.known)
    elif new is not None and prepared.result is not None:
        row = _keep(session, prepared, prepared.result, (new, proved.leaf.seq))
    return _encoder.encode(
        AssessmentAnswer(
            outcome=prepared.outcome,
            number=prepared.number,
            assessment=None if row is None else views.view(row, errand.today, errand.language),
            withheld=sharing.withheld(admitted, errand),
            notice=NOTICE[errand.language],
            legal_basis=admitted.grant.legal_basis,
            simulated=True,
            request_id=errand.request_id,
            receipt=proved.receipt,
            leaf=proved.leaf,
        )
    )
