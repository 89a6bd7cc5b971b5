"""The codes of dossiers: agency, day, which one that day (Circular 01/2018/TT-VPCP, Art 19).

The circular writes a unit's code as `000.00.00.H26`; here the unit is the agency itself.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from sqlalchemy import func, select

from app.procedures.models import Dossier

if TYPE_CHECKING:
    import datetime as dt

    from sqlalchemy.orm import Session

#: What a code looks like, for the doors.
PATTERN: Final = r"^[0-9]{3}\.[0-9]{2}\.[0-9]{2}\.[A-Z][0-9]{2}-[0-9]{6}-[0-9]{4,8}$"


def is_ours(code: str) -> bool:
    """Whether a code has the form of those that are given out here."""
    return re.match(PATTERN, code) is not None


def next_code(session: Session, agency_code: str, today: dt.date) -> str:
    """Return the next free code, inside the world's writer, which is alone: `…H26-260101-0001`."""
    stem = f"000.00.00.{agency_code}-{today:%y%m%d}-"
    used = select(func.count()).where(Dossier.code.like(f"{stem}%"))
    return f"{stem}{(session.scalar(used) or 0) + 1:04}"
