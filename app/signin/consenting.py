"""Consenting: which data a person lets a system know, attribute by attribute, and for how long.

What was agreed to is a consent like any other (Law 91/2025/QH15, Art 9): the person sees and
withdraws it, and from then on nothing more is told. Silence is none: no box is ticked beforehand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from app.exchange import consents, disclosing
from app.exchange.consents import NewConsent
from app.exchange.gate import Refused
from app.signin import claims, telling
from app.signin.sign_ins import Given

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from app.exchange.gate import ConsentGiven
    from app.signin.requests import AuthorizationRequest
    from app.signin.telling import Errant

#: How every consent was given that was given by signing in.
MEANS: Final = "sign-in"


#: What is agreed to with another attribute, where both are asked for: a name says its parts.
_WITHIN: Final = dict.fromkeys(("family_name", "middle_name", "given_name"), "full_name")


class Attribute(msgspec.Struct, frozen=True, kw_only=True):
    """One field a system asks for: its words in both languages, and whether it cannot do without.

    `value` is what the person's record says, as text, or None where it says nothing.
    """

    name: str
    label_vi: str
    label_en: str
    is_sensitive: bool
    is_essential: bool
    value: Any


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What a system may ask this person for: by which purpose and law, and which fields."""

    purpose: str
    legal_basis: str
    fields: tuple[str, ...]
    withheld: tuple[str, ...]


def wish(errant: Errant, request: AuthorizationRequest) -> Wish | Refused:
    """Return what of a request the system's grant lets it ask for; the rest is not shown."""
    purpose = telling.purpose(errant.caller, errant.today, request.purpose)
    verdict = telling.admit(errant, purpose, request.asked.fields)
    if isinstance(verdict, Refused):
        return verdict
    return Wish(
        purpose=purpose or "",
        legal_basis=verdict.grant.legal_basis,
        fields=verdict.fields,
        withheld=verdict.withheld,
    )


def attributes(
    session: Session,
    citizen_id: int,
    wanted: Wish,
    request: AuthorizationRequest,
    today: dt.date,
) -> list[Attribute]:
    """Return the fields that are asked for with what the person's own record says of each."""
    if not wanted.fields:
        return []
    essential = set(claims.fields(request.asked.essential))
    [data] = disclosing.read(session, [citizen_id], wanted.fields, today)
    return [
        Attribute(
            name=name,
            label_vi=disclosing.CATALOGUE[name].label_vi,
            label_en=disclosing.CATALOGUE[name].label_en,
            is_sensitive=disclosing.CATALOGUE[name].sensitivity == "sensitive",
            is_essential=name in essential,
            value=msgspec.to_builtins(data[name]),
        )
        for name in wanted.fields
        if _WITHIN.get(name) not in wanted.fields
    ]


def remembered(
    session: Session,
    errant: Errant,
    citizen_id: int,
    wanted: Wish,
    request: AuthorizationRequest,
) -> Given | None:
    """Return what the person agreed to before, where all that is asked for now was decided then.

    What was refused is not asked for again, unless the system cannot do without it.
    """
    if not wanted.fields:
        return Given(fields=(), consent_id=None)
    essential = claims.fields(request.asked.essential)
    agency_id = errant.caller.agency_id
    for consent in consents.in_force(session, citizen_id, agency_id, errant.today):
        is_decided = set(wanted.fields) <= consent.fields | consent.declined
        if is_decided and _is_theirs(consent, errant, wanted):
            given = tuple(name for name in wanted.fields if name in consent.fields)
            lacking = set(wanted.fields).difference(given).intersection(essential)
            return None if lacking else Given(fields=given, consent_id=consent.id)
    return None


def give(
    session: Session,
    errant: Errant,
    citizen_id: int,
    wanted: Wish,
    agreed: Sequence[str],
    how: str,
) -> Given:
    """Record that the person agreed to these fields of the wish; `how` says by which means."""
    fields = tuple(
        name
        for name in wanted.fields
        if name in agreed or (_WITHIN.get(name) in agreed and _WITHIN[name] in wanted.fields)
    )
    if not fields:
        return Given(fields=(), consent_id=None)
    consent_id = consents.create(
        session,
        NewConsent(
            citizen_id=citizen_id,
            agency_id=errant.caller.agency_id,
            purpose=wanted.purpose,
            fields=fields,
            from_date=errant.today,
            to_date=None,
            evidence=f"{MEANS} {how} at {errant.caller.client_id}",
            means=MEANS,
            client_id=errant.caller.client_id,
            declined=tuple(name for name in wanted.fields if name not in fields),
        ),
    )
    return Given(fields=fields, consent_id=consent_id)


def _is_theirs(consent: ConsentGiven, errant: Errant, wanted: Wish) -> bool:
    return (
        consent.purpose == wanted.purpose
        and consent.means == MEANS
        and consent.client_id == errant.caller.client_id
    )
