"""Connecting: new agencies and systems, and what changes about a system that is connected."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import msgspec
from msgspec import UNSET, UnsetType
from sqlalchemy import insert, or_, select, update

from app.exchange import access
from app.exchange.agencies import AGENCY_UNKNOWN
from app.exchange.models import AUTH_METHODS, CONNECTION_STATES, Agency, System
from app.platform import errors
from app.platform.errors import InvalidParam

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

AGENCY_TAKEN = errors.declare(
    code="agency-taken",
    kind="conflict",
    fault_of="caller",
    title_vi="Mã, tên viết tắt hoặc client id này đã có",
    title_en="An agency or system of that code, slug or client id exists",
    next_vi="Chọn mã, tên viết tắt và client id khác.",
    next_en="Choose another code, slug and client id.",
)
SYSTEM_INVALID = errors.declare(
    code="system-invalid",
    kind="invalid",
    fault_of="caller",
    title_vi="Thông tin hệ thống không hợp lệ",
    title_en="The system cannot be connected like this",
    next_vi="Sửa các mục nêu trong invalid_params.",
    next_en="Correct what invalid_params names.",
)


class NewSystem(msgspec.Struct, frozen=True, kw_only=True):
    """A system to connect. `jwks` is a public key set of its own; without it we derive a key."""

    client_id: str
    name: str
    inspected_until: dt.date
    auth_method: str = "client_secret_basic"
    state: str = "connected"
    security_level: int = 3
    daily_quota: int = 1_000_000
    outcome_detail: bool = False
    cleansing: bool = False
    fapi: bool = False
    jwks: dict[str, object] | None = None


class NewAgency(msgspec.Struct, frozen=True, kw_only=True):
    """An agency to add, with its systems; `code` is its electronic identity code."""

    code: str
    slug: str
    name: str
    name_en: str
    kind: str
    systems: tuple[NewSystem, ...] = ()


class SystemChange(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be different about a system; what is left out stays."""

    name: str | UnsetType = UNSET
    inspected_until: dt.date | UnsetType = UNSET
    security_level: int | UnsetType = UNSET
    daily_quota: int | UnsetType = UNSET
    outcome_detail: bool | UnsetType = UNSET
    cleansing: bool | UnsetType = UNSET
    fapi: bool | UnsetType = UNSET
    jwks: dict[str, object] | UnsetType | None = UNSET


def add(session: Session, new: NewAgency) -> int:
    """Add an agency with its systems and return its id. Raises `agency-taken`, `system-invalid`.

    It has no grants yet. Everything in a world is simulated, and marked so.
    """
    taken = select(Agency.id).where(or_(Agency.code == new.code, Agency.slug == new.slug))
    if session.scalar(taken) is not None:
        raise AGENCY_TAKEN.error()
    columns = msgspec.structs.asdict(new)
    del columns["systems"]
    added = insert(Agency).values(**columns, simulated=True).returning(Agency.id)
    agency_id = session.execute(added).scalar_one()
    for system in new.systems:
        add_system(session, agency_id, system)
    return agency_id


def add_system(session: Session, agency_id: int, new: NewSystem) -> None:
    """Connect a system of an agency. Raises `agency-unknown`, `agency-taken`, `system-invalid`."""
    wrong = _wrong(new)
    if wrong:
        raise SYSTEM_INVALID.error(params=wrong)
    if session.scalar(select(Agency.id).where(Agency.id == agency_id)) is None:
        raise AGENCY_UNKNOWN.error()
    if session.scalar(select(System.id).where(System.client_id == new.client_id)) is not None:
        raise AGENCY_TAKEN.error()
    columns = msgspec.structs.asdict(new)
    session.execute(insert(System).values(**columns, agency_id=agency_id, secret_version=1))
    access.touch(session)


def change(session: Session, client_id: str, wanted: SystemChange) -> None:
    """Change a system; other processes see it within a second.

    Raises `agency-unknown` and `system-invalid`.
    """
    columns = {
        name: value for name, value in msgspec.structs.asdict(wanted).items() if value is not UNSET
    }
    wrong = _out_of_range(columns.get("security_level", 3), columns.get("daily_quota", 0))
    if wrong:
        raise SYSTEM_INVALID.error(params=wrong)
    known = select(System.id).where(System.client_id == client_id)
    if session.scalar(known) is None:
        raise AGENCY_UNKNOWN.error()
    if columns:
        session.execute(update(System).where(System.client_id == client_id).values(columns))
        access.touch(session)


def _wrong(new: NewSystem) -> tuple[InvalidParam, ...]:
    wrong = list(_out_of_range(new.security_level, new.daily_quota))
    for name, value, known in (
        ("auth_method", new.auth_method, AUTH_METHODS),
        ("state", new.state, CONNECTION_STATES),
    ):
        if value not in known:
            choices = ", ".join(known)
            wrong.append(InvalidParam(name, f"one of {choices}", f"một trong {choices}"))
    return tuple(wrong)


def _out_of_range(security_level: int, daily_quota: int) -> tuple[InvalidParam, ...]:
    wrong = []
    if not 1 <= security_level <= 5:
        wrong.append(InvalidParam("security_level", "from 1 to 5", "từ 1 đến 5"))
    if not 0 <= daily_quota < 2**63:
        wrong.append(InvalidParam("daily_quota", "not negative", "không âm"))
    return tuple(wrong)
