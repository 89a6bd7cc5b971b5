"""`dancu phone consents`, `consent`, `withdraw`: what agencies ask a citizen to agree to."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import msgspec
import typer

from app.cli.held_phones import Who, held
from app.cli.options import Json, ServerOption, WorldOption
from app.cli.telling import Teller

app = typer.Typer()  # joined to `dancu phone`

ConsentId = Annotated[
    str, typer.Argument(metavar="CONSENT", help="Its id: `dancu phone consents`.")
]


class Consent(msgspec.Struct, frozen=True, kw_only=True):
    """A consent as the server tells it, as far as a terminal shows it."""

    id: str
    state: str
    agency: str
    agency_name_en: str
    purpose: str
    fields: list[str]
    sensitive: list[str]
    declined: list[str]
    from_date: dt.date
    to_date: dt.date | None
    means: str
    evidence: str
    why: str | None
    leaf: int | None


COLUMNS = {
    "consent": "id",
    "is": "state",
    "agency": "agency",
    "for": "purpose",
    "fields": "fields",
    "by": "means",
    "leaf": "leaf",
}


@app.command()
def consents(
    who: Who, server: ServerOption = None, world: WorldOption = None, json: Json = False
) -> None:
    """Show what agencies asked for, were given or refused, the latest first."""
    with held(who, server, world) as phone:
        found = phone.get("/consents", list[Consent])
    Teller(as_json=json).rows(found, COLUMNS, none="Nobody has asked for consent.")


@app.command()
def consent(
    who: Who,
    consent_id: ConsentId,
    fields: Annotated[
        str | None, typer.Option("--fields", help="These alone, with commas; unsaid: all.")
    ] = None,
    refuse: Annotated[bool, typer.Option("--refuse", help="Agree to nothing.")] = False,
    child_agrees: Annotated[
        bool, typer.Option("--child-agrees", help="The child of seven or more agrees, too.")
    ] = False,
    passcode: Annotated[
        str | None, typer.Option("--passcode", help="For a higher level of assurance.")
    ] = None,
    server: ServerOption = None,
    world: WorldOption = None,
    json: Json = False,
) -> None:
    """Agree to what an agency asks, whole or field by field; of a child, as its parent."""
    body: dict[str, object] = {"decision": "refuse" if refuse else "accept"}
    if fields is not None and not refuse:
        body["fields"] = fields.split(",")
    if child_agrees:
        body["child_agrees"] = True
    if passcode is not None:
        body["passcode"] = passcode
    with held(who, server, world) as phone:
        decided = phone.post(f"/consents/{consent_id}/decision", body, Consent)
    Teller(as_json=json).record(decided, lines(decided))


@app.command()
def withdraw(
    who: Who,
    consent_id: ConsentId,
    server: ServerOption = None,
    world: WorldOption = None,
    json: Json = False,
) -> None:
    """Withdraw a consent: it counts no more from the next question on."""
    with held(who, server, world) as phone:
        gone = phone.post(f"/consents/{consent_id}/withdrawal", {}, Consent)
    Teller(as_json=json).record(gone, lines(gone))


def lines(told: Consent) -> dict[str, object]:
    """Return what a terminal shows of one consent."""
    shown: dict[str, object] = {
        "consent": told.id,
        "is": told.state,
        "agency": told.agency_name_en,
        "for": told.purpose,
        "fields": ", ".join(told.fields),
        "declined": ", ".join(told.declined) or "nothing",
        "until": told.to_date or "withdrawn",
        "evidence": told.evidence or "none yet",
    }
    if told.sensitive:
        shown["sensitive"] = ", ".join(told.sensitive)
    return shown
