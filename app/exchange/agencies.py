"""Agencies and their systems: who is connected, and how credentials and states are changed."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import or_, select, update

from app.exchange import access, credentials
from app.exchange.models import CONNECTION_STATES, Agency, System
from app.exchange.snapshots import MOST_FAILED_GUESSES
from app.platform import errors

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Row, Select
    from sqlalchemy.orm import Session

    from app.exchange.access import Access
    from app.exchange.callers import Caller
    from app.platform.world import World

AGENCY_UNKNOWN = errors.declare(
    code="agency-unknown",
    kind="not_found",
    fault_of="caller",
    title_vi="Không có cơ quan hoặc hệ thống với tên này",
    title_en="There is no agency or system of this name",
    next_vi="Liệt kê bằng `dancu agency list` hoặc GET /control/v1/agencies.",
    next_en="List them with `dancu agency list` or GET /control/v1/agencies.",
)
STATE_UNKNOWN = errors.declare(
    code="connection-state-unknown",
    kind="invalid",
    fault_of="caller",
    title_vi="Không có trạng thái kết nối này",
    title_en="There is no such state of a connection",
    next_vi=f"Dùng một trong: {', '.join(CONNECTION_STATES)}.",
    next_en=f"Use one of: {', '.join(CONNECTION_STATES)}.",
)


class SystemView(msgspec.Struct, frozen=True, kw_only=True):
    """A connected system as it is shown: never with its secret."""

    client_id: str
    name: str
    auth_method: str
    credential_version: int
    state: str
    state_reason: str | None
    security_level: int
    inspected_until: dt.date
    daily_quota: int
    outcome_detail: bool
    cleansing: bool
    fapi: bool


class AgencyView(msgspec.Struct, frozen=True, kw_only=True):
    """An agency with its systems, in the order they were connected."""

    id: int
    code: str
    slug: str
    name: str
    name_en: str
    kind: str
    simulated: bool
    systems: tuple[SystemView, ...]


class GrantView(msgspec.Struct, frozen=True, kw_only=True):
    """A grant as its holder sees it; `in_force` on the world's date.

    `kinds` of life event and `provinces` are the slice of a feed or an extract, null: all.
    """

    service: str
    purpose: str
    fields: tuple[str, ...]
    legal_basis: str
    officer_required: bool
    dossier_required: bool
    consent_required: bool
    valid_from: dt.date
    valid_to: dt.date | None
    kinds: tuple[str, ...] | None
    provinces: tuple[str, ...] | None
    in_force: bool


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """How much a system may ask, and has asked on this real day (midnight in Việt Nam).

    So many questions within each window of so many seconds, of which some are left.
    """

    daily_quota: int
    asked_today: int
    pace_questions: int
    pace_seconds: int
    left_of_pace: int
    failed_guesses_per_number: int
    guess_window_seconds: int


class Me(msgspec.Struct, frozen=True, kw_only=True):
    """What a caller sees of itself: agency, system, grants, limits."""

    agency: str
    agency_code: str
    agency_name: str
    agency_name_en: str
    kind: str
    system: SystemView
    grants: tuple[GrantView, ...]
    limits: Limits
    simulated: bool


def all_of_them(session: Session, *, kind: str | None = None) -> list[AgencyView]:
    """Return every agency (of one kind), in the order of the preset."""
    query = _joined()
    return _grouped(session.execute(query if kind is None else query.where(Agency.kind == kind)))


def find(session: Session, name: str) -> AgencyView:
    """Return an agency by slug, by identity code or by a client id; raise `agency-unknown`."""
    by_client = select(System.agency_id).where(System.client_id == name)
    query = _joined().where(
        or_(Agency.slug == name, Agency.code == name, Agency.id.in_(by_client))
    )
    found = _grouped(session.execute(query))
    if not found:
        raise AGENCY_UNKNOWN.error()
    return found[0]


def secret(session: Session, world: World, client_id: str) -> str:
    """Return a system's client secret: for the operator, who may see it at any time."""
    version = session.scalar(select(System.secret_version).where(System.client_id == client_id))
    if version is None:
        raise AGENCY_UNKNOWN.error()
    return credentials.client_secret(world, client_id, version)


def private_key_pem(session: Session, world: World, client_id: str) -> str:
    """Return the key that dancu made for a system, as PEM; raise `agency-unknown`."""
    version = session.scalar(select(System.secret_version).where(System.client_id == client_id))
    if version is None:
        raise AGENCY_UNKNOWN.error()
    return credentials.private_key_pem(world, client_id, version)


def rotate_secret(session: Session, client_id: str) -> int:
    """End a system's secret or key, and every token it was given for; return the new version.

    A JWK Set that the agency registered is dropped: it has to register the new one. Call
    `access.of(world).poll()` when the job is committed.
    """
    version: int | None = session.scalar(
        update(System)
        .where(System.client_id == client_id)
        .values(secret_version=System.secret_version + 1, jwks=None)
        .returning(System.secret_version)
    )
    if version is None:
        raise AGENCY_UNKNOWN.error()
    access.touch(session)
    return version


def set_state(session: Session, client_id: str, state: str, reason: str | None) -> None:
    """Move a connection to another state; other processes see it within a second.

    Raises `agency-unknown` and `connection-state-unknown`.
    """
    if state not in CONNECTION_STATES:
        raise STATE_UNKNOWN.error()
    changed = session.scalar(
        update(System)
        .where(System.client_id == client_id)
        .values(state=state, state_reason=reason)
        .returning(System.id)
    )
    if changed is None:
        raise AGENCY_UNKNOWN.error()
    access.touch(session)


def me(of_world: Access, caller: Caller, today: dt.date) -> Me:
    """Return what a caller may know of itself, from its access alone."""
    return Me(
        agency=caller.agency_slug,
        agency_code=caller.agency_code,
        agency_name=caller.agency_name,
        agency_name_en=caller.agency_name_en,
        kind=caller.agency_kind,
        system=_own_system(caller),
        grants=tuple(_grants(caller, today)),
        limits=Limits(
            daily_quota=caller.daily_quota,
            asked_today=of_world.asked_today(caller.client_id),
            pace_questions=caller.pace.questions,
            pace_seconds=caller.pace.seconds,
            left_of_pace=of_world.left(caller).pace,
            failed_guesses_per_number=MOST_FAILED_GUESSES,
            guess_window_seconds=access.GUESS_WINDOW_SECONDS,
        ),
        simulated=True,
    )


def _own_system(caller: Caller) -> SystemView:
    return SystemView(
        client_id=caller.client_id,
        name=caller.system_name,
        auth_method=caller.auth_method,
        credential_version=caller.credential_version,
        state=caller.state,
        state_reason=caller.state_reason,
        security_level=caller.security_level,
        inspected_until=caller.inspected_until,
        daily_quota=caller.daily_quota,
        outcome_detail=caller.outcome_detail,
        cleansing=caller.cleansing,
        fapi=caller.fapi,
    )


def _grants(caller: Caller, today: dt.date) -> Iterable[GrantView]:
    for (service, purpose), grants in sorted(caller.grants.items()):
        for grant in grants:
            yield GrantView(
                service=service,
                purpose=purpose,
                fields=tuple(sorted(grant.fields)),
                legal_basis=grant.legal_basis,
                officer_required=grant.officer_required,
                dossier_required=grant.dossier_required,
                consent_required=grant.consent_required,
                valid_from=grant.valid_from,
                valid_to=grant.valid_to,
                kinds=_sorted(grant.kinds),
                provinces=_sorted(grant.provinces),
                in_force=grant.is_in_force(today),
            )


def _sorted(names: frozenset[str] | None) -> tuple[str, ...] | None:
    return None if names is None else tuple(sorted(names))


def _joined() -> Select[Agency, System]:
    return (
        select(Agency, System)
        .join(System, System.agency_id == Agency.id)
        .order_by(Agency.id, System.id)
    )


def _grouped(rows: Iterable[Row[Agency, System]]) -> list[AgencyView]:
    systems: dict[int, list[SystemView]] = {}
    agencies: dict[int, Agency] = {}
    for agency, system in rows:
        agencies[agency.id] = agency
        systems.setdefault(agency.id, []).append(_system(system))
    return [
        AgencyView(
            id=agency.id,
            code=agency.code,
            slug=agency.slug,
            name=agency.name,
            name_en=agency.name_en,
            kind=agency.kind,
            simulated=agency.simulated,
            systems=tuple(systems[agency.id]),
        )
        for agency in agencies.values()
    ]


def _system(row: System) -> SystemView:
    return SystemView(
        client_id=row.client_id,
        name=row.name,
        auth_method=row.auth_method,
        credential_version=row.secret_version,
        state=row.state,
        state_reason=row.state_reason,
        security_level=row.security_level,
        inspected_until=row.inspected_until,
        daily_quota=row.daily_quota,
        outcome_detail=row.outcome_detail,
        cleansing=row.cleansing,
        fapi=row.fapi,
    )
