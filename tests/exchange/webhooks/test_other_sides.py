"""What the other side does: it fails, is slow, asks for less, is gone; and what comes of it."""

from __future__ import annotations

import time

import pytest
from sqlalchemy import update

from app.exchange.webhooks import messages, subscriptions
from app.exchange.webhooks.models import WebhookMessage
from app.exchange.webhooks.settling import BACKLOG, THROTTLED
from app.platform import clock
from tests.exchange.people import AN_PIN, BINH_PIN
from tests.exchange.test_change_feed import code_of, correct
from tests.exchange.webhooks.conftest import INSURANCE, QUICK, later, leaf_of, outcomes


def test_what_fails_is_tried_again_under_its_id_with_a_new_time_and_leaf(hooks, world, inbox):
    inbox.answer = (500, {}, b"not \x00 now")
    hook = hooks.add()
    correct(world, AN_PIN, name="Nguyễn Văn Ân")
    hooks.take(hook)
    view = hooks.view(hook)
    assert (view.waiting, view.state, view.held) == (1, "active", None)
    assert view.failing_since is not None
    inbox.answer = (200, {}, b"")
    assert hooks.due() == [hook]
    hooks.take(hook)
    first, second = inbox.came
    assert first.id == second.id
    assert first.json["leaf"]["seq"] < second.json["leaf"]["seq"]
    _, [entry] = leaf_of(world, second.json["leaf"]["seq"])
    assert entry.outcome == "replayed"
    failed, delivered = hooks.attempts(hook)
    assert (failed.outcome, failed.status, failed.detail) == ("failed", 500, "not \\0 now")
    assert (delivered.outcome, delivered.attempt) == ("delivered", 2)
    view = hooks.view(hook)
    assert (view.waiting, view.dead, view.failing_since) == (0, 0, None)


def test_after_the_last_attempt_a_message_is_a_dead_letter_that_can_be_replayed(
    hooks, world, inbox
):
    inbox.answer = (404, {}, b"")
    hook = hooks.add()
    correct(world, AN_PIN, name="Nguyễn Văn Ân")
    for _ in range(3):
        assert hooks.take(hook)
    assert not hooks.take(hook)
    [dead] = hooks.messages(hook)
    assert (dead.state, dead.attempts, dead.due_at) == ("dead", 3, None)
    assert "schedule" in dead.reason
    assert hooks.view(hook).dead == 1
    inbox.answer = (204, {}, b"")
    assert hooks.do(messages.replay, hook, INSURANCE, dead.id, clock.now()) == 1
    assert hooks.due() == [hook]
    hooks.take(hook)
    [again] = hooks.messages(hook)
    assert (again.id, again.state, again.reason) == (dead.id, "delivered", None)
    assert len({came.id for came in inbox.came}) == 1


def test_what_is_replayed_while_it_is_on_its_way_comes_again(hooks, world, inbox):
    """The attempt that is under way does not settle what was asked for after it."""
    hook = hooks.add()
    correct(world, AN_PIN, name="Nguyễn Văn Ân")

    def replay(_handler, came):
        inbox.answer = (204, {}, b"")
        assert hooks.do(messages.replay, hook, INSURANCE, came.id, clock.now()) == 1
        return inbox.answer

    inbox.answer = replay
    hooks.take(hook)
    [message] = hooks.messages(hook)
    assert (message.state, message.attempts) == ("due", 0)
    assert hooks.due() == [hook]
    hooks.take(hook)
    assert len({came.id for came in inbox.came}) == 1
    [message] = hooks.messages(hook)
    assert (len(inbox.came), message.state, message.attempts) == (2, "delivered", 1)


def test_everything_since_a_moment_is_replayed_in_order(hooks, world, inbox):
    hook = hooks.add()
    correct(world, AN_PIN, name="Nguyễn Văn Ân")
    hooks.take(hook)
    between = clock.now()
    correct(world, AN_PIN, name="Nguyễn Văn An")
    correct(world, BINH_PIN, name="Trần Thị Bính")
    hooks.take(hook)
    first, second, third = (came.id for came in inbox.came)
    assert hooks.do(messages.replay_since, hook, None, between, clock.now()) == 2
    hooks.take(hook)
    assert [came.id for came in inbox.came[3:]] == [second, third]
    assert first not in (second, third)
    unknown = ("msg_" + "0" * 32, clock.now())
    assert code_of(hooks.do, messages.replay, hook, INSURANCE, *unknown) == (
        "webhook-message-unknown"
    )


def test_a_failed_message_does_not_hold_up_those_after_it(hooks, world, inbox):
    inbox.answer = lambda _handler, came: (
        (503 if "Ân" in came.body.decode() else 204), {}, b"",
    )  # fmt: skip
    rules = QUICK.__class__(delays=(3_600.0,), hold=0.0)
    hook = hooks.add(fields=("full_name",))
    correct(world, AN_PIN, name="Nguyễn Văn Ân")
    hooks.take(hook, rules)
    correct(world, BINH_PIN, name="Trần Thị Bính")
    hooks.take(hook, rules)
    assert outcomes(hooks, hook) == [("failed", 503), ("delivered", 204)]


def test_too_much_that_waits_stops_new_messages_and_loses_none(hooks, world, inbox):
    inbox.answer = (500, {}, b"")
    rules = QUICK.__class__(delays=(0.0,) * 9, jitter=0.0, waiting=2, at_once=1, hold=0.0)
    hook = hooks.add()
    for name in ("Ân", "Ấn", "Ẩn", "Án"):
        correct(world, AN_PIN, name=f"Nguyễn Văn {name}")
    for _ in range(4):
        hooks.take(hook, rules)
    assert len(hooks.messages(hook)) == 1  # what is due comes before what is new
    with world.session() as session:
        assert messages.waiting(session, hook) == 1
    hooks.do(lambda session: session.execute(update(WebhookMessage).values(due_at=later(60))))
    hooks.take(hook, rules)
    hooks.do(lambda session: session.execute(update(WebhookMessage).values(due_at=later(60))))
    hooks.take(hook, rules)
    assert hooks.view(hook).held == BACKLOG
    assert len(hooks.messages(hook)) == 2
    inbox.answer = (204, {}, b"")
    hooks.do(lambda session: session.execute(update(WebhookMessage).values(due_at=clock.now())))
    while hooks.take(hook, rules):
        pass
    assert hooks.view(hook).held is None
    assert [message.state for message in hooks.messages(hook)] == ["delivered"] * 4


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_who_asks_for_less_is_left_alone_for_a_while(hooks, world, inbox, status):
    inbox.answer = (status, {"Retry-After": "120"}, b"")
    hook = hooks.add()
    correct(world, AN_PIN, name="Nguyễn Văn Ân")
    correct(world, BINH_PIN, name="Trần Thị Bính")
    hooks.take(hook)
    assert outcomes(hooks, hook) == [("failed", status), ("unsent", None)]
    view = hooks.view(hook)
    assert (view.held, view.waiting) == (THROTTLED, 2)
    assert hooks.due() == []
    unsent, failed = hooks.messages(hook)
    assert (unsent.attempts, failed.attempts) == (0, 1)
    assert failed.due_at > later(100)


def test_410_disables_a_webhook_until_it_is_turned_on_again(hooks, world, inbox):
    inbox.answer = (410, {}, b"")
    hook = hooks.add()
    correct(world, AN_PIN, name="Nguyễn Văn Ân")
    correct(world, BINH_PIN, name="Trần Thị Bính")
    hooks.take(hook)
    view = hooks.view(hook)
    assert (view.state, view.state_reason) == ("disabled", "the address answered 410 Gone")
    assert outcomes(hooks, hook) == [("failed", 410), ("unsent", None)]
    assert hooks.due() == []
    assert not hooks.take(hook)
    inbox.answer = (204, {}, b"")
    on = subscriptions.Change(state="active")
    hooks.do(subscriptions.change, hook, INSURANCE, on, clock.now())
    while hooks.take(hook):
        pass
    assert [message.state for message in hooks.messages(hook)] == ["delivered"] * 2


def test_a_long_failure_disables_with_its_reason(hooks, world, inbox):
    inbox.answer = (500, {}, b"")
    hook = hooks.add()
    correct(world, AN_PIN, name="Nguyễn Văn Ân")
    rules = QUICK.__class__(delays=(0.0,) * 9, jitter=0.0, disable_after=0.01, hold=0.0)
    hooks.take(hook, rules)
    assert hooks.view(hook).state == "active"
    time.sleep(0.02)
    hooks.take(hook, rules)
    view = hooks.view(hook)
    assert view.state == "disabled"
    assert view.state_reason.startswith("no attempt succeeded since 20")


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ((302, {"Location": "http://127.0.0.1:1/"}, b""), None),
        (lambda handler, _: handler.connection.close(), "nothing useful"),
        (lambda *_: time.sleep(1.2), "too long"),
        ((500, {}, b"x" * 2_000_000), None),
    ],
)
def test_whatever_the_other_side_does_it_is_an_attempt_that_failed(hooks, inbox, answer, why):
    inbox.answer = answer
    hook = hooks.add()
    hooks.do(messages.fire, hook, INSURANCE, clock.now())
    hooks.take(hook, QUICK.__class__(seconds=0.6))
    [attempt] = hooks.attempts(hook)
    assert attempt.outcome == "failed"
    assert attempt.duration_ms < 1_500
    if why is None:
        assert attempt.status in (302, 500)
        assert attempt.detail is None or len(attempt.detail) == 500
    else:
        assert why in attempt.detail
    assert len(inbox.came) == 1
