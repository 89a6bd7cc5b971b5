"""What every agency's site has: sessions, forms that cannot be forged, headers, pages, errors.

    SITE = Site("bank", client_id="vietcombank-basic", title="A bank")

    @SITE.page("/")
    async def home(visit: Visit) -> Response: …   # shows

    @SITE.act("/verify")
    async def verify(visit: Visit) -> str | None: …   # asks dancu; returns where to go then

A step is a form that is posted; its outcome is kept in the session, and the browser is sent to a
page that shows it, with the calls that were made. What fails is told by whose fault it is.
"""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeAlias
from urllib.parse import parse_qsl, urlencode, urlsplit

from dancu_client import (
    AsyncClient,
    DancuClientError,
    NotProvedError,
    OAuthError,
    ProblemError,
)
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from dancu_sites import calls, words
from dancu_sites.sessions import Kept, Notice, Session, Sessions

_HERE: Final = Path(__file__).parent
_THEMES: Final = ("auto", "light", "dark")
_A_YEAR: Final = 365 * 24 * 3600
#: The files of a chip, pasted, are the longest form.
_LONGEST_FORM: Final = 256 * 1024
_HEADERS: Final = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
HOSTS: Final = ("127.0.0.1", "localhost")


@dataclass
class Visit:
    """One request of a browser: who asks, what was typed, and the client that asks dancu."""

    request: Request
    site: Site
    session: Session
    dancu: AsyncClient
    form: Mapping[str, str]

    @property
    def kept(self) -> Kept:
        """What the agency keeps about this visit."""
        return self.session.kept

    def said(self, name: str) -> str:
        """Return what was typed into a field, without blanks around it."""
        return self.form.get(name, "").strip()

    def say(self, text: str, kind: str = "bad", detail: str = "") -> None:
        """Have the next page tell something. `text` is English and stands in `words.py`."""
        self.session.notice = Notice(text, kind, detail)

    def show(self, template: str, **told: Any) -> Response:
        """Return the page that a template makes of what it is told."""
        return self.site.shown(self, template, told)


Page: TypeAlias = Callable[[Visit], Awaitable[Response]]
Act: TypeAlias = Callable[[Visit], Awaitable[str | None]]


class Site:
    """One agency's site: its pages and steps, declared by its module."""

    def __init__(self, name: str, *, client_id: str, title: str) -> None:
        self.name, self.client_id, self.title = name, client_id, title
        self.neighbours: Mapping[str, str] = {}
        self._routes: list[Route] = []
        self._sessions = Sessions()
        self._dancu: AsyncClient | None = None
        self.act("/prove")(_prove)

    @property
    def dancu(self) -> AsyncClient:
        """The agency's client."""
        if self._dancu is None:
            raise RuntimeError("the site has not been started")
        return self._dancu

    def page(self, path: str) -> Callable[[Page], Page]:
        """Declare what is shown at an address."""

        def declare(page: Page) -> Page:
            self._routes.append(Route(path, partial(self._show, page), methods=["GET"]))
            return page

        return declare

    def act(self, path: str, method: str = "POST") -> Callable[[Act], Act]:
        """Declare a step. One by GET is where another site sends the browser back to."""

        def declare(act: Act) -> Act:
            self._routes.append(Route(path, partial(self._do, act), methods=[method]))
            return act

        return declare

    def machine(self, path: str, answer: Callable[[Request], Awaitable[Response]]) -> None:
        """Declare an address for machines: no session, no form token; it looks after itself."""
        self._routes.append(Route(path, answer, methods=["POST"]))

    def app(self, dancu: AsyncClient) -> Starlette:
        """Return the site as an application whose calls are made by this client."""
        self._dancu = dancu
        return Starlette(
            routes=[*self._routes, Mount("/static", StaticFiles(directory=_HERE / "static"))],
            middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=list(HOSTS))],
        )

    async def _show(self, page: Page, request: Request) -> Response:
        visit = self._visit(request, {})
        answer = await page(visit)
        return self._framed(visit, answer)

    async def _do(self, act: Act, request: Request) -> Response:
        """Carry out a step: 1. it is this visitor's own form, 2. do it, 3. go to where it is told.

        Whatever the client raises is told, never shown as it is.
        """
        # 1.
        form = await _form(request)
        visit = self._visit(request, form or {})
        if form is None or (request.method == "POST" and not _is_own(visit)):
            return self._framed(visit, visit.show("refused.html", status=403))
        # 2.
        visit.session.notice = None
        with calls.recorded() as made:
            try:
                address = await act(visit)
            except DancuClientError as error:
                address, visit.session.notice = None, told(error)
        visit.session.calls = made or visit.session.calls
        # 3.
        return self._framed(visit, RedirectResponse(address or "/", 303))

    def _visit(self, request: Request, form: Mapping[str, str]) -> Visit:
        session = self._sessions.find(request.cookies.get(self._cookie))
        return Visit(request, self, session, self.dancu, form)

    @property
    def _cookie(self) -> str:
        return f"dancu-site-{self.name}"

    def renew(self, visit: Visit) -> None:
        """Give the session another name, since it opens more from now on."""
        self._sessions.renew(visit.session)

    def end(self, visit: Visit) -> None:
        """Forget the visitor."""
        self._sessions.end(visit.session)
        visit.session = Session()

    def shown(self, visit: Visit, template: str, told: Mapping[str, Any]) -> Response:
        """Return a page of this site."""
        language, theme = _wish(visit.request)
        query = dict(visit.request.query_params)
        notice, visit.session.notice = visit.session.notice, None
        text = _TEMPLATES.get_template(template).render(
            _=partial(words.say, language=language),
            language=language,
            theme=theme,
            themes=_THEMES,
            site=self,
            visit=visit,
            kept=visit.kept,
            notice=notice,
            otherwise=lambda **changed: f"?{urlencode({**query, **changed})}",
            **{name: value for name, value in told.items() if name != "status"},
        )
        return HTMLResponse(text, told.get("status", 200))

    def _framed(self, visit: Visit, answer: Response) -> Response:
        """Add what every answer has: the policy, and the cookies."""
        parts = urlsplit(self.dancu.url)
        answer.headers.update(_HEADERS)
        answer.headers["Content-Security-Policy"] = (
            "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; "
            # Browsers hold redirects after a form to this: signing in begins with one.
            f"form-action 'self' {parts.scheme}://{parts.netloc}; frame-ancestors 'none'"
        )
        secure = visit.request.url.scheme == "https"
        # Lax, not Strict: a browser that comes back from signing in is still known.
        answer.set_cookie(
            self._cookie, visit.session.id, httponly=True, samesite="lax", secure=secure
        )
        for name, known in (("lang", words.LANGUAGES), ("theme", _THEMES)):
            said = visit.request.query_params.get(name, "")
            if said in known:
                answer.set_cookie(
                    f"dancu-{name}", said, _A_YEAR, httponly=True, samesite="lax", secure=secure
                )
        return answer


def told(error: DancuClientError) -> Notice:
    """Say what a failed call means for the visitor: by whose fault it is, and what helps.

    The client has waited already where that helps; texts of problems hold no personal data.
    """
    if isinstance(error, ProblemError):
        return _of_problem(error)
    if isinstance(error, OAuthError):
        return Notice("Nobody was signed in.", "warn", error.error)
    if isinstance(error, NotProvedError):
        return Notice("An answer came that we do not trust. Nothing was done.", "bad", str(error))
    return Notice("That cannot be asked now. Come back later.", "warn")


def _of_problem(error: ProblemError) -> Notice:
    if error.code == "approval-pending":
        return Notice("Nothing has been decided on the phone yet.", "calm", error.code)
    if error.fault_of == "citizen":
        return Notice("You have to do something first.", "warn", f"{error.code}: {error.next}")
    if error.fault_of == "caller" and error.status != 429:
        return Notice("The mistake is ours, and noted.", "bad", f"{error.code}: {error.next}")
    wait = "" if error.retry_after is None else f" ({error.retry_after:.0f} s)"
    return Notice("That cannot be asked now. Come back later.", "warn", f"{error.code}{wait}")


async def _prove(visit: Visit) -> str | None:
    """Prove a receipt of the last step: that its exchange is in the log."""
    shown = visit.session.calls
    which = visit.said("call")
    if which.isdecimal() and int(which) < len(shown) and (call := shown[int(which)]).receipt:
        with calls.recorded():  # what the proof takes does not push the step out of view
            receipt, checkpoint = await visit.dancu.prove(call.receipt)
        call.proof = f"{receipt.seq} < {checkpoint.size}, {checkpoint.origin}"
    return "/#calls"


def _is_own(visit: Visit) -> bool:
    """Whether a form came from a page of this site that this session was shown."""
    request = visit.request
    origin = request.headers.get("origin")
    own = f"{request.url.scheme}://{request.url.netloc}"
    token = visit.form.get("form_token", "").encode()
    return origin in {None, own} and hmac.compare_digest(token, visit.session.form_token.encode())


async def _form(request: Request) -> dict[str, str] | None:
    """Read a form; None for one that is too long or none."""
    if request.method == "GET":
        return {}
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _LONGEST_FORM:
            return None
    try:
        return dict(parse_qsl(body.decode("ascii"), keep_blank_values=True))
    except ValueError:
        return None


def _wish(request: Request) -> tuple[str, str]:
    """Return language and theme: as just said, as kept, else as the browser has it."""
    asked, kept = request.query_params, request.cookies
    language = asked.get("lang") or kept.get("dancu-lang") or ""
    if language not in words.LANGUAGES:
        vietnamese = request.headers.get("accept-language", "vi").lower().startswith("vi")
        language = "vi" if vietnamese else "en"
    theme = asked.get("theme") or kept.get("dancu-theme") or ""
    return language, theme if theme in _THEMES else "auto"


_TEMPLATES: Final = Environment(
    loader=FileSystemLoader(_HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
