"""Commands and responses as ISO/IEC 7816-4 §5.1 puts them into bytes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

#: Of a short and of an extended Le that is written as zeros: as much as there is.
SHORT_MOST, EXTENDED_MOST = 256, 65_536
_HEADER = 4


class Status(IntEnum):
    """Status words, SW1 ‖ SW2 (ISO/IEC 7816-4 §5.1.3; Doc 9303-11 names those of each command)."""

    OK = 0x9000
    END_OF_FILE = 0x6282
    NOT_AUTHENTICATED = 0x6300
    WRONG_LENGTH = 0x6700
    CHAINING_NOT_SUPPORTED = 0x6884
    NOT_ALLOWED = 0x6982
    CONDITIONS_NOT_SATISFIED = 0x6985
    NO_CURRENT_FILE = 0x6986
    SM_OBJECTS_MISSING = 0x6987
    SM_OBJECTS_INCORRECT = 0x6988
    WRONG_DATA = 0x6A80
    NOT_FOUND = 0x6A82
    WRONG_PARAMETERS = 0x6A86
    REFERENCE_NOT_FOUND = 0x6A88
    OUTSIDE_THE_FILE = 0x6B00
    INSTRUCTION_UNKNOWN = 0x6D00
    CLASS_UNKNOWN = 0x6E00


class StatusError(Exception):
    """The chip refuses a command with this status."""

    def __init__(self, status: Status) -> None:
        super().__init__(f"{status:04X}")
        self.status = status


@dataclass(frozen=True, slots=True)
class Command:
    """A command; `le` is how many bytes the answer may have, None where none is expected."""

    cla: int
    ins: int
    p1: int
    p2: int
    data: bytes = b""
    le: int | None = None

    @property
    def header(self) -> bytes:
        """CLA INS P1 P2."""
        return bytes((self.cla, self.ins, self.p1, self.p2))

    def encode(self) -> bytes:
        """Return the bytes, with extended lengths only where short ones do not do."""
        is_short = len(self.data) < SHORT_MOST and (self.le is None or self.le <= SHORT_MOST)
        if is_short:
            lc = bytes((len(self.data),)) if self.data else b""
            le = b"" if self.le is None else bytes((self.le % SHORT_MOST,))
            return self.header + lc + self.data + le
        lc = b"\0" + len(self.data).to_bytes(2, "big") if self.data else b""
        le = b"" if self.le is None else (self.le % EXTENDED_MOST).to_bytes(2, "big")
        return self.header + lc + self.data + (le if self.data else b"\0" + le)


def parse(raw: bytes) -> Command:
    """Return the command in `raw`: the four cases, short and extended (ISO/IEC 7816-4 §5.1).

    Raises `StatusError` 6700 for what is none of them.
    """
    if len(raw) < _HEADER:
        raise StatusError(Status.WRONG_LENGTH)
    cla, ins, p1, p2 = raw[:_HEADER]
    body = raw[_HEADER:]
    if not body:
        return Command(cla, ins, p1, p2)
    if len(body) == 1:
        return Command(cla, ins, p1, p2, le=body[0] or SHORT_MOST)
    extended = body[0] == 0
    if extended and len(body) == 3:
        return Command(cla, ins, p1, p2, le=int.from_bytes(body[1:]) or EXTENDED_MOST)
    start = 3 if extended else 1
    size = int.from_bytes(body[1:3]) if extended else body[0]
    data, rest = body[start : start + size], body[start + size :]
    if size == 0 or len(data) < size or len(rest) not in ((0, 2) if extended else (0, 1)):
        raise StatusError(Status.WRONG_LENGTH)
    most = EXTENDED_MOST if extended else SHORT_MOST
    return Command(cla, ins, p1, p2, data, int.from_bytes(rest) or most if rest else None)


def response(status: int, data: bytes = b"") -> bytes:
    """Return a response APDU."""
    return data + status.to_bytes(2, "big")


def read_response(raw: bytes) -> tuple[bytes, int]:
    """Return the data and the status word of a response. ValueError if it is too short."""
    if len(raw) < 2:
        raise ValueError("a response has at least two bytes")
    return raw[:-2], int.from_bytes(raw[-2:])
