"""Puts every case to somebody's own relying party: a browser that signs a persona in, each time.

The relying party runs already, with the door as its issuer. The browser opens its start address,
is signed in without a page, comes back, and asks who it is. docs/report-card.md is the contract.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import socket
import time
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx

from app.signin import levels
from app.training.report_card import forging, grading
from app.training.report_card.browsing import Browser, Found, StuckError
from app.training.report_card.cases import Said
from app.training.report_card.door import Door
from app.training.report_card.mirror import Mirror
from app.training.report_card.sign_ins import AUTHORIZE, TOKEN, WHOLE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from app.training.report_card.answers import Answer
    from app.training.report_card.cases import Call, SignInCase
    from app.training.report_card.door import Asked, Exchange
    from app.training.report_card.grading import Result

_TIMEOUT: Final = 20.0
_LOOK_SECONDS: Final = 0.2
_BROKEN: Final = 500
_PUSHED: Final = "/oidc/par"
#: What has to be another at each sign-in.
_FRESH: Final = ("state", "nonce", "code_challenge")


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Somebody's relying party, and who signs in there.

    `start` begins a sign-in, `who` answers 200 and JSON with `sub` to whoever is signed in; the
    relying party's issuer is this machine at `port`. `person` are the headers that sign a persona
    in without a page, `another` those of somebody else.
    """

    start: str
    who: str
    issuer: str
    client_id: str
    port: int
    person: Mapping[str, str]
    another: Mapping[str, str]
    patience: float = 60.0


def grade(
    candidate: Candidate, cases: Sequence[SignInCase], *, told: Callable[[Result], None]
) -> list[Result]:
    """Put the cases one after the other; where the first does not go well, no other means a thing.

    `told` hears of each as it ends. Raises OSError where the port is taken, and TimeoutError where
    no relying party listens within `candidate.patience` seconds: one that asks its issuer when it
    starts can only be started when the door is there.
    """
    results: list[Result] = []
    with Door(candidate.issuer, Mirror(), lambda _: None, candidate.port) as door:
        _await(candidate.start, candidate.patience)
        party = _Party(candidate, door)
        for case in cases:
            is_lost = any(each.name == WHOLE and not each.passed for each in results)
            results.append(_untried(case, _LOST) if is_lost else party.put(case))
            told(results[-1])
    return results


def _await(address: str, seconds: float) -> None:
    """Return when somebody listens at an address of this machine."""
    parts = urlsplit(address)
    end = time.monotonic() + seconds
    while True:
        try:
            socket.create_connection((parts.hostname or "", parts.port or 80), 1.0).close()
        except OSError:
            if time.monotonic() > end:
                raise TimeoutError(address) from None
            time.sleep(_LOOK_SECONDS)
        else:
            return


_LOST: Final = Said(
    "nobody can sign in even where nothing goes wrong",
    "không đăng nhập được ngay cả khi không có gì sai",
)
_UNREACHED: Final = Said("it never came to the point", "chưa từng đến chỗ này")


class _Party:
    """One relying party at its door."""

    def __init__(self, candidate: Candidate, door: Door) -> None:
        self._candidate, self._door = candidate, door
        self._subjects: set[str] = set()
        door.code_of_another = self._code_of_another

    def put(self, case: SignInCase) -> Result:
        """Put one case."""
        self._subjects.clear()
        self._door.calls.clear()
        self._door.turn = self._turned(case)
        try:
            found = self._gone(case)
        except (StuckError, httpx.HTTPError) as error:
            found = Found(None, None, str(error) or type(error).__name__)
        return self._judged(case, found, tuple(self._door.calls))

    def _turned(self, case: SignInCase) -> Callable[[Exchange], Answer | None]:
        met = count(1)

        def turn(exchange: Exchange) -> Answer | None:
            path = exchange.asked.path
            if path == TOKEN and (token := exchange.true.members().get("id_token")):
                self._subjects.add(str(forging.claims(token).get("sub")))
            if path != case.at or (case.times is not None and next(met) > case.times):
                return None
            return case.turn(exchange)

        return turn

    def _gone(self, case: SignInCase) -> Found:
        """Go a case's way, and find out who the browser is that matters."""
        with self._browser() as browser, self._browser() as other:
            if case.way == "other-browser":
                callback = browser.up_to_callback(self._candidate.start)
                return other.found(other.go(callback))
            status = browser.go(self._candidate.start)
            if case.way == "again":
                return other.found(other.go(browser.callback))
            if case.way == "twice":
                status = other.go(self._candidate.start)
                return other.found(status)
            return browser.found(status)

    def _browser(self) -> Browser:
        return Browser(self._door.url, self._candidate.who, self._candidate.person)

    def _judged(self, case: SignInCase, found: Found, calls: Sequence[Call]) -> Result:
        asked = _requests(calls)
        level = max((_level(each) for each in asked), default=1)
        if case.level > level:
            return _untried(case, Said(f"it asks for level {level}", f"chỉ yêu cầu mức {level}"))
        if case.name != WHOLE and found.stuck is None and not any(call.turned for call in calls):
            return _untried(case, _UNREACHED)
        wrong = list(self._wrong(case, found))
        if case.way == "twice":
            wrong += _repeated(asked)
        said = wrong or [_who(found)]
        did = Said("; ".join(each.en for each in said), "; ".join(each.vi for each in said))
        return grading.result(
            case.name, case.gravity, case.happens, case.should, passed=not wrong, did=did
        )

    def _wrong(self, case: SignInCase, found: Found) -> Iterator[Said]:
        if found.stuck is not None:
            yield Said(
                f"the browser got stuck: {found.stuck}", f"trình duyệt bị kẹt: {found.stuck}"
            )
            return
        if found.status == _BROKEN:
            yield Said("it broke: 500 to the browser", "bị hỏng: trả 500 cho trình duyệt")
        if case.signs_in is not None and case.signs_in is not (found.subject is not None):
            yield _who(found)
        elif case.signs_in and found.subject not in self._subjects:
            yield Said(
                "whom it signed in is not whom the ID token names",
                "người được đăng nhập không phải người trong ID token",
            )

    def _code_of_another(self, asked: Asked) -> str:
        """Sign somebody else in at the same system, and keep the code from whoever is that."""
        said = dict(parse_qsl(urlsplit(asked.target).query))
        verifier = secrets.token_urlsafe(32)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest())
        query = {
            "client_id": self._candidate.client_id,
            "response_type": "code",
            "scope": "openid",
            "redirect_uri": said.get("redirect_uri") or self._pushed()["redirect_uri"],
            "state": "of-another",
            "nonce": "of-another",
            "code_challenge": challenge.rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        address = f"{self._candidate.issuer}{AUTHORIZE}?{urlencode(query)}"
        with httpx.Client(timeout=_TIMEOUT, trust_env=False) as http:
            came = http.get(address, headers=dict(self._candidate.another))
        brought = dict(parse_qsl(urlsplit(str(came.headers.get("location", ""))).query))
        return brought.get("code", "")

    def _pushed(self) -> dict[str, str]:
        """Return the request to sign somebody in that was pushed last."""
        return _requests(self._door.calls)[-1]


def _requests(calls: Sequence[Call]) -> list[dict[str, str]]:
    """Return the parameters of each request to sign somebody in, pushed or in the address."""
    found = []
    for call in calls:
        if call.path == _PUSHED:
            found.append(dict(parse_qsl(call.body.decode("utf-8", "replace"))))
        elif call.path == AUTHORIZE and "response_type" in (said := dict(parse_qsl(call.query))):
            found.append(said)
    return found


def _level(asked: Mapping[str, str]) -> int:
    """Return the level that a request asks for, 1 where it says none."""
    said = f"{asked.get('acr_values', '')} {asked.get('claims', '')}"
    return max((level for level, acr in levels.ACR_OF.items() if acr in said), default=1)


def _repeated(asked: Sequence[Mapping[str, str]]) -> Iterator[Said]:
    """Say what of two requests is the same, or missing, and should be neither."""
    for name in _FRESH:
        said = [each.get(name) for each in asked]
        if None in said or len(set(said)) < len(said):
            yield Said(f"{name} is missing, or the same twice", f"thiếu {name}, hoặc lặp lại")


def _who(found: Found) -> Said:
    if found.subject is None:
        return Said(
            f"nobody is signed in (the page's status is {found.status})",
            f"không ai được đăng nhập (trang trả {found.status})",
        )
    return Said("somebody is signed in", "có người được đăng nhập")


def _untried(case: SignInCase, why: Said) -> Result:
    return grading.result(case.name, case.gravity, case.happens, case.should, passed=None, did=why)
