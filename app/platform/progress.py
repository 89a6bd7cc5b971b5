"""Progress: what takes long tells whoever watches what it does and which share of it is done."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

T = TypeVar("T")

#: Told what is being done and which share of the whole is done, 0 to 1.
Progress: TypeAlias = Callable[[str, float], None]

#: Things between two tellings: small ones come by the thousand in a blink.
_EVERY = 500


def silent(_what: str, _share: float) -> None:
    """Progress that nobody watches."""


def watched(things: Iterable[T], progress: Progress, what: str, total: int) -> Iterator[T]:
    """Pass things on and tell how many of `total` went by; the total may be wrong by some."""
    progress(what, 0.0)
    for number, thing in enumerate(things, 1):
        yield thing
        if number % _EVERY == 0:
            progress(what, min(number / max(total, 1), 1.0))
    progress(what, 1.0)
