"""Verifying that a presentation is genuine, was made for this request, and still counts.

A plan in steps, each with its word: a verifier is told which check failed, and nothing of what was
shown unless all of them passed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import select

from app.identity import sources
from app.identity.credentials import issuing, jws, key_binding, sd_jwt, statuses
from app.identity.credentials.sd_jwt import RejectedError
from app.identity.credentials.status_lists import Status
from app.identity.models import Account, Credential, WalletDocument

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Collection, Mapping

    from sqlalchemy.orm import Session

    from app.identity.credentials.sd_jwt import Parts
    from app.platform.world import World

#: The checks in the order they are made; one that fails ends the verification.
CHECKS: Final[Mapping[str, str]] = {
    "format": "what is no SD-JWT, or is longer than 65,536 characters",
    "signature": "a signature by no key of this issuer, another algorithm than ES256, another iss",
    "disclosures": "one that nothing refers to or that stands twice, a claim told twice",
    "type": "a vct that was not asked for",
    "time": "a credential that has expired or is not good yet",
    "key_binding": "none, by another key, over other disclosures, or older than five minutes",
    "audience": "a binding for another verifier",
    "nonce": "a binding for another request",
    "document": "a document whose own last day is past",
    "status": "a credential that was revoked, or whose account cannot be used",
    "claims": "a claim that was asked for and is not shown",
}
_SKEW: Final = 30
_LONGEST_NUMBER: Final = 10


@dataclass(frozen=True, slots=True)
class _Found:
    """Which credential was shown, as its issuer has it."""

    credential_id: int
    citizen_id: int
    expires_on: dt.date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a verifier asked for: of which kinds which claims, by what challenge."""

    kinds: Collection[str]
    claims: Collection[str]
    nonce: str
    audience: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What came of it: `failed` is the check that failed, None where all passed.

    `claims` are those that were asked for, of a genuine presentation only. `citizen_id` is whose
    document it is, as far as its signature proves it.
    """

    failed: str | None
    detail: str | None
    kind: str | None = None
    claims: dict[str, Any] | None = None
    citizen_id: int | None = None


def verify(
    session: Session, world: World, unverified: str, wanted: Wanted, now: dt.datetime
) -> Finding:
    """Verify a presentation.

    1. It has the form of an SD-JWT, signed by a key of this world's issuer, ever.
    2. What is told was signed: no disclosure is left over, none stands twice.
    3. It is of a kind that was asked for, and its time has come and is not over.
    4. Its holder made it for this verifier and this request, by the key it is bound to.
    5. The document itself counts today.
    6. It has not been revoked, and the account it is from can be used.
    7. Everything that was asked for is there.
    """
    citizen_id = None
    try:
        # 1.
        parts = sd_jwt.split(unverified)
        payload = _signed(world, parts)
        # 2.
        told = sd_jwt.open_up(payload, parts.disclosures)
        # 3.
        kind = _kind(world, told, wanted)
        _check_time(told, now)
        # 4.
        _check_binding(parts, told, wanted, now)
        # 5.
        found = _found(session, world, told)
        citizen_id = found.citizen_id
        if sources.lapsed(found.expires_on, world.today):
            raise _expired()
        # 6.
        _check_status(session, world, found)
        # 7.
        _check_claims(told, wanted)
    except RejectedError as rejected:
        return Finding(failed=rejected.check, detail=rejected.detail, citizen_id=citizen_id)
    return Finding(
        failed=None,
        detail=None,
        kind=kind,
        claims={name: told[name] for name in wanted.claims},
        citizen_id=citizen_id,
    )


def _signed(world: World, parts: Parts) -> dict[str, Any]:
    unverified = jws.read(parts.jwt, sd_jwt.TYPE, "signature")
    kid = unverified.header.get("kid")
    for signer in world.every_signer("credential"):
        if signer.kid == kid:
            payload = jws.check(unverified, signer.public_key, "signature")
            if payload.get("iss") != world.issuer:
                raise RejectedError("signature", "its iss is another issuer")
            return payload
    raise RejectedError("signature", "its kid is no key of this issuer")


def _kind(world: World, told: dict[str, Any], wanted: Wanted) -> str:
    for kind in sources.all_of_them():
        if told.get("vct") == issuing.type_address(world, kind):
            if kind not in wanted.kinds:
                raise RejectedError("type", f"a {kind} was not asked for")
            return kind
    raise RejectedError("type", "its vct is no type of this issuer")


def _check_time(told: dict[str, Any], now: dt.datetime) -> None:
    at = now.timestamp()
    starts, expires = told.get("nbf", told.get("iat")), told.get("exp")
    if not isinstance(starts, int) or not isinstance(expires, int):
        raise RejectedError("time", "it has no iat or no exp")
    if not starts - _SKEW <= at < expires:
        raise RejectedError("time", "it has expired, or is not good yet")


def _check_binding(parts: Parts, told: dict[str, Any], wanted: Wanted, now: dt.datetime) -> None:
    confirmation = told.get("cnf")
    jwk = confirmation.get("jwk") if isinstance(confirmation, dict) else None
    key_binding.check(
        parts,
        jws.public_key(jwk, "key_binding"),
        nonce=wanted.nonce,
        audience=wanted.audience,
        now=int(now.timestamp()),
    )


def _found(session: Session, world: World, told: dict[str, Any]) -> _Found:
    """Return which credential it is: by its place in a status list, which is signed with it."""
    status = told.get("status")
    entry = status.get("status_list") if isinstance(status, dict) else None
    uri, index = (entry.get("uri"), entry.get("idx")) if isinstance(entry, dict) else (None, None)
    number = str(uri).rpartition("/")[2]
    is_ours = number.isdecimal() and len(number) < _LONGEST_NUMBER
    if not is_ours or not isinstance(index, int) or uri != statuses.address(world, int(number)):
        raise RejectedError("status", "it names no status list of this issuer")
    row = session.execute(
        select(Credential.id, Account.citizen_id, WalletDocument.expires_on)
        .join(WalletDocument, WalletDocument.id == Credential.document_id)
        .join(Account, Account.id == WalletDocument.account_id)
        .where(Credential.id == statuses.at(int(number), index))
    ).one_or_none()
    if row is None:
        raise RejectedError("status", "its entry in the status list is nobody's")
    return _Found(*row)


def _check_status(session: Session, world: World, found: _Found) -> None:
    status = statuses.of(session, found.credential_id, world.today)
    if status is not Status.VALID:
        raise RejectedError("status", f"it is {status.name.lower()}")


def _check_claims(told: dict[str, Any], wanted: Wanted) -> None:
    missing = [name for name in wanted.claims if name not in told]
    if missing:
        raise RejectedError("claims", f"not shown: {', '.join(missing)}")


def _expired() -> RejectedError:
    return RejectedError("document", "the document itself has expired")
