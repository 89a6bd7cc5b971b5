"""`dancu world …` on both databases, beside a process that has the worlds open."""

import json
import uuid

import pytest

from app.cli import failing, home
from app.sandbox import worlds as lives


@pytest.fixture
def name(worlds, tiny_spec):
    """The name of a world that this test alone has."""
    name = f"cli-{uuid.uuid4().hex[:8]}"
    lives.create(worlds, name, tiny_spec)
    yield name
    _drop(worlds, name)


@pytest.fixture
def new_name(worlds):
    """A name that is free, and whose world goes when the test ends."""
    name = f"cli-{uuid.uuid4().hex[:8]}"
    yield name
    _drop(worlds, name)


def _drop(worlds, name):
    worlds.release(name)
    if name in worlds.names():
        worlds.store.drop(name)


def test_worlds_are_listed_for_people_and_for_programs(on_worlds, name):
    table = on_worlds("world", "list")
    assert table.status == 0
    assert name in table.out
    (row,) = [each for each in on_worlds("world", "list", "--json").json if each["name"] == name]
    assert (row["size"], row["seed"], row["start_date"]) == (5, 7, "2026-01-01")
    assert row["is_default"] is False


def test_a_world_is_shown_without_its_secret(on_worlds, name):
    shown = on_worlds("world", "show", name, "--json").json
    assert shown["name"] == name
    assert "secret" not in shown
    assert shown["rekeyed"] is False


def test_a_fork_names_its_parent_and_is_another_incarnation(on_worlds, worlds, name, new_name):
    forked = on_worlds("world", "fork", name, new_name, "--json").json
    assert forked["parent"] == name
    assert forked["parent_id"] == worlds.open(name).id
    assert forked["id"] == worlds.open(new_name).id != forked["parent_id"]


def test_a_reset_is_noticed_by_who_has_the_world_open(on_worlds, worlds, name):
    before = worlds.open(name).id
    after = on_worlds("world", "reset", name, "--json").json["id"]
    assert before != after
    worlds.release(name)  # its next look, half a second later, says the same
    assert worlds.open(name).id == after


def test_a_world_is_deleted_only_when_that_is_confirmed(on_worlds, worlds, name):
    asked = on_worlds("world", "delete", name)
    assert asked.status == 1
    assert name in worlds.names()
    done = on_worlds("world", "delete", name, "--yes", "--json")
    assert done.json == {"name": name, "deleted": True}
    assert name not in worlds.names()


def test_deleting_what_is_not_there_asks_nothing(on_worlds):
    asked = on_worlds("world", "delete", "nowhere")
    assert asked.status == failing.FAILED
    assert "for good" not in asked.err


def test_an_export_holds_every_table_and_the_digest_that_show_tells(on_worlds, name, tmp_path):
    exported = on_worlds("world", "export", name, tmp_path / "out", "--json").json
    assert exported["tables"]["citizen"]["rows"] == 5
    assert (
        json.loads((tmp_path / "out" / "world.json").read_text())["digest"] == exported["digest"]
    )
    assert (tmp_path / "out" / "citizen.parquet").is_file()
    told = on_worlds.alone("world", "show", name, "--digest", "--json")
    assert json.loads(told)["digest"] == exported["digest"]


def test_an_export_goes_over_nothing(on_worlds, name, tmp_path):
    (tmp_path / "mine").touch()
    assert on_worlds("world", "export", name, tmp_path).status == failing.FAILED
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_a_world_of_this_version_needs_neither_filling_nor_migration(on_worlds, name):
    assert on_worlds("world", "fill", name, "--json").json == {"name": name, "added": []}
    (migrated,) = on_worlds("world", "migrate", name, "--json").json
    assert migrated["name"] == name


def test_rekeying_and_rotating_change_the_keys(on_worlds, worlds, name):
    assert on_worlds("world", "rekey", name, "--json").json["rekeyed"] is True
    assert on_worlds("world", "rotate-keys", name, "--json").json["key_version"] == 2
    worlds.release(name)
    assert worlds.open(name).facts.secret is not None


def test_an_operator_sets_what_is_named_and_no_more(on_worlds, name):
    set_ = on_worlds("world", "set", name, "--training", "--json").json
    assert (set_["training"], set_["retention_days"]) == (True, 7)
    set_ = on_worlds("world", "set", name, "--retention-days", "0", "--json").json
    assert (set_["training"], set_["retention_days"]) == (True, 0)


def test_a_retention_that_cannot_be_is_told_its_bounds(on_worlds, name):
    asked = on_worlds("world", "set", name, "--retention-days", "-5")
    assert asked.status == failing.FAILED
    assert "0 to 3650" in asked.err
    assert "Integrity" not in asked.err


@pytest.mark.parametrize(
    "reach",
    [{"host": "0.0.0.0"}, {"public_url": "https://dancu.example"}],  # noqa: S104 - nothing listens
)
def test_a_world_made_beside_a_server_that_others_reach_cannot_be_guessed(
    on_worlds, new_name, settings, reach
):
    home.leave_card(settings.model_copy(update=reach))
    try:
        made = on_worlds("world", "create", new_name, "--size", "200", "--json").json
    finally:
        home.take_card(settings)
    assert made["rekeyed"] is True


def test_a_world_made_where_nobody_else_comes_keeps_its_examples_true(on_worlds, new_name):
    made = on_worlds("world", "create", new_name, "--size", "200", "--json").json
    assert made["rekeyed"] is False


@pytest.mark.parametrize(
    ("option", "value", "member"),
    [
        ("--start-date", "2040-01-01", "start_date"),
        ("--size", "10000001", "size"),
        ("--seed", str(2**53), "seed"),
    ],
)
def test_what_no_world_can_be_made_of_is_told(on_worlds, worlds, new_name, option, value, member):
    asked = on_worlds("world", "create", new_name, "--size", "50", option, value, "--json")
    assert asked.status == failing.FAILED
    told = json.loads(asked.err)["error"]
    assert told["code"] == "world-spec-invalid"
    assert f"{member}: from " in told["message"]
    assert new_name not in worlds.names()


@pytest.mark.parametrize(
    ("option", "value"),
    [("--pin-style", "pretty"), ("--size", "0"), ("--seed", "-1"), ("--start-date", "tomorrow")],
)
def test_an_option_that_is_no_such_thing_is_wrong_usage(on_worlds, new_name, option, value):
    asked = on_worlds("world", "create", new_name, option, value)
    assert asked.status == failing.USAGE
    assert option in asked.err


def test_a_name_that_cannot_be_is_told_its_rule(on_worlds, name):
    asked = on_worlds("world", "fork", name, "Not A Name")
    assert asked.status == failing.FAILED
    assert "a–z" in asked.err
