"""`dancu assist …`: a clerk at a counter submits a dossier for a citizen, who agrees by phone."""

from __future__ import annotations

from typing import Annotated

import msgspec
import typer

from app.cli import dossiers, tokens
from app.cli.dossiers import Answers
from app.cli.options import Json, SecretOption, ServerOption, WorldOption
from app.cli.telling import Teller

app = typer.Typer(help="Help a citizen at a counter with a dossier.", no_args_is_help=True)

Client = Annotated[str, typer.Option("--client", metavar="CLIENT", help="The counter's system.")]
Officer = Annotated[str, typer.Option("--officer", help="The clerk's account.")]
Number = Annotated[str, typer.Argument(metavar="NUMBER", help="The citizen's number.")]


class _Asked(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    expires_at: str


@app.command("ask")
def ask(
    number: Number,
    service: Annotated[str, typer.Argument(metavar="SERVICE", help="See `dancu service list`.")],
    client: Client = "vnpost",
    officer: Officer = "dancu",
    world: WorldOption = None,
    server: ServerOption = None,
    secret: SecretOption = None,
    json: Json = False,
) -> None:
    """Put the question on the citizen's phone; whether anybody has the number is not told."""
    said = {"number": number, "service": service, "officer": officer}
    with tokens.as_system(client, world=world, server=server, secret=secret) as (at, token):
        got = at.post("/v1/assistance", said, _Asked, token)
    next_ = "Accepted on the phone (dancu phone approve), submit it: dancu assist submit"
    Teller(as_json=json).text(got, [f"{got.id}, until {got.expires_at}", next_])


@app.command("submit")
def submit(
    question: Annotated[str, typer.Argument(metavar="QUESTION", help="Its id.")],
    number: Number,
    answer: Answers = None,
    client: Client = "vnpost",
    officer: Officer = "dancu",
    world: WorldOption = None,
    server: ServerOption = None,
    secret: SecretOption = None,
    json: Json = False,
) -> None:
    """Submit for a citizen who has agreed: once, and the dossier says who has acted."""
    said = {"number": number, "officer": officer, "answers": dossiers.read(answer)}
    with tokens.as_system(client, world=world, server=server, secret=secret) as (at, token):
        got = at.post(f"/v1/assistance/{question}/dossier", said, dossiers.Answer, token)
    dossiers.tell(Teller(as_json=json), got)
