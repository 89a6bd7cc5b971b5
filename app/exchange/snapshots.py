"""Snapshots read from a world's database: who may ask, what, and who may not any more."""

from __future__ import annotations

import functools
from collections import defaultdict
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import msgspec
from sqlalchemy import Text, cast, select

from app.exchange.callers import (
    EVERY_KIND,
    REPORTING,
    Caller,
    Grant,
    Pace,
    Sealing,
    Snapshot,
    usual_pace,
)
from app.exchange.models import (
    AccessVersion,
    AnswerSealing,
    FailedGuess,
    RateLimit,
    RevokedToken,
    Withholding,
)
from app.exchange.models import Agency as AgencyRow
from app.exchange.models import Grant as GrantRow
from app.exchange.models import System as SystemRow

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Row, Select
    from sqlalchemy.orm import Session

#: Failed claims about one number, or one person, that the systems of one agency may make together
#: within one window of real time.
MOST_FAILED_GUESSES = 10
_MOST_BARRED = 10_000
#: What a `Grant` has of its row as it stands there.
_PLAIN: Final = (
    *("id", "service", "purpose", "legal_basis", "officer_required", "dossier_required"),
    *("consent_required", "valid_from", "valid_to"),
)
#: Every grant, the oldest first; lists as the text they are kept as (see `_names`).
_GRANTS: Final[Select[*tuple[Any, ...]]] = select(
    GrantRow.agency_id,
    *(cast(column, Text) for column in (GrantRow.fields, GrantRow.kinds, GrantRow.provinces)),
    *(GrantRow.__table__.c[name] for name in _PLAIN),
).order_by(GrantRow.valid_from)


def renewed(known: Snapshot, session: Session, *, now: dt.datetime, window: int) -> Snapshot:
    """Return the present snapshot: `known` itself where nothing has changed since.

    `window` is the present window of failed guesses. Two small statements tell; only a counted
    change of access has everything read again.
    """
    version = session.scalar(select(AccessVersion.version)) or 0
    barred = _barred(session, window)
    if version != known.version:
        return Snapshot(
            version=version,
            callers=_callers(session),
            revoked=_revoked(session, now),
            barred=barred,
        )
    return known if barred == known.barred else msgspec.structs.replace(known, barred=barred)


def _barred(session: Session, window: int) -> frozenset[tuple[str, str]]:
    rows = session.execute(
        select(FailedGuess.client_id, FailedGuess.subject)
        .where(FailedGuess.window == window, FailedGuess.failures >= MOST_FAILED_GUESSES)
        .limit(_MOST_BARRED)
    )
    return frozenset((row.client_id, row.subject) for row in rows)


def _revoked(session: Session, now: dt.datetime) -> frozenset[str]:
    alive = select(RevokedToken.jti).where(RevokedToken.expires_at > now)
    return frozenset(session.scalars(alive))


def _callers(session: Session) -> Mapping[str, Caller]:
    grants = _grants_by_agency(session)
    agencies = {row.id: row for row in session.execute(select(AgencyRow.__table__))}
    sealings = {row.client_id: row for row in session.execute(select(AnswerSealing.__table__))}
    paces = {row.client_id: row for row in session.execute(select(RateLimit.__table__))}
    withheld = session.scalars(select(Withholding.register)).all()
    callers = {}
    first: dict[int, str] = {}
    for system in session.execute(select(SystemRow.__table__).order_by(SystemRow.id)):
        agency = agencies[system.agency_id]
        callers[system.client_id] = Caller(
            client_id=system.client_id,
            system_name=system.name,
            auth_method=system.auth_method,
            credential_version=system.secret_version,
            jwks=system.jwks,
            state=system.state,
            state_reason=system.state_reason,
            security_level=system.security_level,
            inspected_until=system.inspected_until,
            daily_quota=system.daily_quota,
            outcome_detail=system.outcome_detail,
            cleansing=system.cleansing,
            fapi=system.fapi,
            guesser=first.setdefault(agency.id, system.client_id),
            agency_id=agency.id,
            agency_code=agency.code,
            agency_slug=agency.slug,
            agency_name=agency.name,
            agency_name_en=agency.name_en,
            agency_kind=agency.kind,
            grants=MappingProxyType(grants.get(agency.id, {})),
            sealing=_sealing(sealings.get(system.client_id)),
            pace=_pace(paces.get(system.client_id), system.daily_quota),
            unshared=_unshared(withheld, agency.slug),
        )
    return MappingProxyType(callers)


def _sealing(row: Row[Any] | None) -> Sealing | None:
    if row is None:
        return None
    return Sealing(
        always=row.always, alg=row.alg, keys=tuple(row.keys or ()), jwks_uri=row.jwks_uri
    )


def _unshared(registers: Sequence[str], slug: str) -> frozenset[str]:
    """Return the fields of registers that are kept back from an agency: not from their keeper."""
    if not registers:
        return frozenset()
    from app.registry import provenance  # noqa: PLC0415 - life events with it, and it is rare

    found = [provenance.supplied(register) for register in registers]
    return frozenset().union(*(fields for keeper, fields in found if keeper != slug))


def _pace(row: Row[Any] | None, daily_quota: int) -> Pace:
    return usual_pace(daily_quota) if row is None else Pace(row.questions, row.seconds)


@functools.lru_cache(maxsize=1024)
def _names(text: str) -> frozenset[str]:
    """Return the names in a JSON array: a thousand grants have a hundred lists between them."""
    return frozenset(msgspec.json.decode(text, type=list[str]))


def _fields(service: str, purpose: str, names: str) -> frozenset[str]:
    """Return a grant's fields; one for every kind of its purpose has the names of all of them."""
    fields = _names(names)
    if service != REPORTING or EVERY_KIND not in fields:
        return fields
    from app.registry import events  # noqa: PLC0415 - the door opens before the kinds load

    kinds = events.kinds().values()
    return frozenset(kind.name for kind in kinds if kind.purpose == purpose)


def _grants_by_agency(session: Session) -> dict[int, dict[tuple[str, str], tuple[Grant, ...]]]:
    found: dict[int, dict[tuple[str, str], tuple[Grant, ...]]] = defaultdict(dict)
    for agency_id, fields, kinds, provinces, *plain in session.execute(_GRANTS):
        row = dict(zip(_PLAIN, plain, strict=True))
        key = (row["service"], row["purpose"])
        grant = Grant(
            **row,
            fields=_fields(*key, fields),
            kinds=None if kinds is None else _names(kinds),
            provinces=None if provinces is None else _names(provinces),
        )
        of_agency = found[agency_id]
        of_agency[key] = (*of_agency.get(key, ()), grant)
    return found
