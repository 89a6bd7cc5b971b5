"""Drawing personal numbers that nobody has or had: random digits from the world's own streams."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.platform.streams import digest_bytes
from app.registry.reporting import facts as facts_

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from sqlalchemy.orm import Session

#: Last six digits from here on are the personas', those of later versions too.
PERSONA_BLOCK = 990_000
_BYTES = 3
#: The greatest multiple of the block that three bytes hold: what is above would favour some.
_EVEN = 256**_BYTES // PERSONA_BLOCK * PERSONA_BLOCK


def draw(
    session: Session, stems: Iterable[str | None], keys: Sequence[int | str], seed: int
) -> list[str | None]:
    """Return a free number for each event's stem (prefix, century and sex, year: six digits).

    None where no number is wanted, and where ten tries found none free: then almost all of the
    stem's numbers are given out. `keys` tell the events apart: the same world, stem and key give
    the same tries.
    """
    wanted = list(stems)
    tries = {
        index: [stem + serial for serial in _serials(seed, stem, keys[index])]
        for index, stem in enumerate(wanted)
        if stem is not None
    }
    taken = facts_.taken(session, {number for numbers in tries.values() for number in numbers})
    found: list[str | None] = [None] * len(wanted)
    for index, numbers in tries.items():
        found[index] = next((number for number in numbers if number not in taken), None)
        taken.add(found[index] or "")
    return found


def _serials(seed: int, stem: str, key: int | str) -> Iterator[str]:
    digest = digest_bytes(seed, "personal-number", stem, key)
    for start in range(0, len(digest) - _BYTES + 1, _BYTES):
        drawn = int.from_bytes(digest[start : start + _BYTES], "big")
        if drawn < _EVEN:
            yield f"{drawn % PERSONA_BLOCK:06d}"
