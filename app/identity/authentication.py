"""Authentication: somebody proves to be the holder of an eID account, by one factor or several.

What a factor is: a passcode is knowledge; a one-time code, the account's device and an approval
given on it are possession; a face is biometric. Decree 69/2024 makes four levels of assurance of
them. By real time, but for the account's standing, which is as of the world's day.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from app.identity import account_problems as p
from app.identity import (
    accounts,
    applications,
    approvals,
    attempts,
    biometrics,
    devices,
    messages,
    passcodes,
)
from app.identity.account_problems import Refused
from app.platform import errors
from app.registry import lookup

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping

    from sqlalchemy.orm import Session

    from app.identity.accounts import Account, Standing
    from app.platform.errors import Problem
    from app.platform.world import World

Kind = Literal["knowledge", "possession", "biometric"]

#: The purpose of a one-time code that is sent for signing in.
SIGN_IN: Final = "sign-in"


@dataclass(frozen=True, slots=True, kw_only=True)
class Factors:
    """What somebody gives to prove who they are; what is None is not given.

    `face` is a template token, `device` the device's secret, `approval` the id of an approval that
    was accepted on the phone (of kind `approval_kind`, if that is said).
    """

    passcode: str | None = None
    otp: str | None = None
    face: str | None = None
    device: str | None = None
    approval: str | None = None
    approval_kind: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Authenticated:
    """Somebody proved to be the holder of an account that can be used.

    `level` is the account's. `amr` are methods by RFC 8176, `assurance` the level of the decree,
    `at` real time.
    """

    account_id: int
    citizen_id: int
    level: int
    amr: tuple[str, ...]
    assurance: int
    at: dt.datetime


#: What each factor proves, and how RFC 8176 §2 calls it; `swk` is a key in software.
_PROVES: Final[Mapping[str, tuple[Kind, str]]] = {
    "passcode": ("knowledge", "pin"),
    "otp": ("possession", "otp"),
    "device": ("possession", "swk"),
    "approval": ("possession", "swk"),
    "face": ("biometric", "face"),
}
_FACES: Final[Mapping[biometrics.Verdict, Problem]] = {
    "no_match": p.FACE_MISMATCH,
    "spoof": p.FACE_NOT_LIVE,
    "no_sample": p.FACE_UNCLEAR,
    "low_quality": p.FACE_UNCLEAR,
    "unreadable": p.FACE_UNCLEAR,
}


def authenticate(
    session: Session, world: World, *, person: str, factors: Factors, now: dt.datetime
) -> Authenticated | Refused:
    """Authenticate whoever claims the personal number `person`, in the world's writer.

    Commit whatever comes of it: failures are counted, and codes and approvals are spent. Somebody
    without an account is told what a wrong factor is told, and is barred as soon.

    1. Who bears the number, and which account is theirs?
    2. Each factor that was given is right.
    3. The account can be used today. Only who has proved to be its holder learns why not.
    4. What all that is worth.
    """
    # 1.
    account = _account(session, person)
    if account is not None:
        applications.settle(session, account.citizen_id, world.today, now)
        account = accounts.of(session, account.citizen_id)
    # 2.
    given = _given(factors)
    if not given:
        return Refused(p.FACTORS_MISSING)
    proved = prove(session, world, account, person=person, factors=factors, now=now)
    if isinstance(proved, Refused) or account is None:
        return proved if isinstance(proved, Refused) else Refused(p.PASSCODE_WRONG)
    # 3.
    standing = accounts.standing(session, account, world.today)
    if standing.problem is not None:
        return Refused(standing.problem)
    # 4.
    return _authenticated(account, standing, proved, now)


def prove(
    session: Session,
    world: World,
    account: Account | None,
    *,
    person: str,
    factors: Factors,
    now: dt.datetime,
) -> tuple[str, ...] | Refused:
    """Check every factor that was given against an account, whatever its standing.

    Returns the names of the factors proved, those behind an approval too.
    """
    proved: list[str] = []
    for name in _given(factors):
        checked = _CHECKS[name](_Proof(session, world, account, person, factors, now))
        if isinstance(checked, Refused):
            return checked
        proved += checked
    return tuple(dict.fromkeys(proved))


def assurance(proved: tuple[str, ...]) -> int:
    """Return the level of assurance of what was proved (Decree 69/2024).

    4: a biometric, a possession and knowledge. 3: two kinds, a biometric among them. 2: two kinds
    without one. 1: anything less.
    """
    kinds = {_PROVES[name][0] for name in proved}
    if "biometric" not in kinds:
        return 2 if len(kinds) > 1 else 1
    return {1: 1, 2: 3, 3: 4}[len(kinds)]


def send_code(session: Session, world: World, *, person: str, now: dt.datetime) -> None:
    """Send a one-time code for signing in, if there is an account to send it to.

    Whoever asks learns nothing of that, nor that too many were sent to it: no more go out then.
    """
    account = _account(session, person)
    if account is not None and accounts.standing(session, account, world.today).usable:
        phone = accounts.phone_of(session, account)
        with contextlib.suppress(errors.TooManyError):
            messages.send_code(session, account.citizen_id, SIGN_IN, now, phone)


def check_face(
    session: Session, world: World, citizen_id: int, token: str, now: dt.datetime
) -> Refused | None:
    """Compare a face with somebody's on record, in the world's writer; None if it is theirs.

    Failures are counted, but not pictures that show nothing.
    """
    subject = f"face:{citizen_id}"
    wait = attempts.barred(session, subject, "face", now)
    if wait is not None:
        return Refused(p.LOCKED_OUT, wait)
    found = biometrics.match(token, biometrics.enrolled(world, citizen_id))
    if found.is_match:
        attempts.succeeded(session, subject, "face")
        return None
    problem = _FACES[found.verdict]
    if problem is not p.FACE_UNCLEAR:
        attempts.failed(session, subject, "face", now)
    return Refused(problem)


@dataclass(frozen=True, slots=True)
class _Proof:
    """What the check of one factor needs."""

    session: Session
    world: World
    account: Account | None
    person: str
    factors: Factors
    now: dt.datetime

    @property
    def subject(self) -> str:
        account_id = None if self.account is None else self.account.id
        return attempts.subject_of(account_id, self.person)


def _passcode(proof: _Proof) -> Refused | tuple[str, ...]:
    account_id = None if proof.account is None else proof.account.id
    claimed = proof.factors.passcode or ""

    def is_right() -> bool:
        return passcodes.is_right(proof.session, proof.world, account_id, claimed)

    return _counted(proof, "passcode", p.PASSCODE_WRONG, is_right)


def _device(proof: _Proof) -> Refused | tuple[str, ...]:
    account, claimed = proof.account, proof.factors.device or ""

    def is_right() -> bool:
        return account is not None and devices.is_current(
            proof.session, proof.world, account.id, claimed
        )

    return _counted(proof, "device", p.DEVICE_NOT_ACTIVE, is_right)


def _counted(
    proof: _Proof, factor: attempts.Factor, problem: Problem, is_right: Callable[[], bool]
) -> Refused | tuple[str, ...]:
    """Let a right factor pass; count a wrong one. Of who is barred none is looked at.

    That they are is told, and alike to a number without an account: there is nothing to hide.
    """
    wait = attempts.barred(proof.session, proof.subject, factor, proof.now)
    if wait is not None:
        return Refused(p.LOCKED_OUT, wait)
    if is_right():
        attempts.succeeded(proof.session, proof.subject, factor)
        return (factor,)
    attempts.failed(proof.session, proof.subject, factor, proof.now)
    return Refused(problem)


def _never() -> bool:
    return False


def _otp(proof: _Proof) -> Refused | tuple[str, ...]:
    if proof.account is None:
        return _counted(proof, "code", p.CODE_WRONG, _never)
    refused = messages.use_code(
        proof.session, proof.account.citizen_id, SIGN_IN, proof.factors.otp or "", proof.now
    )
    return refused or ("otp",)


def _face(proof: _Proof) -> Refused | tuple[str, ...]:
    if proof.account is None:
        return _counted(proof, "face", p.FACE_MISMATCH, _never)
    refused = check_face(
        proof.session,
        proof.world,
        proof.account.citizen_id,
        proof.factors.face or "",
        proof.now,
    )
    return refused or ("face",)


def _approval(proof: _Proof) -> Refused | tuple[str, ...]:
    if proof.account is None:
        return Refused(p.APPROVAL_UNKNOWN)
    used = approvals.use(
        proof.session,
        proof.factors.approval or "",
        proof.account.citizen_id,
        proof.now,
        proof.factors.approval_kind,
    )
    return used if isinstance(used, Refused) else ("approval", *used.proofs)


#: In the order in which they are looked at: what is spent by looking comes last.
_CHECKS: Final[Mapping[str, Callable[[_Proof], Refused | tuple[str, ...]]]] = {
    "passcode": _passcode,
    "device": _device,
    "face": _face,
    "otp": _otp,
    "approval": _approval,
}


def _given(factors: Factors) -> list[str]:
    return [name for name in _CHECKS if getattr(factors, name) is not None]


def _account(session: Session, person: str) -> Account | None:
    """Return the account of whoever bears this personal number now."""
    hit = next((hit for hit in lookup.find(session, person).hits if hit.via == "pin"), None)
    return None if hit is None else accounts.of(session, hit.citizen_id)


def _authenticated(
    account: Account, standing: Standing, proved: tuple[str, ...], now: dt.datetime
) -> Authenticated:
    methods = list(dict.fromkeys(_PROVES[name][1] for name in proved))
    if len({_PROVES[name][0] for name in proved}) > 1:
        methods.append("mfa")
    return Authenticated(
        account_id=account.id,
        citizen_id=account.citizen_id,
        level=standing.level,
        amr=tuple(methods),
        assurance=assurance(proved),
        at=now,
    )
