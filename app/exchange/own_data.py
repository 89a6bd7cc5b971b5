"""Own data: what the registry and the registers behind the wallet hold about a citizen.

For the citizen who is signed in at the portal, with who supplied each field and when. The portal's
system is told it, too: so each reading has its leaf, of kind `sign_in`, before it leaves.
"""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import msgspec

from app.exchange import answered, disclosing, proof
from app.exchange.callers import Caller, Grant
from app.exchange.errands import Errand
from app.exchange.gate import Admitted
from app.exchange.log.leaves import Kind
from app.exchange.proof import LeafPlace
from app.identity import applications, sources
from app.identity import provenance as identity_provenance
from app.registry import citizens, provenance
from app.registry.fields import FIELDS

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.exchange.access import Access
    from app.exchange.answered import Answered
    from app.exchange.log.leaves import LeafDraft
    from app.exchange.proof import Proof

#: The outcome of such a leaf.
OWN: Final = "own_data"


class OwnField(msgspec.Struct, frozen=True, kw_only=True):
    """One field: its value, and who supplied it; null where there is no card or account.

    It is null for other registers' fields, too: `registers` says whose they are. `on` is a day of
    the world's clock, null where it is not known; `source` a kind of life event, of register, or
    of what happened to card and account; `event_id` and `documents` those of the life event.
    `supplied_by` is `holder` or `representative` where they did it themselves.
    """

    field: str
    label_vi: str
    label_en: str
    sensitive: bool
    value: Any
    supplied_by: str | None
    source: str | None
    source_vi: str | None
    source_en: str | None
    on: dt.date | None
    event_id: int | None
    documents: tuple[str, ...]


class OwnEntry(msgspec.Struct, frozen=True, kw_only=True):
    """What another register holds: `invalid` says why it does not count."""

    register: str
    title_vi: str
    title_en: str
    source_vi: str
    source_en: str
    number: str
    claims: dict[str, Any]
    invalid: str | None
    expires_on: dt.date | None


class OwnData(msgspec.Struct, frozen=True, kw_only=True):
    """All of it."""

    pin: str
    fields: list[OwnField]
    registers: list[OwnEntry]
    simulated: bool
    request_id: str
    receipt: str
    leaf: LeafPlace


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """Who reads whose data, through which system and by which of its grants."""

    citizen_id: int
    caller: Caller
    grant: Grant
    request_id: str


_encoder = msgspec.json.Encoder()


def tell(session: Session, access: Access, asked: Asked, now: dt.datetime) -> Answered:
    """Read it and log that it was read, in the world's writer; send nothing before it commits."""
    today = access.world.today
    applications.settle(session, asked.citizen_id, today, now)
    drafted, verdict = leaf(access, asked, OWN, tuple(disclosing.CATALOGUE))
    body = partial(_body, session, asked, today)
    return answered.log(session, access, drafted, verdict=verdict, body=body, now=now)


def leaf(
    access: Access, asked: Asked, outcome: str, fields: tuple[str, ...]
) -> tuple[LeafDraft, Admitted]:
    """Return the leaf of a reading, by which the portal's system is told, and its verdict."""
    verdict = Admitted(grant=asked.grant, fields=fields)
    drafted = proof.draft(
        asked.caller,
        Errand(request_id=asked.request_id, today=access.world.today, purpose=asked.grant.purpose),
        verdict,
        kind=Kind.SIGN_IN,
        outcome=outcome,
        fields=fields,
        about=proof.citizen_subject(access, asked.citizen_id),
    )
    return drafted, verdict


def _body(session: Session, asked: Asked, today: dt.date, proved: Proof) -> bytes:
    [person] = citizens.read(session, [asked.citizen_id])
    return _encoder.encode(
        OwnData(
            pin=person.pin,
            fields=_fields(session, asked.citizen_id, today),
            registers=[
                OwnEntry(
                    register=each.name,
                    title_vi=each.title_vi,
                    title_en=each.title_en,
                    source_vi=each.source_vi,
                    source_en=each.source_en,
                    number=entry.number,
                    claims=dict(entry.claims),
                    invalid=entry.invalid,
                    expires_on=entry.expires_on,
                )
                for each in sources.all_of_them().values()
                for entry in each.read(session, person, today)
            ],
            simulated=True,
            request_id=asked.request_id,
            receipt=proved.receipt,
            leaf=proved.leaf,
        )
    )


def _fields(session: Session, citizen_id: int, today: dt.date) -> list[OwnField]:
    [data] = disclosing.read(session, [citizen_id], tuple(disclosing.CATALOGUE), today)
    supplied = provenance.of(session, citizen_id, FIELDS)
    supplied |= identity_provenance.of(session, citizen_id, today)
    told = []
    for name, field in disclosing.CATALOGUE.items():
        by = supplied.get(name)
        told.append(
            OwnField(
                field=name,
                label_vi=field.label_vi,
                label_en=field.label_en,
                sensitive=field.sensitivity == "sensitive",
                value=data[name],
                supplied_by=None if by is None else by.supplied_by,
                source=None if by is None else by.source,
                source_vi=None if by is None else by.source_vi,
                source_en=None if by is None else by.source_en,
                on=None if by is None else by.on,
                event_id=None if by is None else by.event_id,
                documents=() if by is None else by.documents,
            )
        )
    return told
