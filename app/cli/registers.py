"""`dancu register`: yes/no questions to registers of others, put to a running server."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import msgspec
import typer

from app.cli import home, tokens, verifying
from app.cli.failing import CommandError, DamagedError
from app.cli.options import Json, SecretOption, ServerOption, WorldOption
from app.cli.remote import Place
from app.cli.telling import Teller
from app.cli.verifying import Client, Consent, Dossier, Officer, Purpose, Subject

app = typer.Typer(help="Ask registers of others yes/no questions.", no_args_is_help=True)

_ADDRESS = "/v1/register-verifications"

Claim = Annotated[str, typer.Argument(metavar="CLAIM", help="See `dancu register list`.")]
Named = Annotated[
    list[str] | None,
    typer.Option("--claim", "-c", metavar="NAME=VALUE", help="What is claimed; may be repeated."),
]


class _Answer(msgspec.Struct, frozen=True):
    outcome: str
    reason: str | None
    simulated: bool
    request_id: str
    receipt: str
    leaf: Place


class _Verified(msgspec.Struct, frozen=True):
    """What `verify` says with `--json`."""

    claim: str
    number: str
    claims: dict[str, str]
    purpose: str
    client: str
    answer: _Answer
    receipt_holds: bool
    receipt_fault: str | None


@dataclass(frozen=True)
class _Line:
    name: str
    claims: str
    label: str
    register: str


@app.command(name="list")
def list_(json: Json = False) -> None:
    """List what may be asked, and what each question names besides the number."""
    from app.exchange import register_claim

    known = register_claim.all_of_them().values()
    lines = [
        _Line(
            each.name,
            " ".join(one.name if one.required else f"[{one.name}]" for one in each.named),
            each.label_en,
            each.register,
        )
        for each in known
    ]
    headings = {"claim": "name", "names": "claims", "what": "label", "register": "register"}
    teller = Teller(as_json=json)
    teller.rows(lines, headings, none="")


@app.command()
def verify(
    claim: Claim,
    subject: Subject,
    said: Named = None,
    client: Client = verifying.DEFAULT_CLIENT,
    purpose: Purpose = None,
    officer: Officer = None,
    dossier: Dossier = None,
    consent: Consent = None,
    world: WorldOption = None,
    server: ServerOption = None,
    secret: SecretOption = None,
    json: Json = False,
) -> None:
    """Ask a register whether a claim holds, as an agency's system does, and check the receipt.

    Talks to a running server. Exits with 1 if the receipt does not hold.
    """
    claims = dict(map(_pair, said or ()))
    number = home.number_of(subject, world)
    named = verifying.said_of({"officer": officer, "dossier": dossier, "consent": consent})
    field = claim.replace("-", "_")
    with tokens.as_system(client, world=world, server=server, secret=secret) as (asked, token):
        what_for = purpose or verifying.usual_purpose(
            asked, token, client, (field,), "register-verification"
        )
        question: dict[str, Any] = {"number": number, "purpose": what_for, **named}
        body = question | ({"claims": claims} if claims else {})
        answer = asked.post(f"{_ADDRESS}/{claim}", body, _Answer, token)
        fault = verifying.receipt_fault(asked, answer.receipt)
    holds = fault is None
    verified = _Verified(claim, number, claims, what_for, client, answer, holds, fault)
    _tell(Teller(as_json=json), verified)
    if fault is not None:
        raise DamagedError


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name and equals and value):
        raise CommandError(
            f"{text!r} claims nothing",
            "Write --claim NAME=VALUE: `dancu register list` has the names.",
            code="nothing-claimed",
        )
    return name, value


def _tell(teller: Teller, verified: _Verified) -> None:
    answer = verified.answer
    teller.record(
        verified,
        {
            "outcome": answer.outcome,
            "reason": answer.reason or "(not told to this system)",
            "asked by": f"{verified.client}, for {verified.purpose}",
            "receipt": verifying.receipt_line(answer.leaf, verified.receipt_fault),
            "request": answer.request_id,
        },
    )
