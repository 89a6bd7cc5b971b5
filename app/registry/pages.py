"""Pages of a search: a cursor says where the next page begins, and for which search it was made.

A cursor is opaque to its holder and is checked, not trusted: it is bound to the search by a digest
and holds nothing but the place to go on from, which any search could reach by itself.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from dataclasses import dataclass
from typing import Generic, TypeVar

from app.platform import errors

Item = TypeVar("Item")
Place = tuple[int, ...]

#: The most that one page holds.
MOST = 200
_DIGEST_BYTES = 9
_LONGEST_CURSOR = 200
_LARGEST = 2**63

CURSOR_INVALID = errors.declare(
    code="cursor-invalid",
    kind="invalid",
    fault_of="caller",
    title_vi="Con trỏ trang không đọc được hoặc thuộc về một tìm kiếm khác",
    title_en="The cursor cannot be read, or belongs to another search",
    next_vi="Gửi lại tìm kiếm không kèm con trỏ, rồi dùng con trỏ của câu trả lời.",
    next_en="Repeat the search without a cursor, then use the cursor of its answer.",
)


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """Some of what a search finds, and the cursor of what follows; None when nothing does."""

    items: tuple[Item, ...]
    next_cursor: str | None


def write(search: object, place: Place) -> str:
    """Return the cursor that goes on from `place` in this search; `search` has a stable repr."""
    text = json.dumps(place, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(_digest(search) + text).decode().rstrip("=")


def read(search: object, cursor: str, length: int) -> Place:
    """Return the place, of `length` numbers, that a cursor of this same search goes on from.

    Raises `cursor-invalid` for anything that `write` did not make for this search.
    """
    try:
        padded = cursor[:_LONGEST_CURSOR].encode("ascii") + b"=" * (-len(cursor) % 4)
        raw = base64.b64decode(padded, altchars=b"-_", validate=True)
        place = json.loads(raw[_DIGEST_BYTES:])
    except (ValueError, binascii.Error, RecursionError) as error:
        raise CURSOR_INVALID.error() from error
    if raw[:_DIGEST_BYTES] != _digest(search) or not _is_place(place, length):
        raise CURSOR_INVALID.error()
    return tuple(place)


def _is_place(place: object, length: int) -> bool:
    return (
        isinstance(place, list)
        and len(place) == length
        and all(type(part) is int and -1 <= part < _LARGEST for part in place)
    )


def _digest(search: object) -> bytes:
    return hashlib.sha256(repr(search).encode()).digest()[:_DIGEST_BYTES]
