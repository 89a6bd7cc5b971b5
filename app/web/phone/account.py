"""The account: its state, its device, and what its holder does about them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.identity import (
    account_history,
    accounts,
    applications,
    biometrics,
    devices,
    phones,
)
from app.registry import citizens
from app.sectors import subscribers
from app.web import handset
from app.web.console_page import Asked, Page, Shown
from app.web.languages import N_

if TYPE_CHECKING:
    from fastapi import Response
    from sqlalchemy.orm import Session

    from app.identity import locking
    from app.identity.account_problems import Refused
    from app.identity.devices import Device
    from app.identity.phones import Phone


def _show(asked: Asked, session: Session) -> Shown:
    """Show the account with its device, numbers and history."""
    phone = handset.opened(asked, session)
    [person] = citizens.read(session, [phone.citizen_id])
    account = accounts.of(session, phone.citizen_id)
    is_granted = account is not None and account.state != "pending"
    return handset.shown(
        phone,
        "phone_account.html",
        device=devices.current(session, account.id) if account and is_granted else None,
        numbers=subscribers.of_citizen(session, phone.citizen_id, person.pin),
        history=[] if account is None else account_history.of(session, account),
        applications=applications.of_citizen(session, phone.citizen_id, phone.today),
    )


def _activate(asked: Asked) -> Response:
    """Activate the account, within seven days of the notice."""
    handset.act(asked, phones.activate)
    return handset.on_to(asked, "/account")


def _notice(asked: Asked) -> Response:
    """Call the hotline for another notice."""
    handset.act(asked, lambda phone: phones.notice_again(phone, "hotline"))
    return handset.on_to(asked, "/account")


def _lock(asked: Asked) -> Response:
    """Lock the account at once, or unlock what the holder has locked."""
    kind: locking.Kind = "unlock" if asked.path["kind"] == "unlock" else "lock"
    handset.act(asked, lambda phone: phones.lock(phone, kind))
    return handset.on_to(asked, "/account")


def _passcode(asked: Asked) -> Response:
    """Choose another passcode."""
    old, new = asked.form.get("old", ""), asked.form.get("new", "")
    handset.act(asked, lambda phone: phones.choose_passcode(phone, old, new))
    return handset.on_to(asked, "/account")


def _device(asked: Asked) -> Response:
    """Use the account on another device, by the passcode and a good picture of the holder."""
    name, passcode = asked.form.get("name", ""), asked.form.get("passcode", "")

    def change(phone: Phone) -> Device | Refused:
        face = biometrics.template(phone.world, phone.citizen_id)
        return phones.change_device(phone, name, passcode, face)

    handset.act(asked, change)
    return handset.on_to(asked, "/account")


def _forget(asked: Asked) -> Response:
    """Forget wrong passcodes, codes and faces, so that no test has to wait."""
    handset.act(asked, phones.forgive)
    return handset.on_to(asked, "/account")


PAGE = Page(
    name="account",
    title=N_("Account"),
    group="phone",
    order=6,
    at=f"{handset.PHONE}/account",
    views={"": _show},
    acts={
        "/activate": _activate,
        "/notice": _notice,
        "/passcode": _passcode,
        "/device": _device,
        "/forget": _forget,
        "/{kind}": _lock,
    },
)
