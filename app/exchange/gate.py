"""The gate: decides from a caller's access whether a question may be put, and says why not.

It is pure: values in, a value out. A refusal is not an error: it is answered and it is logged.
"""

from __future__ import annotations

import datetime as dt
from enum import StrEnum, unique
from typing import TYPE_CHECKING, Protocol

import msgspec

from app.exchange.callers import Grant, Room
from app.exchange.errands import Errand

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
    SUPPLIER_REFUSES = "SUPPLIER_REFUSES"
    SLICE_NOT_ALLOWED = "SLICE_NOT_ALLOWED"
    PAST_NOT_ALLOWED = "PAST_NOT_ALLOWED"
    CLAIM_TOO_WEAK = "CLAIM_TOO_WEAK"
    OFFICER_REQUIRED = "OFFICER_REQUIRED"
    DOSSIER_REQUIRED = "DOSSIER_REQUIRED"
    DOSSIER_NOT_FOUND = "DOSSIER_NOT_FOUND"
    CONSENT_REQUIRED = "CONSENT_REQUIRED"
    QUOTA_EXCEEDED = "QUOTA_EXCEEDED"
    RATE_LIMITED = "RATE_LIMITED"
    TOO_MANY_GUESSES = "TOO_MANY_GUESSES"
    NO_CONSENT = "NO_CONSENT"


class Request(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A question as the gate sees it: what for, which fields, for whom, within which limits.

    `partial`: a field without a grant is withheld instead of refusing the whole question.
    `identifying`: a claim says more than a number itself gives away.
    """

    service: str
    fields: tuple[str, ...]
    errand: Errand
    partial: bool = False
    identifying: bool = True
    within_quota: Room = Room.ENOUGH
    barred: bool = False


class Admitted(msgspec.Struct, frozen=True, kw_only=True):
    """The question may be put: by this grant, for these fields, in the order they were asked."""

    grant: Grant
    fields: tuple[str, ...]
    withheld: tuple[str, ...] = ()
    """Fields that were asked for and that no grant gives: `FIELD_NOT_ALLOWED`."""
    unshared: tuple[str, ...] = ()
    """Fields that are granted and that their supplier keeps back: `SUPPLIER_REFUSES`."""


class Refused(msgspec.Struct, frozen=True, kw_only=True):
    """The question may not be put. `fields` are those at fault, `grant` the rule that refuses."""

    reason: Reason
    fields: tuple[str, ...] = ()
    grant: Grant | None = None


class ConsentGiven(msgspec.Struct, frozen=True, kw_only=True):
    """What one citizen allowed one agency for one purpose, as far as the gate needs to know.

    `id`, `declined`, `means` and `client_id` are for those who remember what was agreed.
    """

    citizen_id: int
    agency_id: int
    purpose: str
    fields: frozenset[str]
    from_date: dt.date
    to_date: dt.date | None
    state: str
    id: str = ""
    declined: frozenset[str] = frozenset()
    means: str = "paper"
    client_id: str | None = None


def admit(caller: Caller, request: Request) -> Admitted | Refused:
    """Decide all that the caller's own access decides. Every check must pass, in this order.

    1. The connection is open, its system secure enough and its inspection not lapsed.
    2. A grant for this service and purpose exists and is in force on the world's date.
    3. The grant gives the fields (all of them; with `partial`, at least one), and nobody who
       supplied them keeps them back.
    4. The claim says more than a number gives away, where the answer is only yes or no.
    5. Officer, dossier and consent are named where the grant demands them, and the dossier exists.
    6. Today's quota is not used up, the pace is kept, and the failed guesses about this subject
       are not too many.

    What is not checked: that the consent is the subject's. That takes a look-up, then `confirm`.
    """
    # 1.
    if (closed := closed_by(caller, request.errand.today)) is not None:
        return Refused(reason=closed)
    # 2.
    grant = _grant_in_force(caller, request)
    if isinstance(grant, Reason):
        return Refused(reason=grant)
    # 3.
    granted, withheld = _divide(grant, request)
    if not granted or (withheld and not request.partial):
        return Refused(reason=Reason.FIELD_NOT_ALLOWED, fields=withheld, grant=grant)
    granted, unshared = _shared(caller, granted)
    if unshared and (not granted or not request.partial):
        return Refused(reason=Reason.SUPPLIER_REFUSES, fields=unshared, grant=grant)
    # 4, 5, 6.
    reason = (
        _claim(caller, request)
        or _named(grant, request.errand)
        or _limits(request.within_quota, barred=request.barred)
    )
    if reason is not None:
        return Refused(reason=reason, grant=grant)
    return Admitted(grant=grant, fields=granted, withheld=withheld, unshared=unshared)


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


def seek(
    caller: Caller,
    purpose: str,
    fields: tuple[str, ...],
    today: dt.date,
    *,
    within_quota: Room,
    barred: bool,
) -> Admitted | Refused:
    """Decide whether a citizen may be asked for consent to these fields, for this purpose.

    1. The connection is open, its system secure enough and its inspection not lapsed.
    2. Some service's grant for this purpose that rests on consent is in force.
    3. Such grants give every field: nobody is asked for what would not be shared anyway.
    4. Today's quota is not used up, the pace is kept, and this number was not asked too often.
    """
    # 1.
    if (closed := closed_by(caller, today)) is not None:
        return Refused(reason=closed)
    # 2.
    on_consent = [
        grant
        for (_, named), grants in sorted(caller.grants.items())
        for grant in grants
        if named == purpose and grant.consent_required
    ]
    in_force = [grant for grant in on_consent if grant.is_in_force(today)]
    if not in_force:
        return Refused(reason=Reason.GRANT_EXPIRED if on_consent else Reason.PURPOSE_NOT_ALLOWED)
    # 3.
    given = frozenset().union(*(grant.fields for grant in in_force))
    outside = tuple(name for name in fields if name not in given)
    if outside:
        return Refused(reason=Reason.FIELD_NOT_ALLOWED, fields=outside, grant=in_force[0])
    # 4.
    if (reason := _limits(within_quota, barred=barred)) is not None:
        return Refused(reason=reason, grant=in_force[0])
    return Admitted(grant=in_force[0], fields=fields)


def of_past(admitted: Admitted, caller: Caller) -> Admitted | Refused:
    """Decide whether a question may be about an earlier day: of who is told outcomes in detail.

    What somebody was is more than what they are: a name before a change, parents before an
    adoption.
    """
    if caller.outcome_detail:
        return admitted
    return Refused(reason=Reason.PAST_NOT_ALLOWED, grant=admitted.grant)


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
    kept_back = (*verdict.withheld, *verdict.unshared)
    kept = f"; withheld {', '.join(kept_back)}" if kept_back else ""
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
        consent.state == "given"
        and consent.from_date <= today
        and (consent.to_date is None or today <= consent.to_date)
    )
    return is_for_this and is_active


class Connected(Protocol):
    """What of a system decides whether its connection is open."""

    @property
    def state(self) -> str: ...  # noqa: D102 - see `models.System`

    @property
    def security_level(self) -> int: ...  # noqa: D102 - see `models.System`

    @property
    def inspected_until(self) -> dt.date: ...  # noqa: D102 - see `models.System`


def closed_by(caller: Connected, today: dt.date) -> Reason | None:
    """Return why a connection is closed on the world's `today`; None while it is open.

    A system below level 3 and one whose inspection has lapsed are refused by themselves, whatever
    state the connection is in (Circular 46/2022/TT-BCA).
    """
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
    grants = caller.grants.get((request.service, request.errand.purpose), ())
    if not grants:
        return Reason.PURPOSE_NOT_ALLOWED
    for grant in grants:
        if grant.is_in_force(request.errand.today):
            return grant
    return Reason.GRANT_EXPIRED


def _divide(grant: Grant, request: Request) -> tuple[tuple[str, ...], tuple[str, ...]]:
    if grant.fields.issuperset(request.fields):
        return request.fields, ()
    granted = tuple(field for field in request.fields if field in grant.fields)
    return granted, tuple(field for field in request.fields if field not in grant.fields)


def _shared(caller: Caller, granted: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Divide fields into those that are shared and those that their supplier keeps back."""
    if not caller.unshared:
        return granted, ()
    shared = tuple(field for field in granted if field not in caller.unshared)
    return shared, tuple(field for field in granted if field in caller.unshared)


def _claim(caller: Caller, request: Request) -> Reason | None:
    if request.identifying or caller.outcome_detail:
        return None
    return Reason.CLAIM_TOO_WEAK


def _named(grant: Grant, errand: Errand) -> Reason | None:
    if grant.officer_required and _is_blank(errand.officer):
        return Reason.OFFICER_REQUIRED
    if grant.dossier_required and _is_blank(errand.dossier):
        return Reason.DOSSIER_REQUIRED
    if not errand.dossier_exists:
        return Reason.DOSSIER_NOT_FOUND
    if grant.consent_required and _is_blank(errand.consent):
        return Reason.CONSENT_REQUIRED
    return None


def _is_blank(reference: str | None) -> bool:
    return reference is None or not reference.strip()


def _limits(within_quota: Room, *, barred: bool) -> Reason | None:
    if not within_quota:
        is_too_fast = within_quota is Room.TOO_FAST
        return Reason.RATE_LIMITED if is_too_fast else Reason.QUOTA_EXCEEDED
    return Reason.TOO_MANY_GUESSES if barred else None
