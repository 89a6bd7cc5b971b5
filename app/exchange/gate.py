"""The gate: decides from a caller's access whether a question may be put, and says why not.

It is pure: values in, a value out. A refusal is not an error: it is answered and it is logged.
"""

from __future__ import annotations

import datetime as dt
from enum import StrEnum, unique
from typing import TYPE_CHECKING

import msgspec

from app.exchange.callers import Grant

if TYPE_CHECKING:
    from app.exchange.callers import Caller

#: Circular 46/2022/TT-BCA: a connected system is classified at least so, before it connects.
LEAST_SECURITY_LEVEL = 3
_OPEN_STATES = frozenset({"connected", "exchanging"})


@unique
class Reason(StrEnum):
    """Why a question is refused, or a field withheld; `refusals.PROBLEMS` tells what to do."""

    NOT_CONNECTED = "NOT_CONNECTED"
    CONNECTION_SUSPENDED = "CONNECTION_SUSPENDED"
    SECURITY_LEVEL = "SECURITY_LEVEL"
    INSPECTION_LAPSED = "INSPECTION_LAPSED"
    PURPOSE_NOT_ALLOWED = "PURPOSE_NOT_ALLOWED"
    GRANT_EXPIRED = "GRANT_EXPIRED"
    FIELD_NOT_ALLOWED = "FIELD_NOT_ALLOWED"
    SLICE_NOT_ALLOWED = "SLICE_NOT_ALLOWED"
    CLAIM_TOO_WEAK = "CLAIM_TOO_WEAK"
    OFFICER_REQUIRED = "OFFICER_REQUIRED"
    DOSSIER_REQUIRED = "DOSSIER_REQUIRED"
    CONSENT_REQUIRED = "CONSENT_REQUIRED"
    QUOTA_EXCEEDED = "QUOTA_EXCEEDED"
    TOO_MANY_GUESSES = "TOO_MANY_GUESSES"
    NO_CONSENT = "NO_CONSENT"


class Request(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A question as the gate sees it: what for, which fields, for whom, within which limits.

    `today` is the world's date. `partial`: a field without a grant is withheld instead of
    refusing the whole question. `identifying`: a claim says more than a number itself gives away.
    """

    service: str
    purpose: str
    fields: tuple[str, ...]
    today: dt.date
    officer: str | None = None
    dossier: str | None = None
    consent: str | None = None
    partial: bool = False
    identifying: bool = True
    within_quota: bool = True
    barred: bool = False


class Admitted(msgspec.Struct, frozen=True, kw_only=True):
    """The question may be put: by this grant, for these fields, in the order they were asked."""

    grant: Grant
    fields: tuple[str, ...]
    withheld: tuple[str, ...] = ()
    """Fields that were asked for and that no grant gives: `FIELD_NOT_ALLOWED`."""


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """The question may not be put. `fields` are those at fault, `grant` the rule that refuses."""

    reason: Reason
    fields: tuple[str, ...] = ()
    grant: Grant | None = None


class ConsentGiven(msgspec.Struct, frozen=True, kw_only=True):
    """What one citizen allowed one agency for one purpose, as far as the gate needs to know."""

    citizen_id: int
    agency_id: int
    purpose: str
    fields: frozenset[str]
    from_date: dt.date
    to_date: dt.date | None
    state: str


def admit(caller: Caller, request: Request) -> Admitted | Refused:
    """Decide all that the caller's own access decides. Every check must pass, in this order.

    1. The connection is open, its system secure enough and its inspection not lapsed.
    2. A grant for this service and purpose exists and is in force on the world's date.
    3. The grant gives the fields (all of them; with `partial`, at least one).
    4. The claim says more than a number gives away, where the answer is only yes or no.
    5. Officer, dossier and consent are named where the grant demands them.
    6. Today's quota is not used up, and the failed guesses about this subject are not too many.

    What is not checked: that the consent is the subject's. That takes a look-up, then `confirm`.
    """
    # 1.
    if (closed := _connection(caller, request.today)) is not None:
        return Refused(reason=closed)
    # 2.
    grant = _grant_in_force(caller, request)
    if isinstance(grant, Reason):
        return Refused(reason=grant)
    # 3.
    granted, withheld = _divide(grant, request)
    if not granted or (withheld and not request.partial):
        return Refused(reason=Reason.FIELD_NOT_ALLOWED, fields=withheld, grant=grant)
    # 4, 5, 6.
    reason = _claim(caller, request) or _named(grant, request) or _limits(request)
    if reason is not None:
        return Refused(reason=reason, grant=grant)
    return Admitted(grant=grant, fields=granted, withheld=withheld)


def confirm(
    admitted: Admitted,
    consent: ConsentGiven | None,
    *,
    subject_id: int | None,
    agency_id: int,
    today: dt.date,
) -> Admitted | Refused:
    """Decide what the citizen decides; pass `admitted` on where its grant asks for no consent.

    1. The consent named exists, and is the subject's, for this agency and purpose.
    2. It is active on the world's date.
    3. It covers every admitted field: consent is specific (Law 91/2025/QH15, Art 9).

    `subject_id` is None for a number that nobody bears: the answer is that for a citizen who
    never gave a consent, so that it does not tell the two apart.
    """
    if not admitted.grant.consent_required:
        return admitted
    # 1 and 2.
    if consent is None or not _is_given(consent, admitted, subject_id, agency_id, today):
        return Refused(reason=Reason.NO_CONSENT, grant=admitted.grant)
    # 3.
    uncovered = tuple(field for field in admitted.fields if field not in consent.fields)
    if uncovered:
        return Refused(reason=Reason.NO_CONSENT, fields=uncovered, grant=admitted.grant)
    return admitted


def within(
    admitted: Admitted, kinds: frozenset[str] | None, provinces: frozenset[str] | None
) -> Admitted | Refused:
    """Decide on the slice of the population's changes that a feed asks for.

    Kinds of life event and provinces that are named are all within the grant's; None takes
    whatever the grant gives.
    """
    outside = tuple(
        name
        for asked, given in ((kinds, admitted.grant.kinds), (provinces, admitted.grant.provinces))
        if asked is not None and given is not None
        for name in sorted(asked - given)
    )
    if outside:
        return Refused(reason=Reason.SLICE_NOT_ALLOWED, fields=outside, grant=admitted.grant)
    return admitted


def reasoning(verdict: Admitted | Refused) -> str:
    """Return the decision as a line for the request log. It names rules and fields, no person."""
    rule = f" by grant {verdict.grant.id} ({verdict.grant.purpose})" if verdict.grant else ""
    if isinstance(verdict, Refused):
        which = f": {', '.join(verdict.fields)}" if verdict.fields else ""
        return f"refused {verdict.reason}{rule}{which}"
    kept = f"; withheld {', '.join(verdict.withheld)}" if verdict.withheld else ""
    return f"admitted{rule}: {', '.join(verdict.fields)}{kept}"


def _is_given(
    consent: ConsentGiven,
    admitted: Admitted,
    subject_id: int | None,
    agency_id: int,
    today: dt.date,
) -> bool:
    is_for_this = (
        consent.citizen_id == subject_id
        and consent.agency_id == agency_id
        and consent.purpose == admitted.grant.purpose
    )
    is_active = (
        consent.state == "active"
        and consent.from_date <= today
        and (consent.to_date is None or today <= consent.to_date)
    )
    return is_for_this and is_active


def _connection(caller: Caller, today: dt.date) -> Reason | None:
    if caller.state == "suspended":
        return Reason.CONNECTION_SUSPENDED
    if caller.state not in _OPEN_STATES:
        return Reason.NOT_CONNECTED
    if caller.security_level < LEAST_SECURITY_LEVEL:
        return Reason.SECURITY_LEVEL
    if caller.inspected_until < today:
        return Reason.INSPECTION_LAPSED
    return None


def _grant_in_force(caller: Caller, request: Request) -> Grant | Reason:
    grants = caller.grants.get((request.service, request.purpose), ())
    if not grants:
        return Reason.PURPOSE_NOT_ALLOWED
    for grant in grants:
        if grant.is_in_force(request.today):
            return grant
    return Reason.GRANT_EXPIRED


def _divide(grant: Grant, request: Request) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if grant.fields.issuperset(request.fields):
        return request.fields, ()
    granted = tuple(field for field in request.fields if field in grant.fields)
    return granted, tuple(field for field in request.fields if field not in grant.fields)


def _claim(caller: Caller, request: Request) -> Reason | None:
    if request.identifying or caller.outcome_detail:
        return None
    return Reason.CLAIM_TOO_WEAK


def _named(grant: Grant, request: Request) -> Reason | None:
    if grant.officer_required and _is_blank(request.officer):
        return Reason.OFFICER_REQUIRED
    if grant.dossier_required and _is_blank(request.dossier):
        return Reason.DOSSIER_REQUIRED
    if grant.consent_required and _is_blank(request.consent):
        return Reason.CONSENT_REQUIRED
    return None


def _is_blank(reference: str | None) -> bool:
    return reference is None or not reference.strip()


def _limits(request: Request) -> Reason | None:
    if not request.within_quota:
        return Reason.QUOTA_EXCEEDED
    return Reason.TOO_MANY_GUESSES if request.barred else None
