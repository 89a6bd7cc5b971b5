"""Who looked: every exchange about the holder, with its proof."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.exchange import access as accesses
from app.exchange import onlookers, uses
from app.web import handset, looks
from app.web.console_page import Asked, Page, Shown
from app.web.languages import N_

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


def _show(asked: Asked, session: Session) -> Shown:
    """Show who looked, the latest first."""
    phone = handset.opened(asked, session)
    at = accesses.of(asked.world)
    before = looks.place(asked.query.get("before"))
    found = onlookers.page(session, at, phone.citizen_id, before=before, limit=looks.MOST)
    return handset.shown(
        phone,
        "phone_looks.html",
        looks=found,
        older=found[-1].id if len(found) == looks.MOST else None,
        kept_since=uses.kept_since(phone.today),
    )


def _prove(asked: Asked, session: Session) -> Shown:
    """Show what the log holds of one exchange, and have the browser check it."""
    phone = handset.opened(asked, session)
    opening = looks.opening(
        session, accesses.of(asked.world), phone.citizen_id, asked.path["look"]
    )
    return handset.shown(phone, "phone_proof.html", opening=opening)


PAGE = Page(
    name="looks",
    title=N_("Who looked"),
    group="phone",
    order=5,
    at=f"{handset.PHONE}/looks",
    views={"": _show, "/{look}": _prove},
)
