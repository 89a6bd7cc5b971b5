"""Cards of personas, and how a test reads and verifies them over HTTP."""

from __future__ import annotations

import base64
import secrets

from app.identity import cards
from app.identity.chip import active, files, personalising, reader
from app.sandbox import personas

#: The expected outcome of each persona's card, read whole and verified: IDENTITY's table.
EXPECTED = {
    "chip-genuine": "genuine",
    "card-2021": "genuine",
    "card-under-6": "genuine",
    "chip-cloned": "clone",
    "chip-tampered": "tampered",
    "chip-untrusted-signer": "untrusted_signer",
    "chip-revoked-signer": "revoked_signer",
    "card-expired": "expired",
    "card-lost": "lost",
    "card-held": "held",
    "card-damaged": "damaged",
    "card-revoked": "revoked",
    "card-superseded": "superseded",
    "deceased": "holder_deceased",
}


def card_of(world, persona):
    """The persona's first card: for `card-superseded` the one that was replaced."""
    with world.session() as session:
        citizen_id = personas.find(session, persona).citizen_id
        return cards.of_citizen(session, citizen_id, world.today)[0]


def chip_of(world, card):
    with world.session() as session:
        return personalising.chip_of(session, world, card)


def can(card):
    return reader.Key("can", cards.access_number(card).encode())


def opened(client, headers, serial):
    """A session over HTTP, as a reader's transport."""
    answer = client.post(f"/v1/cards/{serial}/sessions", headers=headers)
    assert answer.status_code == 201, answer.text
    address = f"/v1/cards/{serial}/sessions/{answer.json()['id']}/apdu"

    def transport(commands):
        body = {"apdus": [command.hex() for command in commands]}
        answer = client.post(address, headers=headers, json=body)
        assert answer.status_code == 200, answer.text
        return [bytes.fromhex(each) for each in answer.json()["responses"]]

    return transport


def read(client, headers, world, card, *, key=None, challenge=None):
    transport = opened(client, headers, cards.serial(world, card))
    return reader.read(transport, key or can(card), secrets.token_bytes, challenge=challenge)


def challenge(client, headers):
    answer = client.post("/v1/chip-challenges", headers=headers)
    assert answer.status_code == 201, answer.text
    return bytes.fromhex(answer.json()["challenge"])


def text(data):
    return base64.b64encode(data).decode()


def whole(card, reading, **more):
    """The body of a verification of all that was read."""
    return {
        "number": card.number,
        "purpose": "ekyc",
        "sod": text(reading.sod),
        "data_groups": {str(number): text(data) for number, data in reading.groups.items()},
        "active": {
            "challenge": reading.challenge.hex(),
            "signature": reading.signature.hex(),
        },
        **more,
    }


def proved(chip, card, challenged, **more):
    """The body of a verification without reading: EF.SOD, and the chip's own signature."""
    return {
        "number": card.number,
        "purpose": "ekyc",
        "sod": text(chip.files[files.SOD]),
        "active": {
            "challenge": challenged.hex(),
            "signature": active.sign(chip.active_key, challenged).hex(),
        },
        **more,
    }
