"""Subscriptions: which system is sent what of the change feed, and where to."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final, Literal

import msgspec
from sqlalchemy import delete, func, or_, select, update

from app.exchange import answered, change_feed, proof
from app.exchange.change_feed import Poll
from app.exchange.errands import Errand
from app.exchange.gate import Refused
from app.exchange.log.leaves import Kind
from app.exchange.webhooks import signing
from app.exchange.webhooks.models import Webhook, WebhookAttempt, WebhookMessage
from app.exchange.webhooks.rules import NEVER
from app.platform import errors, fetching, fresh
from app.platform.errors import InvalidParam
from app.platform.fetching import FetchError
from app.registry import changes
from app.registry.changes import START

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from app.exchange.access import Access
    from app.exchange.answered import Answered
    from app.exchange.callers import Caller
    from app.platform.world import Facts, World

#: How many webhooks a system may have.
MOST_WEBHOOKS: Final = 20
#: For how long the secret before signs, too.
OVERLAP: Final = dt.timedelta(hours=24)

WEBHOOK_UNKNOWN = errors.declare(
    code="webhook-unknown",
    kind="not_found",
    fault_of="caller",
    title_vi="Không có webhook nào với mã này",
    title_en="There is no webhook with this id",
    next_vi="Liệt kê bằng GET /v1/webhooks hoặc `dancu webhook list`.",
    next_en="List them by GET /v1/webhooks or `dancu webhook list`.",
)
ADDRESS_REFUSED = errors.declare(
    code="webhook-address-refused",
    kind="invalid",
    fault_of="caller",
    title_vi="Không thể gửi tới địa chỉ này",
    title_en="Nothing can be sent to this address",
    next_vi="Dùng địa chỉ của chính máy này, hoặc địa chỉ nêu trong DANCU_DESTINATIONS.",
    next_en="Use an address of this machine, or one that DANCU_DESTINATIONS lists.",
)
TOO_MANY = errors.declare(
    code="webhooks-too-many",
    kind="conflict",
    fault_of="caller",
    title_vi=f"Mỗi hệ thống có tối đa {MOST_WEBHOOKS} webhook",
    title_en=f"A system has at most {MOST_WEBHOOKS} webhooks",
    next_vi="Xóa một webhook không còn dùng: DELETE /v1/webhooks/{webhook_id}.",
    next_en="Remove one that is not in use: DELETE /v1/webhooks/{webhook_id}.",
)


class New(msgspec.Struct, frozen=True, kw_only=True):
    """A subscription to make: where to, and the slice as `GET /v1/changes` takes it."""

    url: str
    purpose: str
    officer: str | None = None
    dossier: str | None = None
    fields: tuple[str, ...] = ()
    kinds: frozenset[str] | None = None
    provinces: frozenset[str] | None = None
    start: Literal["first", "latest"] = "latest"
    description: str | None = None


class WebhookView(msgspec.Struct, frozen=True, kw_only=True):
    """A subscription as it is shown: never with its secret.

    `held` is why nothing new is sent at present: a reason of the gate's, `BACKLOG` (too much waits
    for its next attempt) or `THROTTLED` (the address asked for less). `waiting` messages will be
    tried again, `dead` ones not, unless they are replayed.
    """

    id: str
    client_id: str
    url: str
    description: str | None
    purpose: str
    officer: str | None
    dossier: str | None
    fields: tuple[str, ...]
    kinds: tuple[str, ...] | None
    provinces: tuple[str, ...] | None
    state: str
    state_reason: str | None
    held: str | None
    failing_since: dt.datetime | None
    created_at: dt.datetime
    secret_version: int
    previous_secret_until: dt.datetime | None
    waiting: int
    dead: int
    simulated: bool = True


def check(session: Session, world: World, new: New) -> None:
    """Raise `webhook-address-refused`, `field-unknown` or `changes-slice-unknown`."""
    check_address(world, new.url)
    change_feed.check(session, poll_of(new, world.today))


def check_address(world: World, url: str) -> None:
    """Raise `webhook-address-refused` for an address that would never be dialled."""
    try:
        fetching.check(url, destinations=world.destinations)
    except FetchError as failure:
        wrong = InvalidParam("body.url", failure.reason, failure.reason_vi)
        raise ADDRESS_REFUSED.error(params=(wrong,)) from None


def add(
    session: Session, access: Access, caller: Caller, new: New, now: dt.datetime
) -> str | Answered:
    """Make a subscription and return its id, or the logged refusal: what could never be sent.

    What is sent is decided again each time. The caller has had it checked. Raises
    `webhooks-too-many`.
    """
    poll = poll_of(new, access.world.today)
    verdict = change_feed.admit(caller, poll)
    if isinstance(verdict, Refused):
        leaf = proof.draft(
            caller,
            poll.errand,
            verdict,
            kind=Kind.WEBHOOK,
            outcome=proof.refusal_outcome(verdict),
            fields=(),
            about=None,
        )
        return answered.log(session, access, leaf, verdict=verdict, body=None, now=now)
    count = select(func.count()).where(Webhook.client_id == caller.client_id)
    if (session.scalar(count) or 0) >= MOST_WEBHOOKS:
        raise TOO_MANY.error()
    passed = change_feed.lived(access.world.spec, poll.errand.today)
    place = START if new.start == "first" else changes.latest(session, passed)
    row = Webhook(
        id=fresh.hex128(),
        client_id=caller.client_id,
        url=new.url,
        description=new.description,
        purpose=new.purpose,
        officer=new.officer,
        dossier=new.dossier,
        fields=list(new.fields),
        kinds=None if new.kinds is None else sorted(new.kinds),
        provinces=None if new.provinces is None else sorted(new.provinces),
        created_at=now,
        secret_version=1,
        previous_until=None,
        state="active",
        state_reason=None,
        held=None,
        failing_since=None,
        event_id=place.event_id,
        person_id=place.citizen_id,
        turn=0,
        lease_until=None,
        look_at=NEVER,
    )
    session.add(row)
    session.flush()
    return row.id


def poll_of(hook: New | Webhook, today: dt.date, request_id: str = "") -> Poll:
    """Return what a webhook asks of the change feed, on the world's date."""
    return Poll(
        errand=Errand(
            request_id=request_id or fresh.hex128(),
            today=today,
            purpose=hook.purpose,
            officer=hook.officer,
            dossier=hook.dossier,
        ),
        fields=tuple(hook.fields),
        kinds=None if hook.kinds is None else frozenset(hook.kinds),
        provinces=None if hook.provinces is None else frozenset(hook.provinces),
    )


def all_of_them(session: Session, client_id: str | None) -> list[WebhookView]:
    """Return a system's webhooks, or (None, for the operator) everybody's, oldest first."""
    query = select(Webhook).order_by(Webhook.created_at, Webhook.id)
    query = query if client_id is None else query.where(Webhook.client_id == client_id)
    return _views(session, session.scalars(query).all())


def find(session: Session, webhook_id: str, client_id: str | None) -> WebhookView:
    """Return one webhook, if it is this system's (None: anybody's); raise `webhook-unknown`."""
    return _views(session, [row(session, webhook_id, client_id)])[0]


def row(session: Session, webhook_id: str, client_id: str | None) -> Webhook:
    """Return one webhook's row, if it is this system's; raise `webhook-unknown`."""
    found = session.scalar(select(Webhook).where(*_is(webhook_id, client_id)))
    if found is None:
        raise WEBHOOK_UNKNOWN.error()
    return found


def secret(session: Session, world: World, webhook_id: str, client_id: str | None) -> str:
    """Return the present signing secret, for its owner; raise `webhook-unknown`."""
    found = row(session, webhook_id, client_id)
    return signing.secret(world, found.id, found.secret_version)


def secrets(world: World, hook: Webhook, now: dt.datetime) -> list[str]:
    """Return the secrets that sign now, the newest first."""
    versions = [hook.secret_version]
    if hook.previous_until is not None and now < hook.previous_until:
        versions.append(hook.secret_version - 1)
    return [signing.secret(world, hook.id, version) for version in versions]


def rotate(session: Session, webhook_id: str, client_id: str | None, until: dt.datetime) -> None:
    """Sign by the next secret from now on, and by the one before, too, until then."""
    found = row(session, webhook_id, client_id)
    found.secret_version += 1
    found.previous_until = until


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be different about a webhook; None stays."""

    url: str | None = None
    description: str | None = None
    state: Literal["active", "paused"] | None = None


def change(
    session: Session, webhook_id: str, client_id: str | None, wanted: Change, now: dt.datetime
) -> None:
    """Change a webhook; one that is active again goes on where it stood. No event is lost."""
    found = row(session, webhook_id, client_id)
    if wanted.url is not None:
        found.url = wanted.url
    if wanted.description is not None:
        found.description = wanted.description
    if wanted.state is not None:
        found.state = wanted.state
        found.state_reason = None
        found.failing_since = None
        found.held = None
        found.look_at = now


def remove(session: Session, webhook_id: str, client_id: str | None) -> None:
    """Remove a webhook with its messages; what was sent stays in the log."""
    row(session, webhook_id, client_id)
    for model in (WebhookAttempt, WebhookMessage):
        session.execute(delete(model).where(model.webhook_id == webhook_id))
    session.execute(delete(Webhook).where(Webhook.id == webhook_id))


def look(session: Session, facts: Facts, now: dt.datetime) -> list[str]:
    """Return the webhooks at which there is something to do now; one small statement if none.

    A message is due, a time to look again has come, or something was recorded behind the place
    of one that nothing holds.
    """
    query = select(
        Webhook.id, Webhook.look_at, Webhook.held, Webhook.event_id, Webhook.person_id
    ).where(
        Webhook.state == "active",
        or_(Webhook.lease_until.is_(None), Webhook.lease_until <= now),
    )
    found = session.execute(query).all()
    if not found:
        return []
    end = changes.latest(session, change_feed.lived(facts.spec, facts.today))
    return [
        each.id
        for each in found
        if each.look_at <= now or (each.held is None and (each.event_id, each.person_id) < end)
    ]


def wake(session: Session, webhook_id: str, now: dt.datetime) -> None:
    """Have a webhook looked at now."""
    session.execute(update(Webhook).where(Webhook.id == webhook_id).values(look_at=now))


def _is(webhook_id: str, client_id: str | None) -> Iterable[ColumnElement[bool]]:
    yield Webhook.id == webhook_id
    if client_id is not None:
        yield Webhook.client_id == client_id


def _views(session: Session, rows: Iterable[Webhook]) -> list[WebhookView]:
    rows = list(rows)
    counted = session.execute(
        select(WebhookMessage.webhook_id, WebhookMessage.state, func.count())
        .where(
            WebhookMessage.webhook_id.in_([each.id for each in rows]),
            WebhookMessage.state.in_(("due", "dead")),
        )
        .group_by(WebhookMessage.webhook_id, WebhookMessage.state)
    )
    counts = {(webhook_id, state): count for webhook_id, state, count in counted}
    return [
        WebhookView(
            id=each.id,
            client_id=each.client_id,
            url=each.url,
            description=each.description,
            purpose=each.purpose,
            officer=each.officer,
            dossier=each.dossier,
            fields=tuple(each.fields),
            kinds=None if each.kinds is None else tuple(each.kinds),
            provinces=None if each.provinces is None else tuple(each.provinces),
            state=each.state,
            state_reason=each.state_reason,
            held=each.held,
            failing_since=each.failing_since,
            created_at=each.created_at,
            secret_version=each.secret_version,
            previous_secret_until=each.previous_until,
            waiting=counts.get((each.id, "due"), 0),
            dead=counts.get((each.id, "dead"), 0),
        )
        for each in rows
    ]
