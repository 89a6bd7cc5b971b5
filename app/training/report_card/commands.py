"""Puts every case to somebody's own client: a command that is started anew for each.

The command is told where to ask by its environment, and what by a line of JSON on its standard
input; it prints what it concludes as a line of JSON. docs/report-card.md is the whole contract.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any, Final, Literal

from app.platform import clock
from app.training.report_card import grading
from app.training.report_card.answers import of_json
from app.training.report_card.cases import CONCLUSIONS, Watched
from app.training.report_card.door import Door
from app.training.report_card.mirror import Mirror

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from app.training.report_card.answers import Answer
    from app.training.report_card.cases import Case
    from app.training.report_card.door import Exchange
    from app.training.report_card.grading import Result

_NS: Final = 1e9
#: What is kept of what a command says on standard error.
_MOST_SAID: Final = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Somebody's client: its command, the system it is, the world it asks, and how long it has.

    `issuer` is on this machine; `number`, `claims` and `purpose` are a question whose answer is
    `match`; `seconds` is what a command has from its start to its conclusion.
    """

    command: Sequence[str]
    issuer: str
    client_id: str
    secret: str
    number: str
    claims: Mapping[str, str]
    purpose: str
    seconds: float


def grade(
    candidate: Candidate,
    cases: Sequence[Case],
    *,
    beside: int,
    told: Callable[[Result], None],
) -> list[Result]:
    """Put the cases, `beside` at once, and return what came of each in their order.

    `told` hears of each as it ends. Raises OSError where the command cannot be started.
    """
    mirror = Mirror()
    telling = threading.Lock()

    def put(case: Case) -> Result:
        result = grading.of_client(case, _put(candidate, case, mirror))
        with telling:
            told(result)
        return result

    with ThreadPoolExecutor(beside) as pool:
        return list(pool.map(put, cases))


def _put(candidate: Candidate, case: Case, mirror: Mirror) -> Watched:
    turned = _Turned(case)
    with (
        Door(candidate.issuer, mirror, _trap) as elsewhere,
        Door(candidate.issuer, mirror, turned) as door,
    ):
        door.elsewhere = elsewhere.url
        began = clock.monotonic_ns()
        conclusion = _concluded(candidate, case, door.url)
        took = (clock.monotonic_ns() - began) / _NS
        calls = sorted(door.calls, key=lambda call: call.began)
        return Watched(conclusion, took, tuple(calls), tuple(elsewhere.calls))


class _Turned:
    """Turns the first answers of a case's address, and no other."""

    def __init__(self, case: Case) -> None:
        self._case, self._met = case, count(1)

    def __call__(self, exchange: Exchange) -> Answer | None:
        at, path = self._case.at, exchange.asked.path
        if not (path == at or (at.endswith("/") and path.startswith(at))):
            return None
        times = self._case.times
        return None if times is not None and next(self._met) > times else self._case.turn(exchange)


def _trap(_: Exchange) -> Answer:
    """What another host answers: it takes what it is given, and says yes."""
    return of_json(200, {"outcome": "match", "access_token": "taken", "token_type": "Bearer",
                         "expires_in": 600})  # fmt: skip


def _concluded(candidate: Candidate, case: Case, url: str) -> str | None:
    """Run the command; return its conclusion, or what it did in place of one; None for no end."""
    process = subprocess.Popen(  # noqa: S603 - what the person at the terminal asked for
        candidate.command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, **_environment(candidate, url)},
        start_new_session=True,
    )
    try:
        said, complained = process.communicate(_question(candidate, case), candidate.seconds)
    except subprocess.TimeoutExpired:
        return None
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
    return _read(said) or _complaint(process.returncode, complained)


def _environment(candidate: Candidate, url: str) -> dict[str, str]:
    return {
        "DANCU_URL": url,
        "DANCU_CLIENT_ID": candidate.client_id,
        "DANCU_CLIENT_SECRET": candidate.secret,
        "DANCU_DEADLINE_SECONDS": f"{candidate.seconds:g}",
    }


def _question(candidate: Candidate, case: Case) -> bytes:
    form: Literal["NFC", "NFD"] = "NFD" if case.decomposed else "NFC"
    asked = {
        "number": candidate.number,
        "claims": {n: unicodedata.normalize(form, text) for n, text in candidate.claims.items()},
        "purpose": candidate.purpose,
        "signed": case.ask == "signed",
        "proved": case.ask == "proved",
    }
    return json.dumps(asked, ensure_ascii=False).encode() + b"\n"


def _read(said: bytes) -> str | None:
    """Return the conclusion in the last line that is one; None where there is none."""
    return next(_conclusions(said), None)


def _conclusions(said: bytes) -> Iterator[str]:
    for line in reversed(said.splitlines()):
        try:
            told: Any = json.loads(line)
        except ValueError:
            continue
        if isinstance(told, dict) and told.get("conclusion") in CONCLUSIONS:
            yield str(told["conclusion"])


def _complaint(status: int, complained: bytes) -> str:
    """Say how it ended without a conclusion: the last that it said on standard error."""
    lines = complained.decode("utf-8", "replace").strip().splitlines() or [""]
    return f"exit {status}: {lines[-1][:_MOST_SAID]}"
