"""Turns at a webhook: told what the grant covers, logged first, tried again, by one at a time."""

from __future__ import annotations

import threading
import time

import pytest
from joserfc import jwe
from joserfc.jwk import ECKey
from sqlalchemy import func, select, update
from standardwebhooks.webhooks import Webhook as Reference

from app.exchange import access as accesses
from app.exchange import proof, sealing
from app.exchange.gate import Reason
from app.exchange.models import Grant, Leaf
from app.exchange.webhooks import messages, subscriptions, turns
from app.exchange.webhooks.models import Webhook, WebhookAttempt, WebhookMessage
from app.platform import clock
from app.platform.errors import DancuError
from app.registry import changes, world_events
from tests.exchange.people import AN_PIN, BINH_PIN
from tests.exchange.test_change_feed import correct, happen
from tests.exchange.webhooks.conftest import INSURANCE, QUICK, later, leaf_of, outcomes
from tests.registry.country import TODAY
from tests.registry.registering import newborn


def end_grants(world, **columns):
    def job(session):
        session.execute(update(Grant).where(Grant.service == "changes").values(**columns))
        accesses.touch(session)

    world.writer.submit(job)
    accesses.of(world).poll()


def test_what_is_recorded_is_sent_signed_and_as_the_feed_has_it(hooks, world, inbox):
    hook = hooks.add(fields=("full_name", "phone"))
    assert hooks.due() == []
    correct(world, AN_PIN, name="Nguyễn Văn Ân", religion="1")
    assert hooks.due() == [hook]
    assert hooks.take(hook)
    [came] = inbox.came
    told = hooks.verified(hook, came)
    data = told["data"]
    assert told == {
        "type": "life_event.correction",
        "timestamp": "2026-01-01T00:00:00+07:00",
        "data": data,
        "webhook": hook,
        "world": world.issuer,
        "simulated": True,
        "legal_basis": told["legal_basis"],
        "receipt": told["receipt"],
        "leaf": told["leaf"],
    }
    assert came.id == f"msg_{data['id']}"
    assert (data["pin"], data["changed"]) == (AN_PIN, ["full_name"])
    assert data["values"] == {"full_name": "Nguyễn Văn Ân"}
    assert came.headers["content-type"] == "application/json"
    assert came.headers["dancu-simulated"] == "true"
    assert not hooks.take(hook)
    assert hooks.due() == []
    assert outcomes(hooks, hook) == [("delivered", 204)]
    [message] = hooks.messages(hook)
    assert (message.state, message.attempts, message.type) == (
        "delivered", 1, "life_event.correction",
    )  # fmt: skip


def test_the_leaf_is_on_disk_before_the_first_byte_leaves(hooks, world, inbox, access):
    seen = []

    def answer(_handler, came):
        leaf, entries = leaf_of(world, came.json["leaf"]["seq"])
        seen.append((leaf, entries))
        return 204, {}, b""

    inbox.answer = answer
    hook = hooks.add()
    correct(world, AN_PIN, name="Nguyễn Văn Ân")
    correct(world, BINH_PIN, name="Trần Thị Bính")
    hooks.take(hook)
    (leaf, entries), again = seen
    assert again == (leaf, entries)
    assert (leaf.kind, leaf.outcome, leaf.system, leaf.officer) == (
        "webhook", "pushed", INSURANCE, "cb-01",
    )  # fmt: skip
    assert leaf.fields == ("full_name", "pin")
    assert [entry.outcome for entry in entries] == ["pushed", "pushed"]
    assert entries[0].subject == proof.citizen_subject(access, 1)
    assert entries[0].fields == ("full_name", "pin")
    assert [each.leaf_seq for each in hooks.attempts(hook)] == [leaf.seq] * 2


def test_from_the_first_event_on_or_from_now_on(hooks, world, inbox):
    correct(world, AN_PIN, name="Nguyễn Văn Ân")
    now, first = hooks.add(), hooks.add(start="first")
    assert hooks.due() == [first]
    hooks.take(now)
    assert inbox.came == []
    hooks.take(first)
    assert len(inbox.came) == 1


def test_kinds_and_provinces_narrow_what_is_sent(hooks, world, inbox):
    births, far = (
        hooks.add(kinds=frozenset({"registration"})),
        hooks.add(provinces=frozenset({"79"})),
    )
    correct(world, AN_PIN, name="Nguyễn Văn Ân")
    happen(world, "registration", newborn(mother={"pin": BINH_PIN}))
    for hook in (births, far):
        while hooks.take(hook):
            pass
    assert [came.json["type"] for came in inbox.came] == ["life_event.registration"]
    assert inbox.came[0].json["webhook"] == births


def test_a_paused_webhook_goes_on_where_it_stood(hooks, world, inbox):
    hook = hooks.add()
    hooks.do(subscriptions.change, hook, None, subscriptions.Change(state="paused"), clock.now())
    correct(world, AN_PIN, name="Nguyễn Văn Ân")
    assert hooks.due() == []
    assert not hooks.take(hook)
    named = subscriptions.Change(state="active", description="mine", url=inbox.url + "/2")
    hooks.do(subscriptions.change, hook, None, named, clock.now())
    assert hooks.view(hook).description == "mine"
    hooks.take(hook)
    assert len(inbox.came) == 1


def test_what_the_grant_does_not_cover_any_more_is_not_sent_and_said_once(hooks, world, inbox):
    hook = hooks.add(kinds=frozenset({"correction"}))
    correct(world, AN_PIN, name="Nguyễn Văn Ân")
    end_grants(world, kinds=["death"])
    before = size(world)
    hooks.take(hook)
    hooks.take(hook)
    assert inbox.came == []
    assert hooks.view(hook).held == Reason.SLICE_NOT_ALLOWED
    assert size(world) == before + 1  # and no leaf more
    leaf, _ = leaf_of(world, before)
    assert (leaf.kind, leaf.outcome) == ("webhook", "refused:SLICE_NOT_ALLOWED")
    end_grants(world, kinds=None)
    hooks.take(hook)
    assert len(inbox.came) == 1
    assert hooks.view(hook).held is None


def test_a_message_that_waits_when_the_grant_shrinks_is_dead(hooks, world, inbox):
    inbox.answer = (500, {}, b"")
    hook = hooks.add()
    correct(world, AN_PIN, name="Nguyễn Văn Ân")
    hooks.take(hook)
    end_grants(world, fields=["sex"])
    hooks.take(hook)
    assert len(inbox.came) == 1
    [message] = hooks.messages(hook)
    assert (message.state, "cover" in message.reason) == ("dead", True)


def test_a_suspended_system_is_sent_nothing_but_what_it_fires_itself(hooks, inbox, world, change):
    hook = hooks.add()
    correct(world, AN_PIN, name="Nguyễn Văn Ân")
    change(INSURANCE, state="suspended")
    fired = hooks.do(messages.fire, hook, None, clock.now())
    hooks.take(hook)
    [came] = inbox.came
    assert (came.id, came.json["type"]) == (fired.id, "webhook.test")
    assert "leaf" not in hooks.verified(hook, came)
    assert hooks.view(hook).held == Reason.CONNECTION_SUSPENDED
    change(INSURANCE, state="exchanging")
    hooks.take(hook)
    assert len(inbox.came) == 2


@pytest.mark.usefixtures("inbox")
def test_a_system_whose_first_answer_is_a_message_has_begun(hooks, world, change, access):
    change(INSURANCE, state="connected")
    hook = hooks.add()
    hooks.take(hook)
    world.writer.submit(lambda _: None)
    assert access.poll().callers[INSURANCE].state == "connected"
    correct(world, AN_PIN, name="Nguyễn Văn Ân")
    hooks.take(hook)
    world.writer.submit(lambda _: None)
    assert access.poll().callers[INSURANCE].state == "exchanging"


def test_each_message_counts_as_a_question(hooks, inbox, world, change, access):
    hook = hooks.add()
    change(INSURANCE, daily_quota=access.asked_today(INSURANCE) + 1)
    correct(world, AN_PIN, name="Nguyễn Văn Ân")
    correct(world, BINH_PIN, name="Trần Thị Bính")
    hooks.take(hook)
    assert inbox.came == []
    assert hooks.view(hook).held == Reason.QUOTA_EXCEEDED
    change(INSURANCE, daily_quota=1_000)
    hooks.take(hook)
    assert len(inbox.came) == 2


def test_who_was_rotated_signs_by_both_secrets_for_a_while(hooks, inbox):
    hook = hooks.add()
    old = hooks.secret(hook)
    hooks.do(subscriptions.rotate, hook, INSURANCE, later(60))
    assert hooks.secret(hook) != old
    hooks.do(messages.fire, hook, INSURANCE, clock.now())
    hooks.take(hook)
    assert inbox.came[0].headers["webhook-signature"].count("v1,") == 2
    hooks.verified(hook, inbox.came[0])
    hooks.do(lambda session: session.execute(update(Webhook).values(previous_until=later(-1))))
    hooks.do(messages.fire, hook, INSURANCE, clock.now())
    hooks.take(hook)
    assert inbox.came[1].headers["webhook-signature"].count("v1,") == 1


def test_a_turn_that_died_is_taken_up_when_its_lease_is_over(hooks, inbox, world, monkeypatch):
    hook = hooks.add()
    correct(world, AN_PIN, name="Nguyễn Văn Ân")

    def die(*_arguments, **_named):
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(turns.sending, "send_all", die)
        with pytest.raises(SystemExit):
            hooks.take(hook)
    assert hooks.due() == []  # somebody holds it, for all that is known
    assert not hooks.take(hook)
    assert outcomes(hooks, hook) == [("sending", None)]
    past = {"lease_until": later(-1), "look_at": later(-1)}
    hooks.do(lambda session: session.execute(update(Webhook).values(past)))
    hooks.do(lambda session: session.execute(update(WebhookMessage).values(due_at=later(-1))))
    assert hooks.due() == [hook]
    hooks.take(hook)
    assert outcomes(hooks, hook) == [("interrupted", None), ("delivered", 204)]
    assert len(inbox.came) == 1
    [message] = hooks.messages(hook)
    assert (message.state, message.attempts) == ("delivered", 2)


def test_of_many_workers_each_message_is_sent_by_one(hooks, inbox, world):
    hook = hooks.add()
    for number in range(12):
        correct(world, AN_PIN, name=f"Nguyễn Văn {'ABCDEGHIKLMN'[number]}")

    def work():
        while hooks.view(hook).waiting or hooks.due():
            hooks.take(hook)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ids = [came.id for came in inbox.came]
    assert len(ids) == len(set(ids)) == 12
    assert ids == [message.id for message in hooks.messages(hook)][::-1]  # and in order


def test_who_settles_too_late_does_not_end_anothers_turn(hooks, inbox, world):
    def answer(_handler, _came):
        hooks.do(lambda session: session.execute(update(Webhook).values(turn=50)))
        return 204, {}, b""

    inbox.answer = answer
    hook = hooks.add()
    correct(world, AN_PIN, name="Nguyễn Văn Ân")
    hooks.take(hook)
    with world.session() as session:
        assert session.scalar(select(Webhook.lease_until)) is not None
    assert hooks.messages(hook)[0].state == "delivered"


def test_a_webhook_that_is_removed_during_a_turn_leaves_nothing(hooks, inbox, world):
    def answer(_handler, _came):
        hooks.do(subscriptions.remove, hook, INSURANCE)
        return 204, {}, b""

    inbox.answer = answer
    hook = hooks.add()
    correct(world, AN_PIN, name="Nguyễn Văn Ân")
    hooks.take(hook)
    with world.session() as session:
        for model in (Webhook, WebhookMessage, WebhookAttempt):
            assert session.scalar(select(func.count()).select_from(model)) == 0
    assert not hooks.take(hook)


def test_what_there_is_no_time_for_is_left_to_the_next_turn(hooks, inbox, world):
    inbox.answer = lambda *_: time.sleep(0.3) or (204, {}, b"")
    hook = hooks.add()
    for name in ("Ân", "Ấn", "Ẩn"):
        correct(world, AN_PIN, name=f"Nguyễn Văn {name}")
    short = QUICK.__class__(seconds=1.0, lease=2.2)
    hooks.take(hook, short)
    assert outcomes(hooks, hook)[-1] == ("unsent", None)
    inbox.answer = (204, {}, b"")
    hooks.take(hook)
    assert [message.state for message in hooks.messages(hook)] == ["delivered"] * 3
    correct(world, AN_PIN, name="Nguyễn Văn An")
    hooks.take(hook, is_ending=lambda: True)
    assert outcomes(hooks, hook)[-1] == ("unsent", None)


def test_a_system_that_has_every_answer_sealed_is_sent_sealed_messages(
    hooks, inbox, world, access
):
    key = ECKey.generate_key("P-256")
    new = sealing.NewSealing(always=True, keys=(key.as_dict(private=False),))
    hooks.do(sealing.register, INSURANCE, new)
    access.poll()
    hook = hooks.add()
    correct(world, AN_PIN, name="Nguyễn Văn Ân")
    hooks.take(hook)
    [came] = inbox.came
    assert came.headers["content-type"] == "application/jose"
    Reference(hooks.secret(hook)).verify(came.body, came.headers, json_parse=False)
    opened = jwe.decrypt_compact(came.body, key, algorithms=["ECDH-ES+A256KW", "A256GCM"])
    assert opened.plaintext.count(b".") == 2
    gone = sealing.NewSealing(always=True, jwks_uri="http://127.0.0.1:9/none")
    hooks.do(sealing.register, INSURANCE, gone)
    access.poll()
    correct(world, AN_PIN, name="Nguyễn Văn An")
    hooks.take(hook)
    assert len(inbox.came) == 1
    assert hooks.view(hook).held == "sealing-keys-unreachable"


def test_places_among_changes_are_found_again(world):
    correct(world, AN_PIN, name="Nguyễn Văn Ân")
    wanted = changes.Slice(fields=frozenset({"full_name"}))
    with world.session() as session:
        [one] = changes.after(session, changes.START, wanted, limit=5).changes
        at = changes.Place(one.event_id, one.citizen_id)
        assert changes.at(session, [at], wanted) == [one]
        assert changes.at(session, [at._replace(citizen_id=99)], wanted) == []
        assert changes.at(session, [], wanted) == []
        none = changes.Slice(fields=frozenset({"full_name"}), provinces=frozenset({"99"}))
        assert changes.at(session, [at], none) == []


def size(world):
    with world.session() as session:
        return session.scalar(select(func.count()).select_from(Leaf))


def test_no_system_sees_or_moves_anothers_webhook(hooks):
    hook = hooks.add()
    for what, more in (
        (subscriptions.remove, ()),
        (subscriptions.rotate, (clock.now(),)),
        (subscriptions.change, (subscriptions.Change(), clock.now())),
        (messages.fire, (clock.now(),)),
        (messages.replay, ("msg_", clock.now())),
        (messages.replay_since, (clock.now(), clock.now())),
        (subscriptions.find, ()),
    ):
        with pytest.raises(DancuError) as raised:
            hooks.do(what, hook, "btp", *more)
        assert raised.value.code == "webhook-unknown"


def test_what_happens_to_all_is_sent_whatever_the_grants_kinds(hooks, inbox, monkeypatch):
    hook = hooks.add("byt", purpose="health-care")
    inbox.answer = (500, {}, b"")
    assert hooks.due() == []
    merger = world_events.Passed(world_events.MERGER, TODAY)
    monkeypatch.setattr(world_events, "passed", lambda *_: (merger,))
    assert hooks.due() == [hook]
    hooks.take(hook)
    inbox.answer = (204, {}, b"")
    hooks.take(hook)
    failed, came = inbox.came
    assert failed.id == came.id
    told = hooks.verified(hook, came)
    assert told["type"] == "world_event.administrative_merger"
    assert told["data"]["changed"] == []
    assert hooks.due() == []
    [message] = hooks.messages(hook)
    assert (message.type, message.state) == ("world_event.administrative_merger", "delivered")
    late = hooks.add(kinds=frozenset({"death"}), start="first")
    assert not hooks.take(late)
