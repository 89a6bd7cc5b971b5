"""What may be subscribed, what is told of it, and what is forgotten in time."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import func, select, update

from app.exchange import sweeping
from app.exchange.answered import Answered
from app.exchange.webhooks import messages, subscriptions
from app.exchange.webhooks.models import WebhookAttempt, WebhookMessage
from app.platform import clock
from tests.exchange.people import AN_PIN
from tests.exchange.test_change_feed import code_of, correct
from tests.exchange.webhooks.conftest import INSURANCE


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"url": "http://192.0.2.1/"}, "webhook-address-refused"),
        ({"url": "https://example.com/"}, "webhook-address-refused"),
        ({"url": "http://localhost:99999/"}, "webhook-address-refused"),
        ({"fields": ("horoscope",)}, "field-unknown"),
        ({"kinds": frozenset({"horoscope"})}, "changes-slice-unknown"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_made(hooks, said, code):
    assert code_of(hooks.add, **said) == code


def test_a_name_that_is_listed_may_be_sent_to(hooks, world):
    world._settings = world._settings.model_copy(update={"destinations": ("example.com",)})
    hook = hooks.add(url="https://example.com/hook")
    assert hooks.view(hook).url == "https://example.com/hook"


def test_who_has_no_grant_is_refused_and_that_is_logged(hooks):
    refused = hooks.add("vietcombank-basic")
    assert isinstance(refused, Answered)
    assert refused.outcome == "refused:PURPOSE_NOT_ALLOWED"


def test_a_system_has_so_many_webhooks_and_no_more(hooks, monkeypatch):
    monkeypatch.setattr(subscriptions, "MOST_WEBHOOKS", 1)
    hooks.add()
    assert code_of(hooks.add) == "webhooks-too-many"


def test_a_system_sees_its_own_and_the_operator_everybodys(hooks, world):
    hook = hooks.add()
    with world.session() as session:
        for client_id, found in ((INSURANCE, [hook]), (None, [hook]), ("btp", [])):
            listed = subscriptions.all_of_them(session, client_id)
            assert [each.id for each in listed] == found


def test_pages_of_messages_and_attempts_go_backwards_and_narrow(hooks, world, inbox):
    hook = hooks.add()
    for name in ("Ân", "Ấn"):
        correct(world, AN_PIN, name=f"Nguyễn Văn {name}")
    hooks.take(hook)
    inbox.answer = (500, {}, b"")
    hooks.do(messages.fire, hook, INSURANCE, clock.now())
    hooks.take(hook)
    with world.session() as session:
        newest, *_ = messages.page(session, hook, state=None, before=None, limit=1)
        assert newest.type == messages.TEST
        assert messages.page(session, hook, state="dead", before=None, limit=9) == []
        older = messages.page(session, hook, state="delivered", before=newest.number, limit=9)
        assert len(older) == 2
        [attempt] = messages.attempts(session, hook, message_id=newest.id, before=None, limit=9)
        assert attempt.outcome == "failed"
        before = messages.attempts(session, hook, message_id=None, before=attempt.number, limit=9)
        assert [each.outcome for each in before] == ["delivered"] * 2


@pytest.mark.parametrize(
    ("state", "days", "left"),
    [("delivered", 31, 0), ("delivered", 29, 1), ("dead", 300, 1), ("dead", 366, 0)],
)
def test_what_arrived_is_forgotten_after_a_month_and_dead_letters_after_a_year(
    hooks, world, state, days, left
):
    hook = hooks.add()
    correct(world, AN_PIN, name="Nguyễn Văn Ân")
    hooks.take(hook)
    then = clock.now() - dt.timedelta(days=days)
    settled = update(WebhookMessage).values(state=state, settled_at=then)
    hooks.do(lambda session: session.execute(settled))
    hooks.do(lambda session: session.execute(update(WebhookAttempt).values(at=then)))
    hooks.do(sweeping.sweep, world, clock.now())
    with world.session() as session:
        for model in (WebhookMessage, WebhookAttempt):
            assert session.scalar(select(func.count()).select_from(model)) == left
