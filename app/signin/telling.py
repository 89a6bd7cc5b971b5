"""Telling: what a system learns of a person who signed in, decided at the moment it is told.

1. The gate admits the system: its connection is open, and a grant for sign-in is in force.
2. What the person agreed to is asked of the consent, which may have been withdrawn since.
3. The account may still be used: whoever has died signs in nowhere.
4. The fields are read.
5. The leaf is durable before the claims leave.

`decide` takes steps 1 to 3 and `read` 4, `draft` makes the leaf of 5, for the writer to append.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

import msgspec

from app.exchange import consent_check, disclosing, gate, proof
from app.exchange.callers import SIGN_IN, Caller, Room
from app.exchange.errands import Errand
from app.exchange.gate import Admitted, Reason, Refused
from app.exchange.log.leaves import Kind
from app.identity import accounts
from app.signin import claims

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from app.exchange.access import Access
    from app.exchange.log.leaves import LeafDraft
    from app.signin.sign_ins import Given, Known

#: Outcomes of leaves: somebody signed in; somebody who had signed in was asked about.
SIGNED_IN = "signed_in"
TOLD = "told"
_NO_CONSENT_YET = "to-be-asked"


class Errant(msgspec.Struct, frozen=True, kw_only=True):
    """Who is told, for which request, on which day of the world."""

    caller: Caller
    request_id: str
    today: dt.date
    within_quota: Room = Room.ENOUGH


def purpose(caller: Caller, today: dt.date, wanted: str | None = None) -> str | None:
    """Return what the system may sign people in for: what it names, else its only purpose."""
    purposes = [
        purpose
        for (service, purpose), grants in sorted(caller.grants.items())
        if service == SIGN_IN and any(grant.is_in_force(today) for grant in grants)
    ]
    if wanted is not None:
        return wanted
    return purposes[0] if purposes else None


def admit(errant: Errant, known_purpose: str | None, fields: Sequence[str]) -> Admitted | Refused:
    """Take step 1. Fields that no grant gives are withheld; the sign-in itself stands.

    A sign-in that asks for no field is admitted by the grant alone.
    """
    caller = errant.caller
    asked = gate.Request(
        service=SIGN_IN,
        fields=tuple(fields),
        errand=_errand(errant, known_purpose, _NO_CONSENT_YET),
        partial=True,
        within_quota=errant.within_quota,
    )
    verdict = gate.admit(caller, asked)
    if not isinstance(verdict, Refused) or verdict.reason is not Reason.FIELD_NOT_ALLOWED:
        return verdict
    # None of the fields is granted, or none is asked for: what the grant gives decides.
    granted = () if verdict.grant is None else tuple(sorted(verdict.grant.fields))
    whole = gate.admit(caller, msgspec.structs.replace(asked, fields=granted))
    if isinstance(whole, Refused):
        return whole
    return Admitted(grant=whole.grant, fields=(), withheld=tuple(fields))


def decide(
    session: Session, errant: Errant, known: Known, names: Sequence[str]
) -> Admitted | Refused | str:
    """Take steps 1 to 3 for these claims; a text is the code of what ails the account.

    `Admitted.fields` are those that the person agreed to; `known` has its person.
    """
    person, given = known.person, known.given
    if person is None or given is None:
        raise ValueError("nobody has agreed")
    # 1.
    wanted = [field for field in claims.fields(names) if field in given.fields]
    asked_for = purpose(errant.caller, errant.today, known.request.purpose)
    verdict = admit(errant, asked_for, wanted)
    # 2.
    if isinstance(verdict, Admitted) and verdict.fields:
        verdict = gate.confirm(
            verdict,
            consent_check.given(session, given.consent_id),
            subject_id=person.citizen_id,
            agency_id=errant.caller.agency_id,
            today=errant.today,
        )
    # 3.
    return (
        verdict
        if isinstance(verdict, Refused)
        else _ailing(session, person.citizen_id, errant.today) or verdict
    )


def read(
    session: Session, known: Known, admitted: Admitted, names: Sequence[str], today: dt.date
) -> dict[str, Any]:
    """Take step 4: return the claims, without those that are not on record."""
    if known.person is None or not admitted.fields:
        return {}
    [data] = disclosing.read(session, [known.person.citizen_id], admitted.fields, today)
    return claims.tell(names, data)


def draft(
    access: Access,
    errant: Errant,
    known: Known,
    verdict: Admitted | Refused,
    *,
    outcome: str,
) -> LeafDraft:
    """Return the leaf of step 5: of what is told, or of the refusal."""
    if known.person is None:
        raise ValueError("nobody has agreed")
    given: Given | None = known.given
    asked_for = purpose(errant.caller, errant.today, known.request.purpose)
    return proof.draft(
        errant.caller,
        _errand(errant, asked_for, None if given is None else given.consent_id),
        verdict,
        kind=Kind.SIGN_IN,
        outcome=proof.refusal_outcome(verdict) if isinstance(verdict, Refused) else outcome,
        fields=() if isinstance(verdict, Refused) else verdict.fields,
        about=proof.citizen_subject(access, known.person.citizen_id),
    )


def _errand(errant: Errant, purpose: str | None, consent: str | None) -> Errand:
    return Errand(
        request_id=errant.request_id,
        today=errant.today,
        purpose=purpose or "",
        consent=consent,
    )


def _ailing(session: Session, citizen_id: int, today: dt.date) -> str | None:
    """Return the code of why the person's account cannot be used, None if it can."""
    account = accounts.of(session, citizen_id)
    if account is None:
        return "account-closed"
    return accounts.standing(session, account, today).code
