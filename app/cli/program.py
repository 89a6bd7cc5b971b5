"""Joins the commands into `dancu` and gives every error its last stop."""

from __future__ import annotations

import sys
from functools import partial
from typing import Annotated

import typer

from app.cli import (
    agencies,
    assisting,
    cards,
    changes,
    chips,
    classes,
    clocks,
    confirmations,
    connections,
    credit,
    dossiers,
    events,
    extracting,
    failing,
    faults,
    fees,
    governing,
    houses,
    logs,
    my,
    operators,
    personas,
    phone_consents,
    phones,
    public_services,
    quality,
    reconciling,
    registers,
    report_cards,
    reports,
    requests,
    scenarios,
    serving,
    signing_in,
    soap,
    tokens,
    verifying,
    wallets,
    webhooks,
    worlds,
)

app = typer.Typer(
    name="dancu",
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
app.command("serve")(serving.serve)
app.add_typer(worlds.app, name="world")
app.add_typer(clocks.app, name="clock")
app.add_typer(personas.app, name="persona")
phone_consents.add(phones.app)
app.add_typer(phones.app, name="phone")
app.add_typer(my.app, name="my")
app.add_typer(cards.app, name="card")
app.add_typer(wallets.app, name="wallet")
app.add_typer(agencies.app, name="agency")
app.add_typer(connections.app, name="connection")
app.add_typer(chips.app, name="chip")
app.command("token")(tokens.token)
app.command("verify")(verifying.verify)
app.add_typer(registers.app, name="register")
app.add_typer(events.app, name="event")
app.command("changes")(changes.changes)
app.add_typer(credit.app, name="credit")
app.command("reconcile")(reconciling.reconcile)
app.command("extract")(extracting.extract)
app.add_typer(webhooks.app, name="webhook")
app.command("signin")(signing_in.signin)
app.command("report")(reports.report)
app.add_typer(public_services.app, name="service")
app.add_typer(dossiers.app, name="dossier")
app.add_typer(assisting.app, name="assist")
app.add_typer(confirmations.app, name="confirmation")
app.add_typer(houses.app, name="house")
app.command("requests")(requests.requests)
app.add_typer(scenarios.app, name="scenario")
app.add_typer(classes.app, name="class")
app.add_typer(soap.app, name="soap")
app.command("fees")(fees.fees)
app.command("quality")(quality.quality)
app.command("reuse")(governing.reuse)
app.command("statistics")(governing.statistics)
app.command("inventory")(governing.inventory)
app.add_typer(governing.withholdings, name="withholding")
app.add_typer(faults.app, name="fault")
app.add_typer(report_cards.app, name="report-card")
app.add_typer(logs.app, name="log")
app.command("operator-token")(operators.operator_token)


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
