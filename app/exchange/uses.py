"""Uses: what somebody's electronic identity and card were used for, as its holder may read it.

The use of the electronic identity card is kept five years (Decree 69/2024/NĐ-CP, Art 28, as
secondary texts quote it). A use is an exchange that had the holder's identity before it: a
sign-in, and what a system was told after it; a document shown or shared; a card's chip or QR code
checked. Each has its leaf in the log, so the history is read from there and kept nowhere else:
what it tells can be proved. A log whose retention is shorter, or that began anew with a fork,
tells less.

A check that failed is logged under the number that was asked about, whoever bears it (`proof`).
An old number of nine digits may be two people's: what was asked by one and failed is told nobody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec
from sqlalchemy import not_, or_, select

from app.exchange import proof
from app.exchange.log import leaves
from app.exchange.log.leaves import Kind
from app.exchange.models import Leaf
from app.registry import fields

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from app.exchange.access import Access
    from app.exchange.callers import Caller

#: How long the history goes back, on the world's clock.
YEARS_KEPT: Final = 5
MOST_USES: Final = 200
#: Which leaves are uses.
KINDS: Final = (Kind.SIGN_IN, Kind.PRESENTATION, Kind.SHARE, Kind.CHIP, Kind.QR)


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """An exchange as a citizen is told of it: when, by whom, what for and what came of it.

    `on` is the world's date, `at` real time (RFC 3339). `fields` are what was told or checked.
    `seq` is the leaf by which the log proves it.
    """

    seq: int
    kind: str
    outcome: str
    on: str
    at: str
    agency: str
    agency_name: str
    agency_name_en: str
    purpose: str
    legal_basis: str
    dossier: str | None
    fields: tuple[str, ...]


class Use(Told, frozen=True, kw_only=True):
    """One use of a document or account, at this system and by this official of an agency."""

    system: str
    officer: str | None


def page(
    session: Session, access: Access, citizen_id: int, *, before: int | None, limit: int
) -> list[Use]:
    """Return the latest uses before leaf `before` (None: up to now), latest first."""
    since = kept_since(access.world.today).isoformat()
    query = select(Leaf.body).where(
        Leaf.subject.in_(subjects(session, access, citizen_id)),
        # Most leaves of a busy log are verifications: one look at their text, and they are out.
        not_(_is(Kind.VERIFICATION)),
        or_(*map(_is, KINDS)),
    )
    if before is not None:
        query = query.where(Leaf.seq < before)
    # A sum is in no index: else a database may walk the whole log backwards, by number.
    query = query.order_by((Leaf.seq + 0).desc()).limit(min(limit, MOST_USES))
    found = [leaves.parse(body) for body in session.scalars(query) if body is not None]
    return [_use(access, leaf) for leaf in found if leaf.domain_time >= since]


def kept_since(today: dt.date) -> dt.date:
    """Return the first day whose uses are still told on `today`."""
    year = today.year - YEARS_KEPT
    if (today.month, today.day) == (2, 29):
        return today.replace(year=year, month=3, day=1)
    return today.replace(year=year)


def _is(kind: Kind) -> ColumnElement[bool]:
    """Whether a leaf is of a kind: in canonical text, what is quoted within a value is escaped."""
    return Leaf.body.contains(f',"kind":"{kind}",', autoescape=True)


def subjects(session: Session, access: Access, citizen_id: int) -> list[str]:
    """Return how the log names a citizen, and each of the personal numbers they bear or bore."""
    return [proof.citizen_subject(access, citizen_id)] + [
        proof.number_subject(access, number) for number in _numbers(session, access, citizen_id)
    ]


def _numbers(session: Session, access: Access, citizen_id: int) -> Iterator[str]:
    [known] = fields.read(session, [citizen_id], ("pin", "superseded_pins"), access.world.today)
    yield known["pin"]
    yield from (cancelled.pin for cancelled in known["superseded_pins"])


def _use(access: Access, leaf: leaves.Leaf) -> Use:
    caller = access.snapshot().callers.get(leaf.system)
    return Use(**told(leaf, caller), system=leaf.system, officer=leaf.officer)


def told(leaf: leaves.Leaf, caller: Caller | None) -> dict[str, Any]:
    """Return the members of `Told` of one leaf; a caller that is gone has its code for a name."""
    return {
        "seq": leaf.seq,
        "kind": leaf.kind,
        "outcome": leaf.outcome,
        "on": leaf.domain_time,
        "at": leaf.recorded_at,
        "agency": leaf.agency,
        "agency_name": leaf.agency if caller is None else caller.agency_name,
        "agency_name_en": leaf.agency if caller is None else caller.agency_name_en,
        "purpose": leaf.purpose,
        "legal_basis": leaf.legal_basis,
        "dossier": leaf.dossier,
        "fields": leaf.fields,
    }
