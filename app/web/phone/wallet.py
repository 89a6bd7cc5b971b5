"""The wallet: the card, documents from the registers, and codes to show them at a counter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.identity import accounts, cards, printed, qr, share_codes, sources, wallet
from app.platform import clock
from app.sandbox import personas
from app.web import drawings, handset
from app.web.console_page import Asked, Page, Shown, number
from app.web.languages import N_

if TYPE_CHECKING:
    from fastapi import Response
    from sqlalchemy.orm import Session

    from app.identity.phones import Phone
    from app.identity.share_codes import Shared
    from app.identity.wallet import Held


def _show(asked: Asked, session: Session) -> Shown:
    """Show the card and the documents, those that were taken out last."""
    phone = handset.opened(asked, session)
    today = phone.today
    card = cards.current(session, [phone.citizen_id], today).get(phone.citizen_id)
    account = accounts.of(session, phone.citizen_id)
    held = [] if account is None else wallet.contents(session, account, today)
    return handset.shown(
        phone,
        "phone_wallet.html",
        card=card,
        worth=None if card is None else cards.status(session, card, today),
        held=sorted(held, key=lambda each: each.state == "removed"),
        kinds=sources.all_of_them(),
    )


def _picture(asked: Asked, session: Session) -> Response:
    """Draw one side of the card."""
    citizen_id = personas.whose(session, asked.path["who"])
    return drawings.card(session, citizen_id, asked.world.today, asked.path["side"])


def _code(asked: Asked, session: Session) -> Shown:
    """Show the QR code that is printed on the card, for a reader."""
    phone = handset.opened(asked, session)
    card = cards.current(session, [phone.citizen_id], phone.today).get(phone.citizen_id)
    text = None if card is None else qr.write(printed.of(session, card))
    drawn = None if text is None else drawings.qr_code(text)
    return handset.shown(phone, "phone_qr.html", text=text, drawn=drawn)


def _document(asked: Asked, session: Session) -> Shown:
    """Show one document with its claims, to refresh, to take out or to share."""
    phone = handset.opened(asked, session)
    held = wallet.find(session, handset.account_of(phone), _id(asked), phone.today)
    return handset.shown(
        phone,
        "phone_document.html",
        document=held,
        claims=wallet.kind_of(held.kind).every_claim,
    )


def _add(asked: Asked) -> Response:
    """Ask for a document: its source is checked, and it is integrated or refused."""
    kind, named = asked.form.get("kind", ""), asked.form.get("number")

    def add(phone: Phone) -> Held:
        account = handset.account_of(phone)
        return wallet.request(phone.session, account, kind, named, phone.today)

    held = handset.act(asked, add)
    return handset.on_to(asked, f"/wallet/{held.id}")


def _refresh(asked: Asked) -> Response:
    """Ask the source again."""
    held = handset.act(
        asked,
        lambda phone: wallet.refresh(
            phone.session, handset.account_of(phone), _id(asked), phone.today, phone.now
        ),
    )
    return handset.on_to(asked, f"/wallet/{held.id}")


def _remove(asked: Asked) -> Response:
    """Take a document out; its credentials are revoked."""
    handset.act(
        asked,
        lambda phone: wallet.remove(
            phone.session, handset.account_of(phone), _id(asked), phone.today, phone.now
        ),
    )
    return handset.on_to(asked, "/wallet")


def _share(asked: Asked) -> Shown:
    """Make a code for a clerk, for the claims that are ticked; it is told here, once."""
    chosen = [text for name, text in asked.visitor.form() if name == "claim"]

    def share(phone: Phone) -> Shared:
        return share_codes.share(
            phone.session,
            handset.account_of(phone),
            _id(asked),
            chosen,
            phone.today,
            phone.now,
        )

    made = handset.act(asked, share)
    with asked.world.session() as session:
        return handset.shown(
            handset.opened(asked, session),
            "phone_share.html",
            shared=made,
            seconds=round((made.expires_at - clock.now()).total_seconds()),
            claims=[
                each for each in wallet.kind_of(made.kind).every_claim if each.name in made.claims
            ],
            drawn=drawings.qr_code(made.qr_text),
            document=asked.path["document"],
        )


def _id(asked: Asked) -> int:
    """Return which document it is; raise `document-unknown` for what is no number."""
    found = number(asked.path["document"])
    if found is None:
        raise wallet.DOCUMENT_UNKNOWN.error()
    return found


PAGE = Page(
    name="wallet",
    title=N_("Wallet"),
    group="phone",
    order=3,
    at=f"{handset.PHONE}/wallet",
    views={
        "": _show,
        "/qr": _code,
        "/card-{side}.svg": _picture,
        "/{document}": _document,
    },
    acts={
        "/add": _add,
        "/{document}/refresh": _refresh,
        "/{document}/remove": _remove,
        "/{document}/share": _share,
    },
)
