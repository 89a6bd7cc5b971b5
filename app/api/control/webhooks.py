"""`/control/v1/webhooks`: every system's webhooks; a test message and a replay for any of them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import Field

from app.api import answers, problems, schemas, webhooks, writes
from app.api.control.operators import NAME, OF_WORLD
from app.api.dependencies import CallDep
from app.api.webhooks import AttemptsQuery, MessagesQuery, ReplayRequest, WebhookId
from app.exchange.webhooks import subscriptions

router = APIRouter(prefix="/control/v1/webhooks", tags=["control"], dependencies=[OF_WORLD])


class OfSystem(schemas.Query):
    """Whose webhooks."""

    client_id: str | None = Field(None, pattern="^[A-Za-z0-9._-]{1,64}$")


@router.get("", responses=webhooks.VIEWS)
def list_all_webhooks(call: CallDep, asked: Annotated[OfSystem, Query()]) -> Response:
    """List the webhooks of every system, or of one."""
    with call.world.session() as session:
        return answers.json(subscriptions.all_of_them(session, asked.client_id))


@router.get("/{webhook_id}", responses=webhooks.VIEW)
def show_any_webhook(call: CallDep, webhook_id: WebhookId) -> Response:
    """Show one webhook."""
    with call.world.session() as session:
        return answers.json(subscriptions.find(session, webhook_id, None))


@router.delete(
    "/{webhook_id}",
    status_code=204,
    response_class=Response,
    responses=problems.documented(401),
)
def remove_any_webhook(call: CallDep, webhook_id: WebhookId) -> Response:
    """Remove a webhook for its system."""
    return webhooks.removed(call, webhook_id, None)


@router.get("/{webhook_id}/secret", responses=webhooks.SECRET)
def show_any_webhook_secret(call: CallDep, webhook_id: WebhookId) -> Response:
    """Show the secret that signs a webhook's messages now."""
    return webhooks.secret(call, webhook_id, None)


@router.post("/{webhook_id}/test", responses=webhooks.MESSAGE)
def fire_any_webhook(call: CallDep, webhook_id: WebhookId) -> Response:
    """Send a message that is about nobody to any webhook."""
    job = webhooks.fired(webhook_id, None)
    return writes.once(call, NAME, lambda: job)


@router.post("/{webhook_id}/replay", responses=webhooks.REPLAYED)
def replay_any_webhook(call: CallDep, webhook_id: WebhookId, asked: ReplayRequest) -> Response:
    """Send messages of any webhook again."""
    job = webhooks.replayed(webhook_id, None, asked)
    return writes.once(call, NAME, lambda: job)


@router.get("/{webhook_id}/messages", responses=webhooks.MESSAGES)
def list_any_webhook_messages(
    call: CallDep, webhook_id: WebhookId, asked: Annotated[MessagesQuery, Query()]
) -> Response:
    """List the messages of any webhook."""
    return webhooks.message_page(call, webhook_id, None, asked)


@router.get("/{webhook_id}/attempts", responses=webhooks.ATTEMPTS)
def list_any_webhook_attempts(
    call: CallDep, webhook_id: WebhookId, asked: Annotated[AttemptsQuery, Query()]
) -> Response:
    """Show the delivery log of any webhook."""
    return webhooks.attempt_page(call, webhook_id, None, asked)
