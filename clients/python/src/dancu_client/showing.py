"""What people hold and show: a card's chip, a document of the wallet, a code at a counter."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping

import msgspec

from dancu_client.answers import (
    ChipChallenge,
    ChipVerification,
    Presentation,
    PresentationRequest,
    Redemption,
)
from dancu_client.asking import NO_GROUND, Ground
from dancu_client.connection import Calls
from dancu_client.effects import Steps
from dancu_client.operations import operation


class ChipReading(msgspec.Struct, frozen=True, kw_only=True):
    """What a reader got from a chip: EF.SOD, data groups by number, its signature.

    `challenge` is the service's, `signature` the chip's over it (INTERNAL AUTHENTICATE).
    """

    sod: bytes
    groups: Mapping[int, bytes]
    challenge: bytes
    signature: bytes


class Showing(Calls):
    """Cards and documents, verified when they are shown."""

    @operation
    def chip_challenge(self) -> Steps[ChipChallenge]:
        """Return a challenge for a chip to sign: good once, and for sixty seconds."""
        return self._post("/v1/chip-challenges", {}, ChipChallenge)

    @operation
    def verify_chip(
        self, number: str, reading: ChipReading, *, purpose: str, ground: Ground = NO_GROUND
    ) -> Steps[ChipVerification]:
        """Ask what a card is worth whose chip was read."""
        body = {
            "number": number,
            "purpose": purpose,
            **msgspec.structs.asdict(ground),
            "sod": _text(reading.sod),
            "data_groups": {str(each): _text(data) for each, data in reading.groups.items()},
            "active": {
                "challenge": reading.challenge.hex(),
                "signature": reading.signature.hex(),
            },
        }
        return self._logged("/v1/chip-verifications", body, ChipVerification)

    @operation
    def ask_presentation(
        self,
        documents: Iterable[str],
        claims: Iterable[str],
        *,
        purpose: str,
        number: str | None = None,
        ground: Ground = NO_GROUND,
    ) -> Steps[PresentationRequest]:
        """Ask to be shown one of these documents; with `number` on that person's phone."""
        body = {
            "documents": list(documents),
            "claims": list(claims),
            "purpose": purpose,
            "number": number,
            **msgspec.structs.asdict(ground),
        }
        return self._post("/v1/presentation-requests", body, PresentationRequest)

    @operation
    def presentation_request(self, request_id: str) -> Steps[PresentationRequest]:
        """Return how a request stands: whether its holder has decided."""
        return self._get(f"/v1/presentation-requests/{request_id}", PresentationRequest)

    @operation
    def take_presentation(
        self, request_id: str, presentation: str | None = None, *, ground: Ground = NO_GROUND
    ) -> Steps[Presentation]:
        """Have a presentation verified, or what the phone that was asked shows. Once a request."""
        body = {
            "request": request_id,
            "presentation": presentation,
            **msgspec.structs.asdict(ground),
        }
        return self._logged("/v1/presentations", body, Presentation)

    @operation
    def redeem_share_code(
        self, code: str, *, purpose: str, ground: Ground = NO_GROUND
    ) -> Steps[Redemption]:
        """Redeem the code, or the text of the QR code, that a holder shows: once."""
        body = {
            "code": code,
            "purpose": purpose,
            "officer": ground.officer,
            "dossier": ground.dossier,
        }
        return self._logged("/v1/share-codes/redemptions", body, Redemption)


def _text(data: bytes) -> str:
    return base64.b64encode(data).decode()
