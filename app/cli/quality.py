"""`dancu quality`: how right, complete, clean and live the registry, registers and files are.

The registry and the registers of the world on this machine are counted without a server; a file
of an agency's own is sent to a running one, as the agency's system would.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlencode

import msgspec
import typer

from app.cli import home, tokens, verifying
from app.cli.failing import CommandError
from app.cli.options import Json, SecretOption, ServerOption, WorldOption
from app.cli.remote import Place
from app.cli.telling import Teller
from app.cli.verifying import DEFAULT_CLIENT, Client, Dossier, Officer, Purpose

if TYPE_CHECKING:
    from app.cli.remote import Remote
    from app.exchange.data_quality import Quality, Share

FileArgument = Annotated[
    Path | None,
    typer.Argument(metavar="[FILE.csv]", help="An agency's own file: number and attributes."),
]


@dataclass(frozen=True)
class _Row:
    register: str
    right: str
    complete: str
    clean: str
    live: str
    score: str


class _Share(msgspec.Struct, frozen=True):
    good: int
    of: int
    share: float | None


class _Fault(msgspec.Struct, frozen=True):
    line: int
    column: str
    reason: str


class _FileQuality(msgspec.Struct, frozen=True):
    """What the server says of a file."""

    rows: int
    asked: int
    right: _Share
    complete: _Share
    clean: _Share
    live: _Share
    score: float | None
    outcomes: dict[str, int]
    faults: list[_Fault]
    simulated: bool
    request_id: str
    receipts: list[str]
    leaves: list[Place]


def quality(
    file: FileArgument = None,
    client: Client = DEFAULT_CLIENT,
    purpose: Purpose = None,
    officer: Officer = None,
    dossier: Dossier = None,
    world: WorldOption = None,
    server: ServerOption = None,
    secret: SecretOption = None,
    json: Json = False,
) -> None:
    """Show how right, complete, clean and live the registry and the registers are, or a file.

    A file is CSV with a line of names: `number`, what is claimed (`full_name`, `birth_date` …),
    and `in_force` where not every entry is. Each entry is a verification by the client.
    """
    teller = Teller(as_json=json)
    if file is None:
        _tell_registers(teller, world)
        return
    content = _content(file)
    named = {"officer": officer, "dossier": dossier}
    with tokens.as_system(client, world=world, server=server, secret=secret) as (asked, token):
        query = {
            "purpose": purpose or _purpose(asked, token, client, content),
            **{name: text for name, text in named.items() if text},
        }
        address = f"/v1/data-quality/files?{urlencode(query)}"
        found = asked.upload(address, ("text/csv", content), _FileQuality, token)
    _tell_file(teller, file, found)


def _tell_registers(teller: Teller, world: str | None) -> None:
    from app.exchange import data_quality

    with home.world(world) as opened, opened.session() as session:
        found = data_quality.all_of_them(session, opened.today)
    _rows(teller, [_row(f"{each.title_vi} ({each.register})", each) for each in found], found)


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise CommandError(
            f"{file} cannot be read ({error.strerror})", "Name a CSV file.", code="file-unreadable"
        ) from None


def _purpose(asked: Remote, token: str, client: str, content: bytes) -> str:
    """Return a purpose for which the client may claim what the file's columns say."""
    first = content.decode("utf-8-sig", "replace").partition("\n")[0]
    named = {name.strip() for name in first.replace(";", ",").split(",")}
    claimed = named - {"number", "in_force", "consent"}
    return verifying.usual_purpose(asked, token, client, claimed)


def _tell_file(teller: Teller, file: Path, found: _FileQuality) -> None:
    _rows(teller, [_row(f"{file.name}, {found.rows:,} entries", found)], found)
    teller.say("")
    for outcome, count in found.outcomes.items():
        teller.say(f"{count:>9,}  {outcome}")
    if found.asked < found.rows:
        teller.say(f"{found.rows - found.asked:>9,}  (not asked)")
    for fault in found.faults:
        teller.say(f"line {fault.line}, {fault.column}: {fault.reason}")


def _rows(teller: Teller, rows: list[_Row], whole: object) -> None:
    columns = ("register", "right", "complete", "clean", "live", "score")
    teller.rows(rows, {name: name for name in columns}, none="", whole=whole)


def _row(name: str, each: Quality | _FileQuality) -> _Row:
    return _Row(
        register=name,
        right=_told(each.right),
        complete=_told(each.complete),
        clean=_told(each.clean),
        live=_told(each.live),
        score="–" if each.score is None else f"{each.score:.2%}",
    )


def _told(share: Share | _Share) -> str:
    return "–" if share.share is None else f"{share.share:.2%} of {share.of:,}"
