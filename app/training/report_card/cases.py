"""The words of a report card: a case, what was watched while it ran, and what is found of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from app.training.report_card.answers import Answer
    from app.training.report_card.door import Exchange

#: What failing a case means. `grave`: what is forged, or sent elsewhere, passes for an answer, or
#: a secret is given away. `heavy`: what is not so is concluded, or a server that is down is loaded
#: more. `light`: it gives up, or waits, where it need not.
Gravity = Literal["grave", "heavy", "light"]
WEIGHTS: Final[Mapping[Gravity, int]] = {"grave": 10, "heavy": 4, "light": 2}

#: What a client may conclude; what each means stands in docs/report-card.md.
Conclusion = Literal["match", "no_match", "later", "refused", "unknown"]
CONCLUSIONS: Final = frozenset({"match", "no_match", "later", "refused", "unknown"})
#: How a client is asked: for an answer, for one that is signed, for one whose receipt is proved.
Ask = Literal["plain", "signed", "proved"]


class Said(NamedTuple):
    """One thing, said in both languages."""

    en: str
    vi: str


@dataclass(frozen=True, slots=True)
class Call:
    """One call that came to a door, in seconds of a monotonic clock.

    It `ended` when its answer was ready to be sent; `turned` where that was not the truth.
    """

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    began: float
    ended: float
    turned: bool


@dataclass(frozen=True, slots=True)
class Watched:
    """What was seen of a client in one case: its calls in order, and those that went elsewhere."""

    conclusion: str | None
    took: float
    calls: tuple[Call, ...] = ()
    elsewhere: tuple[Call, ...] = ()

    def at(self, path: str) -> tuple[Call, ...]:
        """Return the calls of an address."""
        return tuple(call for call in self.calls if call.path == path)


#: How an answer is turned: the exchange gives the true one, if it is asked for it.
Turn: TypeAlias = "Callable[[Exchange], Answer]"
#: What else has to be so; None where it is.
Check: TypeAlias = "Callable[[Watched], Said | None]"


#: How a browser goes: the ordinary way; up to the callback, which another browser opens then; the
#: ordinary way, and then another browser opens the callback; twice, to compare both requests.
Way = Literal["ordinary", "other-browser", "again", "twice"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInCase:
    """One hostile answer to a relying party, and what it should come to.

    `at` and `turn` are as a case's. `signs_in` says whether the browser has to be signed in at the
    end, or must not be; None is either, as long as nothing breaks. `level` is what the relying
    party has to ask for, or the case means nothing.
    """

    name: str
    gravity: Gravity
    happens: Said
    should: Said
    turn: Turn
    at: str
    signs_in: bool | None = False
    times: int | None = None
    way: Way = "ordinary"
    level: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One hostile answer to a client, and what it should come to.

    `at` is the address whose answers `turn` turns, the first `times` of them, or each. `accepts`
    are the conclusions that are right; `checks` say what else has to be.
    """

    name: str
    gravity: Gravity
    happens: Said
    should: Said
    turn: Turn
    accepts: frozenset[str]
    at: str = "/v1/verifications"
    times: int | None = None
    ask: Ask = "plain"
    checks: tuple[Check, ...] = field(default=())
    decomposed: bool = False
    """Whether the claim is told in decomposed Unicode (NFD)."""
