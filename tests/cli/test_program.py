"""The command as a whole: quick to help, clear when asked wrongly, quiet with --json."""

import json
import os
import subprocess
import sys
from importlib.metadata import version

import pytest
from typer.main import get_command

from app.cli import failing
from app.cli.program import app
from app.platform import errors

HEAVY = ("numpy", "polars", "pyarrow", "PIL", "fastapi", "uvicorn", "sqlalchemy", "pydantic")

#: What a server loads once it listens: frameworks of routes and pages, the other rooms' tables.
NOT_FOR_THE_DOOR = {
    *("fastapi", "starlette.middleware.cors", "jinja2", "rich", "prometheus_client"),
    *("PIL", "segno", "numpy", "polars", "pyarrow", "rapidfuzz"),
    *("jwt", "joserfc", "cryptography.x509", "sqlalchemy.dialects.postgresql"),
    *("app.api.routes", "app.api.sweeps", "app.web.pages", "app.cli.banner"),
    *("app.registry.models", "app.sectors.models", "app.identity.models", "app.signin.models"),
    *("app.sandbox.models", "app.sandbox.worlds", "seed.generate"),
}


def _commands(command, path=()):
    for name, child in getattr(command, "commands", {}).items():
        if getattr(child, "commands", None):
            yield from _commands(child, (*path, name))
        else:
            yield pytest.param(child, id=" ".join((*path, name)))


COMMANDS = list(_commands(get_command(app)))


def test_help_loads_nothing_that_is_heavy():
    code = "import sys, app.cli; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert {*done.stdout.split()} & {*HEAVY} == set()


@pytest.mark.parametrize(
    "command", ["world list", "persona list", "persona find --age 13", "agency list", "requests"]
)
def test_a_list_loads_nothing_that_it_does_not_need(on_worlds, world, command):
    code = (
        "import sys; from app.cli import main\n"
        "try: main()\n"
        "except SystemExit: print('loaded', *sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *command.split()],
        env={**os.environ, **on_worlds.environment, "DANCU_DEFAULT_WORLD": world.name},
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = done.stdout[done.stdout.index("loaded ") :].split()
    needed = {"sqlalchemy", "pydantic", "rich"}
    assert needed & {*loaded}
    assert {*loaded} & ({*HEAVY} - needed) == set()


def test_a_server_listens_before_it_loads_what_its_door_does_not_need(on_worlds, world):
    """Health and the usual verification are answered by then; all the rest comes beside."""
    code = (
        "import sys; from app import main; from app.cli import program\n"
        "def listen(settings, on_ready):\n"
        "    main.create_app(settings); print('loaded', *sys.modules)\n"
        "main.serve = listen; program.main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "serve", "--port", "0"],
        env={**os.environ, **on_worlds.environment, "DANCU_DEFAULT_WORLD": world.name},
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = {*done.stdout[done.stdout.index("loaded ") :].split()}
    assert {"uvicorn", "app.api.hot"} <= loaded
    if world.dialect == "postgresql":
        loaded.discard("sqlalchemy.dialects.postgresql")
    assert loaded & NOT_FOR_THE_DOOR == set()


def test_the_installed_command_says_its_version(run):
    assert run("--version").out.strip() == version("dancu")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_takes_json_and_says_what_it_does(command):
    options = {option for each in command.params for option in each.opts}
    assert "--json" in options
    assert command.help


@pytest.mark.parametrize("command", COMMANDS)
def test_every_option_that_is_not_self_evident_says_what_it_is_for(command):
    silent = [each.name for each in command.params if not getattr(each, "help", None)]
    assert silent == []


def test_without_arguments_it_shows_how_it_is_used(run):
    shown = run()
    assert "Usage:" in shown.out + shown.err


def test_an_unknown_command_is_wrong_usage(run):
    asked = run("wrold")
    assert asked.status == failing.USAGE
    assert asked.out == ""
    assert "No such command" in asked.err


def test_a_wrong_setting_names_the_variable(run):
    asked = run("world", "list", DANCU_PORT="eighty")
    assert asked.status == failing.USAGE
    assert "DANCU_PORT" in asked.err
    assert "Traceback" not in asked.err


def test_an_error_is_told_with_its_next_step(run, tmp_path):
    asked = run("world", "show", "nowhere", DANCU_HOME=tmp_path)
    assert asked.status == failing.FAILED
    assert asked.out == ""
    assert asked.err.startswith("Error: ")
    assert "\nCode:  world-unknown\n" in asked.err
    assert "\nNext:  " in asked.err
    assert "dancu world list" in asked.err


def test_an_error_is_an_object_on_standard_error_with_json(run, tmp_path):
    asked = run("world", "show", "nowhere", "--json", DANCU_HOME=tmp_path)
    assert asked.status == failing.FAILED
    assert asked.out == ""
    told = json.loads(asked.err)["error"]
    assert told["code"] == "world-unknown"
    assert told["next"] == errors.CATALOGUE["world-unknown"].next_en


def test_a_home_that_cannot_be_written_is_told_with_its_path(run, tmp_path):
    (tmp_path / "file").touch()
    asked = run("world", "list", DANCU_HOME=tmp_path / "file")
    assert asked.status == failing.FAILED
    assert str(tmp_path / "file") in asked.err
    assert "Traceback" not in asked.err


def _raise():
    raise RuntimeError("out of the blue")


def test_what_nobody_foresaw_is_told_without_a_traceback(capfd):
    assert failing.guard(_raise, as_json=False, trace=False) == failing.FAILED
    said = capfd.readouterr().err
    assert "RuntimeError: out of the blue" in said
    assert "--trace" in said
    assert "Traceback" not in said


def test_where_it_came_from_is_shown_on_request(capfd):
    assert failing.guard(_raise, as_json=False, trace=True) == failing.FAILED
    assert "Traceback" in capfd.readouterr().err


@pytest.mark.parametrize(
    "arguments", [("wrold",), ("world", "create"), ("world", "create", "x", "--size", "many")]
)
def test_wrong_usage_is_an_object_too_with_json(run, arguments):
    asked = run(*arguments, "--json")
    assert (asked.status, asked.out) == (failing.USAGE, "")
    told = json.loads(asked.err)["error"]
    assert told["code"] == "usage-wrong"
    assert "--help" in told["next"]


def test_with_json_nothing_is_asked(run, tmp_path):
    asked = run("world", "create", "mine", "--size", "5", "--json", DANCU_HOME=tmp_path)
    assert asked.status == 0
    asked = run("world", "delete", "mine", "--json", DANCU_HOME=tmp_path)
    assert asked.status == failing.USAGE
    assert json.loads(asked.err)["error"]["code"] == "confirmation-needed"
    assert list((tmp_path / "locks").iterdir()) == []
    assert run("world", "delete", "mine", "--json", "--yes", DANCU_HOME=tmp_path).status == 0
    assert run("world", "delete", "mine", "--yes", DANCU_HOME=tmp_path).status == failing.FAILED
    assert list((tmp_path / "locks").iterdir()) == []
