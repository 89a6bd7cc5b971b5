"""`dancu chip …`: a card's chip read over a running server, checked here, and verified there."""

from __future__ import annotations

import secrets
from base64 import b64encode
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import msgspec
import typer

from app.cli import chip_cards, held_cards, tokens
from app.cli.failing import CommandError
from app.cli.options import Json, SecretOption, ServerOption, WorldOption
from app.cli.telling import Teller
from app.cli.verifying import DEFAULT_CLIENT, Client

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from app.cli.chip_cards import Card
    from app.cli.remote import Remote
    from app.identity.chip.passive import Passive
    from app.identity.chip.reader import Key, Reading

_CHALLENGE_BYTES: Final = 8

app = typer.Typer(help="Read a card's chip; have it verified.", no_args_is_help=True)

Which = Annotated[
    str,
    typer.Argument(metavar=held_cards.METAVAR, help=held_cards.HELP),
]
Can = Annotated[str | None, typer.Option("--can", help="Open it by PACE with this CAN.")]
Mrz = Annotated[
    str | None,
    typer.Option("--mrz", help="Open it by PACE with these three lines, joined by spaces."),
]
Bac = Annotated[bool, typer.Option("--bac", help="Open it by Basic Access Control (the MRZ).")]
Out = Annotated[
    Path | None, typer.Option("--out", metavar="DIR", help="Write the files that were read.")
]
Face = Annotated[
    str | None, typer.Option("--face", metavar="TOKEN", help="Template token of a face.")
]
ForChallenge = Annotated[
    str | None,
    typer.Option(
        "--challenge", metavar="HEX", help="Have the chip sign this challenge of the service."
    ),
]
Purpose = Annotated[
    str | None, typer.Option("--purpose", help="Default: the client's first that allows it.")
]


class _Opened(msgspec.Struct, frozen=True):
    id: str


class _Answers(msgspec.Struct, frozen=True):
    responses: list[str]


class _Challenge(msgspec.Struct, frozen=True):
    challenge: str


class _Index(msgspec.Struct, frozen=True):
    objects: list[_Object]


class _Object(msgspec.Struct, frozen=True):
    address: str


class _Signed(msgspec.Struct, frozen=True):
    """A challenge and the chip's signature over it, in hex."""

    challenge: str
    signature: str


class _Read(msgspec.Struct, frozen=True, kw_only=True):
    """What `read` says with `--json`; `groups` by number, files in base64.

    `sod`, `groups` and `active` are what a chip verification is asked with.
    """

    serial: str
    access: str
    apdus: int
    sod: str
    groups: dict[str, str]
    active: _Signed
    hashes: dict[str, str]
    signature: str
    chain: str
    revocation: str
    active_authentication: bool
    chip_authentication: bool | None
    refused: dict[str, str]
    texts: dict[str, list[str]]


@app.command("read")
def read(
    which: Which,
    can: Can = None,
    mrz: Mrz = None,
    bac: Bac = False,
    out: Out = None,
    challenge: ForChallenge = None,
    client: Client = DEFAULT_CLIENT,
    world: WorldOption = None,
    server: ServerOption = None,
    secret: SecretOption = None,
    json: Json = False,
) -> None:
    """Read a card's chip whole, as an inspection system does, and check what was read.

    Talks to a running server. Without --can, --mrz and --bac it opens the card by PACE with the
    CAN that is printed on it.
    """
    card = chip_cards.find(which, world, with_zone=bac and mrz is None)
    key = chip_cards.key(card, can, mrz, bac=bac)
    with tokens.as_system(client, world=world, server=server, secret=secret) as (asked, token):
        reading = _reading(asked, token, card, key, _challenge(challenge))
        found = _checked(asked, reading)
    if out is not None:
        _write(out, reading)
    _tell(Teller(as_json=json), _result(card, key, reading, found))


@app.command("verify")
def verify(
    which: Which,
    can: Can = None,
    mrz: Mrz = None,
    bac: Bac = False,
    face: Face = None,
    purpose: Purpose = None,
    client: Client = DEFAULT_CLIENT,
    world: WorldOption = None,
    server: ServerOption = None,
    secret: SecretOption = None,
    json: Json = False,
) -> None:
    """Read a card's chip with a challenge of the service, and have the service verify it.

    Talks to a running server, which answers what the card and its holder are worth today.
    """
    from app.exchange.chip_verification import ChipAnswer

    card = chip_cards.find(which, world, with_zone=bac and mrz is None)
    key = chip_cards.key(card, can, mrz, bac=bac)
    with tokens.as_system(client, world=world, server=server, secret=secret) as (asked, token):
        issued = asked.post("/v1/chip-challenges", None, _Challenge, token)
        reading = _reading(asked, token, card, key, bytes.fromhex(issued.challenge))
        body = {
            "number": _number(reading),
            "purpose": purpose or _purpose(asked, token, client),
            "sod": _text(reading.sod),
            "data_groups": {str(number): _text(data) for number, data in reading.groups.items()},
            "active": {"challenge": issued.challenge, "signature": reading.signature.hex()},
        }
        if not reading.signature:
            del body["active"]
        if face is not None:
            body["face"] = face
        answer = asked.post("/v1/chip-verifications", body, ChipAnswer, token)
    checks = answer.checks
    Teller(as_json=json).record(
        answer,
        {
            "outcome": answer.outcome,
            "passive": f"{_hashes(checks.passive.groups)}; signature {checks.passive.signature}; "
            f"chain {checks.passive.chain}; revocation {checks.passive.revocation}",
            "active": checks.active,
            "card": checks.card,
            "person": checks.person,
            "face": None
            if checks.face is None
            else f"{checks.face.verdict}, score {checks.face.score} of {checks.face.threshold}",
            "leaf": f"{answer.leaf.seq:,} of {answer.leaf.log}",
            "request": answer.request_id,
        },
    )


def _challenge(said: str | None) -> bytes | None:
    """Read a challenge as the service gives it: eight bytes in hex."""
    if said is None:
        return None
    try:
        challenge = bytes.fromhex(said)
    except ValueError:
        challenge = b""
    if len(challenge) != _CHALLENGE_BYTES:
        raise CommandError(
            "that is no challenge",
            "Give the sixteen hex digits that `POST /v1/chip-challenges` gave.",
            code="challenge-wrong",
        )
    return challenge


def _reading(
    asked: Remote, token: str, card: Card, key: Key, challenge: bytes | None = None
) -> Reading:
    from app.identity.chip import reader

    sessions = f"/v1/cards/{card.serial}/sessions"
    opened = asked.post(sessions, None, _Opened, token)

    def transport(commands: Sequence[bytes]) -> list[bytes]:
        body = {"apdus": [command.hex() for command in commands]}
        answered = asked.post(f"{sessions}/{opened.id}/apdu", body, _Answers, token)
        return [bytes.fromhex(response) for response in answered.responses]

    try:
        return reader.read(transport, key, secrets.token_bytes, challenge=challenge)
    except reader.AccessRefusedError as error:
        raise CommandError(
            str(error),
            "Look at the card again: CAN and MRZ are printed on it.",
            code="chip-closed",
        ) from None
    except reader.ReadingError as error:
        raise CommandError(
            f"the chip cannot be read: {error}", "Open another session.", code="chip-unreadable"
        ) from None


def _checked(asked: Remote, reading: Reading) -> Passive:
    """Verify what was read by the authority's certificates and revocations, here.

    The revocations are of the world's day, so they tell which day it is there.
    """
    from cryptography import x509

    from app.identity.chip import passive, signed_object

    anchors = x509.load_pem_x509_certificates(asked.download("/pki/csca.pem"))
    names = [each.address.rpartition("/")[2] for each in asked.get("/pki", _Index).objects]
    crls = [
        x509.load_der_x509_crl(asked.download(f"/pki/{name}"))
        for name in names
        if name.endswith(".crl")
    ]
    today = crls[0].last_update_utc.date()
    believed = passive.believe(anchors, crls)
    return passive.verify(signed_object.read(reading.sod), reading.groups, believed, today)


def _result(card: Card, key: Key, reading: Reading, found: Passive) -> _Read:
    from app.identity.chip import active, files

    groups = reading.groups
    is_signed = 15 in groups and active.is_signed(
        files.read_dg15(groups[15]), reading.challenge, reading.signature
    )
    texts = files.read_dg13(groups[13]) if 13 in groups else {}
    return _Read(
        serial=card.serial,
        access={"can": "PACE with the CAN", "mrz": "PACE with the MRZ", "bac": "BAC"}[key.kind],
        apdus=reading.apdus,
        sod=_text(reading.sod),
        active=_Signed(reading.challenge.hex(), reading.signature.hex()),
        groups={str(number): _text(data) for number, data in groups.items()},
        hashes={str(number): each for number, each in found.groups.items()},
        signature=found.signature,
        chain=found.signer.chain,
        revocation=found.signer.revocation,
        active_authentication=is_signed,
        chip_authentication=reading.is_chip,
        refused={str(number): f"{status:04X}" for number, status in reading.refused.items()},
        texts={str(number): list(text) for number, text in texts.items()},
    )


def _tell(teller: Teller, told: _Read) -> None:
    from app.identity.chip.files import DG13

    refused = (f"DG{number} ({status})" for number, status in told.refused.items())
    teller.record(
        told,
        {
            "card": told.serial,
            "opened by": f"{told.access}, {told.apdus} APDUs",
            "data groups": _hashes(told.hashes),
            "not given": ", ".join(refused),
            "signature": told.signature,
            "chain": told.chain,
            "revocation": told.revocation,
            "active authentication": "holds" if told.active_authentication else "FAILS: a clone?",
            "chip authentication": "holds" if told.chip_authentication else "FAILS: a clone?",
            **{
                label: "; ".join(filter(None, told.texts.get(str(number), ())))
                for number, label in enumerate(DG13, 1)
            },
        },
    )


def _write(folder: Path, reading: Reading) -> None:
    from app.identity.chip import bundle, files

    folder.mkdir(parents=True, exist_ok=True)
    read = {files.COM: reading.com, files.SOD: reading.sod}
    read |= {files.group_file(number): data for number, data in reading.groups.items()}
    for file, data in read.items():
        (folder / bundle.NAMES[file]).write_bytes(data)


def _purpose(asked: Remote, token: str, client: str) -> str:
    from app.cli.verifying import Me
    from app.exchange.callers import CHIP

    for grant in asked.get("/v1/me", Me, token).grants:
        if grant.service == CHIP and grant.in_force and grant.asks_for_nothing():
            return grant.purpose
    raise CommandError(
        f"no grant of {client} lets it verify chips",
        f"`dancu agency show {client}` lists its grants; banks and telcos have one.",
        code="purpose-not-found",
    )


def _number(reading: Reading) -> str:
    from app.identity import mrz
    from app.identity.chip import files

    return mrz.parse(files.read_dg1(reading.groups[1])).number


def _hashes(found: Mapping[str, str]) -> str:
    return ", ".join(f"DG{number} {each}" for number, each in found.items()) or "–"


def _text(data: bytes) -> str:
    return b64encode(data).decode()
