"""Cursors of the change feed: where a reader goes on, after a second or after months.

A cursor holds a place among the life events of one incarnation of a world, and a digest of what
was asked for: whoever asks for more kinds or provinces than before would go past what there was
of them, and must begin anew. It is checked, not trusted: any reader could reach any place.
"""

from __future__ import annotations

import base64
import hashlib
import json
from typing import TYPE_CHECKING, Final

from app.platform import errors
from app.registry.changes import Place

if TYPE_CHECKING:
    from app.platform.world import World

_WORLD_BYTES: Final = 16
_DIGEST_BYTES: Final = 9
_LARGEST: Final = 2**63

CURSOR_UNREADABLE = errors.declare(
    code="changes-cursor-invalid",
    kind="invalid",
    fault_of="caller",
    title_vi="Con trỏ không đọc được, hoặc thuộc về một yêu cầu với phạm vi khác",
    title_en="The cursor cannot be read, or belongs to a feed of another slice",
    next_vi="Gửi con trỏ đúng như đã nhận, với cùng purpose, kinds và provinces.",
    next_en="Send the cursor as it was given, with the same purpose, kinds and provinces.",
)
CURSOR_OF_ANOTHER_WORLD = errors.declare(
    code="changes-cursor-outlived",
    kind="conflict",
    fault_of="simulation",
    title_vi="Con trỏ thuộc về thế giới trước khi đặt lại hoặc thế giới gốc của bản sao này",
    title_en="The cursor is from before this world was reset, or from the world it was forked of",
    next_vi="Bắt đầu lại không có con trỏ: các sự kiện trước đây không có trong thế giới này.",
    next_en="Begin anew without a cursor: what it had read is not this world's history.",
)


def write(world: World, asked: object, place: Place) -> str:
    """Return the cursor that goes on from `place`; `asked` has a stable repr."""
    text = json.dumps(place, separators=(",", ":")).encode()
    raw = bytes.fromhex(world.id) + _digest(asked) + text
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def read(world: World, asked: object, cursor: str) -> Place:
    """Return the place a cursor goes on from.

    Raises `changes-cursor-outlived` for one of another incarnation, and `changes-cursor-invalid`
    for anything that `write` did not make for the same `asked`.
    """
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        raw = base64.b64decode(padded, altchars=b"-_", validate=True)
        place = json.loads(raw[_WORLD_BYTES + _DIGEST_BYTES :])
    except (ValueError, RecursionError) as error:
        raise CURSOR_UNREADABLE.error() from error
    if not _is_place(place):
        raise CURSOR_UNREADABLE.error()
    if raw[:_WORLD_BYTES] != bytes.fromhex(world.id):
        raise CURSOR_OF_ANOTHER_WORLD.error()
    if raw[_WORLD_BYTES : _WORLD_BYTES + _DIGEST_BYTES] != _digest(asked):
        raise CURSOR_UNREADABLE.error()
    return Place._make(place)


def _is_place(place: object) -> bool:
    return (
        isinstance(place, list)
        and len(place) == len(Place._fields)
        and all(type(part) is int and 0 <= part < _LARGEST for part in place)
    )


def _digest(asked: object) -> bytes:
    return hashlib.sha256(repr(asked).encode()).digest()[:_DIGEST_BYTES]
