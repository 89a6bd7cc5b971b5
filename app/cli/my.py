"""`dancu my …`: what concerns a citizen, who is signed in at the portal for it without a page.

Talks to a running server whose home folder is this one, as the portal's system (`vpcp`) does.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlencode

import msgspec
import typer

from app.cli import credit, home, openings, signing_in
from app.cli.failing import USAGE, CommandError
from app.cli.options import Json, ServerOption, WorldOption
from app.cli.phone_consents import COLUMNS, Consent, ConsentId, lines
from app.cli.signing_in import Who
from app.cli.telling import Teller

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from app.cli.remote import Remote

#: The system through which citizens see and change what concerns them.
_PORTAL = "vpcp"
_READ, _WRITE = "openid my.read", "openid my.read my.write"
#: How often, and how far apart, a proof is asked for that no checkpoint covers yet.
_TRIES, _RETRY_SECONDS = 12, 0.25

app = typer.Typer(help="See what concerns a citizen, as they do.", no_args_is_help=True)

Ward = Annotated[
    str | None, typer.Option("--ward", metavar="NUMBER", help="Of their child or ward instead.")
]


class _Consents(msgspec.Struct, frozen=True, kw_only=True):
    items: list[Consent]


class _Field(msgspec.Struct, frozen=True, kw_only=True):
    field: str
    value: Any
    supplied_by: str | None
    source: str | None
    on: str | None


class _Data(msgspec.Struct, frozen=True, kw_only=True):
    fields: list[_Field]
    registers: list[Any]


class _Request(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    agency: str
    right: str
    said: str
    state: str
    overdue: bool
    acknowledge_by: str | None
    due_on: str
    answer: str | None


class _Requests(msgspec.Struct, frozen=True, kw_only=True):
    items: list[_Request]


_REQUEST = {
    "request": "id",
    "agency": "agency",
    "right": "right",
    "is": "state",
    "late": "overdue",
    "heard by": "acknowledge_by",
    "done by": "due_on",
    "answer": "answer",
}


class _Look(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    kind: str
    outcome: str
    on: str
    at: str
    agency: str
    agency_name_en: str
    unit: str
    purpose: str
    legal_basis: str
    fields: list[str]
    among: int | None
    seq: int


class _Looks(msgspec.Struct, frozen=True, kw_only=True):
    items: list[_Look]


@app.command()
def consents(
    who: Who,
    ward: Ward = None,
    server: ServerOption = None,
    world: WorldOption = None,
    json: Json = False,
) -> None:
    """Show all that agencies were allowed, asked for or refused."""
    with _at_portal(who, _READ, server, world) as (asked, token):
        found = asked.get(f"/v1/my/consents{_query(ward)}", _Consents, token).items
    Teller(as_json=json).rows(found, COLUMNS, none="Nobody has asked for consent.")


@app.command()
def withdraw(
    who: Who,
    consent_id: ConsentId,
    ward: Ward = None,
    server: ServerOption = None,
    world: WorldOption = None,
    json: Json = False,
) -> None:
    """Withdraw a consent: it counts no more from the next question on."""
    path = f"/v1/my/consents/{consent_id}/withdrawal{_query(ward)}"
    with _at_portal(who, _WRITE, server, world) as (asked, token):
        gone = asked.post(path, {}, Consent, token)
    Teller(as_json=json).record(gone, lines(gone))


@app.command()
def data(
    who: Who,
    ward: Ward = None,
    server: ServerOption = None,
    world: WorldOption = None,
    json: Json = False,
) -> None:
    """Show what the registry holds about somebody, and who supplied it."""
    with _at_portal(who, _READ, server, world) as (asked, token):
        found = asked.get(f"/v1/my/data{_query(ward)}", _Data, token)
    columns = {"field": "field", "is": "value", "from": "supplied_by", "by": "source", "on": "on"}
    rows = [each for each in found.fields if each.value is not None]
    Teller(as_json=json).rows(rows, columns, none="", whole=found)


@app.command()
def objections(
    who: Who,
    ward: Ward = None,
    server: ServerOption = None,
    world: WorldOption = None,
    json: Json = False,
) -> None:
    """Show what agencies were asked to do with somebody's data, and whether they are late."""
    with _at_portal(who, _READ, server, world) as (asked, token):
        found = asked.get(f"/v1/my/objections{_query(ward)}", _Requests, token).items
    Teller(as_json=json).rows(found, _REQUEST, none="Nothing was asked.")


@app.command("object")
def object_(
    who: Who,
    agency: Annotated[str, typer.Argument(metavar="AGENCY", help="Its name: vietcombank, …")],
    said: Annotated[str, typer.Option("--said", metavar="TEXT", help="In one's own words.")],
    right: Annotated[
        str,
        typer.Option(
            "--right", metavar="NAME", help="access, correction, erasure, restriction, objection."
        ),
    ] = "objection",
    ward: Ward = None,
    server: ServerOption = None,
    world: WorldOption = None,
    json: Json = False,
) -> None:
    """Object to what an agency does with somebody's data, or ask it for something by law."""
    body = {"agency": agency, "said": said, "right": right}
    with _at_portal(who, _WRITE, server, world) as (asked, token):
        made = asked.post(f"/v1/my/objections{_query(ward)}", body, _Request, token)
    _tell(made, as_json=json)


@app.command()
def corrections(
    who: Who,
    ward: Ward = None,
    server: ServerOption = None,
    world: WorldOption = None,
    json: Json = False,
) -> None:
    """Show which corrections of the registry's record somebody asked for, and how they stand."""
    with _at_portal(who, _READ, server, world) as (asked, token):
        found = asked.get(f"/v1/my/corrections{_query(ward)}", _Requests, token).items
    Teller(as_json=json).rows(found, _REQUEST, none="Nothing was asked.")


@app.command()
def correct(
    who: Who,
    changes: Annotated[
        str,
        typer.Argument(metavar="JSON", help='What is to stand there: \'{"religion": "01"}\'.'),
    ],
    said: Annotated[str, typer.Option("--said", metavar="TEXT", help="What is wrong.")],
    document: Annotated[
        list[str], typer.Option("--document", metavar="TEXT", help="A paper; once for each.")
    ],
    birth_date: Annotated[
        bool, typer.Option("--birth-date", help="A correction of the birth date.")
    ] = False,
    ward: Ward = None,
    server: ServerOption = None,
    world: WorldOption = None,
    json: Json = False,
) -> None:
    """Ask that the registry's record be corrected; an agency that may report it decides."""
    try:
        wanted = msgspec.json.decode(changes, type=dict[str, Any])
    except msgspec.DecodeError as error:
        raise CommandError(
            f"the changes are no JSON object ({error})",
            'Quote them: \'{"religion": "01"}\'.',
            code="changes-unclear",
            status=USAGE,
        ) from None
    event = "birth-date-correction" if birth_date else "correction"
    body = {"event": event, "changes": wanted, "said": said, "documents": document}
    with _at_portal(who, _WRITE, server, world) as (asked, token):
        made = asked.post(f"/v1/my/corrections{_query(ward)}", body, _Request, token)
    _tell(made, as_json=json)


@app.command()
def accesses(
    who: Who,
    ward: Ward = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=100, help="At most so many.")] = 50,
    before: Annotated[
        str | None, typer.Option("--before", metavar="ID", help="Only those before this one.")
    ] = None,
    server: ServerOption = None,
    world: WorldOption = None,
    json: Json = False,
) -> None:
    """Show who looked at somebody's data, the latest first, in batches and feeds too."""
    query = _query(ward, limit=limit, before=before)
    with _at_portal(who, _READ, server, world) as (asked, token):
        found = asked.get(f"/v1/my/accesses{query}", _Looks, token).items
    columns = {
        "id": "id",
        "on": "on",
        "what": "kind",
        "by": "agency_name_en",
        "unit": "unit",
        "for": "purpose",
        "fields": "fields",
        "outcome": "outcome",
        "among": "among",
    }
    Teller(as_json=json).rows(found, columns, none="Nobody has looked.")


@app.command()
def proof(
    who: Who,
    look: Annotated[str, typer.Argument(metavar="ID", help="Its id: `dancu my accesses`.")],
    ward: Ward = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Keep the proof in a file.")
    ] = None,
    server: ServerOption = None,
    world: WorldOption = None,
    json: Json = False,
) -> None:
    """Get what the log holds of one access, and check it here; exit with 1 if it does not hold.

    `dancu log opening FILE` checks it again, without a server, by keys that you kept.
    """
    from app.exchange.log import keys

    path = f"/v1/my/accesses/{look}/proof{_query(ward)}"
    with home.world(world) as opened:
        both = keys.log_key(opened).verifier, keys.witness_key(opened).verifier
    with _at_portal(who, _READ, server, world) as (asked, token):
        given = _proof(asked, path, token)
    if out is not None:
        out.write_bytes(given)
    openings.tell(openings.check(given, both), Teller(as_json=json))


class _Own(msgspec.Struct, frozen=True, kw_only=True):
    agency: str
    agency_name_en: str
    assessment: credit.Assessment
    points: list[dict[str, Any]]
    leaf: int


class _Owns(msgspec.Struct, frozen=True, kw_only=True):
    items: list[_Own]


class _OwnRow(msgspec.Struct, frozen=True):
    id: str
    on: str
    by: str
    score: str
    second: str | None
    due: str | None
    appeal_by: str


@app.command("credit")
def credit_(
    who: Who,
    ward: Ward = None,
    server: ServerOption = None,
    world: WorldOption = None,
    json: Json = False,
) -> None:
    """Show who had somebody's credit assessed, and the score; every point with `--json`."""
    with _at_portal(who, _READ, server, world) as (asked, token):
        found = asked.get(f"/v1/my/credit-assessments{_query(ward)}", _Owns, token)
    rows = [_own_row(each) for each in found.items]
    columns = {
        "assessment": "id",
        "on": "on",
        "asked by": "by",
        "score": "score",
        "second look": "second",
        "due": "due",
        "appeal by": "appeal_by",
    }
    none = "Nobody had their credit assessed."
    Teller(as_json=json).rows(rows, columns, none=none, whole=found)


@app.command()
def appeal(
    who: Who,
    assessment_id: credit.AssessmentId,
    said: credit.Said,
    ground: credit.Ground = "data-wrong",
    ward: Ward = None,
    server: ServerOption = None,
    world: WorldOption = None,
    json: Json = False,
) -> None:
    """Ask for a second look at a credit assessment: `dancu my credit` has its id."""
    path = f"/v1/my/credit-assessments/{assessment_id}/appeal{_query(ward)}"
    body = {"ground": ground, "said": said}
    with _at_portal(who, _WRITE, server, world) as (asked, token):
        look = asked.post(path, body, credit.SecondLook, token)
    Teller(as_json=json).record(look, credit.look_lines(look))


def _tell(made: _Request, *, as_json: bool) -> None:
    shown = {heading: getattr(made, name) for heading, name in _REQUEST.items()}
    Teller(as_json=as_json).record(made, shown)


def _own_row(own: _Own) -> _OwnRow:
    one, look = own.assessment, own.assessment.second_look
    return _OwnRow(
        one.id,
        one.assessed_on,
        own.agency_name_en,
        f"{one.score} ({one.band})",
        None if look is None else look.state if look.score is None else f"{look.score}",
        None if look is None else look.due_on,
        one.appeal_by,
    )


def _at_portal(
    who: str, scope: str, server: str | None, world: str | None
) -> AbstractContextManager[tuple[Remote, str]]:
    return signing_in.as_citizen(who, _PORTAL, scope, world=world, server=server)


def _proof(asked: Remote, path: str, token: str) -> bytes:
    for _ in range(_TRIES):
        try:
            return bytes(asked.get(path, msgspec.Raw, token))
        except CommandError as error:
            if error.told.code != "log-leaf-not-covered":
                raise
        time.sleep(_RETRY_SECONDS)  # a checkpoint is made each second
    return bytes(asked.get(path, msgspec.Raw, token))


def _query(ward: str | None, **more: object) -> str:
    said = {"ward": ward, **more}
    given = {name: value for name, value in said.items() if value is not None}
    return f"?{urlencode(given)}" if given else ""
