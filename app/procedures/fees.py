"""Fees: what a service costs where, and where a provincial council waives it online.

At the end of April 2024 seven of the 63 provinces had no waiver yet for what is asked for online
(report to the Prime Minister's conference on Project 06). The amounts are from memory.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

if TYPE_CHECKING:
    from app.procedures.catalogue import Service

#: By the slug of the People's Committee. Since July 2025 three of them are parts of others here.
WITHOUT_WAIVER: Final = frozenset(
    {"an-giang", "can-tho", "dak-nong", "kien-giang", "soc-trang", "tay-ninh", "ho-chi-minh"}
)


class Fee(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be paid, in đồng, and whether a council's waiver made it nothing."""

    amount: int
    waived: bool


def of(service: Service, agency: str) -> Fee:
    """Return the fee of a service that an agency (by its slug) gives online."""
    waived = service.local_fee and service.fee > 0 and agency not in WITHOUT_WAIVER
    return Fee(amount=0 if waived else service.fee, waived=waived)
