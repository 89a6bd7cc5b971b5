"""Joins the commands into `dancu` and gives every error its last stop."""

from __future__ import annotations

import sys
from collections import UserDict
from functools import partial
from importlib import import_module
from typing import Annotated, Any, Final

import typer
from typer.core import TyperGroup
from typer.main import get_group

from app.cli import failing

#: Each command, in the order of the help, and where in this room its function or its group is.
PLACES: Final = {
    "serve": "serving.serve",
    "world": "worlds.app",
    "clock": "clocks.app",
    "persona": "personas.app",
    "phone": "phones.app",
    "my": "my.app",
    "card": "cards.app",
    "wallet": "wallets.app",
    "agency": "agencies.app",
    "connection": "connections.app",
    "chip": "chips.app",
    "token": "tokens.token",
    "verify": "verifying.verify",
    "register": "registers.app",
    "event": "events.app",
    "changes": "changes.changes",
    "credit": "credit.app",
    "reconcile": "reconciling.reconcile",
    "extract": "extracting.extract",
    "webhook": "webhooks.app",
    "signin": "signing_in.signin",
    "report": "reports.report",
    "service": "public_services.app",
    "dossier": "dossiers.app",
    "assist": "assisting.app",
    "confirmation": "confirmations.app",
    "house": "houses.app",
    "requests": "requests.requests",
    "scenario": "scenarios.app",
    "class": "classes.app",
    "soap": "soap.app",
    "fees": "fees.fees",
    "quality": "quality.quality",
    "reuse": "governing.reuse",
    "statistics": "governing.statistics",
    "inventory": "governing.inventory",
    "withholding": "governing.withholdings",
    "fault": "faults.app",
    "report-card": "report_cards.app",
    "log": "logs.app",
    "operator-token": "operators.operator_token",
}


class Commands(UserDict[str, Any]):
    """The commands by name; a command's module is imported when that command is asked for.

    A process runs one of them: to read and join them all would be half of a short command's time.
    """

    def __getitem__(self, name: str) -> Any:
        found = super().__getitem__(name)
        if isinstance(found, str):
            found = self.data[name] = _made(name, *found.split("."))
        return found


def _made(name: str, module: str, attribute: str) -> Any:
    found = getattr(import_module(f"app.cli.{module}"), attribute)
    alone = typer.Typer(pretty_exceptions_enable=False, rich_markup_mode="rich")
    if isinstance(found, typer.Typer):
        alone.add_typer(found, name=name)
    else:
        alone.command(name)(found)
    return get_group(alone).commands[name]


class _Program(TyperGroup):
    """The group of all commands, which names them without importing them."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.commands = Commands(PLACES)

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - what is asked of every group
        """Return their names in the order of the help."""
        return list(self.commands)


app = typer.Typer(
    name="dancu",
    cls=_Program,
    help=(
        "A simulated national population database with electronic identity. Nothing in it is real."
        "\n\nStart with `dancu serve`: it makes a world and says how to go on."
    ),
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(version("dancu"))
        raise typer.Exit


@app.callback()
def _options(
    _version_wanted: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Print the version."),
    ] = False,
    _trace: Annotated[
        bool, typer.Option("--trace", help="Show where an unforeseen error comes from.")
    ] = False,
) -> None:
    """Options that go before every command."""


def main() -> None:
    """Run the command of this process's arguments and exit with its status."""
    arguments = sys.argv[1:]
    as_json = "--json" in arguments
    # Typer tells wrong usage itself, in text; a program that asked for JSON gets that of it too.
    run = partial(app, standalone_mode=not as_json)
    sys.exit(failing.guard(run, as_json=as_json, trace="--trace" in arguments))
