"""Answers "may I read this, or report that, and by which rule?", the rights question.

It asks the gate itself, so the answer is what a real question would get. It names no person, is
counted in no quota and has no leaf.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final

import msgspec

from app.exchange import disclosing, gate, presentation_requests, register_claim
from app.exchange.callers import (
    CHANGES,
    CHIP,
    PRESENTATION,
    QR,
    REGISTER,
    REPORTING,
    SEARCH,
    SIGN_IN,
    VERIFICATION,
)
from app.exchange.chip_verdicts import CHECKS
from app.exchange.errands import Errand
from app.exchange.gate import Admitted, Reason, Refused
from app.exchange.qr_verification import FIELDS as QR_FIELDS
from app.exchange.refusals import PROBLEMS
from app.matching.verdicts import ATTRIBUTES
from app.registry import changes, events

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.exchange.callers import Caller

#: What can make a claim say more than the number's own digits do: see `verification`.
_IDENTIFYING = frozenset({"full_name", "birth_date"})
#: Nothing is logged by which a request would be found.
_NONE_IS_PUT: Final = ""
#: Stands for an officer, dossier or consent that a real question would name.
_NAMED = "-"


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """The answer for one field through one service.

    If `allowed`, by `legal_basis` until `valid_to` (None: open), naming what is required; if not,
    `reason` is the code of the refusal that a real question would meet.
    """

    service: str
    field: str
    allowed: bool
    reason: str | None = None
    title_vi: str | None = None
    title_en: str | None = None
    next_vi: str | None = None
    next_en: str | None = None
    legal_basis: str | None = None
    valid_to: dt.date | None = None
    requires: tuple[str, ...] = ()


def check(
    caller: Caller,
    *,
    purpose: str,
    fields: tuple[str, ...],
    today: dt.date,
    service: str | None = None,
    kinds: tuple[str, ...] = (),
) -> list[Finding]:
    """Answer for each field through each service that offers it, or through one.

    The question is for all fields together: a yes or no on someone's sex is given with the name,
    and by itself it would be refused. A birth date is taken to be a full one. A field that no
    service offers is answered once, as not allowed, with an empty service. `kinds` of life event
    are answered as fields of what they are reported through.
    """
    asked = gate.Request(
        service="",
        fields=fields,
        errand=Errand(
            request_id=_NONE_IS_PUT,
            today=today,
            purpose=purpose,
            officer=_NAMED,
            dossier=_NAMED,
            consent=_NAMED,
        ),
    )
    found = [finding for field in fields for finding in _through(caller, asked, field, service)]
    return found + [
        _ask(caller, asked, kind, REPORTING)
        if kind in events.kinds()
        else _refusal("", kind, Reason.FIELD_NOT_ALLOWED)
        for kind in kinds
    ]


def _through(
    caller: Caller, asked: gate.Request, field: str, service: str | None
) -> Iterator[Finding]:
    offering = [name for name in _offering(field) if service in (None, name)]
    for name in offering:
        yield _ask(caller, asked, field, name)
    if not offering:
        yield _refusal(service or "", field, Reason.FIELD_NOT_ALLOWED)


def _offering(field: str) -> Iterator[str]:
    offered = (
        (VERIFICATION, ATTRIBUTES),
        (SEARCH, disclosing.CATALOGUE),
        (SIGN_IN, disclosing.CATALOGUE),
        (CHANGES, changes.WATCHED),
        (CHIP, CHECKS),
        (QR, QR_FIELDS),
        (REGISTER, register_claim.by_field()),
        (PRESENTATION, presentation_requests.FIELDS),
    )
    yield from (service for service, fields in offered if field in fields)
    for name, disclosure in disclosing.all_of_them().items():
        if field in disclosure.fields:
            yield name


def _ask(caller: Caller, asked: gate.Request, field: str, service: str) -> Finding:
    is_identifying = service != VERIFICATION or not _IDENTIFYING.isdisjoint(asked.fields)
    verdict = gate.admit(
        caller,
        msgspec.structs.replace(
            asked, service=service, fields=(field,), identifying=is_identifying
        ),
    )
    if isinstance(verdict, Refused):
        return _refusal(service, field, verdict.reason)
    return _permission(service, field, verdict)


def _permission(service: str, field: str, admitted: Admitted) -> Finding:
    grant = admitted.grant
    required = {
        "officer": grant.officer_required,
        "dossier": grant.dossier_required,
        "consent": grant.consent_required,
    }
    return Finding(
        service=service,
        field=field,
        allowed=True,
        legal_basis=grant.legal_basis,
        valid_to=grant.valid_to,
        requires=tuple(name for name, is_required in required.items() if is_required),
    )


def _refusal(service: str, field: str, reason: Reason) -> Finding:
    problem = PROBLEMS[reason]
    return Finding(
        service=service,
        field=field,
        allowed=False,
        reason=problem.code,
        title_vi=problem.title_vi,
        title_en=problem.title_en,
        next_vi=problem.next_vi,
        next_en=problem.next_en,
    )
