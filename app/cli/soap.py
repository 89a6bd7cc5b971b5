"""`dancu soap …`: what an existing SOAP client sends, made or sent for a running server."""

from __future__ import annotations

import secrets
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlencode

import typer

from app.cli import home, remote, tokens
from app.cli.failing import CommandError, DamagedError
from app.cli.options import Json, SecretOption, ServerOption, WorldOption
from app.cli.telling import Teller

if TYPE_CHECKING:
    from app.cli.remote import Remote

app = typer.Typer(help="Call the SOAP façade as existing clients do.", no_args_is_help=True)


class What(StrEnum):
    """The two operations."""

    LOOK_UP = "look-up"
    VERIFY = "verify"


Client = Annotated[str, typer.Argument(metavar="CLIENT", help="Client id of a system.")]
Operation = Annotated[
    What, typer.Argument(metavar="OPERATION", help="look-up (037) or verify (003).")
]
Subject = Annotated[
    str,
    typer.Argument(metavar="NUMBER", help="A number of 12 or 9 digits, or a persona's name."),
]
Name = Annotated[str | None, typer.Option("--name", help="Full name. Default: the persona's.")]
BirthDate = Annotated[
    str | None, typer.Option("--birth-date", help="YYYY-MM-DD or YYYY. Default: the persona's.")
]
Officer = Annotated[str, typer.Option("--officer", help="MaCanBo: the official's account.")]
Unit = Annotated[str, typer.Option("--unit", help="MaDonVi: the official's unit.")]
Procedure = Annotated[str, typer.Option("--procedure", help="MaDVC: the public service's code.")]
RequestCode = Annotated[
    str | None, typer.Option("--request-code", help="MaYeuCau. Default: a random one.")
]
Purpose = Annotated[
    str | None, typer.Option("--purpose", help="For agencies that have several: in the address.")
]


@app.command()
def headers(
    client: Client,
    world: WorldOption = None,
    server: ServerOption = None,
    secret: SecretOption = None,
    json: Json = False,
) -> None:
    """Print the headers for one call: curl -H @- takes them.

    They hold for five minutes, and once. The secret is worked out from the world on this machine.
    """
    with remote.connect(server, world) as asked:
        made = _headers(asked, client, world, secret)
    tokens.tell_headers(Teller(as_json=json), made)


@app.command()
def request(
    operation: Operation,
    subject: Subject,
    name: Name = None,
    birth_date: BirthDate = None,
    officer: Officer = "",
    unit: Unit = "",
    procedure: Procedure = "",
    request_code: RequestCode = None,
    world: WorldOption = None,
    json: Json = False,
) -> None:
    """Print the envelope of a request."""
    number, full_name, born = _subject(subject, name, birth_date, world)
    said = (request_code or _code(), procedure, officer, unit)
    _tell(_envelope(operation, said, number, full_name, born), as_json=json)


@app.command()
def call(
    client: Client,
    operation: Operation,
    subject: Subject,
    name: Name = None,
    birth_date: BirthDate = None,
    officer: Officer = "",
    unit: Unit = "",
    procedure: Procedure = "",
    request_code: RequestCode = None,
    purpose: Purpose = None,
    world: WorldOption = None,
    server: ServerOption = None,
    secret: SecretOption = None,
    json: Json = False,
) -> None:
    """Call a running server, and print the envelope that it answers; exits with 1 for a Fault."""
    from app.api.soap_faults import ADDRESS

    number, full_name, born = _subject(subject, name, birth_date, world)
    said = (request_code or _code(), procedure, officer, unit)
    body = _envelope(operation, said, number, full_name, born)
    with remote.connect(server, world) as asked:
        made = _headers(asked, client, world, secret)
        address = ADDRESS + (f"?{urlencode({'purpose': purpose})}" if purpose else "")
        is_well, answer = asked.exchange(address, body, made)
    _tell(answer, as_json=json)
    if not is_well:
        raise DamagedError


def _tell(envelope: bytes, *, as_json: bool) -> None:
    text = envelope.decode()
    Teller(as_json=as_json).text({"envelope": text}, [text])


def _headers(asked: Remote, client: str, world: str | None, secret: str | None) -> dict[str, str]:
    from app.api.soap_faults import ADDRESS
    from app.exchange import header_hashes
    from app.platform import clock

    timestamp = str(int(clock.now().timestamp() * 1_000))
    address = asked.metadata.issuer + ADDRESS
    known = secret or _secret(client, world)
    return {
        "Authorization": header_hashes.made(address, client, timestamp, known),
        "Timestamp": timestamp,
        "SOAPAction": '""',
        "Content-Type": "text/xml; charset=utf-8",
    }


def _secret(client: str, world: str | None) -> str:
    from app.exchange import credentials, header_hashes

    with home.world(world) as opened:
        caller = tokens.find(opened, client)
        if caller.auth_method != header_hashes.METHOD:
            raise CommandError(
                f"{client} signs assertions and has no secret to call SOAP with",
                "Take a system that has one: `dancu agency list`.",
                code="client-without-secret",
            )
        return credentials.client_secret(opened, client, caller.credential_version)


def _envelope(
    operation: What, said: tuple[str, str, str, str], number: str, name: str, born: str
) -> bytes:
    from app.api import soap_requests
    from app.matching import dates

    kind = soap_requests.LOOK_UP if operation is What.LOOK_UP else soap_requests.VERIFY
    try:
        birth_date = dates.parse(born)
    except ValueError as error:
        raise CommandError(
            f"{born} is no birth date ({error})",
            "Write --birth-date as YYYY-MM-DD or YYYY.",
            code="birth-date-unreadable",
        ) from None
    code, procedure, officer, unit = said
    return soap_requests.written(
        soap_requests.Asked(
            operation=kind,
            request_code=code,
            procedure=procedure,
            officer=officer,
            unit=unit,
            number=number,
            full_name=name.upper(),
            birth_date=birth_date,
        )
    )


def _subject(
    subject: str, name: str | None, birth_date: str | None, world: str | None
) -> tuple[str, str, str]:
    """Return number, full name and birth date: those given, else those of the persona."""
    if subject.isdigit():
        if not (name and birth_date and len(subject) in (9, 12)):
            raise CommandError(
                "a call names a number of 9 or 12 digits, the full name and the birth date",
                "Add --name and --birth-date, or name a persona.",
                code="nothing-claimed",
            )
        return subject, name, birth_date
    from app.sandbox import personas

    with home.world(world) as opened, opened.session() as session:
        persona = personas.find(session, subject)
    return persona.pin, name or persona.full_name, birth_date or persona.birth_date.isoformat()


def _code() -> str:
    return f"YC-{secrets.token_hex(8)}"
