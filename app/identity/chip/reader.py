"""Reading a chip as an inspection system does, by BAC or PACE, whatever carries the APDUs.

How a card is read:
1. Access: PACE with the CAN or the MRZ, or Basic Access Control.
2. Every data group that EF.COM names, EF.COM and EF.SOD themselves.
3. Active Authentication over a challenge.
4. Chip Authentication with the key in DG14; a clone does not know its private key, so the line to
   it breaks here. That is why it comes last.

What was read is not verified here: `passive` and `active` do that.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from app.identity import tlv
from app.identity.chip import active, apdu, bac, curve, files, kdf, pace, secure_messaging
from app.identity.chip.apdu import Command, Status

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.identity.chip.curve import Point
    from app.identity.chip.secure_messaging import Keys

#: Takes APDUs in order and returns the responses to them: a reader's cable.
Transport: TypeAlias = Callable[[Sequence[bytes]], Sequence[bytes]]
Random: TypeAlias = Callable[[int], bytes]

#: Bytes asked for at once: with secure messaging's own they fit a short response.
CHUNK: Final = 0xDF
#: Beyond this, what the chip says of a file's length is not believed.
_LONGEST_FILE: Final = 65_536
#: APDUs handed over at once.
MOST_AT_ONCE: Final = 64
_P256: Final = curve.P256
_SELECTION: Final = (Command(0, 0xA4, 0x04, 0x0C, files.APPLICATION),)


@dataclass(frozen=True, slots=True)
class Key:
    """What opens a chip: the MRZ's information for `bac` and `mrz`, six digits for `can`."""

    kind: Literal["bac", "mrz", "can"]
    secret: bytes


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read. `refused` are data groups that the chip does not give, with its status.

    `signature` is the chip's over `challenge`, empty where it would not sign; `is_chip` whether
    Chip Authentication held, None where DG14 has no key for it. `apdus` counts the commands.
    """

    com: bytes
    sod: bytes
    groups: dict[int, bytes]
    refused: dict[int, int]
    challenge: bytes
    signature: bytes
    is_chip: bool | None
    apdus: int


class ReadingError(Exception):
    """The chip cannot be read; `status` is what it said, None where that makes no sense."""

    def __init__(self, what: str, status: int | None = None) -> None:
        said = "" if status is None else f" (status {status:04X})"
        super().__init__(what + said)
        self.status = status


class AccessRefusedError(ReadingError):
    """The CAN or MRZ is not this card's."""


@dataclass(slots=True)
class _Line:
    """A transport with secure messaging over it, once there are keys."""

    transport: Transport
    keys: Keys | None = None
    apdus: int = field(default=0)

    def send(self, commands: Sequence[Command]) -> list[tuple[bytes, int]]:
        """Send commands in one go; return the data and status of each."""
        keys = self.keys
        sent = commands
        counter = 0
        if keys is not None:
            counter = keys.ssc
            sent = []
            for command in commands:
                sent.append(secure_messaging.protect_command(keys, command))
                keys.ssc += 1  # the response's turn
        answers = self.transport([command.encode() for command in sent])
        self.apdus += len(sent)
        if len(answers) != len(sent):
            raise ReadingError("not every command was answered")
        if keys is None:
            return [_plain(raw) for raw in answers]
        keys.ssc = counter
        return [_unprotected(keys, raw) for raw in answers]

    def ask(self, *commands: Command) -> list[bytes]:
        """Send commands that have to succeed."""
        answers = self.send(commands)
        for _, status in answers:
            if status != Status.OK:
                raise ReadingError("the chip refuses a command", status)
        return [data for data, _ in answers]


def read(
    transport: Transport, key: Key, random: Random, *, challenge: bytes | None = None
) -> Reading:
    """Read a whole card; raise `AccessRefusedError` or another `ReadingError`.

    `challenge` is what the chip is to sign, 8 bytes; a random one if it is None.
    """
    line = _Line(transport)
    try:
        return _read(line, key, random, challenge or random(active.CHALLENGE_BYTES))
    except secure_messaging.BrokenError as error:
        raise ReadingError("secure messaging broke off") from error
    except ValueError as error:
        raise ReadingError(f"the chip's answer makes no sense: {error}") from error


def _read(line: _Line, key: Key, random: Random, challenge: bytes) -> Reading:
    # 1.
    is_basic = key.kind == "bac"
    line.keys = (_basic_access if is_basic else _pace)(line, key, random)
    # 2.
    first = () if is_basic else _SELECTION
    _, listed = _read_files(line, [files.COM], first=first)[files.COM]
    numbers = _listed(listed)
    found = _read_files(line, [files.SOD, *map(files.group_file, numbers)])
    groups = {number: found[files.group_file(number)] for number in numbers}
    # 3.
    signature = _signature(line, challenge)
    # 4.
    authentic = {number: data for number, (status, data) in groups.items() if status == Status.OK}
    return Reading(
        com=listed,
        sod=found[files.SOD][1],
        groups=authentic,
        refused={number: status for number, (status, _) in groups.items() if status != Status.OK},
        challenge=challenge,
        signature=signature,
        is_chip=_chip_authentication(line, authentic.get(14), random),
        apdus=line.apdus,
    )


# Access


def _basic_access(line: _Line, key: Key, random: Random) -> Keys:
    information = key.secret
    _, rnd_ic = line.ask(*_SELECTION, Command(0, 0x84, 0, 0, le=bac.RND_BYTES))
    rnd_ifd, k_ifd = random(bac.RND_BYTES), random(bac.KEY_BYTES)
    token = bac.reader_token(information, rnd_ifd, rnd_ic, k_ifd)
    [(answer, status)] = line.send([Command(0, 0x82, 0, 0, token, bac.TOKEN_BYTES)])
    if status != Status.OK:
        raise AccessRefusedError("the MRZ does not open this card", status)
    try:
        return bac.finish(information, rnd_ifd, k_ifd, answer)
    except bac.RejectedError:
        raise AccessRefusedError("the chip does not know its own MRZ") from None


def _pace(line: _Line, key: Key, random: Random) -> Keys:
    """Run PACE as EF.CardAccess says (Doc 9303-11 §4.4)."""
    status, access = _read_files(line, [files.CARD_ACCESS])[files.CARD_ACCESS]
    if status != Status.OK or tlv.oid_value(pace.PROTOCOL) not in access:
        raise ReadingError("the chip does not offer PACE with ECDH and AES-128", status)
    by_can = key.kind == "can"
    reference = pace.CAN_REFERENCE if by_can else pace.MRZ_REFERENCE
    password = key.secret if by_can else kdf.mrz_password(key.secret)
    told = tlv.encode(0x80, tlv.oid_value(pace.PROTOCOL)) + tlv.encode(0x83, bytes((reference,)))
    chosen = Command(0, 0x22, 0xC1, 0xA4, told)
    _, enciphered = line.ask(chosen, _step_command(b"", is_last=False))
    nonce = pace.decrypt_nonce(password, _said(enciphered, 0x80))
    d = curve.scalar(_P256, random)
    theirs = _exchange(line, 0x81, curve.multiply(_P256, d, _P256.base))
    base = pace.mapped_base(_P256, nonce, d, theirs)
    d = curve.scalar(_P256, random)
    own = curve.multiply(_P256, d, base)
    theirs = _exchange(line, 0x83, own)
    keys = secure_messaging.after_agreement(curve.shared(_P256, d, theirs))
    token = tlv.encode(0x85, pace.token(_P256, keys.mac, theirs))
    answer = _step(line, token, 0x86, is_last=True)
    if theirs == own or answer != pace.token(_P256, keys.mac, own):
        raise AccessRefusedError("the chip does not know its own password")
    return keys


def _exchange(line: _Line, tag: int, own: Point) -> Point:
    answer = _step(line, tlv.encode(tag, curve.encode(_P256, own)), tag + 1)
    return curve.decode(_P256, answer)


def _step(line: _Line, said: bytes, expected: int, *, is_last: bool = False) -> bytes:
    [(data, status)] = line.send([_step_command(said, is_last=is_last)])
    if status == Status.NOT_AUTHENTICATED:
        raise AccessRefusedError("the CAN or MRZ does not open this card", status)
    if status != Status.OK:
        raise ReadingError("the chip refuses a step of PACE", status)
    return _said(data, expected)


def _step_command(said: bytes, *, is_last: bool) -> Command:
    return Command(0 if is_last else 0x10, 0x86, 0, 0, tlv.encode(0x7C, said), 256)


def _said(data: bytes, expected: int) -> bytes:
    return tlv.only(tlv.only(data, 0x7C), expected)


# Files


def _select(file: int) -> Command:
    return Command(0, 0xA4, 0x02, 0x0C, file.to_bytes(2, "big"))


def _read_files(
    line: _Line, wanted: Sequence[int], *, first: Sequence[Command] = ()
) -> dict[int, tuple[int, bytes]]:
    """Return status and content of each file: all beginnings, then the rest of the longer ones.

    `first` are commands that go before them.
    """
    beginnings = [
        command for file in wanted for command in (_select(file), Command(0, 0xB0, 0, 0, le=CHUNK))
    ]
    answers = _in_turns(line, [*first, *beginnings])[len(first) :]
    found, rest = {}, []
    for place, file in enumerate(wanted):
        (_, selected), (head, status) = answers[2 * place], answers[2 * place + 1]
        if selected != Status.OK:
            found[file] = (selected, b"")
        elif status not in {Status.OK, Status.END_OF_FILE}:
            found[file] = (status, b"")
        else:
            found[file] = (int(Status.OK), head)
            if reads := list(_chunks(head)):
                rest.append((file, reads))
    commands = [command for file, reads in rest for command in (_select(file), *reads)]
    parts = iter(_in_turns(line, commands))
    for file, reads in rest:
        next(parts)
        body = [next(parts) for _ in reads]
        if any(status != Status.OK for _, status in body):
            raise ReadingError("a file ends before its length")
        found[file] = (found[file][0], found[file][1] + b"".join(data for data, _ in body))
    return found


def _chunks(head: bytes) -> Iterable[Command]:
    """Give the commands that read what follows the first bytes of a file."""
    size = tlv.whole_length(head)
    if size > min(_LONGEST_FILE, 0x7FFF):
        raise ReadingError("a file is longer than is believed")
    for offset in range(len(head), size, CHUNK):
        count = min(CHUNK, size - offset)
        yield Command(0, 0xB0, offset >> 8, offset & 0xFF, le=count)


def _in_turns(line: _Line, commands: Sequence[Command]) -> list[tuple[bytes, int]]:
    return [
        answer
        for start in range(0, len(commands), MOST_AT_ONCE)
        for answer in line.send(commands[start : start + MOST_AT_ONCE])
    ]


def _listed(com: bytes) -> list[int]:
    """Return the numbers of the data groups that EF.COM names."""
    tags = tlv.values(tlv.only(com, 0x60)).get(0x5C, b"")
    numbers = {tag: number for number, tag in files.TAGS.items()}
    return [numbers[tag] for tag in tags if tag in numbers]


# The chip itself


def _signature(line: _Line, challenge: bytes) -> bytes:
    [(data, status)] = line.send([Command(0, 0x88, 0, 0, challenge, 256)])
    return data if status == Status.OK else b""


def _chip_authentication(line: _Line, dg14: bytes | None, random: Random) -> bool | None:
    """Agree on new keys with the key in DG14, and see whether the chip has them, too."""
    if dg14 is None:
        return None
    try:
        theirs = files.read_dg14(dg14)
    except ValueError:
        return None
    d = curve.scalar(_P256, random)
    own = curve.encode(_P256, curve.multiply(_P256, d, _P256.base))
    chosen = Command(
        0, 0x22, 0x41, 0xA4, tlv.encode(0x80, tlv.oid_value(files.CHIP_AUTHENTICATION))
    )
    agreed = Command(0, 0x86, 0, 0, tlv.encode(0x7C, tlv.encode(0x80, own)), 256)
    if [status for _, status in line.send([chosen, agreed])] != [Status.OK, Status.OK]:
        return False
    line.keys = secure_messaging.after_agreement(curve.shared(_P256, d, theirs))
    try:
        [(_, status)] = line.send([_select(files.COM)])
    except secure_messaging.BrokenError:
        return False
    return status == Status.OK


def _plain(raw: bytes) -> tuple[bytes, int]:
    return apdu.read_response(raw)


def _unprotected(keys: Keys, raw: bytes) -> tuple[bytes, int]:
    protected, _ = apdu.read_response(raw)
    keys.ssc += 1  # the command's turn
    return secure_messaging.unprotect_response(keys, protected)
