"""`/v1/cards/{serial}/sessions`: a card in a reader's field, asked by APDUs as a real one is.

A reader is a reader: any connected system's token opens a session, and so does the operator's.
Nothing of the registry is given out here, only what is on a chip to whoever has its CAN or MRZ; so
there is no leaf, as there is none when a real card lies on a real reader.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated

import msgspec
from fastapi import APIRouter, Path, Response
from pydantic import Field

from app.api import answers, problems, schemas, writes
from app.api.dependencies import CallDep
from app.api.readers import ReaderDep
from app.identity import cards, serials
from app.identity.chip import personalising, reader, sessions
from app.platform import clock

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

router = APIRouter(prefix="/v1/cards", tags=["chip"])

#: Hex digits of one command: data of 2,000 bytes, which no command of this chip comes near.
LONGEST_APDU = 4_096
_Serial = Annotated[str, Path(pattern=serials.PATTERN, description="The card's serial.")]
_SessionId = Annotated[str, Path(pattern="^[0-9a-f]{32}$")]
_Apdu = Annotated[
    str,
    Field(
        min_length=2,
        max_length=LONGEST_APDU,
        pattern="^([0-9A-Fa-f]{2})+$",
        examples=["00A4040C07A0000002471001"],
    ),
]


class ChipSessionView(msgspec.Struct, frozen=True, kw_only=True):
    """A session: send APDUs to `…/sessions/{id}/apdu` until `expires_at`."""

    id: str
    expires_at: dt.datetime
    simulated: bool = True


class Apdus(schemas.Strict):
    """Commands in hex, answered one after the other."""

    apdus: list[_Apdu] = Field(min_length=1, max_length=reader.MOST_AT_ONCE)


class ApduAnswers(msgspec.Struct, frozen=True, kw_only=True):
    """The responses in hex, in the order of the commands; each ends with its status word."""

    responses: list[str]
    simulated: bool = True


@router.post(
    "/{serial}/sessions",
    status_code=201,
    responses={
        **problems.documented(401, 409, 429),
        **answers.of(ChipSessionView, status=201, description="Opened"),
    },
)
def open_session(call: CallDep, who: ReaderDep, serial: _Serial) -> Response:
    """Put a card into a reader's field. The chip knows nobody yet."""

    def begin() -> writes.Job:
        with call.world.session() as session:
            card = cards.find(session, call.world, serial)
            personalising.chip_of(session, call.world, card)  # the slow part, beside the writer

        def job(session: Session) -> Response:
            opened = sessions.begin(session, card, who, now=clock.now())
            view = ChipSessionView(id=opened.id, expires_at=opened.expires_at)
            return answers.json(view, status=201)

        return job

    return writes.once(call, who, begin)


@router.post(
    "/{serial}/sessions/{session_id}/apdu",
    responses={**problems.documented(401, 409), **answers.of(ApduAnswers)},
)
def send_apdus(
    call: CallDep, who: ReaderDep, serial: _Serial, session_id: _SessionId, asked: Apdus
) -> Response:
    """Send commands to the chip and get its responses.

    What is wrong with a command the chip says, by its status word: 6982 without access, 6300 for
    a wrong CAN or MRZ, 6988 where secure messaging is broken.
    """

    def begin() -> writes.Job:
        with call.world.session() as session:
            card = cards.find(session, call.world, serial)
            kept = sessions.load(session, call.world, card, session_id, who, now=clock.now())
        responses = sessions.transmit(kept, [bytes.fromhex(apdu) for apdu in asked.apdus])

        def job(session: Session) -> Response:
            sessions.save(session, kept)
            return answers.json(ApduAnswers(responses=[each.hex() for each in responses]))

        return job

    return writes.once(call, who, begin)
