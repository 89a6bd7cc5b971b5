"""The life of worlds: made, forked, reset, deleted, re-keyed."""

from __future__ import annotations

import asyncio
import datetime as dt
import threading
import uuid

import pytest
from sqlalchemy import func, select, text

from app.exchange.log import export, notes
from app.exchange.log import store as log
from app.exchange.models import IdempotencyKey, Leaf, RevokedToken, SpentAssertion
from app.platform import clock, errors
from app.platform.worlds import Worlds
from app.registry.models import Citizen
from app.sandbox import exporting
from app.sandbox import worlds as lives


@pytest.fixture
def fresh_name(worlds):
    """A name that no world has, and whose world goes after the test."""
    name = f"n-{uuid.uuid4().hex[:12]}"
    yield name
    if name in worlds.names():
        lives.delete(worlds, name)


def rename_first(world, full_name):
    def job(session):
        session.execute(
            text("UPDATE citizen SET full_name = :name WHERE id = 1"), {"name": full_name}
        )

    world.writer.submit(job)


def first_name(world):
    with world.session() as session:
        return session.get(Citizen, 1).full_name


def leaves(world):
    with world.session() as session:
        return session.scalars(select(Leaf.body).order_by(Leaf.seq)).all()


def add_leaf(world):
    draft = log.own_draft(log.leaves.Kind.FORK, "test", world.today)
    world.writer.submit(lambda session: log.append(session, world, [draft], now=clock.now()))


def problem(callable_, *args, **kwargs):
    with pytest.raises(errors.DancuError) as caught:
        callable_(*args, **kwargs)
    return caught.value.code


def test_a_world_is_found_by_its_name(worlds, tiny_world):
    assert tiny_world.name in worlds.names()
    assert tiny_world.facts in worlds.list()
    assert worlds.open(tiny_world.name) is tiny_world


@pytest.mark.parametrize("name", ["", "A", "9a", "a_b", "a/b", "..", "é", "a" * 41, "a\n"])
def test_a_name_that_is_no_world_s_name_is_refused(worlds, tiny_spec, name):
    assert problem(lives.create, worlds, name, tiny_spec) == "world-name-invalid"
    assert problem(worlds.open, name) == "world-unknown"


def test_a_name_is_given_once(worlds, tiny_world, tiny_spec):
    assert problem(lives.create, worlds, tiny_world.name, tiny_spec) == "world-exists"
    assert problem(lives.fork, worlds, tiny_world.name, tiny_world.name) == "world-exists"


def test_of_two_who_make_one_name_one_gets_it(worlds, tiny_spec, fresh_name):
    with worlds.store.copying_kept(lives.population.key(tiny_spec)) as draft:
        lives.create(worlds, fresh_name, tiny_spec)
        assert problem(draft.publish, fresh_name) == "world-exists"
    assert first_name(worlds.open(fresh_name)) == "Nguyễn Văn An"


def test_a_fork_is_a_world_of_its_own(worlds, tiny_world, fresh_name):
    rename_first(tiny_world, "Nguyễn Văn Em")
    fork = lives.fork(worlds, tiny_world.name, fresh_name)
    forked = worlds.open(fresh_name)
    assert first_name(forked) == "Nguyễn Văn Em"
    assert fork.id != tiny_world.id
    assert (fork.parent_name, fork.parent_id) == (tiny_world.name, tiny_world.id)
    assert forked.issuer != tiny_world.issuer
    assert forked.root_key("x") != tiny_world.root_key("x")
    rename_first(forked, "Nguyễn Văn Út")
    assert first_name(tiny_world) == "Nguyễn Văn Em"


def test_a_fork_of_an_untouched_world_has_its_people(worlds, tiny_world, fresh_name):
    assert tiny_world.facts.untouched
    lives.fork(worlds, tiny_world.name, fresh_name)
    assert exporting.digest(worlds, fresh_name) == exporting.digest(worlds, tiny_world.name)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE world SET training = true",
        "UPDATE world SET today = '2026-01-02'",
        "UPDATE citizen SET remarks = 'x' WHERE id = 3",
        "DELETE FROM citizen WHERE id = 3",
        "INSERT INTO religion (code, name, other_names, source) VALUES ('99', 'x', '', 'tests')",
    ],
)
def test_a_touched_world_is_known_for_it(tiny_world, change):
    def job(session):
        session.execute(text(change))

    assert tiny_world.facts.untouched
    tiny_world.writer.submit(job)
    tiny_world.refresh()
    assert not tiny_world.facts.untouched


def test_being_asked_touches_no_world(tiny_world):
    add_leaf(tiny_world)
    tiny_world.refresh()
    assert tiny_world.facts.untouched


def test_a_fork_s_log_starts_anew_and_cites_its_parent_s_checkpoint(
    worlds, tiny_world, fresh_name
):
    add_leaf(tiny_world)
    add_leaf(tiny_world)
    fork = lives.fork(worlds, tiny_world.name, fresh_name)
    (first,) = leaves(worlds.open(fresh_name))
    assert fork.parent_checkpoint in first.replace("\\n", "\n")
    assert notes.parse(fork.parent_checkpoint).text.splitlines()[1] == "2"
    assert len(leaves(tiny_world)) == 2


def test_a_log_that_was_begun_or_re_keyed_is_covered_without_a_server(
    worlds, tiny_world, fresh_name
):
    lives.fork(worlds, tiny_world.name, fresh_name)
    assert audited_much_later(worlds.open(fresh_name)) == (True, 1)
    lives.rekey(worlds, fresh_name)
    assert audited_much_later(worlds.open(fresh_name)) == (True, 1)
    lives.reset(worlds, fresh_name)
    assert audited_much_later(worlds.open(fresh_name)) == (True, 0)


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE leaf SET hash = a.hash FROM leaf AS a WHERE leaf.seq = 0 AND a.seq = 1",
        "DELETE FROM leaf WHERE seq = 0",
    ],
)
def test_a_world_whose_log_is_damaged_gets_new_keys_all_the_same(worlds, tiny_world, damage):
    add_leaf(tiny_world)
    lives.rekey(worlds, tiny_world.name)
    add_leaf(tiny_world)
    tiny_world.writer.submit(lambda session: session.execute(text(damage)))
    derived = tiny_world.facts.secret
    lives.rekey(worlds, tiny_world.name)
    assert tiny_world.facts.secret not in (None, derived)
    assert audited_much_later(tiny_world)[0] is False


def audited_much_later(world):
    with world.session() as session:
        report = export.audit(session, world, now=clock.now() + dt.timedelta(days=1))
    return report.ok, report.covered


def test_a_fork_of_a_world_nobody_asked_cites_an_empty_log(worlds, tiny_world, fresh_name):
    fork = lives.fork(worlds, tiny_world.name, fresh_name)
    assert notes.parse(fork.parent_checkpoint).text.splitlines()[1] == "0"
    assert len(leaves(worlds.open(fresh_name))) == 1


def test_a_world_can_be_forked_while_it_is_written_to(worlds, tiny_world, fresh_name):
    """Every write is either in the fork whole or not at all, and none is lost in the parent."""
    rename_first(tiny_world, "a")
    acknowledged, refused, done = [], [], threading.Event()

    def both(session, value):
        for number in (1, 2):
            session.execute(
                text("UPDATE citizen SET remarks = :value WHERE id = :id"),
                {"value": value, "id": number},
            )

    def write():
        value = 0
        while not done.is_set():
            value += 1
            try:
                tiny_world.writer.submit(lambda s, value=str(value): both(s, value))
            except errors.UnavailableError as error:
                refused.append(error.retry_after)
            else:
                acknowledged.append(str(value))

    thread = threading.Thread(target=write)
    thread.start()
    try:
        lives.fork(worlds, tiny_world.name, fresh_name)
    finally:
        done.set()
        thread.join()
    read = select(Citizen.remarks).where(Citizen.id <= 2)
    with worlds.open(fresh_name).session() as session:
        one, other = session.scalars(read)
    assert one == other
    with tiny_world.session() as session:
        assert set(session.scalars(read)) == {acknowledged[-1]}
    assert all(seconds is not None for seconds in refused)


def test_a_reset_world_is_what_it_was_at_first(worlds, tiny_spec, fresh_name):
    lives.create(worlds, fresh_name, tiny_spec)
    world = worlds.open(fresh_name)
    before = exporting.digest(worlds, fresh_name)
    rename_first(world, "Nguyễn Văn Em")
    add_leaf(world)
    old_id, old_files = world.id, world.files
    old_files.mkdir(parents=True)
    facts = lives.reset(worlds, fresh_name)
    assert facts.id != old_id
    assert not old_files.exists()
    assert exporting.digest(worlds, fresh_name) == before
    assert leaves(worlds.open(fresh_name)) == []


def test_a_reset_keeps_what_an_operator_set(worlds, tiny_world):
    def settle(session):
        session.execute(text("UPDATE world SET training = true, retention_days = 1"))

    tiny_world.writer.submit(settle)
    lives.rekey(worlds, tiny_world.name)
    secret = tiny_world.facts.secret
    facts = lives.reset(worlds, tiny_world.name)
    assert (facts.training, facts.retention_days) == (True, 1)
    assert facts.secret not in (None, secret)


def test_an_operator_sets_what_is_given_and_no_more(worlds, tiny_world):
    before = tiny_world.facts
    assert lives.configure(worlds, tiny_world.name) == before
    lives.configure(worlds, tiny_world.name, training=True, retention_days=0)
    after = tiny_world.facts
    assert (after.training, after.retention_days) == (True, 0)
    assert after.log_retention_days == before.log_retention_days


@pytest.mark.parametrize(
    "days",
    [
        {"retention_days": -5},
        {"retention_days": 3_651},
        {"log_retention_days": 0},
        {"log_retention_days": 2**63},
    ],
    ids=str,
)
def test_a_retention_that_is_none_is_refused_and_changes_nothing(worlds, tiny_world, days):
    before = tiny_world.facts
    told = problem(lives.configure, worlds, tiny_world.name, training=True, **days)
    assert told == "retention-out-of-bounds"
    assert worlds.open(tiny_world.name).facts == before


def test_the_longest_and_the_shortest_retention_are_kept(worlds, tiny_world):
    for bodies, text_ in ((0, 1), (3_650, 36_500)):
        facts = lives.configure(
            worlds, tiny_world.name, retention_days=bodies, log_retention_days=text_
        )
        assert (facts.retention_days, facts.log_retention_days) == (bodies, text_)


def test_a_world_that_was_reset_elsewhere_takes_no_more_writes(worlds, tiny_world, settings):
    """What one process still holds open must not get another's acknowledgement."""
    elsewhere = Worlds(settings)
    lives.reset(elsewhere, tiny_world.name)
    assert problem(rename_first, tiny_world, "x") in ("world-replaced", "storage-unavailable")
    again = worlds.open(tiny_world.name)
    assert first_name(again) == "Nguyễn Văn An"
    elsewhere.close_all()


def test_a_lane_of_a_world_that_was_reset_elsewhere_is_refused(tiny_world, settings):
    elsewhere = Worlds(settings)
    lives.reset(elsewhere, tiny_world.name)
    elsewhere.close_all()
    draft = log.own_draft(log.leaves.Kind.FORK, "test", tiny_world.today)

    async def put():
        await tiny_world.writer.put(log.lane(tiny_world), draft)

    with pytest.raises(errors.UnavailableError, match="world-replaced"):
        asyncio.run(put())


def test_what_callers_asked_the_parent_stays_with_the_parent(worlds, tiny_world, fresh_name):
    at = clock.now()

    def ask(session):
        session.add(RevokedToken(jti="x", expires_at=at))
        session.add(SpentAssertion(client_id="x", jti="x", expires_at=at))
        session.add(
            IdempotencyKey(
                caller="x", key="x", request_hash=b"", boot_id="", created_at=at, status=None
            )
        )

    tiny_world.writer.submit(ask)
    lives.fork(worlds, tiny_world.name, fresh_name)
    for name, rows in ((tiny_world.name, 1), (fresh_name, 0)):
        with worlds.open(name).session() as session:
            for model in (RevokedToken, SpentAssertion, IdempotencyKey):
                assert session.scalar(select(func.count()).select_from(model)) == rows


def test_of_two_processes_that_start_at_once_one_makes_the_default_world(
    settings, tiny_spec, fresh_name
):
    named = settings.model_copy(update={"default_world": fresh_name})
    found, processes = [], [Worlds(named), Worlds(named)]
    threads = [
        threading.Thread(target=lambda each=each: found.append(ensured(each, tiny_spec)))
        for each in processes
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 2
    assert found[0].id == found[1].id
    assert ensured(processes[0], tiny_spec).id == found[0].id
    for each in processes:
        each.close_all()


def ensured(worlds, spec):
    return lives.ensure_default(worlds, spec)


def test_a_deleted_world_is_gone(worlds, tiny_world):
    (tiny_world.files / "scenarios").mkdir(parents=True)
    lives.delete(worlds, tiny_world.name)
    assert not tiny_world.files.exists()
    assert tiny_world.name not in worlds.names()
    assert problem(worlds.open, tiny_world.name) == "world-unknown"
    assert problem(lives.delete, worlds, tiny_world.name) == "world-unknown"


def test_a_world_that_was_deleted_elsewhere_takes_no_more_writes(tiny_world, settings):
    elsewhere = Worlds(settings)
    lives.delete(elsewhere, tiny_world.name)
    elsewhere.close_all()
    assert problem(rename_first, tiny_world, "x") in ("world-replaced", "storage-unavailable")


def test_new_keys_cannot_be_derived_from_the_seed(worlds, tiny_world):
    derived = tiny_world.root_key("x"), tiny_world.signer("token").kid
    facts = lives.rekey(worlds, tiny_world.name)
    assert len(facts.secret) == 32
    world = worlds.open(tiny_world.name)
    assert (world.root_key("x"), world.signer("token").kid) != derived
    assert world.signer("token").kid != derived[1]


def test_after_a_rotation_the_key_before_is_still_accepted(worlds, tiny_world):
    old = tiny_world.signer("token").kid
    lives.rotate_keys(worlds, tiny_world.name)
    keys = tiny_world.keys("token")
    assert keys.current.kid != old
    assert keys.previous.kid == old
    lives.rotate_keys(worlds, tiny_world.name)
    assert tiny_world.keys("token").find(old) is None


REACH = [
    {"host": "192.0.2.1"},
    {"public_url": "https://dancu.example"},
    {"allowed_hosts": ("127.0.0.1", "dancu.example")},
]


@pytest.mark.usefixtures("tiny_world")
@pytest.mark.parametrize("reach", REACH)
def test_a_server_that_others_reach_refuses_keys_that_can_be_derived(worlds, settings, reach):
    exposed = Worlds(settings.model_copy(update=reach))
    assert problem(exposed.refuse_exposed) == "world-exposed"
    for facts in exposed.list():
        lives.rekey(exposed, facts.name)
    exposed.refuse_exposed()
    worlds.refuse_exposed()
    exposed.close_all()


@pytest.mark.parametrize("reach", REACH)
def test_a_world_made_for_others_has_random_keys(tiny_spec, settings, fresh_name, reach):
    exposed = Worlds(settings.model_copy(update=reach))
    assert lives.create(exposed, fresh_name, tiny_spec).secret is not None
    exposed.close_all()


def test_people_are_counted(tiny_world):
    with tiny_world.session() as session:
        assert session.scalar(select(func.count()).select_from(Citizen)) == 5
