"""`dancu phone …`: a citizen's simulated phone: the account, codes, and what is asked on it.

Acts on a server that is running, with the operator's token of this home folder.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import msgspec
import typer

from app.cli import phone_consents
from app.cli.failing import CommandError
from app.cli.held_phones import Who, held
from app.cli.options import Json, ServerOption, WorldOption
from app.cli.telling import Teller

app = typer.Typer(help="Hold a citizen's simulated phone.", no_args_is_help=True)
app.add_typer(phone_consents.app)

ApprovalId = Annotated[str, typer.Argument(metavar="APPROVAL", help="Its id.")]


class _Account(msgspec.Struct, frozen=True, kw_only=True):
    level: int
    state: str
    usable: bool
    problem: str | None
    phone: str | None


class _Device(msgspec.Struct, frozen=True, kw_only=True):
    number: int
    name: str
    secret: str


class _Number(msgspec.Struct, frozen=True, kw_only=True):
    number: str
    state: str


class _Application(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    kind: str
    level: int | None
    state: str
    filed_on: dt.date
    due_on: dt.date
    decided_on: dt.date | None


class _Phone(msgspec.Struct, frozen=True, kw_only=True):
    pin: str
    full_name: str
    account: _Account | None
    passcode: str | None
    device: _Device | None
    numbers: list[_Number]
    face: str
    fingerprint: str
    applications: list[_Application]

    @property
    def pending(self) -> _Application | None:
        """What is still being decided, the last that was filed."""
        return next((each for each in self.applications if each.state == "pending"), None)


class _Message(msgspec.Struct, frozen=True, kw_only=True):
    purpose: str
    phone: str | None
    text_en: str
    text_vi: str
    code: str | None
    state: str | None
    sent_at: dt.datetime


class _Approval(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    kind: str
    title_vi: str
    title_en: str
    asked_by: str
    state: str
    expires_at: dt.datetime


class _Use(msgspec.Struct, frozen=True, kw_only=True):
    seq: int
    kind: str
    outcome: str
    on: dt.date
    at: dt.datetime
    agency: str
    agency_name: str
    agency_name_en: str
    system: str
    officer: str | None
    purpose: str
    fields: list[str]


class _Uses(msgspec.Struct, frozen=True, kw_only=True):
    items: list[_Use]


@app.command()
def show(
    who: Who, server: ServerOption = None, world: WorldOption = None, json: Json = False
) -> None:
    """Show the account and how it is proved: passcode, device, numbers, face token."""
    with held(who, server, world) as phone:
        shown = phone.get("", _Phone)
    account = shown.account
    lines: dict[str, object] = {
        "number": shown.pin,
        "name": shown.full_name,
        "phones": ", ".join(f"{each.number} ({each.state})" for each in shown.numbers),
    }
    if account is None:
        lines["account"] = "none"
    else:
        lines |= {
            "account": f"level {account.level}, {account.state}",
            "usable": "yes" if account.usable else f"no: {account.problem}",
            "codes go to": account.phone or "the app",
        }
    if shown.device is not None:
        lines |= {
            "passcode": shown.passcode or "chosen by the holder",
            "device": shown.device.name,
            "device secret": shown.device.secret,
        }
    if shown.pending is not None:
        lines |= _waiting(who, shown.pending)
    lines["face"] = shown.face
    Teller(as_json=json).record(shown, lines)


@app.command()
def inbox(
    who: Who, server: ServerOption = None, world: WorldOption = None, json: Json = False
) -> None:
    """Show the messages, the latest first: one-time codes and notices."""
    with held(who, server, world) as phone:
        found = phone.get("/messages", list[_Message])
    columns = {"at": "sent_at", "for": "purpose", "code": "code", "is": "state", "text": "text_en"}
    Teller(as_json=json).rows(found, columns, none="There are no messages.")


@app.command()
def uses(
    who: Who,
    limit: Annotated[int, typer.Option("--limit", min=1, max=200, help="At most so many.")] = 50,
    server: ServerOption = None,
    world: WorldOption = None,
    json: Json = False,
) -> None:
    """Show what the electronic identity and the card were used for, the latest first."""
    with held(who, server, world) as phone:
        found = phone.get(f"/uses?limit={limit}", _Uses).items
    columns = {
        "at": "at",
        "use": "kind",
        "by": "agency_name_en",
        "for": "purpose",
        "outcome": "outcome",
        "fields": "fields",
        "leaf": "seq",
    }
    Teller(as_json=json).rows(found, columns, none="There are no uses.")


@app.command()
def code(
    who: Who,
    registration: Annotated[
        str | None,
        typer.Option("--registration", metavar="PHONE", help="To register with this number."),
    ] = None,
    server: ServerOption = None,
    world: WorldOption = None,
    json: Json = False,
) -> None:
    """Have a one-time code sent and print it: for signing in, or to register with a number."""
    body = {"purpose": "sign-in"}
    if registration is not None:
        body = {"purpose": "registration", "phone": registration}
    with held(who, server, world) as phone:
        sent = phone.post("/codes", body, _Message)
    Teller(as_json=json).record(sent, {"code": sent.code, "text": sent.text_en})


@app.command()
def approvals(
    who: Who, server: ServerOption = None, world: WorldOption = None, json: Json = False
) -> None:
    """Show what the citizen is or was asked to allow, the latest first."""
    with held(who, server, world) as phone:
        found = phone.get("/approvals", list[_Approval])
    columns = {"approval": "id", "asks": "title_en", "for": "asked_by", "is": "state"}
    Teller(as_json=json).rows(found, columns, none="Nothing has been asked.")


@app.command()
def approve(
    who: Who,
    approval: ApprovalId,
    passcode: Annotated[
        str | None, typer.Option("--passcode", help="For a higher level of assurance.")
    ] = None,
    server: ServerOption = None,
    world: WorldOption = None,
    json: Json = False,
) -> None:
    """Accept, on the account's device, what the citizen is asked to allow."""
    body = {} if passcode is None else {"passcode": passcode}
    with held(who, server, world) as phone:
        done = phone.post(f"/approvals/{approval}/accept", body, _Approval)
    Teller(as_json=json).record(done, {"asks": done.title_en, "is": done.state})


@app.command()
def refuse(
    who: Who,
    approval: ApprovalId,
    server: ServerOption = None,
    world: WorldOption = None,
    json: Json = False,
) -> None:
    """Refuse what the citizen is asked to allow."""
    with held(who, server, world) as phone:
        done = phone.post(f"/approvals/{approval}/refuse", {}, _Approval)
    Teller(as_json=json).record(done, {"asks": done.title_en, "is": done.state})


@app.command()
def register(
    who: Who, server: ServerOption = None, world: WorldOption = None, json: Json = False
) -> None:
    """Apply for an account of level 1 with the first number in own name."""
    with held(who, server, world) as phone:
        numbers = phone.get("", _Phone).numbers
        number = next((each.number for each in numbers if each.state == "active"), "0" * 10)
        sent = phone.post("/codes", {"purpose": "registration", "phone": number}, _Message)
        body = {"phone": number, "code": sent.code}
        filed = phone.post("/registrations", body, _Application)
    Teller(as_json=json).record(filed, {"is": filed.state} | _waiting(who, filed))


@app.command()
def decide(
    who: Who,
    refuse: Annotated[bool, typer.Option("--refuse", help="Do not grant it.")] = False,
    server: ServerOption = None,
    world: WorldOption = None,
    json: Json = False,
) -> None:
    """Decide now, as the police, what is still being decided: a world's clock stands still."""
    decision = "refuse" if refuse else "approve"
    with held(who, server, world) as phone:
        pending = phone.get("", _Phone).pending
        if pending is None:
            raise CommandError(
                f"{who} has no application that is still being decided",
                f"`dancu phone register {who}` files one.",
                code="nothing-pending",
            )
        path = f"/applications/{pending.id}/decision"
        decided = phone.post(path, {"decision": decision}, _Application)
    lines = {"application": decided.id, "is": decided.state, "on": decided.decided_on}
    Teller(as_json=json).record(decided, lines)


@app.command()
def activate(
    who: Who, server: ServerOption = None, world: WorldOption = None, json: Json = False
) -> None:
    """Activate an account that was granted."""
    with held(who, server, world) as phone:
        account = phone.post("/activation", {}, _Account)
    Teller(as_json=json).record(account, {"level": account.level, "is": account.state})


def _waiting(who: str, application: _Application) -> dict[str, object]:
    """Say until when an application is decided, and how to have that done now."""
    return {
        "application": application.id,
        "decided by": f"{application.due_on}, or now: dancu phone decide {who}",
    }
