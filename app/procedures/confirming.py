"""Confirming residence: an answer that stands in place of paper (Decree 104/2022, form CT07).

1. The citizen asks for it at a portal, which is shown what the registry says, with a leaf.
2. What it says is signed with the world's key for answers (JWS, ES256), so that anybody checks it
   by the issuer's keys; its code is printed with it and kept here as a hash.
3. Whoever is handed the code asks whether it is genuine and still so: with a leaf of kind `share`.
"""

from __future__ import annotations

import datetime as dt
import secrets
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

import msgspec

from app.exchange import gate, proof
from app.exchange.log import store
from app.exchange.log.leaves import Kind, LeafDraft
from app.exchange.proof import LeafPlace
from app.exchange.refusals import PROBLEMS
from app.platform import errors
from app.procedures.models import ResidenceConfirmation
from app.registry import fields, values

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.exchange.access import Access
    from app.exchange.proof import Proof
    from app.procedures.showing import By

PATTERN: Final = "^XNCT(-[0-9A-HJKMNP-TV-Z]{5}){4}$"
#: Crockford's base 32: no letter is taken for a digit. Twenty of them are 100 bits.
_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_GROUPS, _GROUP = 4, 5
#: A confirmation counts for a year, unless what it says changes (Circular 66/2023): from memory.
_VALID: Final = dt.timedelta(days=365)
_PURPOSE: Final = "residence-confirmation"
_LAW: Final = "Nghị định 104/2022/NĐ-CP; Luật Cư trú 68/2020/QH14, Điều 17"
_STAYS: Final = ("permanent_residence", "temporary_residence", "current_residence")
_SAID: Final = ("pin", "full_name", "birth_date", "sex", "residence_file_number", *_STAYS)

CONFIRMATION_UNKNOWN = errors.declare(
    code="residence-confirmation-unknown",
    kind="not_found",
    fault_of="caller",
    title_vi="Không có giấy xác nhận cư trú với mã này",
    title_en="There is no residence confirmation of this code",
    next_vi="Kiểm tra mã in trên giấy xác nhận: XNCT và bốn nhóm năm ký tự.",
    next_en="Check the code as it is printed: XNCT and four groups of five characters.",
)


class ConfirmedResidence(msgspec.Struct, frozen=True, kw_only=True):
    """What a confirmation says of where somebody resides, on the day it was issued."""

    pin: str
    full_name: str
    birth_date: str
    sex: str
    residence_file_number: str | None
    permanent_residence: values.Stay | None
    temporary_residence: values.Stay | None
    current_residence: values.Stay | None


class IssuedConfirmation(msgspec.Struct, frozen=True, kw_only=True):
    """A confirmation as the citizen gets it; `signed` is the compact JWS of what it says."""

    code: str
    issued_on: dt.date
    valid_until: dt.date
    said: ConfirmedResidence
    signed: str
    simulated: bool
    request_id: str
    receipt: str
    leaf: LeafPlace


class CheckedConfirmation(msgspec.Struct, frozen=True, kw_only=True):
    """What is told by the code; `holds`: it is in time, and the registry says the same."""

    issued_on: dt.date
    valid_until: dt.date
    holds: bool
    said: ConfirmedResidence
    simulated: bool
    request_id: str
    receipt: str
    leaf: LeafPlace


class _Signed(msgspec.Struct, frozen=True, kw_only=True):
    iss: str
    code: str
    issued_on: dt.date
    valid_until: dt.date
    said: ConfirmedResidence
    simulated: bool = True


def issue(session: Session, access: Access, by: By, citizen_id: int) -> IssuedConfirmation:
    """Take steps 1 and 2, in a job of the world's writer."""
    said = _read(session, citizen_id, by.today)
    proved = _log(session, access, by, citizen_id, "issued")
    code = _fresh()
    until = by.today + _VALID
    session.add(
        ResidenceConfirmation(
            code_hash=_hash(code),
            citizen_id=citizen_id,
            issued_on=by.today,
            valid_until=until,
            said=msgspec.to_builtins(said),
            leaf_seq=proved.leaf.seq,
        )
    )
    session.flush()
    paper = _Signed(
        iss=access.world.issuer, code=code, issued_on=by.today, valid_until=until, said=said
    )
    return IssuedConfirmation(
        code=code,
        issued_on=by.today,
        valid_until=until,
        said=said,
        signed=proof.signed(access.world, msgspec.json.encode(paper)).decode(),
        simulated=True,
        request_id=by.request_id,
        receipt=proved.receipt,
        leaf=proved.leaf,
    )


def check(session: Session, access: Access, by: By, code: str) -> CheckedConfirmation:
    """Take step 3. Raises `residence-confirmation-unknown`, and why a connection is closed."""
    closed = gate.closed_by(by.caller, by.today)
    if closed is not None:
        raise PROBLEMS[closed].error()
    row = session.get(ResidenceConfirmation, _hash(code))
    if row is None:
        raise CONFIRMATION_UNKNOWN.error()
    said = msgspec.convert(row.said, ConfirmedResidence)
    holds = by.today <= row.valid_until and said == _read(session, row.citizen_id, by.today)
    outcome = "holds" if holds else "outdated"
    proved = _log(session, access, by, row.citizen_id, outcome)
    return CheckedConfirmation(
        issued_on=row.issued_on,
        valid_until=row.valid_until,
        holds=holds,
        said=said,
        simulated=True,
        request_id=by.request_id,
        receipt=proved.receipt,
        leaf=proved.leaf,
    )


def _read(session: Session, citizen_id: int, today: dt.date) -> ConfirmedResidence:
    [read] = fields.read(session, [citizen_id], _SAID, today)
    told: dict[str, Any] = {name: read[name] for name in _SAID}
    return ConfirmedResidence(**told)


def _log(session: Session, access: Access, by: By, citizen_id: int, outcome: str) -> Proof:
    draft = LeafDraft(
        agency=by.caller.agency_code,
        system=by.caller.client_id,
        purpose=_PURPOSE,
        legal_basis=_LAW,
        kind=Kind.SHARE,
        outcome=outcome,
        fields=_SAID,
        request_id=by.request_id,
        domain_time=by.today.isoformat(),
        salt=proof.salt(),
        subject=proof.citizen_subject(access, citizen_id),
        officer=by.officer,
    )
    [appended] = store.append(session, access.world, [draft], now=by.now)
    return proof.prove(access.world, appended)


def _fresh() -> str:
    groups = ("".join(secrets.choice(_ALPHABET) for _ in range(_GROUP)) for _ in range(_GROUPS))
    return "-".join(("XNCT", *groups))


def _hash(code: str) -> str:
    return sha256(code.encode()).hexdigest()
