"""`dancu credit …`: credit assessed on consent, and second looks; openly synthetic.

Talks to a running server, as a lender's system does, or the authority that takes second looks.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
import typer

from app.cli import home, remote, tokens
from app.cli.options import Json, SecretOption, ServerOption, WorldOption
from app.cli.telling import Teller
from app.cli.verifying import Client, Consent, Dossier, Me, Officer, Subject

#: The lender of the preset, and the authority that takes second looks.
_LENDER, _AUTHORITY = "mcredit", "bca"
_PURPOSE = "credit-scoring"
_ADDRESS, _APPEALS = "/v1/credit-assessments", "/v1/credit-appeals"

app = typer.Typer(
    help="Have the credit of citizens who consent assessed; synthetic.", no_args_is_help=True
)

AssessmentId = Annotated[str, typer.Argument(metavar="ID", help="The assessment's id.")]
Ground = Annotated[str, typer.Option("--ground", help="data-wrong, not-mine, changed or other.")]
Said = Annotated[str, typer.Option("--said", metavar="TEXT", help="Why, in one's own words.")]


class _Reason(msgspec.Struct, frozen=True):
    code: str
    title: str
    points_lost: int


class SecondLook(msgspec.Struct, frozen=True, kw_only=True):
    """How a second look stands."""

    state: str
    by: str
    ground: str
    said: str
    filed_on: str
    due_on: str
    overdue: bool
    answer: str | None
    score: int | None
    band: str | None


class Assessment(msgspec.Struct, frozen=True, kw_only=True):
    """A score as it is told."""

    id: str
    assessed_on: str
    score: int
    band: str
    thin_file: bool
    reasons: list[_Reason]
    appeal_by: str
    second_look: SecondLook | None


class _Place(msgspec.Struct, frozen=True):
    seq: int


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    outcome: str
    assessment: Assessment | None
    withheld: dict[str, dict[str, str]]
    notice: str
    receipt: str
    leaf: _Place
    simulated: bool = True


class _Asked(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    state: str
    fields: list[str]


class _Bin(msgspec.Struct, frozen=True):
    title_en: str
    points: int


class _Characteristic(msgspec.Struct, frozen=True):
    name: str
    title_en: str
    bins: list[_Bin]


class _Scorecard(msgspec.Struct, frozen=True, kw_only=True):
    version: str
    notice: str
    base: int
    least: int
    most: int
    characteristics: list[_Characteristic]
    simulated: bool = True


class _Row(msgspec.Struct, frozen=True):
    characteristic: str
    points: str


class _Waiting(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    by: str
    ground: str
    filed_on: str
    due_on: str
    overdue: bool
    outcome: str | None


class _Account(msgspec.Struct, frozen=True):
    number: str
    lender: str
    kind: str
    state: str
    group: int


class _Case(msgspec.Struct, frozen=True, kw_only=True):
    outcome: str
    id: str
    pin: str
    score: int
    credit_accounts: list[_Account]
    second_look: SecondLook
    leaf: _Place
    simulated: bool = True


@app.command()
def scorecard(server: ServerOption = None, world: WorldOption = None, json: Json = False) -> None:
    """Show the whole scorecard: the points of every characteristic."""
    with remote.connect(server, world) as at:
        card = at.get("/v1/credit-scorecard", _Scorecard)
    teller = Teller(as_json=json)
    teller.say(f"{card.notice} {card.least} to {card.most}, from {card.base}.")
    rows = [
        _Row(each.title_en, "; ".join(f"{one.title_en}: {one.points:+}" for one in each.bins))
        for each in card.characteristics
    ]
    columns = {"characteristic": "characteristic", "points": "points"}
    teller.rows(rows, columns, none="", whole=card)


@app.command()
def ask(
    who: Subject,
    why: Annotated[str, typer.Option("--why", help="What the citizen is told.")] = "Vay vốn",
    client: Client = _LENDER,
    world: WorldOption = None,
    server: ServerOption = None,
    secret: SecretOption = None,
    json: Json = False,
) -> None:
    """Ask a citizen's phone for consent to an assessment: `dancu phone consent` answers it."""
    number = home.number_of(who, world)
    with tokens.as_system(client, world=world, server=server, secret=secret) as (at, token):
        grants = at.get("/v1/me", Me, token).grants
        given = (e.fields for e in grants if e.service == "credit-assessment" and e.in_force)
        fields = sorted(next(given, ()))
        body = {"number": number, "purpose": _PURPOSE, "fields": fields, "why": why}
        asked = at.post("/v1/consent-requests", body, _Asked, token)
    shown = {"consent": asked.id, "is": asked.state, "fields": asked.fields}
    Teller(as_json=json).record(asked, shown)


@app.command()
def assess(
    who: Subject,
    consent: Consent = None,
    client: Client = _LENDER,
    officer: Officer = None,
    dossier: Dossier = None,
    world: WorldOption = None,
    server: ServerOption = None,
    secret: SecretOption = None,
    json: Json = False,
) -> None:
    """Have a citizen's credit assessed: score, band and reasons."""
    said = {"consent": consent, "officer": officer, "dossier": dossier}
    body = {"number": home.number_of(who, world), "purpose": _PURPOSE}
    body |= {name: value for name, value in said.items() if value}
    with tokens.as_system(client, world=world, server=server, secret=secret) as (at, token):
        answer = at.post(_ADDRESS, body, _Answer, token)
    _tell(Teller(as_json=json), answer)


@app.command()
def show(
    assessment_id: AssessmentId,
    client: Client = _LENDER,
    world: WorldOption = None,
    server: ServerOption = None,
    secret: SecretOption = None,
    json: Json = False,
) -> None:
    """Show an assessment again, with its second look, while the consent lasts."""
    with tokens.as_system(client, world=world, server=server, secret=secret) as (at, token):
        answer = at.get(f"{_ADDRESS}/{assessment_id}", _Answer, token)
    _tell(Teller(as_json=json), answer)


@app.command()
def appeal(
    assessment_id: AssessmentId,
    said: Said,
    ground: Ground = "data-wrong",
    client: Client = _LENDER,
    world: WorldOption = None,
    server: ServerOption = None,
    secret: SecretOption = None,
    json: Json = False,
) -> None:
    """Ask for a second look as the agency; a citizen does by `dancu my appeal`."""
    body = {"ground": ground, "said": said}
    with tokens.as_system(client, world=world, server=server, secret=secret) as (at, token):
        answer = at.post(f"{_ADDRESS}/{assessment_id}/appeal", body, _Answer, token)
    _tell(Teller(as_json=json), answer)


@app.command()
def appeals(
    client: Client = _AUTHORITY,
    world: WorldOption = None,
    server: ServerOption = None,
    secret: SecretOption = None,
    json: Json = False,
) -> None:
    """Show which second looks the authority has to take, those due first."""
    with tokens.as_system(client, world=world, server=server, secret=secret) as (at, token):
        found = at.get(_APPEALS, list[_Waiting], token)
    columns = {
        "assessment": "id",
        "by": "by",
        "ground": "ground",
        "filed": "filed_on",
        "due": "due_on",
        "late": "overdue",
    }
    Teller(as_json=json).rows(found, columns, none="Nobody asks for a second look.")


@app.command()
def decide(
    assessment_id: AssessmentId,
    said: Said,
    officer: Annotated[str, typer.Option("--officer", help="The official's account.")],
    leave_out: Annotated[
        list[str] | None,
        typer.Option("--leave-out", metavar="NUMBER", help="An account that is not theirs."),
    ] = None,
    client: Client = _AUTHORITY,
    world: WorldOption = None,
    server: ServerOption = None,
    secret: SecretOption = None,
    json: Json = False,
) -> None:
    """Take a second look as the authority: what the registers say today."""
    body = {"answer": said, "officer": officer, "leave_out": leave_out or []}
    with tokens.as_system(client, world=world, server=server, secret=secret) as (at, token):
        case = at.post(f"{_APPEALS}/{assessment_id}/decision", body, _Case, token)
    look = case.second_look
    lines = {
        "outcome": case.outcome,
        "first score": case.score,
        "second score": look.score,
        "band": look.band,
        "leaf": case.leaf.seq,
    }
    Teller(as_json=json).record(case, lines)


def look_lines(look: SecondLook | None) -> dict[str, object]:
    """Return what a terminal shows of a second look."""
    if look is None:
        return {}
    return {
        "second look": look.state,
        "asked by": f"{look.by}: {look.ground}",
        "answer by": f"{look.due_on}{', late' if look.overdue else ''}",
        "answer": look.answer,
        "second score": None if look.score is None else f"{look.score} ({look.band})",
    }


def _tell(teller: Teller, answer: _Answer) -> None:
    found = answer.assessment
    lines: dict[str, object] = {"outcome": answer.outcome}
    if found is not None:
        lines |= {
            "assessment": found.id,
            "score": f"{found.score}, band {found.band}",
            "thin file": found.thin_file,
            "reasons": [f"{each.title} (-{each.points_lost})" for each in found.reasons],
            "appeal by": found.appeal_by,
            **look_lines(found.second_look),
        }
    lines |= {"withheld": list(answer.withheld) or None, "leaf": answer.leaf.seq}
    teller.record(answer, lines | {"note": answer.notice})
