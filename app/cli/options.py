"""Options that several commands take, each written once."""

from __future__ import annotations

from typing import Annotated

import typer

Json = Annotated[bool, typer.Option("--json", help="Print JSON and nothing else.")]
WorldOption = Annotated[
    str | None,
    typer.Option("--world", "-w", metavar="NAME", help="The world. Default: the default world."),
]
WorldArgument = Annotated[str, typer.Argument(metavar="NAME", help="The world's name.")]
ServerOption = Annotated[
    str | None,
    typer.Option(
        "--server",
        metavar="URL",
        envvar="DANCU_SERVER",
        help="The server to talk to. Default: the one running on this home folder.",
    ),
]
SecretOption = Annotated[
    str | None,
    typer.Option(
        "--secret",
        metavar="SECRET",
        envvar="DANCU_CLIENT_SECRET",
        help="The client secret. Default: worked out from the world on this machine.",
    ),
]
