"""Guesses: a claim about a number's bearer, admitted and, where it fails, counted.

Whoever asks often enough whether something is so, learns what is: failed claims are limited for
each agency, about the number asked, about its bearer by whichever number, and about the things
that were named.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from app.exchange import gate, proof

if TYPE_CHECKING:
    from app.exchange.access import Access
    from app.exchange.callers import Caller
    from app.exchange.errands import Errand
    from app.exchange.gate import Admitted, Refused
    from app.registry.lookup import Hit


class Guess(NamedTuple):
    """Which fields of a service are claimed about a number of 9 or 12 digits; see the gate."""

    service: str
    fields: tuple[str, ...]
    number: str
    identifying: bool = True


class Subjects(NamedTuple):
    """How the log names the number that was asked about, and its bearer."""

    asked: str
    bearer: str


def admit(access: Access, caller: Caller, errand: Errand, guess: Guess) -> Admitted | Refused:
    """Have the gate decide on a claim; it counts against today's quota."""
    return gate.admit(
        caller,
        gate.Request(
            service=guess.service,
            errand=errand,
            fields=guess.fields,
            identifying=guess.identifying,
            within_quota=access.take(caller),
            barred=access.is_barred(caller.guesser, proof.number_subject(access, guess.number)),
        ),
    )


def count(
    access: Access,
    caller: Caller,
    number: str,
    hit: Hit | None,
    things: tuple[str, ...] = (),
    *,
    failed: bool,
) -> Subjects | None:
    """Count a claim that failed; None if the caller has guessed too often about any of it.

    The gate looked at the number's limit before; here all are decided, also for the calls that
    came in between.
    """
    asked = proof.number_subject(access, number)
    bearer = proof.bearer_subject(access, number, hit and hit.citizen_id)
    named = [proof.thing_subject(access, thing) for thing in things]
    guess = (caller.guesser, asked, bearer, *named)
    if not access.fail(*guess) if failed else access.is_barred(*guess):
        return None
    return Subjects(asked, bearer)
