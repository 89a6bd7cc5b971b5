"""The schema: what the migrations make is what the models say, and each way has a way back."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect

import app.exchange.jobs.models
import app.exchange.models
import app.exchange.webhooks.models
import app.identity.models
import app.registry.models
import app.sandbox.models
import app.scenarios.models
import app.sectors.models
import app.signin.models
import app.training.models  # noqa: F401 - each room's tables
from app.platform import engines, schema
from app.platform.database import Base


@pytest.fixture
def engine(empty_url):
    """An engine of an empty database."""
    engine = engines.writer(empty_url)
    yield engine
    engine.dispose()


def differences(connection):
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return compare_metadata(context, Base.metadata)


def constraints(connection):
    """Every name that a later migration may need to find."""
    inspector = inspect(connection)
    return {
        table: {
            "primary key": inspector.get_pk_constraint(table)["name"],
            "checks": {check["name"] for check in inspector.get_check_constraints(table)},
            "unique": {unique["name"] for unique in inspector.get_unique_constraints(table)},
            "references": {key["name"] for key in inspector.get_foreign_keys(table)},
            "indexes": {index["name"] for index in inspector.get_indexes(table)},
        }
        for table in inspector.get_table_names()
        if table != "alembic_version"
    }


def test_the_migrations_make_what_the_models_say(engine):
    with engine.begin() as connection:
        schema.upgrade(connection)
        assert schema.revision(connection) == schema.HEAD
        assert differences(connection) == []


def test_constraints_have_the_names_that_the_models_give(engine):
    with engine.begin() as connection:
        Base.metadata.create_all(connection)
        modelled = constraints(connection)
        Base.metadata.drop_all(connection)
        schema.upgrade(connection)
        assert constraints(connection) == modelled


def test_every_way_down_is_one_up_again(engine):
    with engine.begin() as connection:
        schema.upgrade(connection)
    with engine.begin() as connection:
        schema.downgrade(connection, "base")
        assert inspect(connection).get_table_names() == ["alembic_version"]
        assert schema.revision(connection) is None
    with engine.begin() as connection:
        schema.upgrade(connection)
        assert differences(connection) == []


def test_a_migration_that_is_rolled_back_leaves_nothing(engine):
    with engine.connect() as connection:
        connection.begin()
        schema.upgrade(connection)
        connection.rollback()
    with engine.connect() as connection:
        assert inspect(connection).get_table_names() == []


def test_the_newest_revision_is_the_one_that_the_code_expects():
    config = Config()
    config.set_main_option("script_location", "migrations")
    assert ScriptDirectory.from_config(config).get_heads() == [schema.HEAD]


def test_a_revision_of_a_newer_code_is_not_known():
    assert schema.is_known(schema.HEAD)
    assert not schema.is_known("9999")
