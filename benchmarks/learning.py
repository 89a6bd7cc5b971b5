"""A class that is played: scripted learners who go through lessons by pages and calls, at once."""

from __future__ import annotations

import html
import re
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import httpx

from app.training import lesson
from app.training.pupil import Pupil

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

#: How often a page is looked at for the end of a lesson, and how long between.
_LOOKS: Final = 100
_PAUSE: Final = 0.2
#: What a page has learners paste into a terminal.
EXPORT: Final = re.compile(r"export (\w+)=(\S+)\n")
_PROBLEM: Final = re.compile('data-testid="problem">([a-z-]+)<')
_FINISHED: Final = 'data-testid="finished"'
#: Of these a world's request log keeps every one.
_KEPT: Final = re.compile("/w/[^/]+(/v1/(?!requests)|/oidc/|/control/(?!v1/requests))")
_OK: Final = 400


@dataclass(slots=True)
class Played:
    """What a learner has done: seconds of each page and of each call, and the calls' ids.

    `finished` are the lessons that the page said to be done. `logged` are the calls in the request
    log of the learner's world: `lost` are those of their own that are not there, `foreign` those
    that another learner made.
    """

    world: str
    pages: list[float] = field(default_factory=list)
    calls: list[float] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)
    finished: list[str] = field(default_factory=list)
    logged: set[str] = field(default_factory=set)
    foreign: set[str] = field(default_factory=set)
    lost: set[str] = field(default_factory=set)


class _Timed:
    """Sends a learner's calls, and takes their time and their ids down."""

    def __init__(self, client: httpx.Client, played: Played) -> None:
        self._client = client
        self._played = played

    def request(self, method: str, url: str, **options: Any) -> httpx.Response:
        """Send a call."""
        began = time.perf_counter()
        answer = self._client.request(method, url, **options)
        self._played.calls.append(time.perf_counter() - began)
        if _KEPT.match(answer.request.url.path):
            self._played.ids.add(answer.headers["x-request-id"])
        return answer


def play(
    base: str, codes: Sequence[str], lessons: Sequence[str], *, thinking: float = 0.0
) -> list[Played]:
    """Have one learner for each code go through these lessons, all at once; return what was done.

    They take so many seconds after each page. Raises what goes wrong for any of them.
    """
    with ThreadPoolExecutor(len(codes)) as learners:
        played = list(learners.map(lambda code: _learn(base, code, lessons, thinking), codes))
    for own in played:
        others = [each.ids for each in played if each is not own]
        own.foreign, own.lost = own.logged & set().union(*others), own.ids - own.logged
    return played


def _learn(base: str, code: str, lessons: Sequence[str], thinking: float) -> Played:
    """Come in by a code, and do the lessons one after the other."""
    world = code.rsplit("-", 3)[0]
    played = Played(world)
    home = f"{base}/w/{world.rpartition('-')[0]}/class"
    with httpx.Client(timeout=120, trust_env=False, follow_redirects=True) as browser:

        def page(method: str, address: str, data: dict[str, str] | None = None) -> str:
            began = time.perf_counter()
            answer = browser.request(method, address, data=data)
            played.pages.append(time.perf_counter() - began)
            if answer.status_code >= _OK:
                code = _PROBLEM.search(answer.text)
                told = code[1] if code else answer.text
                raise RuntimeError(f"{address}: {answer.status_code} {told}")
            time.sleep(thinking)
            return html.unescape(answer.text)

        page("POST", f"{base}/class", {"code": code})
        with httpx.Client(timeout=120, trust_env=False) as caller:
            timed = _Timed(caller, played)
            for name in lessons:
                _do(page, timed, f"{home}/lessons/{name}", played, name)
            shell = dict(EXPORT.findall(page("GET", f"{home}/lessons/{lessons[0]}")))
            played.logged = _logged(caller, shell)
    return played


def _do(page: Callable[..., str], timed: _Timed, address: str, played: Played, name: str) -> None:
    """Begin a lesson, do what its solution does, and look until the page says that it is done."""
    page("GET", address)
    page("POST", f"{address}/begin")
    shell = dict(EXPORT.findall(page("GET", address)))

    def write(question: str, text: str) -> None:
        page("POST", f"{address}/answers", {question: text})

    lesson.find(name).solve(Pupil(timed, shell["ISSUER"], shell["OPERATOR"], write))
    for _ in range(_LOOKS):
        if _FINISHED in page("GET", address):
            played.finished.append(name)
            return
        time.sleep(_PAUSE)


def _logged(caller: httpx.Client, shell: dict[str, str]) -> set[str]:
    """Return the ids of all calls in the learner's world."""
    headers = {"Authorization": f"Bearer {shell['OPERATOR']}"}
    address = f"{shell['ISSUER']}/control/v1/requests?limit=200"
    found = caller.get(address, headers=headers).json()["items"]
    ids = {row["request_id"] for row in found}
    while found:
        page = f"{address}&before={found[-1]['id']}"
        found = caller.get(page, headers=headers).json()["items"]
        ids |= {row["request_id"] for row in found}
    return ids


@contextmanager
def taught(base: str, token: str, name: str, learners: int) -> Iterator[list[str]]:
    """Give the codes of a class of so many that is opened there, and closed afterwards."""
    headers = {"Authorization": f"Bearer {token}"}
    address = f"{base}/control/v1/classes"
    with httpx.Client(timeout=600, trust_env=False, headers=headers) as trainer:
        opened = trainer.post(address, json={"name": name, "learners": learners})
        opened.raise_for_status()
        try:
            yield [seat["code"] for seat in opened.json()["seats"]]
        finally:
            trainer.delete(f"{address}/{name}").raise_for_status()
