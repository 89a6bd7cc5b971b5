"""Redeeming a share code: a clerk sees, once, what the holder at the counter chose to show.

1. The gate decides; the kind of the document is the field of the grant. A code that there is not
   is tried like any other: guesses are counted, and refused when they are too many.
2. The code is used up: of all who try within its minute, one has it.
3. The leaf is durable before
4. the answer, with the chosen claims and no more.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec

from app.exchange import answered, gate, presentation_requests, proof
from app.exchange.callers import PRESENTATION
from app.exchange.gate import Refused
from app.exchange.log.leaves import Kind, subject
from app.exchange.proof import LeafPlace, Proof
from app.identity import share_codes

if TYPE_CHECKING:
    import datetime as dt

    from sqlalchemy.orm import Session

    from app.exchange.access import Access
    from app.exchange.answered import Answered
    from app.exchange.callers import Caller
    from app.exchange.errands import Errand
    from app.identity.share_codes import Redeemed

SHARED = "shared"
#: Whom wrong codes are counted against: one name for all codes that are nobody's.
_GUESSES = "share-codes"


class RedemptionAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The answer's JSON. `outcome` is `shared`, or why nothing is shown."""

    outcome: str
    document: str | None
    claims: dict[str, Any] | None
    simulated: bool
    request_id: str
    receipt: str
    leaf: LeafPlace


_encoder = msgspec.json.Encoder()


def redeem(
    session: Session,
    access: Access,
    caller: Caller,
    code: str,
    errand: Errand,
    now: dt.datetime,
) -> Answered:
    """Take steps 1 to 4 inside a job of the world's writer; send nothing before it commits."""
    # 1.
    verdict = _admit(session, access, caller, code, errand)
    about = subject(access.subject_key, f"share-code:{errand.request_id}")
    if isinstance(verdict, Refused):
        leaf = proof.draft(
            caller,
            errand,
            verdict,
            kind=Kind.SHARE,
            outcome=proof.refusal_outcome(verdict),
            fields=(),
            about=about,
        )
        return answered.log(session, access, leaf, verdict=verdict, body=None, now=now)
    # 2.
    redeemed = share_codes.redeem(session, code, errand.today, now)
    outcome = redeemed.failed or SHARED
    if redeemed.failed == "unknown":
        access.fail(caller.guesser, _guesses(access))
    if redeemed.citizen_id is not None:
        about = proof.citizen_subject(access, redeemed.citizen_id)
    # 3 and 4.
    kind = presentation_requests.field(redeemed.kind or "")
    leaf = proof.draft(
        caller,
        errand,
        verdict,
        kind=Kind.SHARE,
        outcome=outcome,
        fields=tuple(f"{kind}.{name}" for name in redeemed.claims or ()),
        about=about,
    )
    body = partial(_body, errand, redeemed, outcome)
    return answered.log(session, access, leaf, verdict=verdict, body=body, now=now)


def _admit(
    session: Session, access: Access, caller: Caller, code: str, errand: Errand
) -> gate.Admitted | Refused:
    kind = share_codes.kind_of(session, code)
    within_quota = access.take(caller)
    if kind is None:
        fields: tuple[str, ...] = _any_granted(caller, errand)
    else:
        fields = (presentation_requests.field(kind),)
    return gate.admit(
        caller,
        gate.Request(
            service=PRESENTATION,
            errand=errand,
            fields=fields,
            within_quota=within_quota,
            barred=access.is_barred(caller.guesser, _guesses(access)),
        ),
    )


def _any_granted(caller: Caller, errand: Errand) -> tuple[str, ...]:
    """Return a kind that the caller may see: a code that is nobody's is refused as late as any."""
    grants = caller.grants.get((PRESENTATION, errand.purpose), ())
    granted = {
        field for grant in grants if grant.is_in_force(errand.today) for field in grant.fields
    }
    return tuple(sorted(granted or presentation_requests.FIELDS)[:1])


def _guesses(access: Access) -> str:
    return subject(access.subject_key, _GUESSES)


def _body(errand: Errand, redeemed: Redeemed, outcome: str, proved: Proof) -> bytes:
    return _encoder.encode(
        RedemptionAnswer(
            outcome=outcome,
            document=redeemed.kind,
            claims=redeemed.claims,
            simulated=True,
            request_id=errand.request_id,
            receipt=proved.receipt,
            leaf=proved.leaf,
        )
    )
