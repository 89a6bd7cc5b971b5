"""What worlds can be made; apart from their making, because asking must cost nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.platform import errors
from app.platform.errors import InvalidParam
from seed import limits

if TYPE_CHECKING:
    from app.platform.worlds import WorldSpec

SPEC_INVALID = errors.declare(
    code="world-spec-invalid",
    kind="invalid",
    fault_of="caller",
    title_vi="Không tạo được thế giới với các tham số đó",
    title_en="No world can be made of that",
    next_vi="Sửa tham số được nêu rồi thử lại.",
    next_en="Change what is named, then try again.",
)


def check(spec: WorldSpec) -> None:
    """Raise `world-spec-invalid`, naming what is wrong, if no world can be made of that."""
    first, last = limits.FIRST_YEAR, limits.LAST_YEAR
    most, largest = limits.MOST_CITIZENS, limits.LARGEST_SEED
    wrong = []
    if not 0 <= spec.seed <= largest:
        wrong.append(InvalidParam("seed", f"from 0 to {largest}", f"từ 0 đến {largest}"))
    if not 1 <= spec.size <= most:
        wrong.append(InvalidParam("size", f"from 1 to {most:,}", f"từ 1 đến {most:,}"))
    if not first <= spec.start_date.year <= last:
        wrong.append(
            InvalidParam("start_date", f"from {first} to {last}", f"từ {first} đến {last}")
        )
    if wrong:
        raise SPEC_INVALID.error(params=tuple(wrong))
