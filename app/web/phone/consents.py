"""Consents: what the holder allowed whom, to withdraw."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.exchange import access as accesses
from app.exchange import consents, data_requests
from app.web import handset
from app.web.console_page import Asked, Page, Shown
from app.web.languages import N_

if TYPE_CHECKING:
    from fastapi import Response
    from sqlalchemy.orm import Session

    from app.identity.phones import Phone


def _show(asked: Asked, session: Session) -> Shown:
    """Show the register of consents, as far as it is about the holder, the latest first."""
    phone = handset.opened(asked, session)
    found = consents.of_citizen(session, phone.citizen_id, phone.today, phone.now)
    return handset.shown(phone, "phone_consents.html", consents=found)


def _withdraw(asked: Asked) -> Response:
    """Withdraw a consent: it counts no more from the next question on."""
    at = accesses.of(asked.world)

    def withdraw(phone: Phone) -> None:
        acting = phone.citizen_id, phone.citizen_id
        data_requests.withdraw(phone.session, at, acting, asked.path["consent_id"], phone.now)

    handset.act(asked, withdraw)
    return handset.on_to(asked, "/consents")


PAGE = Page(
    name="consents",
    title=N_("Consents"),
    group="phone",
    order=4,
    at=f"{handset.PHONE}/consents",
    views={"": _show},
    acts={"/{consent_id}/withdraw": _withdraw},
)
