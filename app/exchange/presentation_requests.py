"""Asking a holder to show a document: the request comes first, with its nonce and audience.

It goes to the simulated phone of the bearer of a number, as an approval that the holder accepts or
refuses, or to any wallet, as a query of OpenID4VP 1.0 (DCQL, §6). Nothing is told about anybody
here: a number that nobody bears gets a request like any other, that nobody answers. Each question
to a number counts towards the limit of guesses, by which no phone is rung for ever, either.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final

import msgspec

from app.exchange import gate, proof
from app.exchange.callers import PRESENTATION
from app.exchange.errands import Errand
from app.exchange.gate import Refused
from app.exchange.models import PresentationRequest as Row
from app.exchange.refusals import PROBLEMS
from app.identity import approvals, share_codes, sources, wallet
from app.identity.approvals import Ask
from app.identity.credentials import issuing
from app.platform import errors, fresh
from app.registry import lookup

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.exchange.access import Access
    from app.exchange.callers import Caller, Room
    from app.platform.world import World

#: The kinds of documents as grants name them: fields are words with underscores.
FIELDS: Final = tuple(name.replace("-", "_") for name in sources.all_of_them())
LIFETIME: Final = dt.timedelta(minutes=5)
#: The kind of approval that is put on a phone.
APPROVAL: Final = "presentation"
FORMAT: Final = "dc+sd-jwt"

REQUEST_UNKNOWN = errors.declare(
    code="presentation-request-unknown",
    kind="not_found",
    fault_of="caller",
    title_vi="Không có yêu cầu xuất trình nào với mã này của hệ thống",
    title_en="The system has made no presentation request of this id",
    next_vi="Tạo yêu cầu bằng POST /v1/presentation-requests; yêu cầu hết hạn sau vài phút.",
    next_en="Make one with POST /v1/presentation-requests; it is forgotten after some minutes.",
)


class NewRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked for: one document of these kinds, these claims of it, of whoever, or of one.

    `number` is that of the person whose simulated phone is to ask; None asks another wallet.
    """

    errand: Errand
    kinds: tuple[str, ...]
    claims: tuple[str, ...]
    number: str | None = None


class RequestedPresentation(msgspec.Struct, frozen=True, kw_only=True):
    """A request and its state: `pending`, `accepted`, `refused`, `used`, `answered`, `expired`."""

    id: str
    state: str
    nonce: str
    audience: str
    dcql_query: dict[str, Any]
    expires_at: dt.datetime
    simulated: bool = True


def field(kind: str) -> str:
    """Return how grants and leaves name a kind of document."""
    return kind.replace("-", "_")


def admit(
    caller: Caller, errand: Errand, kinds: tuple[str, ...], *, within_quota: Room
) -> gate.Admitted | Refused:
    """Have the gate decide whether the caller may be shown documents of these kinds."""
    return gate.admit(
        caller,
        gate.Request(
            service=PRESENTATION,
            errand=errand,
            fields=tuple(map(field, kinds)),
            within_quota=within_quota,
        ),
    )


def create(
    session: Session, access: Access, caller: Caller, new: NewRequest, now: dt.datetime
) -> RequestedPresentation:
    """Make a request, and ask on the holder's phone if one is named.

    Raises `document-kind-unknown`, `claim-unknown`, and the gate's refusal as an error: nothing
    has been told or asked by then, so there is no leaf.
    """
    for kind in new.kinds:
        wallet.kind_of(kind)
        share_codes.check_claims(kind, new.claims)
    verdict = admit(caller, new.errand, new.kinds, within_quota=access.take(caller))
    if isinstance(verdict, Refused):
        raise PROBLEMS[verdict.reason].error()
    if new.number is not None and not _within_guesses(access, caller, new.number):
        raise PROBLEMS[gate.Reason.TOO_MANY_GUESSES].error()
    citizen_id = None if new.number is None else _bearer(session, new.number)
    row = Row(
        id=fresh.hex128(),
        client_id=caller.client_id,
        purpose=new.errand.purpose,
        kinds=list(new.kinds),
        claims=list(new.claims),
        nonce=fresh.hex128(),
        citizen_id=citizen_id,
        approval=None,
        created_at=now,
        expires_at=now + LIFETIME,
        answered_at=None,
    )
    if new.number is not None:
        row.approval = _asked(session, caller, row, now)
    session.add(row)
    session.flush()
    return view(session, access.world, row, now)


def find(session: Session, caller: Caller, request_id: str) -> Row:
    """Return a request of this caller; raise `presentation-request-unknown`."""
    row = session.get(Row, request_id)
    if row is None or row.client_id != caller.client_id:
        raise REQUEST_UNKNOWN.error()
    return row


def view(session: Session, world: World, row: Row, now: dt.datetime) -> RequestedPresentation:
    """Return a request as its caller sees it."""
    return RequestedPresentation(
        id=row.id,
        state=state(session, row, now),
        nonce=row.nonce,
        audience=audience(world, row.client_id),
        dcql_query=_query(world, row),
        expires_at=row.expires_at,
    )


def state(session: Session, row: Row, now: dt.datetime) -> str:
    """Return how a request stands: a number's is `pending` whether anybody bears it or not."""
    if row.answered_at is not None:
        return "answered"
    if row.expires_at <= now:
        return "expired"
    return "pending" if row.approval is None else approvals.told(session, row.approval, now)


def audience(world: World, client_id: str) -> str:
    """Return for whom a presentation is made: one system of one world."""
    return f"{world.issuer}/systems/{client_id}"


def _query(world: World, row: Row) -> dict[str, Any]:
    """Return the request as a DCQL query: one credential of one of the types, with its claims."""
    types = [issuing.type_address(world, kind) for kind in row.kinds]
    return {
        "credentials": [
            {
                "id": "document",
                "format": FORMAT,
                "meta": {"vct_values": types},
                "claims": [{"path": [name]} for name in row.claims],
            }
        ]
    }


def _within_guesses(access: Access, caller: Caller, number: str) -> bool:
    """Count a question to a number, which is asked only so often whoever bears it."""
    return access.fail(caller.guesser, proof.asked_subject(access, number))


def _bearer(session: Session, number: str) -> int | None:
    found = lookup.find(session, number).only
    return None if found is None else found.citizen_id


def _asked(session: Session, caller: Caller, row: Row, now: dt.datetime) -> str:
    """Put the question on the phone of whoever bears the number; return the approval's id."""
    kinds = [wallet.kind_of(kind) for kind in row.kinds]
    vi = " / ".join(kind.title_vi for kind in kinds)
    en = " / ".join(kind.title_en for kind in kinds)
    asked = Ask(
        kind=APPROVAL,
        title_vi=f"{caller.agency_name} đề nghị xuất trình: {vi}",
        title_en=f"{caller.agency_name_en} asks to be shown: {en}",
        details={
            "purpose": row.purpose,
            "kinds": row.kinds,
            "claims": row.claims,
            "sensitive": [kind.name for kind in kinds if kind.sensitivity == "sensitive"],
        },
        asked_by=caller.client_id,
        expires_at=row.expires_at,
    )
    return approvals.ask_whoever(session, row.citizen_id, asked, now)
