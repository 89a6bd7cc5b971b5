"""Devices: an account is used on one at a time (Decree 69/2024), and a change signs out the old.

The first device of an account derives and has no row. A device proves itself by a secret that
derives from the world's root and that only the simulated phone shows.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from app.identity.models import AccountDevice

if TYPE_CHECKING:
    import datetime as dt

    from sqlalchemy import Select
    from sqlalchemy.orm import Session

    from app.platform.world import World

FIRST_NAME = "Điện thoại mô phỏng 1"


@dataclass(frozen=True, slots=True)
class Device:
    """A device as it stands; `number` counts an account's devices from 1."""

    number: int
    name: str
    bound_on: dt.date | None


def current(session: Session, account_id: int) -> Device:
    """Return the device the account is used on."""
    row = session.scalar(_of(account_id).where(AccountDevice.ended_on.is_(None)))
    if row is None:
        return Device(1, FIRST_NAME, None)
    return Device(row.number, row.name, row.bound_on)


def past(session: Session, account_id: int) -> list[Device]:
    """Return the devices before, the latest first."""
    rows = session.scalars(
        _of(account_id)
        .where(AccountDevice.ended_on.is_not(None))
        .order_by(AccountDevice.number.desc())
    )
    return [Device(row.number, row.name, row.bound_on) for row in rows]


def secret(world: World, account_id: int, device: Device) -> str:
    """Return what this device proves itself by: the same each time."""
    label = f"{account_id}/{device.number}".encode()
    return hmac.digest(world.root_key("device"), label, "sha256").hex()


def is_current(session: Session, world: World, account_id: int, claimed: str) -> bool:
    """Whether a claimed secret is that of the device the account is used on now."""
    wanted = secret(world, account_id, current(session, account_id))
    return hmac.compare_digest(claimed.encode(), wanted.encode())


def replace(
    session: Session, account_id: int, name: str, today: dt.date, since: dt.date
) -> Device:
    """Bind another device and end the one before, which was bound `since` if nothing says when.

    What is not checked: who asks for it, and with what face.
    """
    old = session.scalar(_of(account_id).where(AccountDevice.ended_on.is_(None)))
    if old is None:
        old = AccountDevice(
            account_id=account_id, number=1, name=FIRST_NAME, bound_on=since, ended_on=None
        )
        session.add(old)
    old.ended_on = today
    session.flush()  # the one before has to end before there is room for another
    new = AccountDevice(
        account_id=account_id, number=old.number + 1, name=name, bound_on=today, ended_on=None
    )
    session.add(new)
    session.flush()
    return Device(new.number, new.name, new.bound_on)


def _of(account_id: int) -> Select[AccountDevice]:
    return select(AccountDevice).where(AccountDevice.account_id == account_id)
