"""Tag, length, value: BER-TLV as ISO/IEC 7816-4 has it, and the DER of the few types a chip needs.

Tags are integers as they are printed: `0x7F61`, `0x5C`. What is written is DER: definite lengths
in their shortest form, sets in their order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

#: No tag of a chip is longer; three bytes is what ISO/IEC 7816-4 §5.2.2.1 allows.
_LONGEST_TAG = 3
_LONGEST_LENGTH = 4


class MalformedError(ValueError):
    """What should be TLV is cut short, or in a form that is not used here."""


def encode(tag: int, *parts: bytes) -> bytes:
    """Return the data object of this tag whose value is `parts`, one after the other."""
    value = b"".join(parts)
    return tag.to_bytes((tag.bit_length() + 7) // 8 or 1, "big") + length(len(value)) + value


def length(count: int) -> bytes:
    """Return a length in its shortest form (X.690 §10.1)."""
    if count < 0x80:
        return bytes((count,))
    digits = count.to_bytes((count.bit_length() + 7) // 8, "big")
    return bytes((0x80 | len(digits),)) + digits


def items(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Give the tag and value of each object in `data`; raise `MalformedError` at the first fault.

    What is read may be BER: longer lengths than need be are taken, indefinite ones are not.
    """
    at = 0
    while at < len(data):
        tag, at = _read_tag(data, at)
        size, at = _read_length(data, at)
        if at + size > len(data):
            raise MalformedError("an object is longer than what holds it")
        yield tag, data[at : at + size]
        at += size


def only(data: bytes, tag: int) -> bytes:
    """Return the value of the one object in `data`, which has this tag."""
    found = list(items(data))
    if len(found) != 1 or found[0][0] != tag:
        raise MalformedError(f"one object with the tag {tag:X} was expected")
    return found[0][1]


def values(data: bytes) -> dict[int, bytes]:
    """Return the values of the objects in `data` by tag, each of which may stand once."""
    found: dict[int, bytes] = {}
    for tag, value in items(data):
        if tag in found:
            raise MalformedError(f"the tag {tag:X} stands twice")
        found[tag] = value
    return found


def whole_length(head: bytes) -> int:
    """Return how long an object is, tag and length included, by its first bytes."""
    _, at = _read_tag(head, 0)
    size, at = _read_length(head, at)
    return at + size


# DER


def sequence(*parts: bytes) -> bytes:
    """A SEQUENCE."""
    return encode(0x30, *parts)


def set_of(*parts: bytes) -> bytes:
    """A SET OF, its members in the order that DER wants (X.690 §11.6)."""
    return encode(0x31, *sorted(parts))


def integer(number: int) -> bytes:
    """An INTEGER that is not negative."""
    return encode(0x02, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def octets(value: bytes) -> bytes:
    """An OCTET STRING."""
    return encode(0x04, value)


def oid(dotted: str) -> bytes:
    """An OBJECT IDENTIFIER."""
    return encode(0x06, oid_value(dotted))


def oid_value(dotted: str) -> bytes:
    """Return the value of an OBJECT IDENTIFIER (X.690 §8.19), as MSE:Set AT names a protocol."""
    first, second, *rest = map(int, dotted.split("."))
    out = bytearray()
    for arc in (first * 40 + second, *rest):
        groups = [arc & 0x7F]
        while arc := arc >> 7:
            groups.append(0x80 | arc & 0x7F)
        out += bytes(reversed(groups))
    return bytes(out)


def utf8(text: str) -> bytes:
    """A UTF8String."""
    return encode(0x0C, text.encode())


def printable(text: str) -> bytes:
    """A PrintableString; the caller knows that its letters may stand in one."""
    return encode(0x13, text.encode("ascii"))


def _read_tag(data: bytes, at: int) -> tuple[int, int]:
    end = at + 1
    if end <= len(data) and data[at] & 0x1F == 0x1F:
        while end < len(data) and data[end] & 0x80:
            end += 1
        end += 1
    if end > len(data) or end - at > _LONGEST_TAG:
        raise MalformedError("a tag is cut short, or too long")
    return int.from_bytes(data[at:end], "big"), end


def _read_length(data: bytes, at: int) -> tuple[int, int]:
    if at >= len(data):
        raise MalformedError("a length is missing")
    first = data[at]
    if first < 0x80:
        return first, at + 1
    count = first & 0x7F
    end = at + 1 + count
    if not 0 < count <= _LONGEST_LENGTH or end > len(data):
        raise MalformedError("a length is indefinite, cut short or too long")
    return int.from_bytes(data[at + 1 : end], "big"), end
