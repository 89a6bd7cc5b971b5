"""What a server does beside answering: it forgets in time, and ends with a last checkpoint."""

import datetime as dt
import time

from sqlalchemy import func, insert, select

from app.api import housekeeping, sweeps
from app.api.housekeeping import Housekeeping
from app.exchange.log import checkpointing, export, store
from app.exchange.models import Checkpoint, Leaf, RequestLog, SpentAssertion
from app.platform import clock
from tests.api.conftest import as_operator, served
from tests.support.copies import copy


def note(world, *, days_ago):
    """Have the log speak of itself, so long ago."""
    now = clock.now() - dt.timedelta(days=days_ago)
    draft = store.own_draft("verification", "test", world.today)
    world.writer.submit(lambda session: store.append(session, world, [draft], now=now))


def test_what_is_over_is_forgotten_and_the_log_says_so(world):
    long_ago = clock.now() - dt.timedelta(days=2_000)
    note(world, days_ago=2_000)
    note(world, days_ago=0)
    spent = {"client_id": "viettel", "jti": "1", "expires_at": long_ago}
    call = {
        "request_id": "1" * 32,
        "at": clock.rfc3339_ms(clock.now() - dt.timedelta(days=30)),
        "method": "GET",
        "path": "/v1/me",
        "status": 200,
        "duration_us": 1,
        "request_body": "{}",
    }

    def fill(session):
        session.execute(insert(SpentAssertion).values(spent))
        session.execute(insert(RequestLog).values(call))

    world.writer.submit(fill)
    sweeps.sweep(world)
    world.writer.submit(lambda session: checkpointing.make(session, world, now=clock.now()))
    assert spent_assertions(world) == []
    with world.session() as session:
        assert session.scalars(select(RequestLog.request_body)).all() == [None]
        texts = session.scalars(select(Leaf.body).order_by(Leaf.seq)).all()
        report = export.audit(session, world)
    assert [text is None for text in texts] == [True, False, False]
    assert report.ok
    assert report.pruned == 1


def test_an_adopted_world_is_checkpointed_and_once_more_at_the_end(worlds, world):
    keeper = Housekeeping(worlds)
    keeper.start()
    keeper.adopt(world)
    keeper.adopt(world)
    assert keeper.alarms() == {world: ""}
    note(world, days_ago=0)
    until = time.monotonic() + 20
    while covered(world) != 1:
        assert time.monotonic() < until
        time.sleep(0.05)
    note(world, days_ago=0)
    keeper.close()
    assert covered(world) == 2
    assert keeper.alarms() == {}
    keeper.adopt(world)
    assert keeper.alarms() == {}


def test_a_world_that_is_closed_while_the_server_goes_on_has_its_last_checkpoint(worlds, world):
    keeper = Housekeeping(worlds)
    keeper.start()
    keeper.adopt(world)
    note(world, days_ago=0)
    worlds.release(world.name)  # as when others are wanted more
    assert keeper.alarms() == {}
    again = worlds.open(world.name)
    assert covered(again) == 1
    keeper.adopt(world)  # which is closed: it is let go again at once
    assert keeper.alarms() == {}
    keeper.close()


def test_to_be_looked_after_is_no_use_of_a_world(worlds, world):
    """So that it can be closed to make room for another."""
    keeper = Housekeeping(worlds)
    keeper.start()
    keeper.adopt(world)
    used = world.used_ns
    time.sleep(3)  # the checkpointer, the deliverer and the runner have looked each
    assert world.used_ns == used
    keeper.close()


def test_an_open_world_forgets_soon_after_the_start(worlds, world, monkeypatch):
    long_ago = clock.now() - dt.timedelta(days=2_000)
    spent = {"client_id": "viettel", "jti": "1", "expires_at": long_ago}
    world.writer.submit(lambda session: session.execute(insert(SpentAssertion).values(spent)))
    monkeypatch.setattr(housekeeping, "_FIRST_SWEEP_NS", 10**9)
    keeper = Housekeeping(worlds)
    keeper.start()
    keeper.adopt(world)
    keeper.rooms_are_loaded()
    until = time.monotonic() + 20
    while spent_assertions(world):
        assert time.monotonic() < until
        time.sleep(0.05)
    keeper.close()


def spent_assertions(world):
    with world.session() as session:
        return session.scalars(select(SpentAssertion)).all()


def covered(world):
    with world.session() as session:
        return session.scalar(select(func.max(Checkpoint.size)))


def test_a_world_that_was_opened_for_its_operator_only_is_looked_after(settings, worlds, api_spec):
    with (
        copy(worlds, api_spec) as first,
        copy(worlds, api_spec) as second,
        served(settings, first) as client,
    ):
        assert {world.name for world in client.app._server.housekeeping.alarms()} == {first.name}
        shown = client.get(f"/control/v1/worlds/{second.name}", headers=as_operator(client))
        assert shown.is_success
        looked_after = {world.name for world in client.app._server.housekeeping.alarms()}
        assert looked_after == {first.name, second.name}
