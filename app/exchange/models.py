"""All tables of the exchange: who asks, what law and consent allow, and proof of each answer.

Those of webhooks and jobs are with them, in their `models`.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
    false,
)
from sqlalchemy.orm import Mapped, mapped_column

from app.platform.database import Base, RowId, identity

CONNECTION_STATES = ("requested", "assessed", "connected", "exchanging", "suspended")
#: `put` is the operator's power to have a connection in any state.
CONNECTION_STEPS = ("request", "assess", "connect", "exchange", "suspend", "resume", "put")
AUTH_METHODS = ("client_secret_basic", "private_key_jwt")
CONSENT_STATES = ("asked", "given", "refused", "withdrawn", "expired", "ended")
#: What an agency can be asked to do with somebody's data (`consent_law.Right`).
RIGHTS = ("access", "correction", "erasure", "withdrawal", "restriction", "objection")
CONSENT_MEANS = ("paper", "sign-in", "phone", "assisted")


def one_of(column: str, values: tuple[str, ...]) -> CheckConstraint:
    """Return what holds a column to these values."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=f"{column}_known")


class Agency(Base):
    """An organisation that asks; `code` is its identity code (Decision 20/2020/QĐ-TTg)."""

    __tablename__ = "agency"
    id: Mapped[identity]
    code: Mapped[str] = mapped_column(String(35), unique=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    name_en: Mapped[str]
    kind: Mapped[str]
    simulated: Mapped[bool]


class System(Base):
    """An agency's connected system: its credentials' version, security level and connection state.

    Secrets and keys are derived from the world's root and `secret_version`, never stored; `jwks`
    is the public key set that the agency registered instead, NULL where ours is in use. `fapi`:
    it keeps to the FAPI 2.0 Security Profile, and is held to it.
    """

    __tablename__ = "system"
    __table_args__ = (
        one_of("state", CONNECTION_STATES),
        one_of("auth_method", AUTH_METHODS),
        CheckConstraint("security_level BETWEEN 1 AND 5", name="security_level_known"),
    )
    id: Mapped[identity]
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"), index=True)
    client_id: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    auth_method: Mapped[str] = mapped_column(String(19))
    secret_version: Mapped[int]
    state: Mapped[str] = mapped_column(String(10))
    state_reason: Mapped[str | None]
    security_level: Mapped[int]
    inspected_until: Mapped[dt.date]
    daily_quota: Mapped[int]
    jwks: Mapped[dict[str, object] | None] = mapped_column(JSON(none_as_null=True))
    outcome_detail: Mapped[bool]
    cleansing: Mapped[bool]
    fapi: Mapped[bool] = mapped_column(server_default=false())


class Grant(Base):
    """What law lets an agency ask, for one purpose (Law on Identity 2023, Art 10–11).

    Law is dated: a purpose has one row for each law it rested on, one after the other. `kinds` of
    life event and `provinces` are the slice of a feed or an extract: NULL is all.
    """

    __tablename__ = "access_grant"
    __table_args__ = (
        UniqueConstraint("agency_id", "purpose", "service", "valid_from"),
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="dates_in_order"),
    )
    id: Mapped[identity]
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"), index=True)
    service: Mapped[str]
    purpose: Mapped[str]
    fields: Mapped[list[str]]
    legal_basis: Mapped[str]
    officer_required: Mapped[bool]
    dossier_required: Mapped[bool]
    consent_required: Mapped[bool]
    valid_from: Mapped[dt.date]
    valid_to: Mapped[dt.date | None]
    kinds: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    provinces: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))


class RateLimit(Base):
    """How fast a system may ask, where it was set: without a row it is `callers.usual_pace`."""

    __tablename__ = "rate_limit"
    __table_args__ = (CheckConstraint("questions > 0 AND seconds > 0", name="pace_possible"),)
    client_id: Mapped[str] = mapped_column(ForeignKey("system.client_id"), primary_key=True)
    questions: Mapped[int]
    seconds: Mapped[int]


class ConnectionEvent(Base):
    """One step in the life of a connection: who took it, when and why; nothing is overwritten.

    `on_date` is the world's day, `at` real time. What an assessment found is beside it.
    """

    __tablename__ = "connection_event"
    __table_args__ = (one_of("step", CONNECTION_STEPS),)
    id: Mapped[identity]
    client_id: Mapped[str] = mapped_column(ForeignKey("system.client_id"), index=True)
    step: Mapped[str] = mapped_column(String(8))
    from_state: Mapped[str | None] = mapped_column(String(10))
    to_state: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str | None]
    taken_by: Mapped[str]
    on_date: Mapped[dt.date]
    at: Mapped[dt.datetime]
    security_level: Mapped[int | None]
    inspected_on: Mapped[dt.date | None]
    inspected_until: Mapped[dt.date | None]


class Consent(Base):
    """What a citizen allowed one recipient, for one purpose (Law 91/2025/QH15, Art 9).

    One row from the question on: `citizen_id` is NULL where the number asked about is nobody's.
    `declined` was asked for with it and refused, so that nobody is asked for it again. `means` is
    how it was given: by `approval` on the phone of `decided_by`, in sign-in at `client_id`, on
    paper or at a counter (`evidence`); `leaf` is where the log says so. `asked_at` and
    `expires_at`, of the question, are real time; dates are the world's.
    """

    __tablename__ = "consent"
    __table_args__ = (
        one_of("state", CONSENT_STATES),
        one_of("means", CONSENT_MEANS),
        Index("ix_consent_citizen_id_agency_id", "citizen_id", "agency_id"),
    )
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    citizen_id: Mapped[int | None] = mapped_column(ForeignKey("citizen.id"))
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"))
    purpose: Mapped[str]
    fields: Mapped[list[str]]
    declined: Mapped[list[str]] = mapped_column(server_default="[]")
    from_date: Mapped[dt.date]
    to_date: Mapped[dt.date | None]
    evidence: Mapped[str]
    state: Mapped[str] = mapped_column(String(9))
    means: Mapped[str] = mapped_column(String(8))
    client_id: Mapped[str | None] = mapped_column(ForeignKey("system.client_id"))
    why: Mapped[str | None]
    approval: Mapped[str | None] = mapped_column(String(32))
    asked_at: Mapped[dt.datetime | None]
    expires_at: Mapped[dt.datetime | None]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("citizen.id"))
    leaf: Mapped[int | None]
    ended_on: Mapped[dt.date | None]


class DataRequest(Base):
    """What a data subject asks an agency to do with their data, and by when it has to be done.

    Dates are the world's. `event` and `payload` are the life event that a correction would be,
    `consent` is the one that was withdrawn; `leaf` that of the event that was entered.
    """

    __tablename__ = "data_request"
    __table_args__ = (
        one_of("right_asked", RIGHTS),
        one_of("outcome", ("granted", "refused")),
        Index("ix_data_request_citizen_id", "citizen_id"),
        Index("ix_data_request_agency_id", "agency_id"),
    )
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    citizen_id: Mapped[int] = mapped_column(ForeignKey("citizen.id"))
    filed_by: Mapped[int] = mapped_column(ForeignKey("citizen.id"))
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"))
    right_asked: Mapped[str] = mapped_column(String(11))
    purpose: Mapped[str | None]
    said: Mapped[str]
    consent: Mapped[str | None] = mapped_column(String(36))
    event: Mapped[str | None]
    payload: Mapped[dict[str, object] | None] = mapped_column(JSON(none_as_null=True))
    documents: Mapped[list[str]]
    law: Mapped[str]
    filed_on: Mapped[dt.date]
    acknowledge_by: Mapped[dt.date | None]
    acknowledged_on: Mapped[dt.date | None]
    due_on: Mapped[dt.date]
    extended: Mapped[bool]
    outcome: Mapped[str | None] = mapped_column(String(7))
    answered_on: Mapped[dt.date | None]
    answer: Mapped[str | None]
    leaf: Mapped[int | None]


class AnswerSealing(Base):
    """To which key of its own a system's answers are sealed, and whether all of them are.

    `keys` are public JWKs that the system registered, NULL where `jwks_uri` says where they are.
    """

    __tablename__ = "answer_sealing"
    __table_args__ = (
        CheckConstraint("(keys IS NULL) <> (jwks_uri IS NULL)", name="keys_in_one_place"),
    )
    client_id: Mapped[str] = mapped_column(ForeignKey("system.client_id"), primary_key=True)
    always: Mapped[bool]
    alg: Mapped[str | None]
    keys: Mapped[list[dict[str, object]] | None] = mapped_column(JSON(none_as_null=True))
    jwks_uri: Mapped[str | None]


class PresentationRequest(Base):
    """What a system asked a holder to show: answered once, within minutes of real time.

    `approval` is the question on the holder's phone, NULL where another wallet is asked.
    """

    __tablename__ = "presentation_request"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    client_id: Mapped[str] = mapped_column(ForeignKey("system.client_id"))
    purpose: Mapped[str]
    kinds: Mapped[list[str]]
    claims: Mapped[list[str]]
    nonce: Mapped[str] = mapped_column(String(32))
    citizen_id: Mapped[int | None] = mapped_column(ForeignKey("citizen.id"))
    approval: Mapped[str | None] = mapped_column(String(32))
    created_at: Mapped[dt.datetime]
    expires_at: Mapped[dt.datetime] = mapped_column(index=True)
    answered_at: Mapped[dt.datetime | None]


class AccessVersion(Base):
    """One row, counted up by every change of access or revocation: snapshots compare it."""

    __tablename__ = "access_version"
    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[int]


class Usage(Base):
    """How many questions a system asked on one real day: what a quota counts."""

    __tablename__ = "usage"
    client_id: Mapped[str] = mapped_column(ForeignKey("system.client_id"), primary_key=True)
    day: Mapped[dt.date] = mapped_column(primary_key=True)
    questions: Mapped[int]


class FieldInventory(Base):
    """Which fields an agency said it holds and wants; `complete`: it said that this is all."""

    __tablename__ = "field_inventory"
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"), primary_key=True)
    complete: Mapped[bool]
    holds: Mapped[list[str]]
    wants: Mapped[list[str]]
    submitted_on: Mapped[dt.date]
    officer: Mapped[str | None]


class Withholding(Base):
    """A register whose keeper refuses to share what it supplied: see `withholding`."""

    __tablename__ = "withholding"
    register: Mapped[str] = mapped_column(String(12), primary_key=True)
    reason: Mapped[str]
    since: Mapped[dt.date]


class FeeSum(Base):
    """What a system was answered in one month of the world's clock, by kind of exchange.

    Sums over the first `fee_head.size` leaves of the log: see `fees`.
    """

    __tablename__ = "fee_sum"
    client_id: Mapped[str] = mapped_column(primary_key=True)
    month: Mapped[str] = mapped_column(String(7), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    answers: Mapped[int]
    fields: Mapped[int]


class FeeHead(Base):
    """One row: how many leaves of the log are in the sums."""

    __tablename__ = "fee_head"
    id: Mapped[int] = mapped_column(primary_key=True)
    size: Mapped[int]


class FailedGuess(Base):
    """How often an agency's claims about one subject failed within one window of real time.

    `client_id` is that of its first system, whichever asked. `subject` is an HMAC of the number
    asked about, whether anyone bears it or not, or of its bearer; `window` counts windows since
    1970.
    """

    __tablename__ = "failed_guess"
    __table_args__ = (Index("ix_failed_guess_window_failures", "window", "failures"),)
    client_id: Mapped[str] = mapped_column(ForeignKey("system.client_id"), primary_key=True)
    subject: Mapped[str] = mapped_column(String(64), primary_key=True)
    window: Mapped[int] = mapped_column(primary_key=True)
    failures: Mapped[int]


class SpentAssertion(Base):
    """A client assertion's `jti` that was used once and never again (RFC 7523 §3, RFC 9700)."""

    __tablename__ = "spent_assertion"
    client_id: Mapped[str] = mapped_column(primary_key=True)
    jti: Mapped[str] = mapped_column(primary_key=True)
    expires_at: Mapped[dt.datetime] = mapped_column(index=True)


class RevokedToken(Base):
    """An access token that ended before its time."""

    __tablename__ = "revoked_token"
    jti: Mapped[str] = mapped_column(primary_key=True)
    expires_at: Mapped[dt.datetime] = mapped_column(index=True)


class IdempotencyKey(Base):
    """A POST that may be sent twice and happens once: bound to caller, path and body.

    `request_hash` is SHA-256 over method, path and body; `status` is NULL while the first one
    runs, in the process that `boot_id` names.
    """

    __tablename__ = "idempotency_key"
    caller: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    request_hash: Mapped[bytes] = mapped_column(LargeBinary)
    boot_id: Mapped[str]
    created_at: Mapped[dt.datetime] = mapped_column(index=True)
    status: Mapped[int | None]
    headers: Mapped[dict[str, object] | None] = mapped_column(JSON(none_as_null=True))
    body: Mapped[bytes | None]


class RequestLog(Base):
    """Every call: both bodies as retention allows, the gate's reasoning, and how long it took."""

    __tablename__ = "request_log"
    __table_args__ = (
        Index("ix_request_log_client_id_id", "client_id", "id"),
        Index("ix_request_log_agency_code_id", "agency_code", "id"),
    )
    id: Mapped[identity]
    request_id: Mapped[str] = mapped_column(String(32), unique=True)
    at: Mapped[str]
    method: Mapped[str] = mapped_column(String(7))
    path: Mapped[str]
    client_id: Mapped[str | None]
    agency_code: Mapped[str | None]
    status: Mapped[int]
    outcome: Mapped[str | None]
    problem_code: Mapped[str | None]
    fault: Mapped[str | None]
    leaf_seq: Mapped[int | None]
    gate: Mapped[str | None]
    request_body: Mapped[str | None]
    response_body: Mapped[str | None]
    duration_us: Mapped[int]


class Leaf(Base):
    """One logged exchange; `body` is the JSON that `hash` is over, NULL after its retention."""

    __tablename__ = "leaf"
    __table_args__ = (Index("ix_leaf_subject", "subject"),)
    seq: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False)
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    subject: Mapped[str | None] = mapped_column(String(64))
    recorded_at: Mapped[str]
    body: Mapped[str | None]


class LeafEntry(Base):
    """One person's salted entry under a leaf that stands for a batch, a page or a job."""

    __tablename__ = "leaf_entry"
    __table_args__ = (Index("ix_leaf_entry_subject", "subject"),)
    seq: Mapped[int] = mapped_column(ForeignKey("leaf.seq"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    subject: Mapped[str | None] = mapped_column(String(64))
    body: Mapped[str | None]
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))


class TreeNode(Base):
    """The hash of one complete subtree of the log: level 0 would be a leaf, level 8 covers 256."""

    __tablename__ = "tree_node"
    level: Mapped[int] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))


class LogHead(Base):
    """One row: the log's size and the compact range of its tree, moved on inside each batch."""

    __tablename__ = "log_head"
    id: Mapped[int] = mapped_column(primary_key=True)
    size: Mapped[int]
    frontier: Mapped[bytes] = mapped_column(LargeBinary)


class Checkpoint(Base):
    """A signed checkpoint, cosigned by the simulated inspectorate, and kept."""

    __tablename__ = "checkpoint"
    size: Mapped[int] = mapped_column(RowId, primary_key=True, autoincrement=False)
    root: Mapped[bytes] = mapped_column(LargeBinary(32))
    note: Mapped[str]
    made_at: Mapped[dt.datetime]
