"""Asking: what of a kind of job is known before it runs: how it is decided on and logged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.exchange import proof
from app.exchange.answered import log

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping

    from sqlalchemy.orm import Session

    from app.exchange.access import Access
    from app.exchange.answered import Answered
    from app.exchange.callers import Caller, Room
    from app.exchange.errands import Errand
    from app.exchange.gate import Admitted, Refused
    from app.exchange.log.leaves import Kind


@dataclass(frozen=True, kw_only=True)
class Asking:
    """One of `models.KINDS`, as the gate and the log see it.

    `service` is the grants'; `leaf` and `outcome` are the leaf's, `compared` the fields that a
    refusal's leaf names. `admit` decides on what is asked, by the job's `asked`.
    """

    kind: str
    service: str
    leaf: Kind
    outcome: str
    compared: tuple[str, ...]
    admit: Callable[[Caller, Errand, Mapping[str, Any], Room], Admitted | Refused]


def refuse(
    session: Session,
    access: Access,
    asked: tuple[Caller, Errand, Asking],
    refused: Refused,
    now: dt.datetime,
) -> Answered:
    """Log a refusal of a caller's errand inside a job of the world's writer."""
    caller, errand, asking = asked
    leaf = proof.draft(
        caller,
        errand,
        refused,
        kind=asking.leaf,
        outcome=proof.refusal_outcome(refused),
        fields=asking.compared,
        about=None,
    )
    return log(session, access, leaf, verdict=refused, body=None, now=now)
