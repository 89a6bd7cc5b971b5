"""`/control/v1/cards/{serial}/chip.zip`: the files of a card's chip, without reading it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response

from app.api import problems
from app.api.control.exports import ZIP
from app.api.control.operators import OF_WORLD
from app.api.dependencies import CallDep
from app.identity import cards, serials
from app.identity.chip import bundle, personalising

router = APIRouter(prefix="/control/v1/cards", tags=["control"], dependencies=[OF_WORLD])

_Serial = Annotated[str, Path(pattern=serials.PATTERN, description="The card's serial.")]


@router.get(
    "/{serial}/chip.zip",
    response_class=Response,
    responses={
        **problems.documented(401),
        200: {"content": {ZIP: {"schema": {"type": "string", "format": "binary"}}}},
    },
)
def download_chip(call: CallDep, serial: _Serial) -> Response:
    """Give the files of a card's chip as a ZIP, DG3 included; the same bytes each time."""
    with call.world.session() as session:
        card = cards.find(session, call.world, serial)
        chip = personalising.chip_of(session, call.world, card)
    return Response(bundle.write(chip, card.variant), media_type=ZIP)
