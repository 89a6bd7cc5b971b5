"""Faults of webhooks: each is made, is noticed by its rule, and is told apart in the log."""

from __future__ import annotations

import pytest
from standardwebhooks.webhooks import Webhook as Reference
from standardwebhooks.webhooks import WebhookVerificationError

from app.exchange.webhooks import faults
from tests.exchange.people import AN_PIN
from tests.exchange.test_change_feed import correct


def received(hooks, inbox, hook):
    """Answer like a receiver that uses the reference library and remembers ids."""
    seen: set[str] = set()

    def answer(_handler, came):
        try:
            Reference(hooks.secret(hook)).verify(came.body, came.headers)
        except WebhookVerificationError as error:
            return 400, {}, str(error).encode()
        is_known = came.id in seen
        seen.add(came.id)
        return 200, {}, b"seen" if is_known else b"new"

    inbox.answer = answer


def logged(hooks, hook):
    return [(each.outcome, each.status, each.fault, each.detail) for each in hooks.attempts(hook)]


@pytest.mark.parametrize(
    ("fault", "log"),
    [
        (
            faults.WRONG_SIGNATURE,
            [("failed", 400, faults.WRONG_SIGNATURE, "No matching signature found")],
        ),
        (faults.LATE, [("failed", 400, faults.LATE, "Message timestamp too old")]),
        (
            faults.DUPLICATED,
            [("delivered", 200, None, "new"), ("delivered", 200, faults.DUPLICATED, "seen")],
        ),
        (
            faults.REPLAYED,
            [
                ("delivered", 200, None, "new"),
                ("failed", 400, faults.REPLAYED, "Message timestamp too old"),
            ],
        ),
    ],
)
def test_a_careful_receiver_notices_and_the_log_tells_which(hooks, inbox, world, fault, log):
    hook = hooks.add()
    received(hooks, inbox, hook)
    correct(world, AN_PIN, name="Nguyễn Văn Ân")
    hooks.take(hook, wrong=frozenset({fault}))
    assert logged(hooks, hook) == log
    while hooks.take(hook):
        pass
    [message] = hooks.messages(hook)
    assert message.state == "delivered"  # as soon as the fault is gone
    assert len({each.leaf_seq for each in hooks.attempts(hook)}) in (1, 2)


def test_a_turn_comes_the_last_one_first(hooks, inbox, world):
    hook = hooks.add()
    for name in ("Ân", "Ấn", "Ẩn"):
        correct(world, AN_PIN, name=f"Nguyễn Văn {name}")
    hooks.take(hook, wrong=frozenset({faults.OUT_OF_ORDER}))
    ids = [message.id for message in hooks.messages(hook)]
    assert [came.id for came in inbox.came] == ids  # the latest first
    assert {each.fault for each in hooks.attempts(hook)} == {faults.OUT_OF_ORDER}
    correct(world, AN_PIN, name="Nguyễn Văn An")
    hooks.take(hook, wrong=frozenset({faults.OUT_OF_ORDER}))
    assert hooks.attempts(hook)[-1].fault is None  # alone it is in order
