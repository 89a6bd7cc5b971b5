"""The inbox: notices and one-time codes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.identity import accounts, messages
from app.identity.authentication import SIGN_IN
from app.web import handset
from app.web.console_page import Asked, Page, Shown
from app.web.languages import N_

if TYPE_CHECKING:
    from fastapi import Response
    from sqlalchemy.orm import Session

    from app.identity.messages import Message
    from app.identity.phones import Phone


def _show(asked: Asked, session: Session) -> Shown:
    """Show the messages, the latest first."""
    phone = handset.opened(asked, session)
    found = messages.inbox(session, phone.citizen_id, phone.now)
    return handset.shown(phone, "phone_inbox.html", messages=found)


def _send(asked: Asked) -> Response:
    """Have a one-time code for signing in sent."""

    def send(phone: Phone) -> Message:
        account = phone.account()
        number = None if account is None else accounts.phone_of(phone.session, account)
        return messages.send_code(phone.session, phone.citizen_id, SIGN_IN, phone.now, number)

    handset.act(asked, send)
    return handset.on_to(asked)


PAGE = Page(
    name="inbox",
    title=N_("Inbox"),
    group="phone",
    order=1,
    at=handset.PHONE,
    views={"": _show},
    acts={"/codes": _send},
)
