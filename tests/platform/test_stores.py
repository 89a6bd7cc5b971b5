"""Stores: nothing half made is found, and what a dead process left is cleared away."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import uuid

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from app.platform import errors
from app.platform.settings import Settings
from app.platform.stores import postgres
from app.platform.stores import store as stores
from tests.support import entries
from tests.support.databases import only_postgres, only_sqlite, shed

_MAKER = """
import sys, time
from app.platform.settings import Settings
from app.platform.stores import store
from tests.support import entries
url = sys.argv[2] or None
with store.at(Settings(home=sys.argv[1], database_url=url)).making() as draft:
    entries.create(draft.url)
    print("made", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def store(settings):
    store = stores.at(settings)
    yield store
    store.close()


def drafts(store):
    """What is in the making."""
    if store.dialect == "sqlite":
        return [entry for entry in store._making.iterdir() if entry.is_dir()]
    with store._admin() as admin:
        return admin.execute(
            "SELECT datname FROM pg_database WHERE starts_with(datname, 'dancu__making_')"
        ).fetchall()


def test_a_draft_that_is_not_published_is_gone(store):
    before = drafts(store)
    with store.making() as draft:
        entries.create(draft.url)
        assert len(drafts(store)) == len(before) + 1
        name = f"s-{uuid.uuid4().hex[:8]}"
    assert drafts(store) == before
    assert name not in store.names()


def test_a_draft_whose_making_fails_is_gone(store):
    before = drafts(store)

    def fail():
        with store.making() as draft:
            entries.create(draft.url)
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    assert drafts(store) == before


def test_what_a_killed_maker_left_is_swept_and_what_is_being_made_is_not(store, settings):
    with store.making() as mine:
        entries.create(mine.url)
        before = drafts(store)
        maker = subprocess.Popen(
            [sys.executable, "-c", _MAKER, str(settings.home), settings.database_url or ""],
            stdout=subprocess.PIPE,
        )
        maker.stdout.readline()
        store.sweep()
        assert len(drafts(store)) == len(before) + 1
        maker.send_signal(signal.SIGKILL)
        maker.communicate()
        store.sweep()
        assert drafts(store) == before


def test_nothing_kept_gives_no_draft(store):
    with store.copying_kept("nothing") as draft:
        assert draft is None
    store.discard("nothing")


def test_what_is_kept_can_be_copied_until_it_is_discarded(store):
    with store.making() as draft:
        entries.create(draft.url)
        draft.keep("entries")
        draft.keep("entries")
    assert "entries" in store.kept()
    with store.copying_kept("entries") as copy:
        engine = create_engine(copy.url, poolclass=NullPool)
        with engine.connect() as connection:
            assert connection.scalar(text("SELECT count(*) FROM entry")) == 0
    store.discard("entries")
    assert "entries" not in store.kept()


@only_postgres
def test_what_is_being_kept_is_not_swept(store, settings, monkeypatch):
    """Another process that starts may sweep between the copy and its name."""
    rename = postgres._rename

    def sweep_first(admin, old, new):
        stores.at(settings).sweep()
        rename(admin, old, new)

    monkeypatch.setattr(postgres, "_rename", sweep_first)
    key = uuid.uuid4().hex
    with store.making() as draft:
        draft.keep(key)
    assert key in store.kept()
    store.discard(key)


@only_postgres
def test_a_name_that_another_takes_at_the_same_moment_is_refused(store):
    name = f"s-{uuid.uuid4().hex[:8]}"
    published = []

    def publish(draft):
        with pytest.raises(errors.ConflictError, match="world-exists"):
            draft.publish(name)
        published.append(draft)

    with store.making() as first, store.making() as second:
        thread = threading.Thread(target=publish, args=(second,))
        with first._admin.transaction():
            first.publish(name)
            thread.start()
            thread.join(0.2)  # it waits for how this transaction ends
            assert not published
        thread.join()
        assert published == [second]
    store.drop(name)


def test_a_lock_is_held_by_one(store, monkeypatch):
    monkeypatch.setattr(sys.modules[type(store).__module__], "LOCK_SECONDS", 0.1)
    refused = pytest.raises(errors.UnavailableError, match="world-in-use")
    with store.lock("locked"), refused, store.lock("locked"):
        pass
    with store.lock("locked"):
        pass


@only_sqlite
def test_other_users_of_the_machine_read_nothing(store, settings):
    assert store.dialect == "sqlite"
    assert settings.home.stat().st_mode & 0o077 == 0


def test_a_server_that_does_not_answer_is_reported(tmp_path):
    nowhere = Settings(home=tmp_path, database_url=f"postgresql:///postgres?host={tmp_path}")
    with pytest.raises(errors.UnavailableError, match="storage-unavailable"):
        stores.at(nowhere).names()


@only_postgres
def test_a_world_that_a_dead_copier_had_closed_is_opened_again(store, worlds, tiny_world):
    database = f"dancu_{tiny_world.name}"
    shed(tiny_world)
    with store._admin() as admin:
        admin.execute(f'ALTER DATABASE "{database}" ALLOW_CONNECTIONS false')
    store.sweep()
    with tiny_world.session() as session:
        assert session.scalar(text("SELECT count(*) FROM citizen")) == 5
    assert tiny_world.name in worlds.names()
