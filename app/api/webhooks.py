"""`/v1/webhooks`: where a system is sent what the change feed tells, and what came of it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
from fastapi import APIRouter, Path, Query, Response
from pydantic import AfterValidator, Field

from app.api import answers, exchanges, problems, schemas, writes
from app.api.callers import CallerDep
from app.api.dependencies import CallDep
from app.exchange import access
from app.exchange.answered import Answered
from app.exchange.callers import CHANGES
from app.exchange.webhooks import messages, subscriptions
from app.exchange.webhooks.messages import WebhookAttemptView, WebhookMessageView
from app.exchange.webhooks.subscriptions import WebhookView
from app.platform import clock, fetching

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from app.api.calls import Call

router = APIRouter(prefix="/v1/webhooks", tags=["exchange"])

WebhookId = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]
_MOST_OVERLAP_HOURS = 168
_Url = Annotated[
    str, Field(min_length=1, max_length=fetching.LONGEST_ADDRESS, pattern="^https?://")
]
_Listed = Annotated[list[schemas.Slug], Field(min_length=1, max_length=50)]
_Provinces = Annotated[list[schemas.TwoDigits], Field(min_length=1, max_length=99)]


def _real_moment(text: str) -> str:
    dt.datetime.fromisoformat(text)
    return text


_Moment = Annotated[
    str,
    Field(
        pattern="^(19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}"
        "([.][0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})$",
        examples=["2026-01-10T22:00:00+07:00"],
    ),
    AfterValidator(_real_moment),
]


class WebhookRequest(schemas.Strict):
    """Where to, and which changes: as `GET /v1/changes` takes them."""

    url: _Url = Field(
        description="This machine, or what the server's setting `DANCU_DESTINATIONS` lists."
    )
    purpose: schemas.Slug = Field(description="A purpose of a grant: see `GET /v1/me`.")
    officer: schemas.Maybe[schemas.Reference] = Field(
        None, description="Account of the official who answers for what is received."
    )
    dossier: schemas.Maybe[schemas.Reference] = None
    fields: list[schemas.FieldName] = Field(
        default=[],
        max_length=schemas.MOST_FIELDS,
        description="Fields whose values of today are sent, too; none: what changed, by name.",
    )
    kinds: schemas.Maybe[_Listed] = Field(
        None, description="Kinds of life event; unsaid: all that are granted."
    )
    provinces: schemas.Maybe[_Provinces] = Field(
        None, description="Province codes; unsaid: all that are granted."
    )
    start: Literal["first", "latest"] = Field(
        "latest", description="Send what is recorded from now on, or from the first event on."
    )
    description: schemas.Maybe[schemas.Sentence] = None

    def new(self) -> subscriptions.New:
        """Return it as the exchange takes it."""
        return subscriptions.New(
            url=self.url,
            purpose=self.purpose,
            officer=self.officer,
            dossier=self.dossier,
            fields=tuple(dict.fromkeys(self.fields)),
            kinds=None if self.kinds is None else frozenset(self.kinds),
            provinces=None if self.provinces is None else frozenset(self.provinces),
            start=self.start,
            description=self.description,
        )


class WebhookChange(schemas.Strict):
    """What is to be different; what is unsaid stays. Another slice is another webhook."""

    url: schemas.Maybe[_Url] = None
    description: schemas.Maybe[schemas.Sentence] = None
    state: schemas.Maybe[Literal["active", "paused"]] = Field(
        None, description="`active` goes on where it stood, also after it was disabled."
    )


class RotateRequest(schemas.Strict):
    """For how long the secret before signs, too."""

    overlap_hours: int = Field(24, ge=0, le=_MOST_OVERLAP_HOURS)


class ReplayRequest(schemas.Strict):
    """What is sent again: one message, or all that were first due since a moment."""

    message: schemas.Maybe[Annotated[str, Field(pattern="^msg_[0-9a-f]{32}$")]] = Field(
        None, description="Its `webhook-id`."
    )
    since: schemas.Maybe[_Moment] = Field(None, description="A moment of real time (RFC 3339).")


class WebhookSecret(msgspec.Struct, frozen=True, kw_only=True):
    """What signs a webhook's messages: `whsec_` and base64 (Standard Webhooks 1.0.0)."""

    id: str
    version: int
    secret: str
    simulated: bool = True


class WebhookReplayed(msgspec.Struct, frozen=True, kw_only=True):
    """How many messages are sent again."""

    replayed: int


class WebhookMessages(msgspec.Struct, frozen=True, kw_only=True):
    """Some messages, the latest first; the next older: `before` the last one's `number`."""

    items: list[WebhookMessageView]
    simulated: bool = True


class WebhookAttempts(msgspec.Struct, frozen=True, kw_only=True):
    """Some of the delivery log, the latest first; the next older: `before` the last `number`."""

    items: list[WebhookAttemptView]
    simulated: bool = True


class MessagesQuery(schemas.Query):
    """Which messages."""

    state: Literal["due", "delivered", "dead"] | None = None
    before: int | None = Field(None, ge=1, le=schemas.LARGEST, description="A message's number.")
    limit: int = Field(50, ge=1, le=messages.MOST_ROWS)


class AttemptsQuery(schemas.Query):
    """Which attempts."""

    message: str | None = Field(None, pattern="^msg_[0-9a-f]{32}$", description="A `webhook-id`.")
    before: int | None = Field(None, ge=1, le=schemas.LARGEST, description="An attempt's number.")
    limit: int = Field(50, ge=1, le=messages.MOST_ROWS)


VIEW = {**problems.documented(401), **answers.of(WebhookView)}
VIEWS = {**problems.documented(401), **answers.of(list[WebhookView])}
SECRET = {**problems.documented(401), **answers.of(WebhookSecret)}
MESSAGE = {**problems.documented(401, 409), **answers.of(WebhookMessageView)}
REPLAYED = {**problems.documented(401, 409), **answers.of(WebhookReplayed)}
MESSAGES = {**problems.documented(401), **answers.of(WebhookMessages)}
ATTEMPTS = {**problems.documented(401), **answers.of(WebhookAttempts)}


@router.get("", responses=VIEWS)
def list_webhooks(call: CallDep, caller: CallerDep) -> Response:
    """List the caller's webhooks, oldest first."""
    with call.world.session() as session:
        return answers.json(subscriptions.all_of_them(session, caller.client_id))


@router.post(
    "",
    status_code=201,
    responses={
        **problems.documented(401, 403, 409, 422, 429),
        **answers.of(WebhookView, status=201, description="Subscribed"),
    },
)
def add_webhook(call: CallDep, caller: CallerDep, asked: WebhookRequest) -> Response:
    """Be sent what life events change, as they are recorded: signed, and tried again for days.

    Only what the grant covers: it is decided when a message is sent, like a page of the feed. The
    secret is at `…/secret`: an answer that may be kept holds none.
    """
    at, new = access.of(call.world), asked.new()
    with call.world.session() as session:
        subscriptions.check(session, call.world, new)

    def job(session: Session) -> Response:
        made = subscriptions.add(session, at, caller, new, clock.now())
        if isinstance(made, Answered):
            return exchanges.told(call, CHANGES, made)
        return answers.json(subscriptions.find(session, made, None), status=201)

    return writes.once(call, caller.client_id, lambda: job)


@router.get("/{webhook_id}", responses=VIEW)
def show_webhook(call: CallDep, caller: CallerDep, webhook_id: WebhookId) -> Response:
    """Show one webhook."""
    with call.world.session() as session:
        return answers.json(subscriptions.find(session, webhook_id, caller.client_id))


@router.patch("/{webhook_id}", responses=VIEW)
def change_webhook(
    call: CallDep, caller: CallerDep, webhook_id: WebhookId, asked: WebhookChange
) -> Response:
    """Send it elsewhere, pause it, or let it go on: nothing is lost meanwhile."""
    if asked.url is not None:
        subscriptions.check_address(call.world, asked.url)
    wanted = subscriptions.Change(url=asked.url, description=asked.description, state=asked.state)

    def job(session: Session) -> Response:
        subscriptions.change(session, webhook_id, caller.client_id, wanted, clock.now())
        return answers.json(subscriptions.find(session, webhook_id, None))

    return call.world.writer.submit(job)


@router.delete(
    "/{webhook_id}",
    status_code=204,
    response_class=Response,
    responses=problems.documented(401),
)
def remove_webhook(call: CallDep, caller: CallerDep, webhook_id: WebhookId) -> Response:
    """Send nothing any more, and forget what was waiting."""
    return removed(call, webhook_id, caller.client_id)


@router.get("/{webhook_id}/secret", responses=SECRET)
def show_webhook_secret(call: CallDep, caller: CallerDep, webhook_id: WebhookId) -> Response:
    """Show the secret that signs now; the request log keeps no answer of this address."""
    return secret(call, webhook_id, caller.client_id)


@router.post(
    "/{webhook_id}/rotate-secret",
    responses={**problems.documented(401, 409), **answers.of(WebhookView)},
)
def rotate_webhook_secret(
    call: CallDep, caller: CallerDep, webhook_id: WebhookId, asked: RotateRequest
) -> Response:
    """Sign by a new secret, and for a while by the one before, too: two signatures."""
    until = clock.now() + dt.timedelta(hours=asked.overlap_hours)

    def job(session: Session) -> Response:
        subscriptions.rotate(session, webhook_id, caller.client_id, until)
        return answers.json(subscriptions.find(session, webhook_id, None))

    return writes.once(call, caller.client_id, lambda: job)


@router.post("/{webhook_id}/test", responses=MESSAGE)
def fire_webhook(call: CallDep, caller: CallerDep, webhook_id: WebhookId) -> Response:
    """Send a message that is about nobody, to see it arrive."""
    job = fired(webhook_id, caller.client_id)
    return writes.once(call, caller.client_id, lambda: job)


@router.post("/{webhook_id}/replay", responses=REPLAYED)
def replay_webhook(
    call: CallDep, caller: CallerDep, webhook_id: WebhookId, asked: ReplayRequest
) -> Response:
    """Send messages again under the ids they had, whether they arrived or are dead."""
    job = replayed(webhook_id, caller.client_id, asked)
    return writes.once(call, caller.client_id, lambda: job)


@router.get("/{webhook_id}/messages", responses=MESSAGES)
def list_webhook_messages(
    call: CallDep,
    caller: CallerDep,
    webhook_id: WebhookId,
    asked: Annotated[MessagesQuery, Query()],
) -> Response:
    """List a webhook's messages, and whether they arrived; the dead ones are dead letters."""
    return message_page(call, webhook_id, caller.client_id, asked)


@router.get("/{webhook_id}/attempts", responses=ATTEMPTS)
def list_webhook_attempts(
    call: CallDep,
    caller: CallerDep,
    webhook_id: WebhookId,
    asked: Annotated[AttemptsQuery, Query()],
) -> Response:
    """Show the delivery log: each attempt, what was answered, and its leaf."""
    return attempt_page(call, webhook_id, caller.client_id, asked)


# What the operator may do for any of them, too: `client_id` None is anybody's.


def removed(call: Call, webhook_id: str, client_id: str | None) -> Response:
    """Remove a webhook."""
    call.world.writer.submit(lambda session: subscriptions.remove(session, webhook_id, client_id))
    return Response(status_code=204)


def secret(call: Call, webhook_id: str, client_id: str | None) -> Response:
    """Show a webhook's secret."""
    with call.world.session() as session:
        version = subscriptions.row(session, webhook_id, client_id).secret_version
        text = subscriptions.secret(session, call.world, webhook_id, client_id)
    told = WebhookSecret(id=webhook_id, version=version, secret=text)
    return answers.json(told, headers={"Cache-Control": "no-store"})


def fired(webhook_id: str, client_id: str | None) -> Callable[[Session], Response]:
    """Return the job that fires a message."""
    return lambda session: answers.json(messages.fire(session, webhook_id, client_id, clock.now()))


def replayed(
    webhook_id: str, client_id: str | None, asked: ReplayRequest
) -> Callable[[Session], Response]:
    """Return the job that sends messages again. Raises `invalid-request`."""
    if (asked.message is None) is (asked.since is None):
        raise problems.invalid_request(
            [{"loc": ("body",), "type": "value_error", "msg": "give either message or since"}]
        )

    def job(session: Session) -> Response:
        now = clock.now()
        if asked.message is not None:
            count = messages.replay(session, webhook_id, client_id, asked.message, now)
        else:
            since = dt.datetime.fromisoformat(asked.since or "")
            count = messages.replay_since(session, webhook_id, client_id, since, now)
        return answers.json(WebhookReplayed(replayed=count))

    return job


def message_page(
    call: Call, webhook_id: str, client_id: str | None, asked: MessagesQuery
) -> Response:
    """Show a page of messages."""
    with call.world.session() as session:
        subscriptions.row(session, webhook_id, client_id)
        found = messages.page(
            session, webhook_id, state=asked.state, before=asked.before, limit=asked.limit
        )
    return answers.json(WebhookMessages(items=found))


def attempt_page(
    call: Call, webhook_id: str, client_id: str | None, asked: AttemptsQuery
) -> Response:
    """Show a page of the delivery log."""
    with call.world.session() as session:
        subscriptions.row(session, webhook_id, client_id)
        found = messages.attempts(
            session, webhook_id, message_id=asked.message, before=asked.before, limit=asked.limit
        )
    return answers.json(WebhookAttempts(items=found))
