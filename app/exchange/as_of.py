"""Earlier days: which may be asked about, by disclosures and verifications alike."""

from __future__ import annotations

import datetime as dt
from typing import Final

from app.platform import errors
from app.platform.errors import InvalidParam

IMPOSSIBLE = errors.declare(
    code="as-of-impossible",
    kind="invalid",
    fault_of="caller",
    title_vi="Không thể trả lời theo ngày này",
    title_en="This cannot be answered as of that day",
    next_vi="Dùng một ngày từ 2016-01-01 đến hôm nay của thế giới, và các trường của sổ đăng ký.",
    next_en="Use a day from 2016-01-01 to the world's today, and fields of the registry.",
)
#: Before that there was no such registry: Law on Identity 59/2014/QH13 came into force.
_RECORDS_BEGIN: Final = dt.date(2016, 1, 1)


def check(day: dt.date, today: dt.date, wrong: tuple[InvalidParam, ...] = ()) -> None:
    """Raise `as-of-impossible` for a day that is not over or of which nothing is kept.

    `wrong` is what else cannot be told of it.
    """
    if day > today:
        wrong += (InvalidParam("as_of", "in the future", "ở tương lai"),)
    if day < _RECORDS_BEGIN:
        wrong += (InvalidParam("as_of", "before 2016-01-01", "trước 2016-01-01"),)
    if wrong:
        raise IMPOSSIBLE.error(params=wrong)


def outcome(told: str, day: dt.date | None) -> str:
    """Return how a leaf names what was told of an earlier day."""
    return told if day is None else f"{told}:as_of:{day}"
