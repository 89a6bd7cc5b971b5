"""Turns at a webhook: what is due is decided, logged, sent and settled, by one worker at a time.

How a turn runs:
1. Read what is due: messages whose next attempt has come, then what the feed has behind the
   place. The gate decides, now, as it does when a page of the feed is asked for.
2. In one transaction: take the turn, unless another worker was quicker; move the place; note each
   attempt; and have one leaf, with a salted entry for each message about somebody. Then only
3. send, message by message in the order of the events, while the lease lasts.
4. In one transaction: what came of each, when it is tried again, and whether the webhook goes on.

Whoever dies between 2 and 4 leaves the turn to whoever finds the lease over, and what may have
arrived is sent again, under the same id: delivery is at least once.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import insert, update

from app.exchange import access as accesses
from app.exchange import answered, change_feed, proof, sealing
from app.exchange.gate import Admitted, Refused
from app.exchange.log.leaves import Entry, Kind, entry_tree
from app.exchange.webhooks import messages, payloads, sending, settling, subscriptions
from app.exchange.webhooks.models import Webhook, WebhookAttempt, WebhookMessage
from app.exchange.webhooks.rules import RULES, Rules
from app.exchange.webhooks.sending import Outgoing
from app.platform import clock
from app.platform.errors import DancuError
from app.registry import changes
from app.registry.changes import WATCHED, Place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from sqlalchemy.orm import Session

    from app.exchange.access import Access
    from app.exchange.callers import Caller
    from app.exchange.change_feed import Poll, Told
    from app.exchange.proof import Proof
    from app.exchange.public_keys import SealingKey
    from app.platform.world import World
    from app.registry.changes import Change

#: The outcome of a leaf, and of an entry under it for a message that was not sent before.
PUSHED = "pushed"
_LOST = "the grant or the slice does not cover it any more"


class _Message(NamedTuple):
    """A message that is to go out, in its attempt `number`.

    `told` is None for one that was fired by hand: it is about nobody. `new` is the row to make of
    one that there was not before.
    """

    message_id: str
    number: int
    told: Told | None = None
    new: _New | None = None


class _New(NamedTuple):
    """The first of a message: its type, and which change it is about."""

    type: str
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A turn that was read and decided.

    `lost` are the rows of messages that can be told no more. `held` is why nothing new was looked
    for. `key` is what the bodies are sealed to.
    """

    hook: Webhook
    caller: Caller
    poll: Poll
    verdict: Admitted | Refused
    going: tuple[_Message, ...]
    place: Place
    lost: tuple[int, ...] = ()
    held: str | None = None
    key: SealingKey | None = None


def take(
    world: World,
    webhook_id: str,
    *,
    rules: Rules = RULES,
    wrong: frozenset[str] = frozenset(),
    is_ending: Callable[[], bool] = lambda: False,
) -> bool:
    """Take one turn at a webhook; return whether anything was sent, so that there may be more.

    It may last as long as `rules.lease`. `wrong` are names of `faults.FAULTS`. `is_ending` says
    that the server stops: what was not sent by then waits.
    """
    # 1.
    prepared = _prepare(world, webhook_id, rules)
    if prepared is None:
        return False
    # 2.
    begun = clock.now()
    until = begun + dt.timedelta(seconds=rules.lease)
    going = world.writer.submit(
        lambda session: _begin(session, world, prepared, _Lease(begun, until, rules))
    )
    if not going:
        return False
    # 3.
    hook = prepared.hook
    secrets = tuple(subscriptions.secrets(world, hook, begun))
    route = sending.Route(hook.url, secrets, world.destinations, rules.seconds)
    sent = sending.send_all(route, going, until=until, is_ending=is_ending, wrong=wrong)
    # 4.
    world.writer.submit(
        lambda session: settling.settle(session, hook.id, hook.turn + 1, sent, rules, clock.now())
    )
    return True


class _Lease(NamedTuple):
    """When a turn was taken, until when it is ours, and by which rules."""

    begun: dt.datetime
    until: dt.datetime
    rules: Rules


def _prepare(world: World, webhook_id: str, rules: Rules) -> Prepared | None:
    """Take step 1 with a session that only reads; None where there is nothing to do."""
    access = accesses.of(world)
    callers = access.snapshot().callers
    now = clock.now()
    with world.session() as session:
        hook = session.get(Webhook, webhook_id)
        if hook is None or hook.state != "active" or (hook.lease_until or now) > now:
            return None
        caller = callers[hook.client_id]
        due = messages.due(session, webhook_id, now, rules.at_once)
        poll = subscriptions.poll_of(hook, world.today)
        verdict = change_feed.admit(caller, poll)
        prepared = Prepared(
            hook=hook,
            caller=caller,
            poll=poll,
            verdict=verdict,
            going=tuple(
                _Message(row.message_id, row.attempts + 1) for row in due if _place(row) is None
            ),
            place=Place(hook.event_id, hook.person_id),
        )
        if isinstance(verdict, Refused):
            return replace(prepared, held=str(verdict.reason))
        try:
            key = _key(access, caller)
        except DancuError as error:
            return replace(prepared, held=error.code)
        prepared = replace(prepared, key=key)
        return _read(session, access, prepared, verdict, due, rules)


def _key(access: Access, caller: Caller) -> SealingKey | None:
    """Return the key that every answer to the system is sealed to, None where it wants none."""
    if caller.sealing is None or not caller.sealing.always:
        return None
    return sealing.key_for(access.world, caller)


def _read(
    session: Session,
    access: Access,
    prepared: Prepared,
    admitted: Admitted,
    due: Sequence[WebhookMessage],
    rules: Rules,
) -> Prepared:
    """Read what is told by the messages that are due, and what is new behind the place."""
    caller, poll = prepared.caller, prepared.poll
    rows = {at: row for row in due if (at := _place(row)) is not None}
    wanted = change_feed.covered(poll, admitted)
    passed = change_feed.lived(access.world.spec, poll.errand.today)
    known = changes.at(session, list(rows), wanted, passed)
    fresh: tuple[Change, ...] = ()
    place, held = prepared.place, None
    if messages.waiting(session, prepared.hook.id) >= rules.waiting:
        held = settling.BACKLOG
    elif len(due) < rules.at_once:
        limit = rules.at_once - len(due)
        stretch = changes.after(session, place, wanted, limit=limit, passed=passed)
        fresh, place = stretch.changes, stretch.place
    found = (*known, *fresh)
    verdict: Admitted | Refused = admitted
    if found:
        room = access.take(caller, len(found))
        verdict = change_feed.admit(caller, poll, within_quota=room)
    if isinstance(verdict, Refused):
        return replace(prepared, verdict=verdict, held=str(verdict.reason))
    told = change_feed.tell(session, access, caller, poll, admitted, found)
    places = [Place(change.event_id, change.citizen_id) for change in found]
    about = [_message(rows.get(at), each, at) for at, each in zip(places, told, strict=True)]
    lost = tuple(row.id for at, row in rows.items() if at not in places)
    return replace(prepared, going=(*prepared.going, *about), lost=lost, place=place, held=held)


def _place(row: WebhookMessage) -> Place | None:
    """Return the change a message is about; None for one that was fired by hand."""
    if row.event_id is None or row.citizen_id is None:
        return None
    return Place(row.event_id, row.citizen_id)


def _message(row: WebhookMessage | None, told: Told, place: Place) -> _Message:
    if row is None:
        new = _New(payloads.type_of(told.item.kind), place)
        return _Message(messages.PREFIX + told.item.id, 1, told, new)
    return _Message(row.message_id, row.attempts + 1, told)


def _begin(session: Session, world: World, prepared: Prepared, lease: _Lease) -> list[Outgoing]:
    """Take step 2; return what is to be sent: nothing where another worker was quicker."""
    if not _claimed(session, prepared, lease):
        return []
    session.execute(  # of a turn whose worker died: as its lease is over, nobody sends any more
        update(WebhookAttempt)
        .where(WebhookAttempt.webhook_id == prepared.hook.id, WebhookAttempt.outcome == "sending")
        .values(outcome="interrupted")
    )
    for row_id in prepared.lost:
        settling.bury(session, row_id, _LOST, lease.begun)
    proved = _log(session, world, prepared, lease.begun)
    if not prepared.going:
        turn = prepared.hook.turn + 1
        settling.free(session, prepared.hook.id, turn, lease.rules, lease.begun)
    return [
        _outgoing(session, prepared, each, lease, _body(world, prepared, each, proved))
        for each in prepared.going
    ]


def _claimed(session: Session, prepared: Prepared, lease: _Lease) -> bool:
    hook = prepared.hook
    taken = (
        update(Webhook)
        .where(Webhook.id == hook.id, Webhook.turn == hook.turn, Webhook.state == "active")
        .values(
            turn=hook.turn + 1,
            lease_until=lease.until,
            look_at=lease.until,
            held=prepared.held,
            event_id=prepared.place.event_id,
            person_id=prepared.place.citizen_id,
        )
        .returning(Webhook.id)
    )
    return session.execute(taken).first() is not None


def _log(session: Session, world: World, prepared: Prepared, now: dt.datetime) -> Proof | None:
    """Log who is told of, or a refusal that was not told before; None where it is neither."""
    verdict = prepared.verdict
    entries = list(_entries(prepared))
    if isinstance(verdict, Refused):
        if prepared.hook.held == prepared.held:
            return None
        outcome = proof.refusal_outcome(verdict)
    elif entries:
        outcome = PUSHED
        accesses.answered(world, prepared.caller)
    else:
        return None
    named = {name for entry in entries for name in entry.fields}
    leaf = proof.draft(
        prepared.caller,
        prepared.poll.errand,
        verdict,
        kind=Kind.WEBHOOK,
        outcome=outcome,
        fields=tuple(name for name in WATCHED if name in named),
        about=None,
        entries=entry_tree(entries) if entries else None,
    )
    at = accesses.of(world)
    return answered.log(session, at, leaf, verdict=verdict, body=None, now=now).proof


def _entries(prepared: Prepared) -> Iterator[Entry]:
    about = [(each.told, each.new) for each in prepared.going if each.told is not None]
    for position, (told, new) in enumerate(about):
        yield Entry(
            fields=told.fields,
            outcome=proof.REPLAYED if new is None else PUSHED,
            position=position,
            request_id=prepared.poll.errand.request_id,
            salt=proof.salt(),
            subject=told.subject,
        )


def _body(world: World, prepared: Prepared, message: _Message, proved: Proof | None) -> _Body:
    """Return what a message says; the one that is about nobody needs no proof."""
    verdict, hook = prepared.verdict, prepared.hook
    if message.told is None or proved is None or isinstance(verdict, Refused):
        return _Body(payloads.of_test(hook.id, world.issuer, clock.now()), None)
    basis = verdict.grant.legal_basis
    body = payloads.of_change(message.told.item, hook.id, world.issuer, basis, proved)
    if prepared.key is not None:
        body = sealing.sealed(world, body, prepared.key)
    return _Body(body, proved.leaf.seq, is_sealed=prepared.key is not None)


class _Body(NamedTuple):
    """A message's bytes, and the leaf under which they are logged."""

    content: bytes
    leaf_seq: int | None
    is_sealed: bool = False


def _outgoing(
    session: Session, prepared: Prepared, message: _Message, lease: _Lease, body: _Body
) -> Outgoing:
    """Note an attempt at a message, and the message itself if it is new; return what to send."""
    hook, new = prepared.hook, message.new
    if new is None:
        session.execute(
            update(WebhookMessage)
            .where(
                WebhookMessage.webhook_id == hook.id,
                WebhookMessage.message_id == message.message_id,
            )
            .values(attempts=message.number, due_at=lease.until)
        )
    else:
        session.execute(
            insert(WebhookMessage).values(
                webhook_id=hook.id,
                message_id=message.message_id,
                type=new.type,
                event_id=new.place.event_id,
                citizen_id=new.place.citizen_id,
                created_at=lease.begun,
                state="due",
                attempts=message.number,
                due_at=lease.until,
            )
        )
    noted = insert(WebhookAttempt).values(
        webhook_id=hook.id,
        message_id=message.message_id,
        number=message.number,
        at=lease.begun,
        leaf_seq=body.leaf_seq,
        outcome="sending",
    )
    return Outgoing(
        attempt_id=session.execute(noted.returning(WebhookAttempt.id)).scalar_one(),
        message_id=message.message_id,
        number=message.number,
        leaf_seq=body.leaf_seq,
        body=body.content,
        is_sealed=body.is_sealed,
    )
