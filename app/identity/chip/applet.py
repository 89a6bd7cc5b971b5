"""The chip: what it answers to each command, and what it remembers between two of them.

A `Session` is everything that the chip remembers; the files and keys are the `Chip`'s and never
change. Whoever keeps sessions hands both over, with a source of randomness, and keeps the session
again. However wrong a command is, it is answered by a status word.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec

from app.identity import tlv
from app.identity.chip import active, apdu, bac, curve, files, kdf, pace, secure_messaging
from app.identity.chip.apdu import Command, Status, StatusError
from app.identity.chip.secure_messaging import Keys

if TYPE_CHECKING:
    from collections.abc import Callable

    Random = Callable[[int], bytes]

_P256: Final = curve.P256
_MASTER_FILE: Final = 0x3F00
#: Short file identifiers are the low byte of the long ones, in five bits (Doc 9303-10 §4.2).
_SHORT: Final = 0x1F
_CHAINED: Final = 0x10


class Chip(msgspec.Struct, frozen=True, eq=False):
    """A personalised chip: its files by identifier, its keys and what it prints to get at them.

    The private keys of a clone are not those that its files tell of.
    """

    serial: str
    files: Mapping[int, bytes]
    information: bytes
    can: str
    active_key: ec.EllipticCurvePrivateKey
    agreement_key: int


class Pace(msgspec.Struct):
    """PACE under way: how far it has come, and the chip's secrets so far; points are encoded."""

    password: bytes
    step: int = 0
    nonce: bytes = b""
    base: bytes = b""
    own: bytes = b""
    others: bytes = b""
    secret: bytes = b""


class Session(msgspec.Struct):
    """What a chip remembers while it is in the field. A new one knows nobody."""

    in_application: bool = False
    has_access: bool = False
    file: int | None = None
    challenge: bytes | None = None
    keys: Keys | None = None
    pace: Pace | None = None
    agrees: bool = False
    """Chip Authentication has been chosen."""
    next_keys: Keys | None = None
    """Come into force after the answer, which still goes out under the old ones."""


def answer(chip: Chip, session: Session, raw: bytes, random: Random) -> bytes:
    """Return the response to one command, and change the session as it changes the chip."""
    try:
        command = apdu.parse(raw)
    except StatusError as error:
        _end_secure_messaging(session)
        return apdu.response(error.status)
    if session.keys is not None and secure_messaging.is_protected(command):
        return _protected(chip, session, command, random)
    _end_secure_messaging(session)
    if secure_messaging.is_protected(command):
        return apdu.response(Status.SM_OBJECTS_MISSING)
    data, status = _carried_out(chip, session, command, random)
    _come_into_force(session)
    return apdu.response(status, data)


def _protected(chip: Chip, session: Session, outer: Command, random: Random) -> bytes:
    """Answer under secure messaging; an error of its own ends it (Doc 9303-11 §9.8.6)."""
    keys = session.keys
    assert keys is not None  # noqa: S101 - the caller has looked
    try:
        command = secure_messaging.unprotect_command(keys, outer)
    except StatusError as error:
        _end_secure_messaging(session)
        return apdu.response(error.status)
    data, status = _carried_out(chip, session, command, random)
    is_odd = command.ins % 2 == 1
    protected = secure_messaging.protect_response(keys, data, status, is_odd=is_odd)
    _come_into_force(session)
    return apdu.response(status, protected)


def _carried_out(
    chip: Chip, session: Session, command: Command, random: Random
) -> tuple[bytes, int]:
    if command.cla & ~_CHAINED:
        return b"", Status.CLASS_UNKNOWN
    does = _INSTRUCTIONS.get(command.ins)
    if does is None:
        return b"", Status.INSTRUCTION_UNKNOWN
    if command.cla and command.ins != _GENERAL_AUTHENTICATE:
        return b"", Status.CHAINING_NOT_SUPPORTED
    try:
        return does(chip, session, command, random)
    except StatusError as error:
        return b"", error.status


def _come_into_force(session: Session) -> None:
    if session.next_keys is not None:
        session.keys, session.next_keys = session.next_keys, None


def _end_secure_messaging(session: Session) -> None:
    """Forget who is there, and what was allowed to them; without a session nothing happens."""
    if session.keys is not None:
        session.keys = session.next_keys = session.file = None
        session.has_access = session.agrees = False


# Files


def _select(chip: Chip, session: Session, command: Command, _random: Random) -> tuple[bytes, int]:
    data = command.data
    if command.p1 == 0x04:
        if data != files.APPLICATION:
            raise StatusError(Status.NOT_FOUND)
        session.in_application, session.file = True, None
    elif command.p1 == 0x02:
        if len(data) != 2:
            raise StatusError(Status.WRONG_LENGTH)
        session.file = _reachable(chip, session, int.from_bytes(data, "big"))
    elif command.p1 == 0 and data in {b"", _MASTER_FILE.to_bytes(2, "big")}:
        session.in_application, session.file = False, None
    else:
        raise StatusError(Status.WRONG_PARAMETERS)
    return b"", Status.OK


def _reachable(chip: Chip, session: Session, file: int) -> int:
    """Return the file if there is one and the session may read it (Doc 9303-10 §3.11)."""
    if file == files.CARD_ACCESS:  # of the master file: before all access control
        return file
    if not session.in_application or file not in chip.files:
        raise StatusError(Status.NOT_FOUND)
    if not session.has_access or file == files.group_file(files.PROTECTED):
        raise StatusError(Status.NOT_ALLOWED)
    return file


def _read_binary(
    chip: Chip, session: Session, command: Command, _random: Random
) -> tuple[bytes, int]:
    p1, p2 = command.p1, command.p2
    if p1 & 0x80:
        session.file = _by_short_identifier(chip, session, p1)
        offset = p2
    else:
        offset = p1 << 8 | p2
    if command.data or command.le is None:
        raise StatusError(Status.WRONG_LENGTH)
    return _part(chip, session, offset, command.le)


def _read_binary_far(
    chip: Chip, session: Session, command: Command, _random: Random
) -> tuple[bytes, int]:
    """READ BINARY with its odd instruction: the offset is a data object (ISO/IEC 7816-4)."""
    identifier = command.p1 << 8 | command.p2
    if identifier:
        is_short = not command.p1 and identifier <= _SHORT
        session.file = (
            _by_short_identifier(chip, session, identifier)
            if is_short
            else _reachable(chip, session, identifier)
        )
    try:
        offset = int.from_bytes(tlv.only(command.data, 0x54), "big")
    except tlv.MalformedError:
        raise StatusError(Status.WRONG_DATA) from None
    if command.le is None:
        raise StatusError(Status.WRONG_LENGTH)
    data, status = _part(chip, session, offset, max(command.le - 4, 1))
    return tlv.encode(0x53, data), status


def _by_short_identifier(chip: Chip, session: Session, short: int) -> int:
    return _reachable(chip, session, 0x0100 | short & _SHORT)


def _part(chip: Chip, session: Session, offset: int, count: int) -> tuple[bytes, int]:
    if session.file is None:
        raise StatusError(Status.NO_CURRENT_FILE)
    content = chip.files[_reachable(chip, session, session.file)]
    if offset >= len(content):
        raise StatusError(Status.OUTSIDE_THE_FILE)
    data = content[offset : offset + count]
    is_whole = len(data) == count or count in {apdu.SHORT_MOST, apdu.EXTENDED_MOST}
    return data, Status.OK if is_whole else Status.END_OF_FILE


# Basic Access Control


def _get_challenge(
    _chip: Chip, session: Session, command: Command, random: Random
) -> tuple[bytes, int]:
    if command.data or command.le not in {bac.RND_BYTES, apdu.SHORT_MOST}:
        raise StatusError(Status.WRONG_LENGTH)
    session.challenge = random(bac.RND_BYTES)
    return session.challenge, Status.OK


def _external_authenticate(
    chip: Chip, session: Session, command: Command, random: Random
) -> tuple[bytes, int]:
    challenge, session.challenge = session.challenge, None  # good for one try
    if challenge is None or not session.in_application:
        raise StatusError(Status.CONDITIONS_NOT_SATISFIED)
    if len(command.data) != bac.TOKEN_BYTES:
        raise StatusError(Status.WRONG_LENGTH)
    try:
        token, keys = bac.answer(chip.information, challenge, random(bac.KEY_BYTES), command.data)
    except bac.RejectedError:
        raise StatusError(Status.NOT_AUTHENTICATED) from None
    session.next_keys, session.has_access = keys, True
    return token, Status.OK


# PACE and Chip Authentication


def _set_environment(
    chip: Chip, session: Session, command: Command, _random: Random
) -> tuple[bytes, int]:
    session.pace, session.agrees = None, False
    try:
        told = tlv.values(command.data)
    except tlv.MalformedError:
        raise StatusError(Status.WRONG_DATA) from None
    protocol = told.get(0x80)
    if (command.p1, command.p2) == (0xC1, 0xA4):
        if protocol != tlv.oid_value(pace.PROTOCOL):
            raise StatusError(Status.WRONG_DATA)
        session.pace = Pace(_password(chip, told.get(0x83, b"")))
    elif (command.p1, command.p2) == (0x41, 0xA4):
        if protocol != tlv.oid_value(files.CHIP_AUTHENTICATION):
            raise StatusError(Status.WRONG_DATA)
        if not (session.keys and session.in_application):
            raise StatusError(Status.NOT_ALLOWED)
        session.agrees = True
    else:
        raise StatusError(Status.WRONG_PARAMETERS)
    return b"", Status.OK


def _password(chip: Chip, reference: bytes) -> bytes:
    if reference == bytes((pace.MRZ_REFERENCE,)):
        return kdf.mrz_password(chip.information)
    if reference == bytes((pace.CAN_REFERENCE,)):
        return kdf.can_password(chip.can)
    raise StatusError(Status.REFERENCE_NOT_FOUND)


def _general_authenticate(
    chip: Chip, session: Session, command: Command, random: Random
) -> tuple[bytes, int]:
    """Take the next step of what MSE:Set AT has chosen; a wrong one ends it."""
    under_way, session.pace = session.pace, None
    agrees, session.agrees = session.agrees, False
    if command.p1 or command.p2:
        raise StatusError(Status.WRONG_PARAMETERS)
    try:
        told = tlv.values(tlv.only(command.data, 0x7C))
        if agrees:
            return _chip_authentication(chip, session, told)
        if under_way is None:
            raise StatusError(Status.CONDITIONS_NOT_SATISFIED)
        step = _PACE_STEPS[under_way.step]
        said = step(session, under_way, told, random)
    except ValueError:  # malformed, or a point that is none
        raise StatusError(Status.WRONG_DATA) from None
    under_way.step += 1
    if under_way.step < len(_PACE_STEPS):
        session.pace = under_way
    return tlv.encode(0x7C, said), Status.OK


def _pace_nonce(
    _session: Session, under_way: Pace, told: dict[int, bytes], random: Random
) -> bytes:
    if told:
        raise StatusError(Status.WRONG_DATA)
    under_way.nonce = random(pace.NONCE_BYTES)
    return tlv.encode(0x80, pace.encrypt_nonce(under_way.password, under_way.nonce))


def _pace_map(_session: Session, under_way: Pace, told: dict[int, bytes], random: Random) -> bytes:
    others = _point(told, 0x81)
    d = curve.scalar(_P256, random)
    under_way.base = curve.encode(_P256, pace.mapped_base(_P256, under_way.nonce, d, others))
    return tlv.encode(0x82, curve.encode(_P256, curve.multiply(_P256, d, _P256.base)))


def _pace_agree(
    _session: Session, under_way: Pace, told: dict[int, bytes], random: Random
) -> bytes:
    others = _point(told, 0x83)
    d = curve.scalar(_P256, random)
    own = curve.multiply(_P256, d, curve.decode(_P256, under_way.base))
    if own == others:  # a mirror (Doc 9303-11 §4.4.3.3)
        raise StatusError(Status.NOT_AUTHENTICATED)
    under_way.secret = curve.shared(_P256, d, others)
    under_way.own, under_way.others = (curve.encode(_P256, each) for each in (own, others))
    return tlv.encode(0x84, curve.encode(_P256, own))


def _pace_confirm(
    session: Session, under_way: Pace, told: dict[int, bytes], _random: Random
) -> bytes:
    keys = secure_messaging.after_agreement(under_way.secret)
    own, others = (curve.decode(_P256, each) for each in (under_way.own, under_way.others))
    expected = pace.token(_P256, keys.mac, own)
    if not hmac.compare_digest(told.get(0x85, b""), expected):
        raise StatusError(Status.NOT_AUTHENTICATED)
    session.next_keys, session.has_access = keys, True
    return tlv.encode(0x86, pace.token(_P256, keys.mac, others))


_PACE_STEPS: Final = (_pace_nonce, _pace_map, _pace_agree, _pace_confirm)


def _chip_authentication(
    chip: Chip, session: Session, told: dict[int, bytes]
) -> tuple[bytes, int]:
    secret = curve.shared(_P256, chip.agreement_key, _point(told, 0x80))
    session.next_keys = secure_messaging.after_agreement(secret)
    return tlv.encode(0x7C), Status.OK


def _point(told: dict[int, bytes], tag: int) -> tuple[int, int]:
    return curve.decode(_P256, told.get(tag, b""))


# Active Authentication


def _internal_authenticate(
    chip: Chip, session: Session, command: Command, _random: Random
) -> tuple[bytes, int]:
    if not (session.has_access and session.in_application):
        raise StatusError(Status.NOT_ALLOWED)
    if len(command.data) != active.CHALLENGE_BYTES:
        raise StatusError(Status.WRONG_LENGTH)
    return active.sign(chip.active_key, command.data), Status.OK


_GENERAL_AUTHENTICATE: Final = 0x86
_INSTRUCTIONS: Final = {
    0x22: _set_environment,
    0x82: _external_authenticate,
    0x84: _get_challenge,
    _GENERAL_AUTHENTICATE: _general_authenticate,
    0x88: _internal_authenticate,
    0xA4: _select,
    0xB0: _read_binary,
    0xB1: _read_binary_far,
}
