"""`dancu agency …`: who is connected to a world, with which credentials and grants.

Works on the world on this machine; a server that runs on it sees a change within a second.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from app.cli import home
from app.cli.options import Json, WorldOption
from app.cli.telling import Teller

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.exchange.agencies import AgencyView, GrantView, SystemView
    from app.platform.worlds import World

app = typer.Typer(help="Show agencies, their secrets and grants.", no_args_is_help=True)

SECRET_BASIC = "client_secret_basic"  # noqa: S105 the method's name in RFC 7591


class SystemLine(msgspec.Struct, frozen=True, kw_only=True):
    """One connected system of a list, with what it needs to prove itself."""

    agency: str
    agency_code: str
    agency_name: str
    kind: str
    client_id: str
    auth_method: str
    client_secret: str | None
    state: str
    security_level: int
    outcome_detail: bool
    cleansing: bool
    fapi: bool


class Credential(msgspec.Struct, frozen=True, kw_only=True):
    """What a system proves itself with: one of the two, by its method."""

    client_id: str
    version: int
    client_secret: str | None = None
    private_key: str | None = None


@dataclass(frozen=True)
class _Shown:
    agency: AgencyView
    credentials: list[Credential]
    grants: list[GrantView]


Kind = Annotated[
    str | None,
    typer.Option(
        "--kind", help="One of: ministry, central, enterprise, telco, bank, lender, province."
    ),
]


@app.command(name="list")
def list_(world: WorldOption = None, kind: Kind = None, json: Json = False) -> None:
    """List every connected system with its client id and secret."""
    with home.world(world) as opened, opened.session() as session:
        lines = lines_of(session, opened, kind)
    Teller(as_json=json).rows(
        lines,
        {
            "client id": "client_id",
            "secret": "client_secret",
            "agency": "agency_name",
            "kind": "kind",
            "state": "state",
            "level": "security_level",
        },
        none="No agency of that kind is connected.",
    )


@app.command()
def show(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="An agency's short name or code, or a client id.")
    ],
    world: WorldOption = None,
    json: Json = False,
) -> None:
    """Show one agency: its systems, their secrets or keys, and what it may ask."""
    from app.exchange import access, agencies

    with home.world(world) as opened:
        with opened.session() as session:
            agency = agencies.find(session, name)
            credentials = [_credential(session, opened, each) for each in agency.systems]
        at = access.of(opened)
        caller = at.snapshot().callers[agency.systems[0].client_id]
        grants = list(agencies.me(at, caller, opened.today).grants)
    shown = _Shown(agency=agency, credentials=credentials, grants=grants)
    teller = Teller(as_json=json)
    if json:
        teller.json(shown)
    else:
        _tell(teller, shown)


@app.command(name="rotate-secret")
def rotate_secret(
    client: Annotated[str, typer.Argument(metavar="CLIENT", help="Client id of the system.")],
    world: WorldOption = None,
    json: Json = False,
) -> None:
    """Give a system a new secret or key; the old one and its tokens end within a second."""
    from app.exchange import agencies

    with home.world(world) as opened:
        opened.writer.submit(lambda session: agencies.rotate_secret(session, client))
        with opened.session() as session:
            agency = agencies.find(session, client)
            system = next(each for each in agency.systems if each.client_id == client)
            credential = _credential(session, opened, system)
    teller = Teller(as_json=json)
    if json:
        teller.json(credential)
    else:
        _tell_credential(teller, credential)


def lines_of(session: Session, world: World, kind: str | None = None) -> list[SystemLine]:
    """Return every system of the world, with the secrets of those that use one."""
    from app.exchange import agencies, credentials

    return [
        SystemLine(
            agency=agency.slug,
            agency_code=agency.code,
            agency_name=agency.name,
            kind=agency.kind,
            client_id=system.client_id,
            auth_method=system.auth_method,
            client_secret=credentials.client_secret(
                world, system.client_id, system.credential_version
            )
            if system.auth_method == SECRET_BASIC
            else None,
            state=system.state,
            security_level=system.security_level,
            outcome_detail=system.outcome_detail,
            cleansing=system.cleansing,
            fapi=system.fapi,
        )
        for agency in agencies.all_of_them(session, kind=kind)
        for system in agency.systems
    ]


def _credential(session: Session, world: World, system: SystemView) -> Credential:
    from app.exchange import agencies, credentials

    client, version = system.client_id, system.credential_version
    if system.auth_method == SECRET_BASIC:
        secret = credentials.client_secret(world, client, version)
        return Credential(client_id=client, version=version, client_secret=secret)
    key = agencies.private_key_pem(session, world, client)
    return Credential(client_id=client, version=version, private_key=key)


def _tell(teller: Teller, shown: _Shown) -> None:
    agency = shown.agency
    teller.record(
        agency,
        {
            "agency": f"{agency.name} · {agency.name_en}",
            "code": agency.code,
            "kind": agency.kind,
        },
    )
    for system, credential in zip(agency.systems, shown.credentials, strict=True):
        teller.say("")
        _tell_credential(teller, credential)
        told = [
            f"{system.state}, security level {system.security_level}",
            f"inspected until {system.inspected_until}",
            f"{system.daily_quota:,} questions a day",
            *(["detailed outcomes"] if system.outcome_detail else []),
            *(["near matches"] if system.cleansing else []),
            *(["FAPI 2.0"] if system.fapi else []),
        ]
        teller.say("  " + "; ".join(told))
    teller.say("")
    teller.rows(
        [each for each in shown.grants if each.in_force],
        {
            "purpose": "purpose",
            "service": "service",
            "officer": "officer_required",
            "dossier": "dossier_required",
            "consent": "consent_required",
            "fields": "fields",
        },
        none="No grant is in force today.",
    )


def _tell_credential(teller: Teller, credential: Credential) -> None:
    if credential.client_secret is not None:
        teller.say(f"{credential.client_id}  secret {credential.client_secret}")
    else:
        teller.say(f"{credential.client_id}  signs its requests (private_key_jwt) with")
        teller.say((credential.private_key or "").rstrip())
