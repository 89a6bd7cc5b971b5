"""The banner of `dancu serve`: the addresses, whom to ask about, as whom, and one command."""

from __future__ import annotations

import datetime as dt
import json
import shlex
from typing import TYPE_CHECKING

import msgspec

from app.cli import agencies
from app.cli.agencies import SystemLine

if TYPE_CHECKING:
    from app.cli.telling import Teller
    from app.platform.worlds import World, Worlds
    from app.sandbox.personas import PersonaView

_PERSONAS = (
    "adult-level-2",
    "adult-level-1",
    "no-account",
    "minor-13",
    "newborn",
    "centenarian",
    "deceased",
    "missing",
    "superseded-number",
    "old-number-shared",
)
#: Systems that need nothing but their secret. Banks first: their purpose needs no officer either.
_SYSTEMS = (
    "vietcombank-basic",
    "vietinbank-basic",
    "pvcombank-basic",
    "vib-basic",
    "bidv-basic",
    "viettel",
    "evn",
    "ha-noi",
    "bca",
    "vpcp",
)
_SED = r"""sed 's/.*"access_token":"\([^"]*\)".*/\1/'"""


class Addresses(msgspec.Struct, frozen=True, kw_only=True):
    """Where to knock."""

    home: str
    api: str
    docs: str
    health: str
    metrics: str
    token: str


class Somebody(msgspec.Struct, frozen=True, kw_only=True):
    """One persona, in brief."""

    name: str
    number: str
    full_name: str
    purpose: str


class Banner(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that a first visitor needs."""

    addresses: Addresses
    world: str
    citizens: int
    today: dt.date
    personas: list[Somebody]
    agencies: list[SystemLine]
    curl: str
    stop: str = "Ctrl-C"


def of(worlds: Worlds) -> Banner:
    """Return the banner of a server on these worlds."""
    from app.sandbox import personas

    world = worlds.open(worlds.settings.default_world)
    with world.session() as session:
        known = [personas.find(session, name) for name in _PERSONAS]
        systems = agencies.lines_of(session, world)
    ready = _ready(systems)
    return Banner(
        addresses=_addresses(world.issuer),
        world=world.name,
        citizens=world.spec.size,
        today=world.today,
        personas=[_somebody(each) for each in known],
        agencies=ready,
        curl=curl(world, ready[0], known[0]),
    )


def curl(world: World, system: SystemLine, persona: PersonaView) -> str:
    """Return one shell command that gets a token and verifies a persona with it."""
    basic = shlex.quote(f"{system.client_id}:{system.client_secret}")
    issuer = world.issuer
    token = f"curl -s -u {basic} -d grant_type=client_credentials {issuer}/oidc/token | {_SED}"
    claims = {"full_name": persona.full_name, "birth_date": persona.birth_date.isoformat()}
    question = {"number": persona.pin, "claims": claims, "purpose": "ekyc"}
    body = shlex.quote(json.dumps(question, ensure_ascii=False))
    return (
        f"curl -s {issuer}/v1/verifications -H 'Content-Type: application/json'"
        f' -H "Authorization: Bearer $({token})"'
        f" -d {body}"
    )


def tell(teller: Teller, banner: Banner) -> None:
    """Print the banner."""
    if teller.as_json:
        teller.json(banner)
        return
    from app.cli import screen

    screen.title(
        f"dancu · {banner.citizens:,} simulated citizens · {banner.today} · nothing is real"
    )
    screen.pairs(msgspec.structs.asdict(banner.addresses).items())
    screen.title("Personas (all of them: dancu persona list)")
    screen.grid((each.name, each.number, each.purpose) for each in banner.personas)
    screen.title("Systems, client id and secret (all of them: dancu agency list)")
    screen.grid(
        (each.client_id, each.client_secret or "", each.agency_name) for each in banner.agencies
    )
    screen.title("Paste this into another terminal: it verifies a persona")
    teller.say(banner.curl)
    screen.title(f"{banner.stop} stops the server; the world is kept.\n")


def _addresses(issuer: str) -> Addresses:
    base = issuer.partition("/w/")[0]
    return Addresses(
        home=f"{base}/",
        api=f"{issuer}/v1/",
        docs=f"{base}/docs",
        health=f"{base}/health",
        metrics=f"{base}/metrics",
        token=f"{issuer}/oidc/token",
    )


def _somebody(persona: PersonaView) -> Somebody:
    return Somebody(
        name=persona.name,
        number=persona.pin,
        full_name=persona.full_name,
        purpose=persona.purpose_en,
    )


def _ready(systems: list[SystemLine]) -> list[SystemLine]:
    by_client = {each.client_id: each for each in systems}
    return [by_client[client] for client in _SYSTEMS]
