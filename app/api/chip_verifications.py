"""`/v1/chip-verifications`: what was read of a card's chip, verified and looked up.

It takes what readers' kits send: the number with the signer's certificate, or with EF.SOD, or with
EF.SOD and data groups; and a proof by Active Authentication over a challenge of ours.
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated

import msgspec
from fastapi import APIRouter, Response
from pydantic import ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from app.api import answers, exchanges, problems, schemas, writes
from app.api.callers import CallerDep
from app.api.dependencies import CallDep
from app.exchange import chip_evidence, chip_verification
from app.exchange.callers import CHIP
from app.exchange.chip_evidence import Evidence
from app.identity.chip import challenges, signed_object
from app.platform import clock

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.exchange.answered import Answered

router = APIRouter(tags=["chip"])

_BASE64 = r"^[A-Za-z0-9+/=\r\n\t ]+$"
_Sod = Annotated[
    str, Field(min_length=4, max_length=2 * signed_object.MOST_BYTES, pattern=_BASE64)
]
_Group = Annotated[
    str, Field(min_length=4, max_length=2 * chip_evidence.MOST_GROUP_BYTES, pattern=_BASE64)
]
_GroupNumber = Annotated[str, Field(pattern="^([1-9]|1[0-6])$")]
_Challenge = Annotated[str, Field(pattern="^[0-9A-Fa-f]{16}$")]


class ActiveProof(schemas.Strict):
    """What the chip answered to INTERNAL AUTHENTICATE with a challenge of ours; in hex."""

    challenge: _Challenge = Field(description="From `POST /v1/chip-challenges`.")
    signature: Annotated[str, Field(min_length=2, max_length=1_024, pattern="^([0-9A-Fa-f]{2})+$")]


class ChipVerificationRequest(schemas.Strict):
    """What was read of a chip: exactly one of `certificate` and `sod`."""

    model_config = ConfigDict(
        json_schema_extra={"oneOf": [{"required": ["certificate"]}, {"required": ["sod"]}]}
    )

    number: schemas.Number
    certificate: schemas.Maybe[
        Annotated[str, Field(min_length=4, max_length=4 * chip_evidence.MOST_CERTIFICATE_BYTES)]
    ] = Field(None, description="The signer's: PEM, base64 of PEM, or base64 of DER.")
    sod: schemas.Maybe[_Sod] = Field(None, description="EF.SOD in base64.")
    data_groups: schemas.Maybe[dict[_GroupNumber, _Group]] = Field(
        None, description="Files by the number of their data group, in base64; with `sod`."
    )
    active: schemas.Maybe[ActiveProof] = None
    face: schemas.Maybe[Annotated[str, Field(min_length=1, max_length=256)]] = Field(
        None, description="Template token of the face before the camera."
    )
    purpose: schemas.Slug = Field(description="A purpose of a grant: see `GET /v1/me`.")
    officer: schemas.Maybe[schemas.Reference] = None
    dossier: schemas.Maybe[schemas.Reference] = None
    consent: schemas.Maybe[schemas.Reference] = None
    signed: bool = Field(
        default=False, description="Answer as a JWS, like `Accept: application/jose`."
    )
    sealed: bool = schemas.SEALED

    @model_validator(mode="after")
    def _one_of_two(self) -> ChipVerificationRequest:
        if (self.certificate is None) == (self.sod is None):
            raise PydanticCustomError("one_of_two", "send either certificate or sod")
        if self.data_groups is not None and self.sod is None:
            raise PydanticCustomError("without_sod", "data_groups need sod")
        return self

    def evidence(self) -> Evidence:
        """Return it taken apart. Raises `chip-evidence-malformed`."""
        active = self.active
        return Evidence(
            certificate=None
            if self.certificate is None
            else chip_evidence.read_certificate(self.certificate),
            sod=None if self.sod is None else chip_evidence.read_sod(self.sod),
            groups={
                int(number): chip_evidence.read_base64(
                    f"data_groups.{number}", text, chip_evidence.MOST_GROUP_BYTES
                )
                for number, text in (self.data_groups or {}).items()
            },
            challenge=None if active is None else bytes.fromhex(active.challenge),
            signature=b"" if active is None else bytes.fromhex(active.signature),
            face=self.face,
        )


class ChipChallengeView(msgspec.Struct, frozen=True, kw_only=True):
    """Eight bytes in hex for the chip to sign, once, until `expires_at`."""

    challenge: str
    expires_at: dt.datetime
    simulated: bool = True


@router.post(
    "/v1/chip-challenges",
    status_code=201,
    responses={
        **problems.documented(401, 409),
        **answers.of(ChipChallengeView, status=201, description="Issued"),
    },
)
def issue_challenge(call: CallDep, caller: CallerDep) -> Response:
    """Issue a challenge for Active Authentication: good for one proof within 60 seconds."""

    def job(session: Session) -> Response:
        issued = challenges.issue(session, caller.client_id, now=clock.now())
        view = ChipChallengeView(challenge=issued.challenge.hex(), expires_at=issued.expires_at)
        return answers.json(view, status=201)

    return writes.once(call, caller.client_id, lambda: job)


@router.post(
    "/v1/chip-verifications",
    responses={
        **problems.documented(401, 403, 409, 429),
        **answers.of(chip_verification.ChipAnswer, more=exchanges.SIGNED),
    },
)
def verify_chip(call: CallDep, caller: CallerDep, asked: ChipVerificationRequest) -> Response:
    """Verify what was read of a chip, and say what the card and its holder are worth today.

    The answer names each check and its outcome; the table of verdicts says what they come to. The
    exchange is in the log before the answer leaves.
    """
    question = chip_verification.ChipQuestion(
        errand=exchanges.errand_of(call, asked),
        number=asked.number,
        evidence=asked.evidence(),
    )

    def tell(answered: Answered, _prepared: chip_verification.Prepared) -> Response:
        return exchanges.told(call, CHIP, answered, signed=asked.signed)

    return exchanges.put(call, caller, chip_verification, question, tell)
