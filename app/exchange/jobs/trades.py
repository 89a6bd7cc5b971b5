"""Trades: which kinds of job there are."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.exchange.jobs.work import Trade


def of(kind: str) -> Trade:
    """Return what a kind of job, one of `models.KINDS`, has of its own."""
    from app.exchange.extracting import writing  # noqa: PLC0415 - polars, for who runs jobs alone
    from app.exchange.reconciling import comparing  # noqa: PLC0415 - as above

    return {"reconciliation": comparing.TRADE, "extract": writing.TRADE}[kind]
