"""Key sets at systems' own addresses (`jwks_uri`): fetched when needed, and kept for a while.

A system rotates its key by publishing the new one first and keeping the old one until nothing
sealed to it can still be on its way: five minutes, which is how long a set is kept here.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import msgspec

from app.exchange import public_keys
from app.platform import clock, fetching
from app.platform.fetching import FetchError

if TYPE_CHECKING:
    from app.platform.worlds import World

#: How long a set that was fetched is used without asking again.
KEPT_SECONDS: Final = 300
#: How long it is said without asking again that there is nothing to be had.
FAILED_SECONDS: Final = 5
_MOST_SETS: Final = 1_000


class _Set(msgspec.Struct):
    """A JWK Set (RFC 7517 §5); other members are ignored."""

    keys: list[Any]


class _Known(NamedTuple):
    keys: tuple[Any, ...]
    failure: FetchError | None
    until: float


_known: dict[str, _Known] = {}
_asking = threading.Lock()


def keys_at(world: World, address: str, *, anew: bool = False) -> tuple[Any, ...]:
    """Return the keys of the set at this address, as they stand there: nothing is trusted yet.

    Raises `FetchError`. `anew` asks even if the set is known.
    """
    now = clock.monotonic_ns() / 1e9
    known = _known.get(address)
    if known is None or anew or known.until <= now:
        known = _asked(world, address, now)
        with _asking:
            if len(_known) >= _MOST_SETS:
                _known.clear()
            _known[address] = known
    if known.failure is not None:
        raise FetchError(known.failure.reason, known.failure.reason_vi)
    return known.keys


def _asked(world: World, address: str, now: float) -> _Known:
    try:
        keys = _read(fetching.fetch(address, destinations=world.destinations))
    except FetchError as failure:
        return _Known((), failure, now + FAILED_SECONDS)
    return _Known(tuple(keys), None, now + KEPT_SECONDS)


def _read(body: bytes) -> list[Any]:
    try:
        return msgspec.json.decode(body, type=_Set).keys[: public_keys.MOST_KEYS]
    except (msgspec.DecodeError, RecursionError):
        raise FetchError(
            "what is there is no JWK Set", "nội dung ở đó không phải JWK Set"
        ) from None
