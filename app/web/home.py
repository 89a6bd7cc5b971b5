"""The home page: what this is, how the world in the address stands, and a first command to try."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING, Final

from fastapi import APIRouter, Request, Response

from app.exchange import agencies
from app.exchange.log import proving
from app.registry import citizens
from app.sandbox import personas
from app.web import pages

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.platform.worlds import World

router = APIRouter(include_in_schema=False)

#: A ready system whose purpose needs nothing but its secret, and the persona it asks about.
_CLIENT: Final = "vietcombank-basic"
_PERSONA: Final = "adult-level-2"
_TOKEN_OF: Final = r"""sed 's/.*"access_token":"\([^"]*\)".*/\1/'"""  # noqa: S105 - a command


@router.get("/")
def home(request: Request) -> Response:
    """Show the home page of the world in the address."""
    world = pages.world_of(request)
    if world is None:
        settings = request.app.state.server.settings
        return pages.render("no_world.html", status=404, name=settings.default_world)
    with world.session() as session:
        return pages.render(
            "home.html",
            world=world,
            root=request.scope["root_path"],
            citizens=citizens.count(session),
            leaves=proving.size(session),
            persona=_persona(session),
            curl=_first_command(session, world),
        )


def _persona(session: Session) -> personas.PersonaView | None:
    known = personas.all_of_them(session)
    return next((each for each in known if each.name == _PERSONA), known[0] if known else None)


def _first_command(session: Session, world: World) -> str:
    """Return a command that gets a token and verifies a persona; '' in a world without any.

    The secret stands in it only where everybody can work it out: on loopback, from the seed.
    """
    persona = _persona(session)
    if persona is None:
        return ""
    secret = agencies.secret(session, world, _CLIENT) if world.facts.secret is None else "$SECRET"
    token = (
        f'curl -s -u "{_CLIENT}:{secret}" -d grant_type=client_credentials'
        f" {world.issuer}/oidc/token | {_TOKEN_OF}"
    )
    claims = {"full_name": persona.full_name, "birth_date": persona.birth_date.isoformat()}
    question = {"number": persona.pin, "claims": claims, "purpose": "ekyc"}
    body = shlex.quote(json.dumps(question, ensure_ascii=False))
    return (
        f"TOKEN=$({token})\n"
        f"curl -s {world.issuer}/v1/verifications -H 'Content-Type: application/json' \\\n"
        f'  -H "Authorization: Bearer $TOKEN" -d {body}'
    )
