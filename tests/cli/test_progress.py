"""What takes over a second in a large world shows somebody at a terminal how far it is."""

import io
import sys
import uuid

import pytest


class Terminal(io.StringIO):
    def isatty(self):
        return True


@pytest.fixture
def at_terminal(on_worlds, monkeypatch, world):
    """Runs a command, which must succeed, for somebody at a terminal; gives what they saw."""

    def call(*arguments):
        terminal = Terminal()
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stderr", terminal)
            patch.setenv("TERM", "xterm")
            ran = on_worlds(*arguments, DANCU_DEFAULT_WORLD=world.name)
        assert ran.status == 0, terminal.getvalue()
        return terminal.getvalue()

    return call


@pytest.fixture
def new_name(worlds):
    name = f"bar-{uuid.uuid4().hex[:8]}"
    yield name
    worlds.release(name)
    if name in worlds.names():
        worlds.store.drop(name)


@pytest.mark.parametrize(
    "told",
    [
        ("report", "Counting: done"),
        ("world show {world} --digest", "Reading {world}: all tables"),
        ("world export {world} {folder}/rows", "Writing {world}: all tables"),
        ("world fork {world} {new}", "Copying {world}: done"),
        ("world fill {world}", "Filling {world}: all parts"),
        ("world migrate {world}", "Migrating: every world"),
        ("log verify", "Verifying the log: leaves"),
        ("log export {folder}/log.jsonl", "Writing the log: leaves"),
    ],
)
def test_a_bar_is_drawn_to_its_end(at_terminal, world, new_name, tmp_path, told):
    command, title = (
        text.format(world=world.name, new=new_name, folder=tmp_path) for text in told
    )
    seen = at_terminal(*command.split())
    assert title in seen
    assert "100%" in seen


def test_an_exported_log_is_verified_with_a_bar(at_terminal, tmp_path):
    file = tmp_path / "log.jsonl"
    at_terminal("log", "export", file)
    seen = at_terminal("log", "verify", "--file", file)
    assert "Verifying the log: leaves" in seen
    assert "100%" in seen
