"""Who looked at somebody: what the phone and the citizen's own page ask of the log alike."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import msgspec

from app.exchange import onlookers

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.exchange.access import Access

#: Of one page.
MOST: Final = 20
#: As many digits as every database takes.
_ID: Final = re.compile("(0|[1-9][0-9]{0,14})(-(0|[1-9][0-9]{0,8}))?")


def place(text: str | None) -> str | None:
    """Return the id of a look that stands in an address, None where that is none.

    >>> place("17"), place("18-3"), place("x"), place(None)
    ('17', '18-3', None, None)
    """
    return text if text is not None and _ID.fullmatch(text) else None


def opening(session: Session, access: Access, citizen_id: int, text: str) -> str:
    """Return what the log holds of one look, as the JSON that `dancu log opening` reads.

    Raises `access-unknown`, and `log-leaf-not-covered` within the first second.
    """
    look = place(text)
    if look is None:
        raise onlookers.LOOK_UNKNOWN.error()
    found = onlookers.opened(session, access, citizen_id, look)
    return msgspec.json.format(msgspec.json.encode(found), indent=1).decode()
