"""Fresh random values that nobody can guess: for ids and salts, which every request takes some of.

They are drawn from the system a page at a time: a draw is a system call that lets go of the
interpreter, and in a busy server waiting to get it back costs more than all else about an id.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import datetime as dt

#: 128 bits as hexadecimal digits.
_DIGITS: Final = 32
_PAGE_BYTES: Final = 4096
_ready: list[str] = []
# A forked process must not give out what its parent gives out.
os.register_at_fork(after_in_child=_ready.clear)


def hex128() -> str:
    """Return 128 random bits in hexadecimal, from any thread; never the same twice."""
    try:
        return _ready.pop()
    except IndexError:
        drawn = os.urandom(_PAGE_BYTES).hex()
        first, *more = (drawn[at : at + _DIGITS] for at in range(0, len(drawn), _DIGITS))
        _ready.extend(more)
        return first


def in_order(moment: dt.datetime) -> str:
    """Return an id of as many digits: the moment's milliseconds since 1970, then 80 random bits.

    Later ones sort after earlier ones, like those of RFC 9562 §5.7: an index takes them in at its
    end.
    """
    return f"{int(moment.timestamp() * 1000):012x}{hex128()[12:]}"
