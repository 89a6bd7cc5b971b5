"""Sending: the messages of one turn, one after the other, each signed at the moment it leaves."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final, NamedTuple

from app.exchange.webhooks import faults, rules, signing
from app.platform import clock, fetching
from app.platform.fetching import FetchError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

#: "2xx: success", Standard Webhooks 1.0.0, "Delivery success and failure".
_SUCCESS: Final = range(200, 300)
GONE: Final = 410
#: Of whom less is wanted for a while: the rest of the turn waits.
_THROTTLING: Final = frozenset({429, 502, 503, 504})
_JSON, _JOSE = "application/json", "application/jose"
#: Before the lease ends, for what is left to do then.
_MARGIN: Final = 1.0
_MOST_DETAIL: Final = 500


class Route(NamedTuple):
    """Where a webhook's messages go, and the secrets that sign them, the newest first."""

    url: str
    secrets: tuple[str, ...]
    destinations: tuple[str, ...]
    seconds: float


class Outgoing(NamedTuple):
    """One message that is in the log, and its attempt."""

    attempt_id: int
    message_id: str
    number: int
    leaf_seq: int | None
    body: bytes
    is_sealed: bool


class Sent(NamedTuple):
    """What came of one attempt; `status` is None where nobody answered, or nothing was sent.

    `fault` is what was made to go wrong. One that `is_besides` was sent by it beside the attempt:
    it is noted, and counts for nothing.
    """

    outgoing: Outgoing
    outcome: str
    status: int | None = None
    detail: str | None = None
    duration_ms: int | None = None
    retry_after: float = 0.0
    fault: str | None = None
    is_besides: bool = False

    @property
    def is_throttling(self) -> bool:
        """Whether the other side asked for less."""
        return self.status in _THROTTLING


def send_all(
    route: Route,
    going: Sequence[Outgoing],
    *,
    until: dt.datetime,
    is_ending: Callable[[], bool],
    wrong: frozenset[str] = frozenset(),
) -> list[Sent]:
    """Send each message, and return what came of it; what there was no time for is `unsent`.

    It ends where the lease could end during an attempt, the server stops, or the other side is
    gone or asks for less. `wrong` are faults that are made, by name.
    """
    sent: list[Sent] = []
    last_start = until - dt.timedelta(seconds=route.seconds + _MARGIN)
    is_turned = faults.OUT_OF_ORDER in wrong and len(going) > 1
    for outgoing in reversed(going) if is_turned else going:
        is_over = sent and (sent[-1].is_throttling or sent[-1].status == GONE)
        if is_over or is_ending() or (sent and clock.now() > last_start):
            sent.append(Sent(outgoing, "unsent"))
            continue
        met = [each for each in (faults.WRONG_SIGNATURE, faults.LATE) if each in wrong]
        done = send(route, outgoing, [*met, *([faults.OUT_OF_ORDER] if is_turned else ())])
        sent.append(done)
        if done.outcome == "delivered":
            sent.extend(
                send(route, outgoing, [each])._replace(is_besides=True)
                for each in (faults.DUPLICATED, faults.REPLAYED)
                if each in wrong
            )
    return sent


def send(route: Route, outgoing: Outgoing, wrong: Sequence[str] = ()) -> Sent:
    """Send one message once, signed for this moment, or as the faults have it."""
    began = clock.monotonic_ns()
    is_old = not {faults.LATE, faults.REPLAYED}.isdisjoint(wrong)
    timestamp = clock.epoch() - (faults.OLD_SECONDS if is_old else 0)
    secrets = (signing.stray(),) if faults.WRONG_SIGNATURE in wrong else route.secrets
    signed = signing.headers(secrets, outgoing.message_id, timestamp, outgoing.body)
    done = _posted(route, outgoing, signed, began)
    return done._replace(fault=", ".join(wrong) or None)


def _posted(route: Route, outgoing: Outgoing, signed: Mapping[str, str], began: int) -> Sent:
    headers = {
        "Content-Type": _JOSE if outgoing.is_sealed else _JSON,
        "User-Agent": "dancu",
        "Dancu-Simulated": "true",
        **signed,
    }
    try:
        posted = fetching.post(
            route.url,
            outgoing.body,
            headers,
            destinations=route.destinations,
            seconds=route.seconds,
        )
    except FetchError as failure:
        return Sent(outgoing, "failed", None, failure.reason, _since(began))
    return Sent(
        outgoing,
        "delivered" if posted.status in _SUCCESS else "failed",
        posted.status,
        _shown(posted.body),
        _since(began),
        rules.retry_after(posted.retry_after, clock.now()),
    )


def _since(began_ns: int) -> int:
    return (clock.monotonic_ns() - began_ns) // 1_000_000


def _shown(body: bytes) -> str | None:
    """Return how an answer begins, as text that any database takes."""
    text = body.decode(errors="backslashreplace").replace("\0", "\\0")[:_MOST_DETAIL]
    return text or None
