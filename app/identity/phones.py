"""What a holder does on the simulated phone: activate, choose a passcode, change the device.

Refusals are values where something is counted or spent; commit whatever comes of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import update

from app.identity import (
    account_history,
    accounts,
    applications,
    approvals,
    attempts,
    authentication,
    devices,
    locking,
    messages,
    passcodes,
)
from app.identity import account_problems as p
from app.identity.account_history import Event
from app.identity.account_problems import Refused
from app.identity.authentication import Factors
from app.identity.models import Account as AccountRow
from app.registry import citizens

if TYPE_CHECKING:
    import datetime as dt

    from sqlalchemy.orm import Session

    from app.identity.accounts import Account
    from app.identity.approvals import Approval, Decision
    from app.identity.devices import Device
    from app.platform.world import World

_DEVICE_CHANGED: Final = (
    "Tài khoản vừa được đăng nhập trên thiết bị khác; thiết bị này đã bị đăng xuất.",
    "Your account was signed in on another device; this one has been signed out.",
)


@dataclass(frozen=True, slots=True)
class Phone:
    """Somebody's phone, in a transaction of the world's writer, at one moment."""

    session: Session
    world: World
    citizen_id: int
    now: dt.datetime

    @property
    def today(self) -> dt.date:
        """The world's day."""
        return self.world.today

    def account(self) -> Account | None:
        """Return the account with everything written down that has become due."""
        applications.settle(self.session, self.citizen_id, self.today, self.now)
        return accounts.of(self.session, self.citizen_id)


def activate(phone: Phone) -> Account | Refused:
    """Activate the account, within seven days of the notice (Decree 69/2024)."""
    account = phone.account()
    if account is None:
        return Refused(p.ACCOUNT_MISSING)
    problem = accounts.standing(phone.session, account, phone.today).problem
    if problem is not p.NOT_ACTIVATED:
        return Refused(p.ACTIVATED_ALREADY if problem is None else problem)
    _record(phone, account, "activated", state="active")
    phone.session.execute(
        update(AccountRow)
        .where(AccountRow.id == account.id)
        .values(state="active", state_since=phone.today, activated_on=phone.today)
    )
    return accounts.of(phone.session, phone.citizen_id) or account


def notice_again(phone: Phone, done_by: str, officer: str | None = None) -> Account | Refused:
    """Give another seven days to activate: by the hotline, or by the police."""
    account = phone.account()
    if account is None:
        return Refused(p.ACCOUNT_MISSING)
    problem = accounts.standing(phone.session, account, phone.today).problem
    if problem not in {p.NOT_ACTIVATED, p.ACTIVATION_LAPSED}:
        return Refused(p.ACTIVATED_ALREADY if problem is None else problem)
    _record(phone, account, "noticed", state="collected", done_by=done_by, officer=officer)
    phone.session.execute(
        update(AccountRow).where(AccountRow.id == account.id).values(state_since=phone.today)
    )
    messages.notify(phone.session, phone.citizen_id, "account", applications.NOTICE, phone.now)
    return accounts.of(phone.session, phone.citizen_id) or account


def choose_passcode(phone: Phone, old: str, new: str) -> Account | Refused:
    """Choose another passcode; raise `passcode-form` for one that cannot be."""
    account = _usable(phone)
    if isinstance(account, Refused):
        return account
    proved = _prove(phone, account, Factors(passcode=old))
    if isinstance(proved, Refused):
        return proved
    passcodes.change(phone.session, phone.world, account.id, new, phone.today)
    _record(phone, account, "passcode_changed", state=account.state)
    return account


def change_device(phone: Phone, name: str, passcode: str, face: str) -> Device | Refused:
    """Use the account on another device: passcode and face once more; the old one is signed out.

    What the old device was asked to allow is refused with it.
    """
    account = _usable(phone)
    if isinstance(account, Refused):
        return account
    proved = _prove(phone, account, Factors(passcode=passcode, face=face))
    if isinstance(proved, Refused):
        return proved
    since = account.activated_on or account.collected_on
    device = devices.replace(phone.session, account.id, name, phone.today, since)
    _record(phone, account, "device_changed", state=account.state)
    messages.notify(phone.session, phone.citizen_id, "device", _DEVICE_CHANGED, phone.now)
    approvals.refuse_pending(phone.session, phone.citizen_id, phone.now)
    return device


def lock(phone: Phone, kind: locking.Kind) -> Account | Refused:
    """Lock or unlock the account at once, as its holder asks."""
    account = phone.account()
    if account is None:
        return Refused(p.ACCOUNT_MISSING)
    if applications.pending(phone.session, phone.citizen_id) is not None:
        return Refused(p.APPLICATION_PENDING)
    return locking.by_holder(phone.session, account, kind, phone.today)


def decide(
    phone: Phone, approval_id: str, decision: Decision, factors: Factors
) -> Approval | Refused:
    """Accept or refuse what the citizen is asked to allow, with the device and maybe more.

    `factors` has the device's secret; the phone itself knows it. Raises `approval-unknown`,
    `approval-decided` and `approval-expired`.
    """
    if approvals.find(phone.session, approval_id, phone.now).citizen_id != phone.citizen_id:
        raise p.APPROVAL_UNKNOWN.error()
    if decision == "refused":
        return approvals.decide(phone.session, approval_id, decision, proofs=(), now=phone.now)
    account = _usable(phone)
    if isinstance(account, Refused):
        return account
    proved = _prove(phone, account, factors)
    if isinstance(proved, Refused):
        return proved
    return approvals.decide(phone.session, approval_id, decision, proofs=proved, now=phone.now)


def own_secret(phone: Phone) -> str | None:
    """Return what the device that the account is used on proves itself by; None without one."""
    account = phone.account()
    if account is None:
        return None
    return devices.secret(phone.world, account.id, devices.current(phone.session, account.id))


def forgive(phone: Phone) -> None:
    """Forget the holder's failures: for tests that do not want to wait."""
    account = accounts.of(phone.session, phone.citizen_id)
    subjects = [f"face:{phone.citizen_id}", f"code:{phone.citizen_id}"]
    pin = _pin(phone)
    subjects.append(attempts.subject_of(None if account is None else account.id, pin))
    for subject in subjects:
        attempts.forgive(phone.session, subject)


def _usable(phone: Phone) -> Account | Refused:
    account = phone.account()
    if account is None:
        return Refused(p.ACCOUNT_MISSING)
    problem = accounts.standing(phone.session, account, phone.today).problem
    return account if problem is None else Refused(problem)


def _prove(phone: Phone, account: Account, factors: Factors) -> tuple[str, ...] | Refused:
    return authentication.prove(
        phone.session, phone.world, account, person=_pin(phone), factors=factors, now=phone.now
    )


def _pin(phone: Phone) -> str:
    return citizens.read(phone.session, [phone.citizen_id])[0].pin


def _record(
    phone: Phone,
    account: Account,
    kind: str,
    *,
    state: str,
    done_by: str = "holder",
    officer: str | None = None,
) -> None:
    event = Event(
        kind=kind,
        reason="holder_request",
        done_by=done_by,
        officer=officer,
        happened_on=phone.today,
        state=state,
        level=account.level,
    )
    account_history.record(phone.session, account, event)
