"""Opening a world of another version: migrated once and after a backup, or refused untouched."""

from __future__ import annotations

import threading
import uuid
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from app.platform import engines, errors, opening, schema
from app.platform.stores import postgres
from app.platform.stores.postgres import PostgresStore
from app.platform.worlds import Worlds
from app.registry.models import Citizen

REVISIONS = Path(__file__).parent.parent / "support" / "revisions"
#: The newest revision of ours, and the one that follows it in those folders.
OURS, NEXT = schema.HEAD, "9000"


@pytest.fixture
def go_further(monkeypatch):
    """Makes this code one revision newer, by the script in a folder of `support/revisions`."""
    plain = schema.config

    def go(folder):
        def config(connection):
            further = plain(connection)
            ours = f"{further.get_main_option('script_location')}/versions"
            further.set_main_option("path_separator", "newline")
            further.set_main_option("version_locations", f"{ours}\n{REVISIONS / folder}")
            return further

        monkeypatch.setattr(schema, "config", config)
        monkeypatch.setattr(schema, "HEAD", NEXT)

    return go


@pytest.fixture
def earlier(worlds, tiny_world):
    """The name and address of a world that is closed."""
    worlds.release(tiny_world.name)
    return tiny_world.name, tiny_world.url


def scalar(url, statement):
    with create_engine(url, poolclass=NullPool).connect() as connection:
        return connection.scalar(text(statement))


def backups(worlds, name):
    """The addresses of the copies that were kept of a world."""
    store = worlds.store
    if store.dialect == "sqlite":
        return [engines.sqlite_url(file) for file in store.folder(name).glob("before-*.db")]
    with store._admin() as admin:
        rows = admin.execute(
            "SELECT datname FROM pg_database WHERE starts_with(datname, 'dancu__backup_')"
            " AND datname LIKE %s",
            [f"%{name}"],
        ).fetchall()
    return [engines.postgres_url(store.server, database) for (database,) in rows]


def test_an_earlier_world_is_migrated_after_a_backup(worlds, earlier, go_further):
    name, url = earlier
    go_further("next")
    with worlds.open(name).session() as session:
        assert session.get(Citizen, 5).full_name == "Đỗ Minh Đức"
    assert scalar(url, "SELECT count(colour) FROM persona") == 0
    assert scalar(url, "SELECT version_num FROM alembic_version") == NEXT
    (backup,) = backups(worlds, name)
    assert scalar(backup, "SELECT version_num FROM alembic_version") == OURS
    assert scalar(backup, "SELECT count(*) FROM citizen") == 5


def test_a_migrated_world_is_not_untouched(worlds, earlier, go_further):
    name, _ = earlier
    go_further("next")
    assert not worlds.open(name).facts.untouched


def test_of_two_who_open_it_one_migrates(settings, worlds, earlier, go_further):
    name, _ = earlier
    go_further("next")
    both = [Worlds(settings), Worlds(settings)]
    threads = [threading.Thread(target=each.open, args=(name,)) for each in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for each in both:
        assert each.open(name).name == name
        each.close_all()
    assert len(backups(worlds, name)) == 1


def test_who_opens_a_world_while_it_is_copied_waits_for_the_end_of_that(postgres_url):
    store, name = PostgresStore(postgres_url), f"o-{uuid.uuid4().hex[:12]}"
    with store.making() as draft:
        opening.migrate(draft.url)
        draft.publish(name)
    url, database = store.url(name), f"dancu_{name}"
    opened = threading.Event()

    def open_it():
        opening.make_current(store, name, url)
        opened.set()

    opener = threading.Thread(target=open_it)
    with store.lock(name), store._admin() as admin:
        postgres._drain(admin, database)
        opener.start()
        assert not opened.wait(0.5)
        postgres._admit(admin, database)
    opener.join()
    assert opened.is_set()
    store.drop(name)


def test_a_migration_that_fails_loses_nothing(worlds, earlier, go_further):
    name, url = earlier
    go_further("broken")
    with pytest.raises(LookupError):
        worlds.open(name)
    assert scalar(url, "SELECT count(*) FROM citizen") == 5
    assert scalar(url, "SELECT version_num FROM alembic_version") == OURS


def test_a_world_of_a_newer_code_is_refused_and_left_alone(worlds, tiny_world):
    name, url = tiny_world.name, tiny_world.url

    def become_newer(session):
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    tiny_world.writer.submit(become_newer)
    worlds.release(name)
    with pytest.raises(errors.ConflictError, match="world-too-new"):
        worlds.open(name)
    assert name not in [facts.name for facts in worlds.list()]
    assert scalar(url, "SELECT version_num FROM alembic_version") == "9999"
    assert backups(worlds, name) == []


def test_an_empty_database_gets_the_whole_schema(empty_url):
    opening.migrate(empty_url)
    assert scalar(empty_url, "SELECT version_num FROM alembic_version") == schema.HEAD
