"""Webhooks: who is sent what, whether it arrives, and each attempt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from app.exchange.webhooks import messages, subscriptions
from app.platform import clock
from app.web.console_page import Asked, Page, Shown
from app.web.languages import N_

if TYPE_CHECKING:
    from fastapi import Response
    from sqlalchemy.orm import Session

_ROWS: Final = 50


def _list(asked: Asked, session: Session) -> Shown:
    """Show every system's webhooks."""
    client_id = asked.query.get("client_id")
    return Shown("console_webhooks.html", {"hooks": subscriptions.all_of_them(session, client_id)})


def _show(asked: Asked, session: Session) -> Shown:
    """Show a webhook with its latest messages and attempts."""
    hook = subscriptions.find(session, asked.path["webhook_id"], None)
    return Shown(
        "console_webhook.html",
        {
            "hook": hook,
            "messages": messages.page(session, hook.id, state=None, before=None, limit=_ROWS),
            "attempts": messages.attempts(
                session, hook.id, message_id=None, before=None, limit=_ROWS
            ),
        },
    )


def _fire(asked: Asked) -> Response:
    """Send a message that is about nobody, to see it arrive."""
    webhook_id = asked.path["webhook_id"]
    asked.world.writer.submit(
        lambda session: messages.fire(session, webhook_id, None, clock.now())
    )
    return asked.visitor.to(f"{PAGE.address}/{webhook_id}")


PAGE = Page(
    name="webhooks",
    title=N_("Webhooks"),
    group="calls",
    order=3,
    views={"": _list, "/{webhook_id}": _show},
    acts={"/{webhook_id}/test": _fire},
)
