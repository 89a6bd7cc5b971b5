"""Grants: which law lets an agency ask for what. Rules are added and ended, never rewritten."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final

import msgspec
from sqlalchemy import insert, select, update

from app.exchange import access, disclosing, presentation_requests, register_claim
from app.exchange.assessing.assessments import FIELDS as FIELDS_OF_CREDIT
from app.exchange.callers import (
    CHANGES,
    CHIP,
    CREDIT,
    CREDIT_REVIEW,
    EID,
    EVERY_KIND,
    EXTRACT,
    PRESENTATION,
    QR,
    REGISTER,
    REPORTING,
    SEARCH,
    SIGN_IN,
    VERIFICATION,
)
from app.exchange.chip_verdicts import CHECKS
from app.exchange.eid_accounts import ACTS
from app.exchange.models import Grant
from app.exchange.qr_verification import FIELDS as QR_FIELDS
from app.matching.verdicts import ATTRIBUTES
from app.platform import errors
from app.platform.errors import InvalidParam
from app.registry import changes, events

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from sqlalchemy.orm import Session

GRANT_UNKNOWN = errors.declare(
    code="grant-unknown",
    kind="not_found",
    fault_of="caller",
    title_vi="Không có quyền khai thác với mã này",
    title_en="There is no grant with this id",
    next_vi="Liệt kê quyền của cơ quan để lấy đúng mã.",
    next_en="List the agency's grants to find its id.",
)
GRANT_INVALID = errors.declare(
    code="grant-invalid",
    kind="invalid",
    fault_of="caller",
    title_vi="Quyền khai thác không hợp lệ",
    title_en="The grant cannot be given like this",
    next_vi="Sửa các mục nêu trong invalid_params.",
    next_en="Correct what invalid_params names.",
)
GRANT_OVERLAPS = errors.declare(
    code="grant-overlaps",
    kind="conflict",
    fault_of="caller",
    title_vi="Cơ quan đã có quyền cho mục đích và dịch vụ này trong thời gian đó",
    title_en="The agency has a grant for this purpose and service at that time",
    next_vi="Kết thúc quyền hiện có trước ngày bắt đầu của quyền mới.",
    next_en="End the present grant before the day on which the new one starts.",
)


class NewGrant(msgspec.Struct, frozen=True, kw_only=True):
    """A rule to add; dates are the world's, `valid_to` inclusive, None: open.

    `kinds` of life event limit a change feed, `provinces` a feed or an extract; None: all.
    """

    agency_id: int
    service: str
    purpose: str
    fields: tuple[str, ...]
    legal_basis: str
    valid_from: dt.date
    valid_to: dt.date | None = None
    officer_required: bool = False
    dossier_required: bool = False
    consent_required: bool = False
    kinds: tuple[str, ...] | None = None
    provinces: tuple[str, ...] | None = None


class GrantRow(NewGrant, frozen=True, kw_only=True):
    """A rule as it stands."""

    id: int


def of_agency(session: Session, agency_id: int) -> list[GrantRow]:
    """Return every grant of an agency, past and future ones too, by service and purpose."""
    rows = session.execute(
        select(Grant.__table__)
        .where(Grant.agency_id == agency_id)
        .order_by(Grant.service, Grant.purpose, Grant.valid_from)
    )
    return [GrantRow(**_tuples(dict(row))) for row in rows.mappings()]


def add(session: Session, new: NewGrant) -> int:
    """Give a grant and return its id. Raises `grant-invalid` and `grant-overlaps`.

    Other processes see it within a second; this one after `access.of(world).poll()`. What is not
    checked: that the agency exists; the caller has looked it up.
    """
    wrong = _wrong(new)
    if wrong:
        raise GRANT_INVALID.error(params=wrong)
    for known in of_agency(session, new.agency_id):
        if (known.service, known.purpose) == (new.service, new.purpose) and _meet(known, new):
            raise GRANT_OVERLAPS.error()
    values = {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in msgspec.structs.asdict(new).items()
    }
    grant_id = session.execute(insert(Grant).values(values).returning(Grant.id)).scalar_one()
    access.touch(session)
    return grant_id


def end(session: Session, grant_id: int, last_day: dt.date) -> None:
    """Let a grant be in force until `last_day` and no longer.

    Raises `grant-unknown`, and `grant-invalid` for a day before the grant's first.
    """
    starts = session.scalar(select(Grant.valid_from).where(Grant.id == grant_id))
    if starts is None:
        raise GRANT_UNKNOWN.error()
    if last_day < starts:
        raise GRANT_INVALID.error(params=(_DATES,))
    session.execute(update(Grant).where(Grant.id == grant_id).values(valid_to=last_day))
    access.touch(session)


def offered(service: str) -> Collection[str]:
    """Return the fields that a service offers; none for a service there is not."""
    if service in _OFFERED:
        return _OFFERED[service]
    disclosure = disclosing.all_of_them().get(service)
    return () if disclosure is None else disclosure.fields


#: What the services offer that are no disclosures.
_OFFERED: Final[Mapping[str, Collection[str]]] = {
    VERIFICATION: ATTRIBUTES,
    SEARCH: disclosing.CATALOGUE,
    EXTRACT: disclosing.CATALOGUE,
    CHANGES: changes.WATCHED,
    SIGN_IN: disclosing.CATALOGUE,
    CHIP: CHECKS,
    QR: QR_FIELDS,
    REGISTER: register_claim.by_field(),
    PRESENTATION: presentation_requests.FIELDS,
    EID: ACTS,
    REPORTING: (*events.kinds(), EVERY_KIND),
    CREDIT: FIELDS_OF_CREDIT,
    CREDIT_REVIEW: FIELDS_OF_CREDIT,
}

_CONSENT = InvalidParam("consent_required", "demanded by it", "dịch vụ này phải có sự đồng ý")
_DATES = InvalidParam("valid_to", "before valid_from", "trước valid_from")


def _wrong(new: NewGrant) -> tuple[InvalidParam, ...]:
    found = []
    known = offered(new.service)
    if not known:
        found.append(InvalidParam("service", "no such service", "không có dịch vụ này"))
    elif not new.fields or not set(new.fields) <= set(known):
        found.append(InvalidParam("fields", "not offered by it", "dịch vụ không có trường này"))
    if new.valid_to is not None and new.valid_to < new.valid_from:
        found.append(_DATES)
    if new.service == CREDIT and not new.consent_required:
        found.append(_CONSENT)
    return (*found, *_wrong_slice(new))


def _wrong_slice(new: NewGrant) -> Iterator[InvalidParam]:
    """Yield what is wrong about the slice: a feed's are kinds there are, and nobody consents."""
    if new.kinds is not None and new.service != CHANGES:
        yield InvalidParam("kinds", "only for changes", "chỉ dành cho changes")
    if new.service not in (CHANGES, EXTRACT):
        if new.provinces is not None:
            words = "only for changes and extract", "chỉ dành cho changes và extract"
            yield InvalidParam("provinces", *words)
        return
    if new.consent_required:
        words = f"not for {new.service}", f"không dành cho {new.service}"
        yield InvalidParam("consent_required", *words)
    if new.kinds is not None and not set(new.kinds) <= set(events.kinds()):
        yield InvalidParam("kinds", "no such life event", "không có loại sự kiện này")


def _tuples(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row's columns, its lists as tuples."""
    return {
        name: tuple(value) if isinstance(value, list) else value for name, value in row.items()
    }


def _meet(one: NewGrant, other: NewGrant) -> bool:
    one_goes_on = one.valid_to is None or one.valid_to >= other.valid_from
    other_goes_on = other.valid_to is None or other.valid_to >= one.valid_from
    return one_goes_on and other_goes_on
