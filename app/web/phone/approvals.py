"""Questions: what the holder is asked to allow, and by whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.exchange import access as accesses
from app.exchange import consent_requests
from app.exchange.consent_requests import Choice
from app.identity import approvals, phones, sources
from app.identity.authentication import Factors
from app.web import handset, values
from app.web.console_page import Asked, Page, Shown
from app.web.languages import N_

if TYPE_CHECKING:
    from fastapi import Response
    from sqlalchemy.orm import Session

    from app.identity.account_problems import Refused
    from app.identity.approvals import Approval
    from app.identity.phones import Phone
    from app.platform.errors import Language


def _show(asked: Asked, session: Session) -> Shown:
    """Show what waits for an answer, and what was asked before."""
    phone = handset.opened(asked, session)
    found = approvals.of_citizen(session, phone.citizen_id, phone.now)
    callers = accesses.of(asked.world).snapshot().callers
    return handset.shown(
        phone,
        "phone_approvals.html",
        waiting=[each for each in found if each.state == "pending"],
        before=[each for each in found if each.state != "pending"],
        callers=callers,
        words=_words,
    )


def _words(approval: Approval, language: Language) -> list[str]:
    """Return what is asked for, in words: documents and their claims, or fields."""
    details = approval.details
    documents = [sources.all_of_them()[name] for name in details.get("kinds", ())]
    words = {claim.name: claim for each in documents for claim in each.every_claim}
    claims = [words[name] for name in details.get("claims", ()) if name in words]
    return [
        *(getattr(each, f"title_{language}") for each in documents),
        *(getattr(each, f"label_{language}") for each in claims),
        *(values.label(name, language) for name in details.get("fields", ())),
    ]


def _accept(asked: Asked) -> Response:
    """Accept on the account's device, with the passcode where it is typed."""
    at = accesses.of(asked.world)
    approval_id, passcode = asked.path["approval_id"], asked.form.get("passcode")

    def accept(phone: Phone) -> Approval | Refused:
        factors = Factors(device=phones.own_secret(phone), passcode=passcode)
        return consent_requests.decide_whole(phone, at, approval_id, "accepted", factors)

    handset.act(asked, accept)
    return handset.on_to(asked, "/approvals")


def _refuse(asked: Asked) -> Response:
    """Refuse."""
    at = accesses.of(asked.world)
    approval_id = asked.path["approval_id"]
    handset.act(
        asked,
        lambda phone: consent_requests.decide_whole(phone, at, approval_id, "refused", Factors()),
    )
    return handset.on_to(asked, "/approvals")


def _consent(asked: Asked) -> Response:
    """Agree to the fields that are ticked; to none is to refuse."""
    at = accesses.of(asked.world)
    chosen = tuple(text for name, text in asked.visitor.form() if name == "field")
    choice = Choice(fields=chosen, child_agrees="child_agrees" in asked.form)
    passcode = asked.form.get("passcode")

    def decide(phone: Phone) -> str | Refused:
        factors = Factors(device=phones.own_secret(phone), passcode=passcode)
        return consent_requests.decide(phone, at, asked.path["consent_id"], choice, factors)

    handset.act(asked, decide)
    return handset.on_to(asked, "/approvals")


PAGE = Page(
    name="approvals",
    title=N_("Questions"),
    group="phone",
    order=2,
    at=f"{handset.PHONE}/approvals",
    views={"": _show},
    acts={
        "/{approval_id}/accept": _accept,
        "/{approval_id}/refuse": _refuse,
        "/consents/{consent_id}": _consent,
    },
)
