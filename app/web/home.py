"""The home page: what this is, how the world in the address stands, and a first call to make."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING, Final, NamedTuple

from fastapi import APIRouter, Request, Response

from app.exchange import agencies
from app.exchange.log import proving
from app.registry import citizens
from app.sandbox import personas
from app.web import pages
from app.web.browsers import Visitor

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.platform.worlds import World
    from app.sandbox.personas import PersonaView

router = APIRouter(include_in_schema=False)

#: A ready system whose purpose needs nothing but its secret, and the persona it asks about.
_CLIENT: Final = "vietcombank-basic"
_PERSONA: Final = "adult-level-2"
_TOKEN_OF: Final = r"""sed 's/.*"access_token":"\([^"]*\)".*/\1/'"""  # noqa: S105 - a command


class FirstCall(NamedTuple):
    """A call to begin with. `secret` is None where not everybody can work it out."""

    persona: PersonaView
    client: str
    secret: str | None
    body: str
    command: str


def home(request: Request) -> Response:
    """Show the home page of the world in the address."""
    visitor = Visitor(request, "/")
    if not visitor.has_world:
        name = request.state.server.settings.default_world
        return pages.show(visitor, "no_world.html", status=404, name=name)
    world = visitor.world
    with world.session() as session:
        return pages.show(
            visitor,
            "home.html",
            citizens=citizens.count(session),
            leaves=proving.size(session),
            first=_first_call(session, world),
        )


def _first_call(session: Session, world: World) -> FirstCall | None:
    """Return a call that verifies a persona; None in a world without any.

    The secret stands in it only where everybody can work it out: on loopback, from the seed.
    """
    known = personas.all_of_them(session)
    persona = next((each for each in known if each.name == _PERSONA), known[0] if known else None)
    if persona is None:
        return None
    secret = agencies.secret(session, world, _CLIENT) if world.facts.secret is None else None
    claims = {"full_name": persona.full_name, "birth_date": persona.birth_date.isoformat()}
    question = {"number": persona.pin, "claims": claims, "purpose": "ekyc"}
    body = json.dumps(question, ensure_ascii=False)
    return FirstCall(persona, _CLIENT, secret, body, _command(world, secret or "$SECRET", body))


def _command(world: World, secret: str, body: str) -> str:
    """Return the call as a command for a terminal, which gets a token first."""
    token = (
        f'curl -s -u "{_CLIENT}:{secret}" -d grant_type=client_credentials'
        f" {world.issuer}/oidc/token | {_TOKEN_OF}"
    )
    return (
        f"TOKEN=$({token})\n"
        f"curl -s {world.issuer}/v1/verifications -H 'Content-Type: application/json' \\\n"
        f'  -H "Authorization: Bearer $TOKEN" -d {shlex.quote(body)}'
    )


router.add_route("/", home, methods=["GET"])
