"""`dancu dossier …`: a citizen submits a dossier at a portal, and officials act on it.

Talks to a running server. The citizen is signed in at level 2 without a page, with the operator's
token of this home folder; the officials' agency proves itself as any system does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer

from app.cli import signing_in, tokens
from app.cli.failing import CommandError
from app.cli.options import Json, SecretOption, ServerOption, WorldOption
from app.cli.remote import Place
from app.cli.telling import Teller

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from app.cli.remote import Remote

app = typer.Typer(
    help="Submit dossiers for public services, and act on them.", no_args_is_help=True
)

#: The National Public Service Portal.
PORTAL = "vpcp"
_SCOPE = "openid public-services"

Who = Annotated[
    str, typer.Argument(metavar="PERSONA|NUMBER", help="Whose dossier it is; signed in for it.")
]
Code = Annotated[str, typer.Argument(metavar="CODE", help="The dossier's code.")]
Portal = Annotated[str, typer.Option("--portal", metavar="CLIENT", help="Where they sign in.")]
Agency = Annotated[str, typer.Option("--client", metavar="CLIENT", help="The agency's system.")]
Answers = Annotated[
    list[str] | None,
    typer.Option("--answer", metavar="NAME=VALUE", help="What the form still asks; repeatable."),
]


class _Filled(msgspec.Struct, frozen=True, omit_defaults=True):
    value: Any
    source: str
    disclosure: str | None = None
    leaf: int | None = None


class _Event(msgspec.Struct, frozen=True):
    state: str
    on: str
    by: str
    officer: str | None
    reason: str | None
    leaf: int | None


class _Step(msgspec.Struct, frozen=True):
    name: str
    agency: str
    state: str
    attempts: int
    done_on: str | None
    code: str | None
    reason: str | None
    result: dict[str, Any] | None
    leaf: int | None


class _Paper(msgspec.Struct, frozen=True):
    member: str
    code: str
    reason_vi: str
    reason_en: str


class _Dossier(msgspec.Struct, frozen=True, kw_only=True):
    code: str
    service: str
    agency: str
    portal: str
    channel: str
    clerk: str | None
    consent: str | None
    state: str
    state_since: str
    reason: str | None
    created_on: str
    submitted_on: str | None
    due_on: str | None
    closed_on: str | None
    overdue: bool
    days_late: int
    fields: dict[str, _Filled]
    missing: list[str]
    wanted: list[str]
    papers: list[_Paper]
    prefilled: int
    required: int
    fee: int
    fee_waived: bool
    result: str | None
    history: list[_Event]
    steps: list[_Step]


class _Line(msgspec.Struct, frozen=True, kw_only=True):
    code: str
    service: str
    agency: str
    state: str
    state_since: str
    submitted_on: str | None
    due_on: str | None
    overdue: bool


class Answer(msgspec.Struct, frozen=True):
    """An answer, whole: `--json` prints it as it came."""

    dossier: _Dossier
    simulated: bool
    request_id: str
    receipt: str
    leaf: Place


@app.command("submit")
def submit(
    who: Who,
    service: Annotated[str, typer.Argument(metavar="SERVICE", help="See `dancu service list`.")],
    answer: Answers = None,
    consent: Annotated[
        bool, typer.Option("--consent", help="The agency may read what needs a consent.")
    ] = False,
    portal: Portal = PORTAL,
    world: WorldOption = None,
    server: ServerOption = None,
    json: Json = False,
) -> None:
    """Open a dossier and submit it; incomplete, it stays a draft.

    What the registry knows is filled in, with who supplied it.
    """
    said = {"service": service, "answers": read(answer), "consent": consent}
    with _person(who, portal, world, server) as (at, token):
        got = at.post("/v1/dossiers", said, Answer, token)
    tell(Teller(as_json=json), got)


@app.command("complete")
def complete(
    who: Who,
    code: Code,
    answer: Answers = None,
    portal: Portal = PORTAL,
    world: WorldOption = None,
    server: ServerOption = None,
    json: Json = False,
) -> None:
    """Give what a draft lacks, or what the agency wants besides, and submit it."""
    said = {"answers": read(answer)}
    with _person(who, portal, world, server) as (at, token):
        got = at.post(f"/v1/dossiers/{code}/submission", said, Answer, token)
    tell(Teller(as_json=json), got)


@app.command("declare")
def declare(
    who: Who,
    procedure: Annotated[
        str, typer.Argument(metavar="PROCEDURE", help="A linked procedure: birth or death.")
    ],
    said: Annotated[
        str, typer.Option("--declaration", metavar="JSON", help="What is declared, as JSON.")
    ],
    portal: Portal = PORTAL,
    world: WorldOption = None,
    server: ServerOption = None,
    json: Json = False,
) -> None:
    """Declare something once; several agencies do their parts, and the dossier tells how far."""
    with _person(who, portal, world, server) as (at, token):
        opened = at.post(f"/v1/linked-procedures/{procedure}", _object(said), Answer, token)
        got = at.get(f"/v1/dossiers/{opened.dossier.code}", Answer, token)
    tell(Teller(as_json=json), got)


@app.command("resubmit")
def resubmit(
    who: Who,
    code: Code,
    corrections: Annotated[
        str, typer.Option("--correct", metavar="JSON", help="Members to be others, as JSON.")
    ] = "{}",
    portal: Portal = PORTAL,
    world: WorldOption = None,
    server: ServerOption = None,
    json: Json = False,
) -> None:
    """Submit the refused steps of a linked procedure again; what is done stays done."""
    said = {"corrections": _object(corrections)}
    with _person(who, portal, world, server) as (at, token):
        at.post(f"/v1/dossiers/{code}/resubmission", said, Answer, token)
        got = at.get(f"/v1/dossiers/{code}", Answer, token)
    tell(Teller(as_json=json), got)


@app.command("show")
def show(
    who: Who,
    code: Code,
    portal: Portal = PORTAL,
    world: WorldOption = None,
    server: ServerOption = None,
    json: Json = False,
) -> None:
    """Show a citizen's dossier: its form, its history, and where it stands."""
    with _person(who, portal, world, server) as (at, token):
        got = at.get(f"/v1/dossiers/{code}", Answer, token)
    tell(Teller(as_json=json), got)


@app.command("list")
def list_dossiers(
    who: Annotated[
        str | None, typer.Argument(metavar="[PERSONA]", help="Whose; unsaid: the agency's.")
    ] = None,
    client: Agency = "bca",
    portal: Portal = PORTAL,
    overdue: Annotated[
        bool, typer.Option("--overdue", help="An agency's late ones only.")
    ] = False,
    world: WorldOption = None,
    server: ServerOption = None,
    secret: SecretOption = None,
    json: Json = False,
) -> None:
    """List what a citizen has asked for, or what an agency has to deal with."""
    if who is not None:
        with _person(who, portal, world, server) as (at, token):
            found = at.get("/v1/dossiers", list[_Line], token)
    else:
        query = "?overdue=true" if overdue else ""
        with tokens.as_system(client, world=world, server=server, secret=secret) as (at, token):
            found = at.get(f"/v1/desk/dossiers{query}", list[_Line], token)
    columns = {
        "code": "code",
        "service": "service",
        "agency": "agency",
        "state": "state",
        "due": "due_on",
        "late": "overdue",
    }
    Teller(as_json=json).rows(found, columns, none="No dossier.")


@app.command("act")
def act(
    code: Code,
    what: Annotated[
        str, typer.Argument(metavar="ACT", help="receive, ask, approve, refuse or deliver.")
    ],
    client: Agency = "bca",
    officer: Annotated[str, typer.Option("--officer", help="The official's account.")] = "dancu",
    reason: Annotated[str | None, typer.Option("--reason", help="Why it is refused.")] = None,
    want: Annotated[
        list[str] | None,
        typer.Option("--want", metavar="NAME", help="A member asked for besides; repeatable."),
    ] = None,
    result: Annotated[str | None, typer.Option("--result", help="What the service gives.")] = None,
    world: WorldOption = None,
    server: ServerOption = None,
    secret: SecretOption = None,
    json: Json = False,
) -> None:
    """Act on a dossier as an official of the competent agency."""
    said: dict[str, Any] = {"act": what, "officer": officer, "wanted": want or []}
    said |= {name: text for name, text in (("reason", reason), ("result", result)) if text}
    with tokens.as_system(client, world=world, server=server, secret=secret) as (at, token):
        got = at.post(f"/v1/desk/dossiers/{code}/acts", said, Answer, token)
    tell(Teller(as_json=json), got)


def _person(
    who: str, portal: str, world: str | None, server: str | None
) -> AbstractContextManager[tuple[Remote, str]]:
    return signing_in.as_citizen(who, portal, _SCOPE, world=world, server=server)


def read(answers: list[str] | None) -> dict[str, str]:
    """Return answers that are written as NAME=VALUE by name; raise CommandError for others."""
    given = {}
    for each in answers or ():
        name, sign, value = each.partition("=")
        if not sign:
            raise CommandError(
                f"{each} is no answer", "Write it like --answer reason='Thẻ bị hỏng'."
            )
        given[name] = value
    return given


def _object(text: str) -> dict[str, Any]:
    try:
        return msgspec.json.decode(text, type=dict[str, Any])
    except msgspec.DecodeError as error:
        raise CommandError(f"that is no JSON object: {error}", "Write it like '{}'.") from None


def tell(teller: Teller, got: Answer) -> None:
    """Print a dossier as a page of text, or as it came."""
    teller.text(got, _lines(got.dossier))


def _lines(dossier: _Dossier) -> Iterator[str]:
    yield f"{dossier.code}  {dossier.service} at {dossier.agency}: {dossier.state}"
    if dossier.clerk is not None:
        yield f"clerk {dossier.clerk} for the citizen, consent {dossier.consent}"
    if dossier.due_on is not None:
        late = f", {dossier.days_late} working days late" if dossier.overdue else ""
        yield f"due {dossier.due_on}{late}; fee {dossier.fee} đ"
    yield f"{dossier.prefilled} of {dossier.required} members came from registers:"
    for name, filled in dossier.fields.items():
        where = "" if filled.leaf is None else f" (leaf {filled.leaf})"
        shown = filled.value if isinstance(filled.value, str) else _json(filled.value)
        yield f"  {name}: {shown}  ← {filled.source}{where}"
    for said, names in (("missing", dossier.missing), ("wanted", dossier.wanted)):
        if names:
            yield f"{said}: {' '.join(names)}"
    for paper in dossier.papers:
        yield f"{paper.member} is needed, {paper.code}: {paper.reason_vi} · {paper.reason_en}"
    yield from map(_part, dossier.steps)
    yield "history:"
    yield from map(_past, dossier.history)
    if dossier.result is not None:
        yield f"result: {dossier.result}"


def _part(step: _Step) -> str:
    why = f" {step.code}: {step.reason}" if step.code else ""
    gave = "" if step.result is None else f" {_json(step.result)}"
    return f"  {step.name} at {step.agency}: {step.state}{why}{gave}"


def _past(event: _Event) -> str:
    officer = "" if event.officer is None else f" ({event.officer})"
    why = "" if event.reason is None else f": {event.reason}"
    leaf = "" if event.leaf is None else f" (leaf {event.leaf})"
    return f"  {event.on}  {event.state} by {event.by}{officer}{why}{leaf}"


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
