"""All tables of public services: dossiers, what was done about each, and steps of procedures."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.platform.database import Base, identity

STATES = (
    "draft",
    "submitted",
    "received",
    "more_information_wanted",
    "approved",
    "refused",
    "withdrawn",
    "delivered",
)
CHANNELS = ("online", "assisted")
STEP_STATES = ("waiting", "held", "done", "refused")


def _one_of(column: str, values: tuple[str, ...]) -> CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=f"{column}_known")


class Dossier(Base):
    """What a citizen asks of an agency, by its code (Circular 01/2018/TT-VPCP, Art 19).

    `fields` are the members of its form as they were filled in, each with who supplied it;
    `prefilled` of `required` came from registers. `papers` are those that no register spares, and
    why. `declaration` is that of a linked procedure.
    `due_on` is the last working day for an answer, NULL before submission and while the agency
    waits for more; `days_left` are the working days it then has. `clerk` is who acted for the
    citizen, by `consent_id`. Days are the world's.
    """

    __tablename__ = "dossier"
    __table_args__ = (
        _one_of("state", STATES),
        _one_of("channel", CHANNELS),
        Index("ix_dossier_citizen_id", "citizen_id"),
        Index("ix_dossier_agency_state", "agency", "state"),
    )
    id: Mapped[identity]
    code: Mapped[str] = mapped_column(String(40), unique=True)
    service: Mapped[str]
    citizen_id: Mapped[int] = mapped_column(ForeignKey("citizen.id"))
    agency: Mapped[str]
    province: Mapped[str | None] = mapped_column(String(2))
    client_id: Mapped[str]
    channel: Mapped[str] = mapped_column(String(8))
    clerk: Mapped[str | None]
    consent_id: Mapped[str | None] = mapped_column(String(36))
    state: Mapped[str] = mapped_column(String(23))
    state_since: Mapped[dt.date]
    reason: Mapped[str | None]
    created_on: Mapped[dt.date]
    submitted_on: Mapped[dt.date | None]
    due_on: Mapped[dt.date | None]
    days_left: Mapped[int | None]
    closed_on: Mapped[dt.date | None]
    fields: Mapped[dict[str, object]]
    declaration: Mapped[dict[str, object] | None] = mapped_column(JSON(none_as_null=True))
    wanted: Mapped[list[str]]
    papers: Mapped[list[dict[str, str]]] = mapped_column(JSON)
    prefilled: Mapped[int]
    required: Mapped[int]
    fee: Mapped[int]
    fee_waived: Mapped[bool]
    result: Mapped[str | None]


class ResidenceConfirmation(Base):
    """What a citizen was given in place of a paper about residence, by the hash of its code.

    `said` is what it says, as of `issued_on`; it is asked anew whether that is still so.
    """

    __tablename__ = "residence_confirmation"
    __table_args__ = (Index("ix_residence_confirmation_citizen_id", "citizen_id"),)
    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    citizen_id: Mapped[int] = mapped_column(ForeignKey("citizen.id"))
    issued_on: Mapped[dt.date]
    valid_until: Mapped[dt.date]
    said: Mapped[dict[str, object]]
    leaf_seq: Mapped[int]


class DossierEvent(Base):
    """One thing that was done about a dossier, with the leaf that proves it."""

    __tablename__ = "dossier_event"
    __table_args__ = (Index("ix_dossier_event_dossier_id", "dossier_id"),)
    id: Mapped[identity]
    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossier.id"))
    state: Mapped[str] = mapped_column(String(23))
    on_day: Mapped[dt.date]
    recorded_at: Mapped[dt.datetime]
    by: Mapped[str]
    officer: Mapped[str | None]
    reason: Mapped[str | None]
    leaf_seq: Mapped[int | None]


class ProcedureStep(Base):
    """One agency's part in a linked procedure: done once, or refused, or held until it can be.

    `code` and `reason` say why it was refused or is held, `result` what it gave.
    """

    __tablename__ = "procedure_step"
    __table_args__ = (
        _one_of("state", STEP_STATES),
        UniqueConstraint("dossier_id", "name"),
        Index("ix_procedure_step_state", "state"),
    )
    id: Mapped[identity]
    dossier_id: Mapped[int] = mapped_column(ForeignKey("dossier.id"))
    position: Mapped[int]
    name: Mapped[str]
    agency: Mapped[str]
    state: Mapped[str] = mapped_column(String(7))
    attempts: Mapped[int]
    done_on: Mapped[dt.date | None]
    code: Mapped[str | None]
    reason: Mapped[str | None]
    result: Mapped[dict[str, object] | None] = mapped_column(JSON(none_as_null=True))
    leaf_seq: Mapped[int | None]
