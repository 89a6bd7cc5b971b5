"""All tables of sign-in: what systems registered, and one row for each leg of each sign-in.

No secret is kept: of whatever a caller must show again there is the SHA-256 only. What may be used
once is decided by an UPDATE of the row that is not yet used, or by an INSERT against a key.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from app.platform.database import Base, identity

FLOWS = ("code", "device", "ciba")
#: `open`: nobody has decided. `granted`: the person agreed. `given`: the system has its tokens.
STATES = ("open", "granted", "given", "refused", "revoked")
ID_TOKEN_ALGORITHMS = ("ES256", "RS256")

_HASH_BYTES = 32


def _one_of(column: str, values: tuple[str, ...]) -> CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=f"{column}_known")


class SignInSystem(Base):
    """What a system registered for signing people in; without a row, `registrations` says what."""

    __tablename__ = "sign_in_system"
    __table_args__ = (_one_of("id_token_alg", ID_TOKEN_ALGORITHMS),)
    client_id: Mapped[str] = mapped_column(ForeignKey("system.client_id"), primary_key=True)
    redirect_uris: Mapped[list[str]]
    post_logout_redirect_uris: Mapped[list[str]]
    id_token_alg: Mapped[str] = mapped_column(String(5))
    require_par: Mapped[bool]
    require_dpop: Mapped[bool]
    dpop_nonce: Mapped[bool]


class SignIn(Base):
    """One sign-in, from the system's request to the end of the tokens it gave.

    `handle` is the hash of what the system names it by: a `request_uri`, a `device_code` or an
    `auth_req_id`; NULL for a request that came in the browser's address. `claims` are those that
    the person let go, by where they are told. `grants` counts what the consent stands for.
    """

    __tablename__ = "sign_in"
    __table_args__ = (
        _one_of("flow", FLOWS),
        _one_of("state", STATES),
        Index("ix_sign_in_citizen_id", "citizen_id"),
        Index("ix_sign_in_expires_at", "expires_at"),
    )
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    flow: Mapped[str] = mapped_column(String(6))
    client_id: Mapped[str] = mapped_column(ForeignKey("system.client_id"))
    handle: Mapped[bytes | None] = mapped_column(LargeBinary(_HASH_BYTES), unique=True)
    user_code: Mapped[str | None] = mapped_column(String(8), unique=True)
    request: Mapped[dict[str, object]]
    dpop_jkt: Mapped[str | None] = mapped_column(String(43))
    approval: Mapped[str | None]
    state: Mapped[str] = mapped_column(String(7))
    created_at: Mapped[dt.datetime]
    expires_at: Mapped[dt.datetime]
    interval_seconds: Mapped[int]
    polled_at: Mapped[dt.datetime | None]
    citizen_id: Mapped[int | None] = mapped_column(ForeignKey("citizen.id"))
    session_id: Mapped[str | None] = mapped_column(String(32))
    auth_time: Mapped[int | None]
    level: Mapped[int | None]
    amr: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    assurance: Mapped[int | None]
    fields: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    consent_id: Mapped[str | None] = mapped_column(String(36))
    ended_reason: Mapped[str | None]


class SignInPage(Base):
    """One browser's walk through one sign-in; `secret` is the hash of what its cookie holds.

    `number` is the number that was typed, whoever bears it; `citizen_id` is known once a factor
    was right, and `amr` are the factors that were.
    """

    __tablename__ = "sign_in_page"
    __table_args__ = (Index("ix_sign_in_page_expires_at", "expires_at"),)
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    sign_in_id: Mapped[str] = mapped_column(ForeignKey("sign_in.id"))
    secret: Mapped[bytes] = mapped_column(LargeBinary(_HASH_BYTES))
    expires_at: Mapped[dt.datetime]
    is_over: Mapped[bool]
    number: Mapped[str | None] = mapped_column(String(12))
    session_id: Mapped[str | None] = mapped_column(String(32))
    approval: Mapped[str | None]
    approval_until: Mapped[dt.datetime | None]
    has_sent_code: Mapped[bool]
    notice: Mapped[str | None]


class SignInSession(Base):
    """A browser in which somebody is signed in, across systems; `secret` is its cookie's hash."""

    __tablename__ = "sign_in_session"
    __table_args__ = (Index("ix_sign_in_session_expires_at", "expires_at"),)
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    secret: Mapped[bytes] = mapped_column(LargeBinary(_HASH_BYTES), unique=True)
    citizen_id: Mapped[int] = mapped_column(ForeignKey("citizen.id"))
    auth_time: Mapped[int]
    level: Mapped[int]
    amr: Mapped[list[str]]
    assurance: Mapped[int]
    expires_at: Mapped[dt.datetime]
    ended_at: Mapped[dt.datetime | None]


class SignInCode(Base):
    """An authorisation code: used once, by the UPDATE that finds it unused."""

    __tablename__ = "sign_in_code"
    __table_args__ = (Index("ix_sign_in_code_expires_at", "expires_at"),)
    code: Mapped[bytes] = mapped_column(LargeBinary(_HASH_BYTES), primary_key=True)
    sign_in_id: Mapped[str] = mapped_column(ForeignKey("sign_in.id"))
    expires_at: Mapped[dt.datetime]
    used_at: Mapped[dt.datetime | None]


class SignInRefresh(Base):
    """A refresh token of a sign-in; where tokens rotate, each is used once."""

    __tablename__ = "sign_in_refresh"
    __table_args__ = (Index("ix_sign_in_refresh_expires_at", "expires_at"),)
    token: Mapped[bytes] = mapped_column(LargeBinary(_HASH_BYTES), primary_key=True)
    sign_in_id: Mapped[str] = mapped_column(ForeignKey("sign_in.id"))
    expires_at: Mapped[dt.datetime]
    used_at: Mapped[dt.datetime | None]


class EndedAccess(Base):
    """A person's access token that ended before its time, by itself."""

    __tablename__ = "ended_access"
    jti: Mapped[str] = mapped_column(String(32), primary_key=True)
    expires_at: Mapped[dt.datetime] = mapped_column(index=True)


class SpentProof(Base):
    """A DPoP proof that was used once and never again (RFC 9449 §11.1)."""

    __tablename__ = "spent_proof"
    proof: Mapped[bytes] = mapped_column(LargeBinary(_HASH_BYTES), primary_key=True)
    expires_at: Mapped[dt.datetime] = mapped_column(index=True)


class SignInFault(Base):
    """What is to go wrong with the tokens of one system, until it is taken away again."""

    __tablename__ = "sign_in_fault"
    client_id: Mapped[str] = mapped_column(ForeignKey("system.client_id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(32), primary_key=True)


class SignInLeg(Base):
    """One leg of a sign-in, for whoever has to find out why it failed; secrets are masked."""

    __tablename__ = "sign_in_leg"
    __table_args__ = (
        Index("ix_sign_in_leg_sign_in_id_id", "sign_in_id", "id"),
        Index("ix_sign_in_leg_at", "at"),
    )
    id: Mapped[identity]
    sign_in_id: Mapped[str | None] = mapped_column(String(32))
    client_id: Mapped[str | None]
    at: Mapped[dt.datetime]
    leg: Mapped[str] = mapped_column(String(32))
    carried: Mapped[dict[str, object]]
    gave: Mapped[dict[str, object]]
    error: Mapped[str | None]
    why: Mapped[str | None]
