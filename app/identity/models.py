"""All tables of the identity room: cards, what happened to them, eID accounts and phones."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from app.platform.database import Base, identity

CARD_FORMS = ("2021", "2024")
CARD_STATES = (
    "requested",
    "taken_biometrics",
    "approved",
    "printed",
    "delivered",
    "active",
    "expired",
    "lost",
    "damaged",
    "held",
    "revoked",
    "superseded",
)
#: What a card can be made to be for a test; a genuine one has none.
CARD_VARIANTS = ("cloned", "tampered", "untrusted_signer", "revoked_signer")
DOCUMENT_STATES = ("integrated", "refused", "withdrawn", "removed")
ACCOUNT_STATES = ("collected", "active", "locked", "closed")
APPLICATION_KINDS = ("register", "upgrade", "lock", "unlock")
APPLICATION_STATES = ("pending", "approved", "refused")
APPROVAL_STATES = ("pending", "accepted", "refused")


def _one_of(column: str, values: tuple[str, ...]) -> CheckConstraint:
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=f"{column}_known")


class Card(Base):
    """A chip card: the citizen card of 2021 or the identity card of 2024 (2023 Law, Art 18–26).

    `number` is the personal number on the day of issue; `expires_on` is NULL for "no expiry".
    `variant` is NULL for a genuine card.
    """

    __tablename__ = "card"
    __table_args__ = (
        _one_of("form", CARD_FORMS),
        _one_of("state", CARD_STATES),
        _one_of("variant", CARD_VARIANTS),
        Index("ix_card_citizen_id", "citizen_id"),
        Index("ix_card_number", "number"),
        Index(
            "uq_card_active",
            "citizen_id",
            unique=True,
            sqlite_where=text("state = 'active'"),
            postgresql_where=text("state = 'active'"),
        ),
    )
    id: Mapped[identity]
    citizen_id: Mapped[int] = mapped_column(ForeignKey("citizen.id"))
    number: Mapped[str] = mapped_column(String(12))
    form: Mapped[str] = mapped_column(String(4))
    state: Mapped[str] = mapped_column(String(16))
    state_since: Mapped[dt.date]
    issued_on: Mapped[dt.date | None]
    issued_by: Mapped[str | None]
    expires_on: Mapped[dt.date | None]
    issue_reason: Mapped[str]
    variant: Mapped[str | None] = mapped_column(String(16))


class CardEvent(Base):
    """One step in a card's life: the state it came into, from which day, why and by whom.

    `since` is a day of the world's clock, `recorded_at` real time. A generated card has no rows
    until something happens to it; then its past is written down first, without `recorded_at`.
    """

    __tablename__ = "card_event"
    __table_args__ = (_one_of("state", CARD_STATES),)
    id: Mapped[identity]
    card_id: Mapped[int] = mapped_column(ForeignKey("card.id"), index=True)
    state: Mapped[str] = mapped_column(String(16))
    since: Mapped[dt.date]
    reason: Mapped[str]
    recorded_at: Mapped[dt.datetime | None]
    recorded_by: Mapped[str | None]


class ChipSession(Base):
    """A chip in a reader's field: what it remembers after its last answer.

    `turn` counts the answers, so that of two that are given at once one is kept. `owner` is who
    opened it: a client id, or the operator.
    """

    __tablename__ = "chip_session"
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    card_id: Mapped[int] = mapped_column(ForeignKey("card.id"))
    owner: Mapped[str]
    state: Mapped[bytes]
    turn: Mapped[int]
    expires_at: Mapped[dt.datetime] = mapped_column(index=True)


class ChipChallenge(Base):
    """A challenge that a chip is to sign once, for whom it was issued."""

    __tablename__ = "chip_challenge"
    challenge: Mapped[str] = mapped_column(String(16), primary_key=True)
    owner: Mapped[str]
    expires_at: Mapped[dt.datetime] = mapped_column(index=True)
    used_at: Mapped[dt.datetime | None]


class Account(Base):
    """An eID account: collected with its file, active from its activation (Decree 69/2024)."""

    __tablename__ = "account"
    __table_args__ = (
        _one_of("state", ACCOUNT_STATES),
        CheckConstraint("level IN (1, 2)", name="level_known"),
        CheckConstraint(
            "state <> 'active' OR activated_on IS NOT NULL", name="active_was_activated"
        ),
        Index("uq_account_citizen_id", "citizen_id", unique=True),
    )
    id: Mapped[identity]
    citizen_id: Mapped[int] = mapped_column(ForeignKey("citizen.id"))
    level: Mapped[int]
    state: Mapped[str] = mapped_column(String(9))
    state_since: Mapped[dt.date]
    collected_on: Mapped[dt.date]
    activated_on: Mapped[dt.date | None]


class AccountEvent(Base):
    """What happened to an account: why, who had it done, and the state and level it led to.

    `happened_on` is a day of the world's clock. A generated account has no rows until something
    happens to it: `accounts.history` tells its past from the account's own dates.
    """

    __tablename__ = "account_event"
    __table_args__ = (
        _one_of("state", ACCOUNT_STATES),
        CheckConstraint(
            "(account_id IS NULL) <> (organisation_account_id IS NULL)", name="of_one_account"
        ),
    )
    id: Mapped[identity]
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"), index=True)
    organisation_account_id: Mapped[int | None] = mapped_column(
        ForeignKey("organisation_account.id"), index=True
    )
    kind: Mapped[str]
    reason: Mapped[str]
    done_by: Mapped[str]
    officer: Mapped[str | None]
    happened_on: Mapped[dt.date]
    state: Mapped[str] = mapped_column(String(9))
    level: Mapped[int | None]


class AccountApplication(Base):
    """What was applied for and until when it is to be decided (Decree 69/2024, Art 10–13, 15).

    `id` is public: 32 hex digits. `organisation` is a tax code where the account is an
    organisation's, which its legal representative (`citizen_id`) applies for; else it is empty.
    `refusal` is a problem's code. Days are the world's.
    """

    __tablename__ = "account_application"
    __table_args__ = (
        _one_of("kind", APPLICATION_KINDS),
        _one_of("state", APPLICATION_STATES),
        Index("ix_account_application_citizen_id", "citizen_id"),
        Index(
            "uq_account_application_pending",
            "citizen_id",
            "organisation",
            unique=True,
            sqlite_where=text("state = 'pending'"),
            postgresql_where=text("state = 'pending'"),
        ),
    )
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    citizen_id: Mapped[int] = mapped_column(ForeignKey("citizen.id"))
    organisation: Mapped[str]
    kind: Mapped[str] = mapped_column(String(8))
    level: Mapped[int | None]
    state: Mapped[str] = mapped_column(String(8))
    filed_on: Mapped[dt.date]
    due_on: Mapped[dt.date]
    decided_on: Mapped[dt.date | None]
    filed_by: Mapped[str]
    officer: Mapped[str | None]
    form: Mapped[str]
    law: Mapped[str]
    reason: Mapped[str]
    phone: Mapped[str | None] = mapped_column(String(10))
    email: Mapped[str | None]
    representative_id: Mapped[int | None] = mapped_column(ForeignKey("citizen.id"))
    refusal: Mapped[str | None]


class AccountContact(Base):
    """How the holder is reached, where that was said; else it follows from the registers.

    A telephone number serves one account.
    """

    __tablename__ = "account_contact"
    __table_args__ = (Index("uq_account_contact_phone", "phone", unique=True),)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    phone: Mapped[str | None] = mapped_column(String(10))
    email: Mapped[str | None]


class AccountDevice(Base):
    """A device an account was used on; `ended_on` NULL is the one it is used on now.

    The first device of an account has no row before there is a second one.
    """

    __tablename__ = "account_device"
    __table_args__ = (
        Index("ix_account_device_account_id", "account_id"),
        Index(
            "uq_account_device_active",
            "account_id",
            unique=True,
            sqlite_where=text("ended_on IS NULL"),
            postgresql_where=text("ended_on IS NULL"),
        ),
    )
    id: Mapped[identity]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    number: Mapped[int]
    name: Mapped[str]
    bound_on: Mapped[dt.date]
    ended_on: Mapped[dt.date | None]


class AccountPasscode(Base):
    """What checks a passcode that its holder has chosen; the first one derives (`passcodes`)."""

    __tablename__ = "account_passcode"
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True)
    verifier: Mapped[str]
    changed_on: Mapped[dt.date]


class FailedProof(Base):
    """Failures in a row to prove one thing about one subject, and until when no more are heard.

    Real time. `subject` is an account, or a number that has none, so that both are alike; or a
    browser that guesses at the codes of other devices.
    """

    __tablename__ = "failed_proof"
    subject: Mapped[str] = mapped_column(primary_key=True)
    factor: Mapped[str] = mapped_column(primary_key=True)
    failures: Mapped[int]
    last_at: Mapped[dt.datetime]
    barred_until: Mapped[dt.datetime | None]


class Message(Base):
    """A message on a simulated phone; with a `code` it is a one-time code, spent at `used_at`.

    `citizen_id` is whose phone it is on, whoever's name `phone` is in; NULL there means within the
    app. Real time.
    """

    __tablename__ = "message"
    __table_args__ = (Index("ix_message_citizen_id", "citizen_id"),)
    id: Mapped[identity]
    citizen_id: Mapped[int] = mapped_column(ForeignKey("citizen.id"))
    phone: Mapped[str | None] = mapped_column(String(10))
    purpose: Mapped[str]
    text_vi: Mapped[str]
    text_en: Mapped[str]
    code: Mapped[str | None] = mapped_column(String(6))
    sent_at: Mapped[dt.datetime]
    expires_at: Mapped[dt.datetime | None]
    used_at: Mapped[dt.datetime | None]


class Approval(Base):
    """Something a citizen is asked to allow on the simulated phone. Real time.

    `id` is public: 32 hex digits. `proofs` are what the decision was made with; `used_at` is when
    it was relied on, which it can be once.
    """

    __tablename__ = "approval"
    __table_args__ = (
        _one_of("state", APPROVAL_STATES),
        Index("ix_approval_citizen_id", "citizen_id"),
    )
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    citizen_id: Mapped[int] = mapped_column(ForeignKey("citizen.id"))
    kind: Mapped[str]
    title_vi: Mapped[str]
    title_en: Mapped[str]
    details: Mapped[dict[str, object]]
    asked_by: Mapped[str]
    state: Mapped[str] = mapped_column(String(8))
    asked_at: Mapped[dt.datetime]
    expires_at: Mapped[dt.datetime]
    decided_at: Mapped[dt.datetime | None]
    proofs: Mapped[list[str]]
    used_at: Mapped[dt.datetime | None]


class OrganisationAccount(Base):
    """An organisation's account, which has no level: its legal representative acts for it."""

    __tablename__ = "organisation_account"
    __table_args__ = (
        _one_of("state", ACCOUNT_STATES),
        Index("uq_organisation_account_tax_code", "tax_code", unique=True),
    )
    id: Mapped[identity]
    tax_code: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(9))
    state_since: Mapped[dt.date]
    collected_on: Mapped[dt.date]
    activated_on: Mapped[dt.date | None]


class WalletDocument(Base):
    """A document in an account: what its source said when it was integrated or refreshed.

    `number` tells it from others of its kind, empty where the source had none. `reason` is why it
    was refused, or withdrawn by its source. Days are the world's.
    """

    __tablename__ = "wallet_document"
    __table_args__ = (
        _one_of("state", DOCUMENT_STATES),
        Index("uq_wallet_document_of_account", "account_id", "kind", "number", unique=True),
    )
    id: Mapped[identity]
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    kind: Mapped[str]
    number: Mapped[str]
    claims: Mapped[dict[str, object]]
    expires_on: Mapped[dt.date | None]
    state: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str | None]
    state_since: Mapped[dt.date]


class WalletEvent(Base):
    """What happened to a document in a wallet, on a day of the world's clock."""

    __tablename__ = "wallet_event"
    id: Mapped[identity]
    document_id: Mapped[int] = mapped_column(ForeignKey("wallet_document.id"), index=True)
    kind: Mapped[str]
    reason: Mapped[str | None]
    happened_on: Mapped[dt.date]


class Credential(Base):
    """A credential that was given for a document, bound to a key of its holder.

    Its id says where it stands in which status list. `jkt` is the key's thumbprint (RFC 7638);
    `text` is there where the simulated phone keeps it, NULL where another wallet does.
    """

    __tablename__ = "credential"
    __table_args__ = (
        Index("ix_credential_document_id", "document_id"),
        Index("ix_credential_revoked_at", "revoked_at"),
    )
    id: Mapped[identity]
    document_id: Mapped[int] = mapped_column(ForeignKey("wallet_document.id"))
    jkt: Mapped[str] = mapped_column(String(43))
    issued_at: Mapped[dt.datetime]
    expires_at: Mapped[dt.datetime]
    revoked_at: Mapped[dt.datetime | None]
    text: Mapped[str | None]


class CredentialOffer(Base):
    """An offer to give a credential to another wallet (OpenID4VCI 1.0 §4), good once.

    What the other side shows us is kept as SHA-256 only: the pre-authorised code, then the token
    that was given for it. `nonces` .
    """

    __tablename__ = "credential_offer"
    __table_args__ = (Index("ix_credential_offer_expires_at", "expires_at"),)
    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("wallet_document.id"))
    code_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    tx_code_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    wrong_codes: Mapped[int]
    created_at: Mapped[dt.datetime]
    expires_at: Mapped[dt.datetime]
    redeemed_at: Mapped[dt.datetime | None]
    token_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32), unique=True)
    issued: Mapped[int]


class ShareCode(Base):
    """What a holder lets one clerk see, once, for a minute: by a code that is kept as its hash."""

    __tablename__ = "share_code"
    code_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("wallet_document.id"))
    claims: Mapped[list[str]]
    created_at: Mapped[dt.datetime]
    expires_at: Mapped[dt.datetime] = mapped_column(index=True)
    redeemed_at: Mapped[dt.datetime | None]


class SpentNonce(Base):
    """A nonce that was used, until it has expired: nobody uses it twice."""

    __tablename__ = "spent_nonce"
    nonce: Mapped[str] = mapped_column(String(120), primary_key=True)
    expires_at: Mapped[dt.datetime] = mapped_column(index=True)
