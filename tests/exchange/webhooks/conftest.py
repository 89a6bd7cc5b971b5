"""A system's webhook that is sent to a receiver of the test's own."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select
from standardwebhooks.webhooks import Webhook as Reference

from app.exchange.log import leaves
from app.exchange.models import Leaf, LeafEntry
from app.exchange.webhooks import messages, subscriptions, turns
from app.exchange.webhooks.rules import Rules
from app.exchange.webhooks.subscriptions import New
from app.platform import clock
from tests.support.receiving import receiver

INSURANCE = "bhxh"
#: Nobody waits in a test: the second attempt is due at once, the third never comes.
QUICK = Rules(delays=(0.0, 0.0), jitter=0.0, seconds=2.0, lease=10.0, hold=0.0)


@pytest.fixture(scope="session")
def listening():
    with receiver() as got:
        yield got


@pytest.fixture
def inbox(listening):
    """The receiver, emptied."""
    listening.came.clear()
    listening.answer = (204, {}, b"")
    return listening


class Hooks:
    """What a system does with its webhooks, in one world."""

    def __init__(self, world, access, url):
        self.world, self.access, self.url = world, access, url

    def add(self, client_id=INSURANCE, **said):
        caller = self.access.snapshot().callers[client_id]
        asked = {"url": self.url, "purpose": "social-insurance", "officer": "cb-01"} | said
        new = New(**asked)
        with self.world.session() as session:
            subscriptions.check(session, self.world, new)
        return self.world.writer.submit(
            lambda session: subscriptions.add(session, self.access, caller, new, clock.now())
        )

    def take(self, hook, rules=QUICK, **more):
        return turns.take(self.world, hook, rules=rules, **more)

    def view(self, hook):
        with self.world.session() as session:
            return subscriptions.find(session, hook, None)

    def messages(self, hook):
        with self.world.session() as session:
            return messages.page(session, hook, state=None, before=None, limit=200)

    def attempts(self, hook):
        with self.world.session() as session:
            found = messages.attempts(session, hook, message_id=None, before=None, limit=200)
        return found[::-1]

    def due(self):
        with self.world.session() as session:
            return subscriptions.look(session, self.world.facts, clock.now())

    def do(self, what, *arguments, **named):
        """Have a function of the room write in the world."""
        return self.world.writer.submit(lambda session: what(session, *arguments, **named))

    def secret(self, hook):
        with self.world.session() as session:
            return subscriptions.secret(session, self.world, hook, None)

    def verified(self, hook, came):
        """Read a message as a receiver does that uses the reference library."""
        return Reference(self.secret(hook)).verify(came.body, came.headers)


@pytest.fixture
def hooks(world, access, inbox):
    return Hooks(world, access, inbox.url)


def later(seconds):
    return clock.now() + dt.timedelta(seconds=seconds)


def outcomes(hooks, hook):
    return [(each.outcome, each.status) for each in hooks.attempts(hook)]


def leaf_of(world, seq):
    with world.session() as session:
        leaf = leaves.parse(session.scalar(select(Leaf.body).where(Leaf.seq == seq)))
        rows = session.scalars(
            select(LeafEntry.body).where(LeafEntry.seq == seq).order_by(LeafEntry.position)
        ).all()
    return leaf, [leaves.parse_entry(row) for row in rows]
