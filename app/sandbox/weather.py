"""Weather: which fault a call meets, by the profiles that an operator has put on its world.

Nothing is done here: the door carries out what is decided. A profile of the narrowest scope that
fits counts, alone: one system at one address, then one address, one system, the whole world; but
the profile `frozen` before them all.
Which call of a profile this is, is counted in the database, so that a script goes on where it was
in whichever process, and the same call of the same world draws the same.
"""

from __future__ import annotations

import datetime as dt
import math
from typing import TYPE_CHECKING, Final, Literal

import msgspec
from sqlalchemy import select, update

from app.platform import streams
from app.platform.world import read_facts

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

Kind = Literal[
    "fine",
    "latency",
    "error",
    "rate-limit",
    "maintenance",
    "drop-before",
    "drop-after",
    "truncate",
    "slow-body",
    "empty",
    "stale",
]

#: Addresses that have weather: those of agencies and their users. Powers and health have none.
REACHED: Final = ("/v1/", "/oidc/", "/soap/", "/pki/", "/.well-known/")
#: But who looks what happened is shown it.
_NOT_REACHED: Final = "/v1/requests"
#: The profile of this name counts before all others: a whole world has to wait.
FROZEN: Final = "frozen"
MOST_DELAY_MS: Final = 60_000
#: Seconds that an answer says to wait, where nothing else is known.
RETRY_AFTER: Final = 30
_STATUS: Final = 500
_SLOW_SECONDS: Final = 5.0


class Delay(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How late an answer is, in milliseconds, never more than `MOST_DELAY_MS`.

    `fixed` is `ms`, `uniform` anything from `ms` to `to_ms`, `exponential` has the mean `ms`.
    """

    ms: int
    distribution: Literal["fixed", "uniform", "exponential"] = "fixed"
    to_ms: int | None = None

    def seconds(self, draw: float) -> float:
        """Return the delay for a draw from 0 to 1."""
        drawn = float(self.ms)
        if self.distribution == "uniform":
            drawn += draw * max((self.to_ms or 0) - self.ms, 0)
        elif self.distribution == "exponential":
            drawn *= -math.log1p(-min(draw, 0.999999))
        return min(drawn, MOST_DELAY_MS) / 1000


class Step(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What goes wrong with so many calls in turn; with all that follow, where `times` is None.

    `status` is of `error`, `seconds` what a `slow-body` takes; `retry_after` is told in seconds
    by `rate-limit`, `maintenance`, and `error` with 429 or 503.
    """

    kind: Kind
    times: int | None = None
    status: int = _STATUS
    retry_after: int = RETRY_AFTER
    seconds: float = _SLOW_SECONDS
    delay: Delay | None = None


class Window(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When a profile counts: moments of real time, or days of the world's clock, as ISO 8601.

    A moment that `ends` it is the first that is out of it; a day is the last one within.
    """

    clock: Literal["real", "world"]
    starts: str | None = None
    ends: str | None = None

    def is_open(self, now: dt.datetime, today: dt.date) -> bool:
        """Whether it is so now."""
        if self.clock == "world":
            day = today.isoformat()
            return (self.starts or day) <= day <= (self.ends or day)
        return (self.starts is None or moment(self.starts) <= now) and (
            self.ends is None or now < moment(self.ends)
        )

    def seconds_left(self, now: dt.datetime) -> int | None:
        """Return the real seconds until it ends; None where nobody knows."""
        if self.clock == "world" or self.ends is None:
            return None
        return max(math.ceil((moment(self.ends) - now).total_seconds()), 1)


class Profile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A named piece of weather: for whom, when, how often, and which steps.

    `path` is where addresses begin (`/v1/disclosures`). After the last step all is fine, unless
    they `repeat`. `tokens` are faults of the system's sign-ins (`app.signin.faults`), `webhooks`
    those of what is sent to it, or to every system (`app.exchange.webhooks.faults`).
    """

    name: str
    client_id: str | None = None
    path: str | None = None
    steps: tuple[Step, ...] = ()
    repeat: bool = False
    share: float = 1.0
    window: Window | None = None
    tokens: tuple[str, ...] = ()
    webhooks: tuple[str, ...] = ()

    @property
    def is_counted(self) -> bool:
        """Whether it matters which of its calls one is."""
        return self.share < 1 or any(
            step.times is not None or (step.delay and step.delay.distribution != "fixed")
            for step in self.steps
        )

    def fits(self, client_id: str | None, path: str) -> bool:
        """Whether a call of that system to that address is meant."""
        return self.client_id in (None, client_id) and path.startswith(self.path or "")


class Met(msgspec.Struct, frozen=True, kw_only=True):
    """The fault that one call meets. It waits `delay` seconds first."""

    step: Step
    delay: float = 0.0
    retry_after: int = RETRY_AFTER


class Weather(msgspec.Struct, frozen=True):
    """The profiles of one world, the narrowest first; `version` is that of `Facts.weather`."""

    version: int
    profiles: tuple[Profile, ...]
    names_systems: bool

    def over(
        self, client_id: str | None, path: str, now: dt.datetime, today: dt.date
    ) -> Profile | None:
        """Return the profile that counts for a call, if any does."""
        for profile in self.profiles:
            is_now = profile.window is None or profile.window.is_open(now, today)
            if is_now and profile.fits(client_id, path):
                return profile
        return None


def is_reached(path: str) -> bool:
    """Whether there is weather at an address."""
    return path.startswith(REACHED) and not path.startswith(_NOT_REACHED)


def read(session: Session) -> Weather:
    """Read the weather of a world, and which version of it that is."""
    facts = read_facts(session)
    found = [profile for profile in profiles(session) if profile.steps]
    found.sort(key=_narrowness, reverse=True)
    return Weather(
        0 if facts is None else facts.weather,
        tuple(found),
        any(profile.client_id for profile in found),
    )


def profiles(session: Session) -> list[Profile]:
    """Return every profile of a world, in order of name."""
    from app.sandbox.models import Fault  # noqa: PLC0415 - the door opens before the tables load

    rows = session.execute(select(Fault.profile).order_by(Fault.name)).scalars()
    return [msgspec.convert(row, Profile) for row in rows]


def of_webhooks(
    session: Session, client_id: str, now: dt.datetime, today: dt.date
) -> frozenset[str]:
    """Return what is to go wrong now with the messages that are sent to a system."""
    return frozenset(
        name
        for profile in profiles(session)
        if profile.webhooks
        and profile.client_id in (None, client_id)
        and (profile.window is None or profile.window.is_open(now, today))
        for name in profile.webhooks
    )


def count(session: Session, name: str) -> int | None:
    """Count one more call that meets a profile; return which it is, from 0. None: it is gone."""
    from app.sandbox.models import Fault  # noqa: PLC0415 - as above

    counted = update(Fault).where(Fault.name == name).values(met=Fault.met + 1)
    met = session.execute(counted.returning(Fault.met)).scalar()
    return None if met is None else met - 1


def drawn(profile: Profile, number: int, seed: int, now: dt.datetime) -> Met | None:
    """Return the fault of a profile's call of that number; None if it goes well."""
    if profile.share < 1 and _draw(seed, profile.name, "share", number) >= profile.share:
        return None
    step = _step(profile, number)
    if step is None or step.kind == "fine":
        return None
    delay = step.delay.seconds(_draw(seed, profile.name, "delay", number)) if step.delay else 0.0
    left = None
    if profile.window is not None and step.kind == "maintenance":
        left = profile.window.seconds_left(now)
    return Met(step=step, delay=delay, retry_after=left or step.retry_after)


def moment(text: str) -> dt.datetime:
    """Read a moment of real time with its offset; raises `ValueError`."""
    read_as = dt.datetime.fromisoformat(text)
    if read_as.tzinfo is None:
        raise ValueError("a moment needs its offset")
    return read_as


def _narrowness(profile: Profile) -> tuple[bool, bool, int, bool]:
    both = profile.client_id is not None and profile.path is not None
    return profile.name == FROZEN, both, len(profile.path or ""), profile.client_id is not None


def _step(profile: Profile, number: int) -> Step | None:
    """Return the step that a call of that number meets."""
    lengths = [step.times for step in profile.steps]
    whole = sum(filter(None, lengths))
    if profile.repeat and whole and None not in lengths:
        number %= whole
    for step in profile.steps:
        if step.times is None or number < step.times:
            return step
        number -= step.times
    return None


def _draw(seed: int, *name: str | int) -> float:
    """Return a number from 0 up to 1 that belongs to the name."""
    return int.from_bytes(streams.digest_bytes(seed, "fault", *name)[:7], "big") / 2**56
