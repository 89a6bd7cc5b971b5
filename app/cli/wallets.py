"""`dancu wallet …`: the documents on a citizen's simulated phone, and showing them to systems.

Acts on a server that is running, with the operator's token of this home folder; a system that is
shown something is one of its agencies, with the secret that is worked out on this machine.
"""

from __future__ import annotations

import datetime as dt
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import msgspec
import typer

from app.cli import home, remote
from app.cli.held_phones import Who
from app.cli.options import Json, ServerOption, WorldOption
from app.cli.telling import Teller

if TYPE_CHECKING:
    from collections.abc import Iterator

_T = TypeVar("_T")

app = typer.Typer(help="Hold the wallet on a citizen's phone.", no_args_is_help=True)

Kind = Annotated[str, typer.Argument(metavar="KIND", help="driver-licence, residence, …")]
DocumentId = Annotated[
    int, typer.Argument(metavar="DOCUMENT", help="Its id: `dancu wallet show`.")
]
Claims = Annotated[
    list[str],
    typer.Option("--claim", "-c", metavar="NAME", help="A claim; say it again for more."),
]
Client = Annotated[
    str, typer.Option("--client", metavar="ID", help="The system that is shown it.")
]
Purpose = Annotated[
    str, typer.Option("--purpose", metavar="NAME", help="What for: a purpose of its grants.")
]


class _Event(msgspec.Struct, frozen=True, kw_only=True):
    kind: str
    reason: str | None
    happened_on: dt.date


class _Document(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    kind: str
    number: str
    title_vi: str
    title_en: str
    claims: dict[str, Any]
    expires_on: dt.date | None
    state: str
    reason: str | None
    history: list[_Event]


class _Text(msgspec.Struct, frozen=True, kw_only=True):
    text: str


class _Shared(msgspec.Struct, frozen=True, kw_only=True):
    code: str
    qr_text: str
    document: str
    claims: list[str]
    expires_at: dt.datetime


class _Offered(msgspec.Struct, frozen=True, kw_only=True):
    uri: str
    credential_offer: dict[str, Any]
    tx_code: str | None
    expires_at: dt.datetime


class _Request(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    nonce: str
    audience: str


class _Checks(msgspec.Struct, frozen=True, kw_only=True):
    passed: list[str]
    failed: str | None
    detail: str | None


class _Shown(msgspec.Struct, frozen=True, kw_only=True):
    outcome: str
    document: str | None
    claims: dict[str, Any] | None
    receipt: str
    checks: _Checks | None = None


class _Wallet:
    """One wallet of a running server."""

    def __init__(self, server: remote.Remote, token: str, who: str) -> None:
        self.server, self.token = server, token
        self.path = f"/control/v1/phones/{who}/wallet"

    def post(self, path: str, body: object, as_type: type[_T]) -> _T:
        return self.server.post(f"{self.path}{path}", body, as_type, self.token)


@contextmanager
def _wallet(who: str, server: str | None, world: str | None) -> Iterator[_Wallet]:
    from app.sandbox import operator

    token = operator.token(home.settings().home)
    with remote.connect(server, world) as connected:
        yield _Wallet(connected, token, who)


@app.command()
def show(
    who: Who, server: ServerOption = None, world: WorldOption = None, json: Json = False
) -> None:
    """List the documents of a wallet, with their states."""
    with _wallet(who, server, world) as wallet:
        found = wallet.server.get(wallet.path, list[_Document], wallet.token)
    columns = {
        "id": "id",
        "kind": "kind",
        "number": "number",
        "state": "state",
        "why": "reason",
        "good until": "expires_on",
    }
    Teller(as_json=json).rows(found, columns, none="The wallet is empty.")


@app.command()
def add(
    who: Who,
    kind: Kind,
    number: Annotated[
        str | None, typer.Option("--number", metavar="TEXT", help="Which, if there are several.")
    ] = None,
    server: ServerOption = None,
    world: WorldOption = None,
    json: Json = False,
) -> None:
    """Ask for a document: its source is checked, and it is integrated or refused."""
    asked = {"kind": kind} | ({} if number is None else {"number": number})
    with _wallet(who, server, world) as wallet:
        _tell(wallet.post("", asked, _Document), as_json=json)


@app.command()
def refresh(
    who: Who,
    document: DocumentId,
    server: ServerOption = None,
    world: WorldOption = None,
    json: Json = False,
) -> None:
    """Ask a document's source again."""
    with _wallet(who, server, world) as wallet:
        _tell(wallet.post(f"/{document}/refresh", {}, _Document), as_json=json)


@app.command()
def credential(
    who: Who,
    document: DocumentId,
    server: ServerOption = None,
    world: WorldOption = None,
    json: Json = False,
) -> None:
    """Print the credential that the phone keeps of a document (SD-JWT VC)."""
    with _wallet(who, server, world) as wallet:
        text = wallet.post(f"/{document}/credential", {}, _Text)
    Teller(as_json=json).text(text, [text.text])


@app.command()
def present(
    who: Who,
    kind: Kind,
    claim: Claims,
    client: Client = "bca",
    purpose: Purpose = "linked-procedures",
    server: ServerOption = None,
    world: WorldOption = None,
    json: Json = False,
) -> None:
    """Have a system ask, the phone show, and the system verify what it is shown."""
    from app.cli import tokens

    with _wallet(who, server, world) as wallet:
        token = tokens.obtain(wallet.server, client, world=world, secret=None).access_token
        asked = {"documents": [kind], "claims": claim, "purpose": purpose}
        request = wallet.server.post("/v1/presentation-requests", asked, _Request, token)
        made = wallet.post(
            "/presentations",
            {
                "documents": [kind],
                "claims": claim,
                "nonce": request.nonce,
                "audience": request.audience,
            },
            _Text,
        )
        shown = {"request": request.id, "presentation": made.text}
        _tell_shown(wallet.server.post("/v1/presentations", shown, _Shown, token), as_json=json)


@app.command()
def share(
    who: Who,
    document: DocumentId,
    claim: Claims,
    server: ServerOption = None,
    world: WorldOption = None,
    json: Json = False,
) -> None:
    """Make a code, and its QR code, for a clerk at a counter: once, for a minute."""
    with _wallet(who, server, world) as wallet:
        made = wallet.post(f"/{document}/share-codes", {"claims": claim}, _Shared)
    teller = Teller(as_json=json)
    if not json:
        import segno

        segno.make_qr(made.qr_text, error="m").terminal(compact=True)
    teller.record(made, {"code": made.code, "shows": ", ".join(made.claims)})


@app.command()
def redeem(
    code: Annotated[str, typer.Argument(metavar="CODE", help="What the holder shows.")],
    client: Client = "bca",
    purpose: Purpose = "linked-procedures",
    server: ServerOption = None,
    world: WorldOption = None,
    json: Json = False,
) -> None:
    """See, as the clerk, what a share code shows."""
    from app.cli import tokens

    with tokens.as_system(client, world=world, server=server, secret=None) as (asked, token):
        body = {"code": code, "purpose": purpose}
        shown = asked.post("/v1/share-codes/redemptions", body, _Shown, token)
    _tell_shown(shown, as_json=json)


@app.command()
def offer(
    who: Who,
    document: DocumentId,
    server: ServerOption = None,
    world: WorldOption = None,
    json: Json = False,
) -> None:
    """Offer a document to another wallet (OpenID4VCI): print the address it opens."""
    with _wallet(who, server, world) as wallet:
        made = wallet.post(f"/{document}/offers", {}, _Offered)
    Teller(as_json=json).record(made, {"open": made.uri, "until": made.expires_at})


def _tell(document: _Document, *, as_json: bool) -> None:
    lines: dict[str, object] = {
        "document": f"{document.id}: {document.title_en}",
        "number": document.number,
        "state": document.state,
    }
    if document.reason is not None:
        lines["why"] = document.reason
    Teller(as_json=as_json).record(document, lines | document.claims)


def _tell_shown(shown: _Shown, *, as_json: bool) -> None:
    lines: dict[str, object] = {"outcome": shown.outcome, "document": shown.document or "–"}
    if shown.checks is not None:
        lines["checks passed"] = ", ".join(shown.checks.passed)
        if shown.checks.failed is not None:
            lines["failed"] = f"{shown.checks.failed}: {shown.checks.detail}"
    Teller(as_json=as_json).record(shown, lines | (shown.claims or {}))
