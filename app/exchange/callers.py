"""Who asks and what law lets them: the values a decision is made from, without a database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from enum import Enum, unique
from types import MappingProxyType

import msgspec

#: The service of yes/no questions; every disclosure is a service by its own name.
VERIFICATION = "verification"
#: The service that finds people by other things than their number.
SEARCH = "search"
#: The service that tells what life events changed, page by page; its fields are those watched.
CHANGES = "changes"
#: The service that gives out everybody on record, or all of some provinces, as a file.
EXTRACT = "extract"
#: The service that verifies what was read of a card's chip.
CHIP = "chip-verification"
#: The service that compares the text of a card's QR code.
QR = "qr-verification"
#: The service of yes/no questions to registers of others; its fields are the claims there are.
REGISTER = "register-verification"
#: The service by which an authority acts on eID accounts.
EID = "eid-accounts"
#: The service by which an agency reports life events; its fields are their kinds, or `EVERY_KIND`.
REPORTING = "reporting"
#: Every kind of life event that is reported for the grant's purpose, of later versions too.
EVERY_KIND = "*"
#: The service that tells a system who has signed in, and what that person lets it know.
SIGN_IN = "sign-in"
#: The service by which holders show documents of their wallets; its fields are the kinds.
PRESENTATION = "presentation"
#: The service that scores how creditworthy a citizen who consents is; its fields are those read.
CREDIT = "credit-assessment"
#: The service by which an authority gives such a score a second look.
CREDIT_REVIEW = "credit-review"


class Grant(msgspec.Struct, frozen=True, kw_only=True):
    """One rule: for this purpose, through this service, these fields, on these conditions.

    `valid_from` and `valid_to` (inclusive, None: open) are dates of the world's clock. `kinds` of
    life event are the slice of a change feed, `provinces` (two-digit codes) that of a feed or an
    extract, None: all.
    """

    id: int
    service: str
    purpose: str
    fields: frozenset[str]
    legal_basis: str
    officer_required: bool
    dossier_required: bool
    consent_required: bool
    valid_from: dt.date
    valid_to: dt.date | None
    kinds: frozenset[str] | None = None
    provinces: frozenset[str] | None = None

    def is_in_force(self, today: dt.date) -> bool:
        """Whether the rule holds on the world's date `today`."""
        return self.valid_from <= today and (self.valid_to is None or today <= self.valid_to)


class Sealing(msgspec.Struct, frozen=True, kw_only=True):
    """How answers to a system are sealed: to a public key of its own, registered or published.

    `keys` are public JWKs (RFC 7517); where they are empty, `jwks_uri` is where they are found.
    `alg` chooses among them, None: the first that fits. `always`: every answer is sealed, not
    only those that ask for it.
    """

    always: bool
    alg: str | None
    keys: tuple[dict[str, object], ...]
    jwks_uri: str | None


@unique
class Room(Enum):
    """How a question stands to its system's limits; true while there is room for it."""

    ENOUGH = "enough"
    NO_QUOTA = "no_quota"
    TOO_FAST = "too_fast"

    def __bool__(self) -> bool:
        return self is Room.ENOUGH


class Pace(msgspec.Struct, frozen=True, gc=False):
    """How fast a system may ask: so many questions within each window of so many seconds."""

    questions: int
    seconds: int


#: What a system may ask at once, whatever its quota: a whole batch.
LEAST_PACE = 1_000
#: Nobody uses up a day's quota in less than twenty minutes.
PACES_IN_A_QUOTA = 20
PACE_SECONDS = 60


def usual_pace(daily_quota: int) -> Pace:
    """Return the pace of a system that none was set for."""
    return Pace(max(LEAST_PACE, daily_quota // PACES_IN_A_QUOTA), PACE_SECONDS)


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """A connected system, the agency it belongs to and every grant of that agency.

    `credential_version` counts the rotations of its secret or key: a token names the version it
    was given for, and ends with it. `daily_quota` is in questions per real day. `guesser` is the
    client id under which the failed guesses of all the agency's systems are counted: its first.
    `fapi`: the FAPI 2.0 Security Profile binds it, and us towards it.
    """

    client_id: str
    system_name: str
    auth_method: str
    credential_version: int
    jwks: dict[str, object] | None
    state: str
    state_reason: str | None
    security_level: int
    inspected_until: dt.date
    daily_quota: int
    outcome_detail: bool
    cleansing: bool
    fapi: bool
    guesser: str
    agency_id: int
    agency_code: str
    agency_slug: str
    agency_name: str
    agency_name_en: str
    agency_kind: str
    grants: Mapping[tuple[str, str], tuple[Grant, ...]]
    """By (service, purpose); one grant for each law the purpose has rested on."""
    sealing: Sealing | None = None
    pace: Pace = Pace(LEAST_PACE, PACE_SECONDS)
    unshared: frozenset[str] = frozenset()
    """Fields that whoever supplied them refuses to share with this agency."""


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """The access of every caller of one world at one moment; it is replaced whole, never changed.

    `revoked` holds the `jti` of revoked tokens that have not expired, `barred` the pairs
    (guesser, subject) whose failed guesses have reached the limit.
    """

    version: int
    callers: Mapping[str, Caller] = MappingProxyType({})
    revoked: frozenset[str] = frozenset()
    barred: frozenset[tuple[str, str]] = frozenset()
