"""Answers as values. Members that a later server adds are passed over."""

from __future__ import annotations

import datetime as dt
from typing import Any

import msgspec

from dancu_client.errors import Place


class _Answer(msgspec.Struct, frozen=True):
    """A value the server answers with."""


class Logged(_Answer, frozen=True, kw_only=True):
    """What every logged answer has. `jws` is the signed form, where it was asked for."""

    simulated: bool
    request_id: str
    receipt: str
    leaf: Place
    jws: str | None = None


class System(_Answer, frozen=True, kw_only=True):
    """A connected system, as it is registered."""

    client_id: str
    name: str
    auth_method: str
    state: str
    state_reason: str | None
    security_level: int
    daily_quota: int
    outcome_detail: bool
    cleansing: bool
    fapi: bool


class Grant(_Answer, frozen=True, kw_only=True):
    """What the agency may ask a service for, on which ground, and what it has to name."""

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


class Me(_Answer, frozen=True, kw_only=True):
    """Who the caller is, and what it may do."""

    agency: str
    agency_code: str
    agency_name: str
    agency_name_en: str
    kind: str
    system: System
    grants: tuple[Grant, ...]


class Finding(_Answer, frozen=True, kw_only=True):
    """Whether one field of one service would be told, and if not, why."""

    service: str
    field: str
    allowed: bool
    reason: str | None = None
    title_en: str | None = None
    next_en: str | None = None
    legal_basis: str | None = None
    requires: tuple[str, ...] = ()


class Access(_Answer, frozen=True, kw_only=True):
    """The findings of an access check."""

    findings: tuple[Finding, ...]


class Verification(Logged, frozen=True, kw_only=True):
    """Yes or no about claims. `attributes` only for systems that are told details."""

    outcome: str
    attributes: dict[str, str] | None = None
    explain: list[dict[str, Any]] | None = None

    @property
    def matches(self) -> bool:
        """Whether every claim agrees with the registry."""
        return self.outcome == "match"


class BatchResult(_Answer, frozen=True, kw_only=True):
    """One item's result: an outcome, or why this item was refused."""

    outcome: str | None = None
    attributes: dict[str, str] | None = None
    refused: str | None = None


class Batch(Logged, frozen=True, kw_only=True):
    """The results of a batch, in the order of its items."""

    results: tuple[BatchResult, ...]


class Withheld(_Answer, frozen=True, kw_only=True):
    """Why a field was not told."""

    reason: str
    title: str


class Disclosure(Logged, frozen=True, kw_only=True):
    """Data about one person, field by field; `withheld` names what was not told, and why."""

    outcome: str
    number: str
    data: dict[str, Any] | None
    withheld: dict[str, Withheld]
    legal_basis: str


class RegisterVerification(Logged, frozen=True, kw_only=True):
    """Yes, no or unknown from a register of others."""

    outcome: str
    reason: str | None


class ChipChallenge(_Answer, frozen=True, kw_only=True):
    """Eight bytes, in hex, for a chip to sign."""

    challenge: str
    expires_at: str


class ChipVerification(Logged, frozen=True, kw_only=True):
    """What a card is worth, and how each check of it came out."""

    outcome: str
    checks: dict[str, Any]


class PresentationRequest(_Answer, frozen=True, kw_only=True):
    """What a holder was asked to show; a wallet is given query, nonce and audience."""

    id: str
    state: str
    nonce: str
    audience: str
    dcql_query: dict[str, Any]
    expires_at: str


class Presentation(Logged, frozen=True, kw_only=True):
    """What was shown: `document` and `claims` where it is `genuine`."""

    outcome: str
    document: str | None
    claims: dict[str, Any] | None
    checks: dict[str, Any]


class Redemption(Logged, frozen=True, kw_only=True):
    """What a code stood for: `document` and `claims` where they were `shared`."""

    outcome: str
    document: str | None
    claims: dict[str, Any] | None


class CreditReason(_Answer, frozen=True, kw_only=True):
    """Something that cost points."""

    code: str
    title: str
    points_lost: int


class Assessment(_Answer, frozen=True, kw_only=True):
    """A synthetic score from 300 to 850, its band, and why it is not higher."""

    id: str
    scorecard: str
    assessed_on: dt.date
    score: int
    band: str
    thin_file: bool
    reasons: tuple[CreditReason, ...]
    appeal_by: dt.date


class CreditAnswer(Logged, frozen=True, kw_only=True):
    """A credit assessment; none where the person cannot be assessed."""

    outcome: str
    number: str
    assessment: Assessment | None
    withheld: dict[str, Withheld]
    notice: str
    legal_basis: str


class Change(_Answer, frozen=True, kw_only=True):
    """One life event as far as it changed one person's record; `id` is what you may skip by."""

    id: str
    kind: str
    occurred_on: dt.date
    recorded_on: dt.date
    changed: tuple[str, ...]
    person: str | None = None
    pin: str | None = None
    values: dict[str, Any] | None = None


class ChangePage(Logged, frozen=True, kw_only=True):
    """A page of the change feed: take the items in, then keep `next_cursor`."""

    items: tuple[Change, ...]
    next_cursor: str
    more: bool
    withheld: dict[str, Withheld]
    legal_basis: str


class Webhook(_Answer, frozen=True, kw_only=True):
    """A subscription to the change feed."""

    id: str
    client_id: str
    url: str
    purpose: str
    fields: tuple[str, ...]
    kinds: tuple[str, ...] | None
    provinces: tuple[str, ...] | None
    state: str
    state_reason: str | None
    held: str | None
    waiting: int
    dead: int


class WebhookSecret(_Answer, frozen=True, kw_only=True):
    """The secret that a webhook's messages are signed with."""

    id: str
    version: int
    secret: str


class WebhookMessage(_Answer, frozen=True, kw_only=True):
    """A message about a change, as it was or will be sent."""

    number: int
    id: str
    type: str
    state: str
    attempts: int


class Consent(_Answer, frozen=True, kw_only=True):
    """A consent that was asked for, and what came of it; its `id` is what a question names."""

    id: str
    state: str
    purpose: str
    fields: tuple[str, ...]
    declined: tuple[str, ...]
    from_date: dt.date
    to_date: dt.date | None
    law: str
    answer_by: str | None
    leaf: int | None


class Job(_Answer, frozen=True, kw_only=True):
    """A file in work: `done` goes from 0 to 1, `problem` says why it failed."""

    id: str
    state: str
    purpose: str
    format: str
    what: str
    done: float
    rows: int | None
    problem: str | None
    leaf: int | None
    receipt: str | None
    signed_summary: str | None
    file_sha256: str | None
    created_at: str
    finished_at: str | None
    expires_at: str

    @property
    def is_over(self) -> bool:
        """Whether nothing more happens to it."""
        return self.state in {"done", "failed", "refused", "cancelled"}


class Reconciliation(Job, frozen=True, kw_only=True):
    """A file held against the registry; `counts` by verdict, `reasons` by error."""

    columns: dict[str, str]
    counts: dict[str, int]
    reasons: dict[str, int]


class Extract(Job, frozen=True, kw_only=True):
    """A slice of the registry as a file."""

    fields: tuple[str, ...]
    provinces: tuple[str, ...] | None
    withheld: dict[str, str]


class FormField(_Answer, frozen=True, kw_only=True):
    """A member of a dossier's form: its value, and who supplied it."""

    value: Any
    source: str
    disclosure: str | None = None
    leaf: int | None = None


class Dossier(_Answer, frozen=True, kw_only=True):
    """A citizen's dossier as it stands."""

    code: str
    service: str
    agency: str
    state: str
    state_since: dt.date
    reason: str | None
    submitted_on: dt.date | None
    due_on: dt.date | None
    closed_on: dt.date | None
    overdue: bool
    fields: dict[str, FormField]
    missing: tuple[str, ...]
    wanted: tuple[str, ...]
    result: str | None


class DossierAnswer(Logged, frozen=True, kw_only=True):
    """What was done about a dossier, or it as it was shown."""

    dossier: Dossier


class DossierLine(_Answer, frozen=True, kw_only=True):
    """A dossier in a list."""

    code: str
    service: str
    agency: str
    state: str
    state_since: dt.date
    submitted_on: dt.date | None
    due_on: dt.date | None
    overdue: bool


class World(_Answer, frozen=True, kw_only=True):
    """A world of the server, as its operator sees it."""

    name: str
    state: str
    issuer: str | None = None
    size: int | None = None
    seed: int | None = None
    today: dt.date | None = None
    parent: str | None = None


class WorldToken(_Answer, frozen=True, kw_only=True):
    """The operator's token for one world."""

    world: str
    token: str


class Persona(_Answer, frozen=True, kw_only=True):
    """A citizen with a name and a stated purpose."""

    name: str
    purpose: str
    purpose_en: str
    needs: str | None
    pin: str
    full_name: str
    birth_date: str
    sex: str
    state: str


class SystemCredential(_Answer, frozen=True, kw_only=True):
    """How a system of a world proves itself, with its secret or its private key (PEM)."""

    client_id: str
    auth_method: str
    version: int
    secret: str | None = None
    private_key: str | None = None


class Clock(_Answer, frozen=True, kw_only=True):
    """A world's days: its first, and today."""

    start_date: dt.date
    today: dt.date


class Lived(_Answer, frozen=True, kw_only=True):
    """What happened while the clock was advanced, by kind of life event."""

    since: dt.date
    today: dt.date
    happened: dict[str, int]
