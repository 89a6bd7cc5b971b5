"""Answered: the last two steps of every question, whatever it is about.

4. The leaf is durable before
5. the answer, with its receipt.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

import msgspec

from app.exchange import proof
from app.exchange.callers import Caller
from app.exchange.gate import Admitted, Refused
from app.exchange.log import store
from app.exchange.proof import Proof

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from sqlalchemy.orm import Session

    from app.exchange.access import Access
    from app.exchange.log.leaves import LeafDraft


class Prepared(msgspec.Struct, frozen=True, kw_only=True):
    """A question that has been decided and read, but not logged; each kind adds what it read.

    `about` is the log's name for whom it is about, empty where there are several.
    """

    caller: Caller
    verdict: Admitted | Refused
    outcome: str
    about: str = ""

    @property
    def decision(self) -> str | None:
        """What stands for all that was decided, None for a refusal: see `proof.decision`."""
        return proof.decision(self.verdict, self.outcome, self.about)


class Refusal(TypedDict):
    """What a `Prepared` holds of a refusal."""

    verdict: Refused
    outcome: str
    about: str


def refusal(access: Access, refused: Refused, number: str) -> Refusal:
    """Return what is prepared where a question about a number is refused."""
    return Refusal(
        verdict=refused,
        outcome=proof.refusal_outcome(refused),
        about=proof.number_subject(access, number),
    )


class Answered(msgspec.Struct, frozen=True, kw_only=True):
    """What was logged: an answer's JSON in `body`, or a refusal to be told with its `proof`."""

    verdict: Admitted | Refused
    outcome: str
    body: bytes | None
    proof: Proof


def log(
    session: Session,
    access: Access,
    leaf: LeafDraft,
    *,
    verdict: Admitted | Refused,
    body: Callable[[Proof], bytes] | None,
    now: dt.datetime,
) -> Answered:
    """Take both steps inside a job of the world's writer; send nothing before it commits.

    `body` writes the answer's JSON, None for a refusal.
    """
    [appended] = store.append(session, access.world, [leaf], now=now)
    proved = proof.prove(access.world, appended)
    return Answered(
        verdict=verdict,
        outcome=leaf.outcome,
        body=None if body is None else body(proved),
        proof=proved,
    )
