"""Browsers: what a page needs of a request, and the cookies that it keeps.

Cookies carry the world in name and path, so that two worlds of one server never read each other's.
Scripts cannot read them, and other sites' forms do not send them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import parse_qsl, urlencode, urlsplit

from fastapi.responses import RedirectResponse

if TYPE_CHECKING:
    from fastapi import Request, Response

    from app.api.calls import Call
    from app.platform.errors import Language
    from app.platform.worlds import World

#: How pages look: as the system does, or always light, or always dark.
THEMES: Final = ("auto", "light", "dark")
_MOST_PARAMETERS: Final = 64
SESSION_SECONDS: Final = 8 * 3600


class RepeatedError(Exception):
    """A parameter stands twice, or the text is none: the request means nothing."""


class Place(NamedTuple):
    """A world as one of its addresses has it: `root` is what stands before all of these."""

    world: str
    root: str


class Visitor:
    """A browser's request, as the pages see it."""

    def __init__(self, request: Request, route: str) -> None:
        self.request = request
        call: Call = request.state.call
        self._call = call
        call.route = route
        self.request_id: str = call.request_id
        #: What stands before every address of this world, for this browser.
        self.root: str = urlsplit(call.base).path + request.scope["root_path"]
        self._accepted: Language = call.language
        self._body: bytes = call.body
        self.path: str = call.path
        self.is_secure: bool = call.base.startswith("https:")

    @property
    def has_world(self) -> bool:
        """Whether there is a world at the address; the default one may have been deleted."""
        return self._call.has_world

    @property
    def world(self) -> World:
        """The world at the address."""
        return self._call.world

    @property
    def base(self) -> str:
        """What stands before every address of this server."""
        prefix: str = self.request.scope["root_path"]
        return self.root.removesuffix(prefix)

    def root_of(self, world: str) -> str:
        """Return what stands before every address of a world; of this one, as it was asked."""
        is_own = self.has_world and world == self.world.name
        return self.root if is_own else f"{self.base}/w/{world}"

    def note_problem(self, code: str) -> None:
        """Note for the metrics which problem the page tells of."""
        self._call.problem_code = code

    def query(self) -> dict[str, str]:
        """Return the parameters of the address; raises `RepeatedError`."""
        return _read(self.request.scope["query_string"])

    def form(self) -> list[tuple[str, str]]:
        """Return the fields of the form, which may repeat; raises `RepeatedError`."""
        return _pairs(self._body)

    def parameters(self) -> dict[str, str]:
        """Return what an address that takes both gets: the form of a POST, else the query."""
        is_post = self.request.method == "POST"
        return _read(self._body) if is_post else self.query()

    def again_by_get(self, *secrets: str) -> RedirectResponse | None:
        """Have a form of another site come again as a GET, to which the browser adds our cookies.

        They are kept from a foreign POST (SameSite=Lax), which would make of whoever is signed in
        a stranger. None where a cookie named here came, or nothing was posted.
        """
        if self.request.method != "POST" or any(self.cookie(name) for name in secrets):
            return None
        return self.to(self.path, **self.parameters())

    def language(self, wished: str | None = None) -> Language:
        """Return the language of the page.

        As the address says, else as a system wishes, else as was chosen before, else by Accept.
        """
        for each in (self.said("lang"), wished, self.request.cookies.get("dancu-lang")):
            if each in ("vi", "en"):
                return "vi" if each == "vi" else "en"
        return self._accepted

    def theme(self) -> str:
        """Return how the page looks, as the address says or was chosen before: of `THEMES`."""
        for each in (self.said("theme"), self.request.cookies.get("dancu-theme")):
            if each in THEMES:
                return each
        return THEMES[0]

    def said(self, name: str) -> str | None:
        """Return a parameter of the address, the last where it stands twice."""
        return dict(parse_qsl(self.request.scope["query_string"].decode("latin-1"))).get(name)

    def to(self, path: str, /, **query: str) -> RedirectResponse:
        """Send the browser to an address of this world; what it sends there is a GET (303)."""
        more = f"?{urlencode(query)}" if query else ""
        return _sent(f"{self.root}{path}{more}")

    def over(self, world: str, path: str) -> RedirectResponse:
        """Do the same to an address of another world."""
        return _sent(f"{self.root_of(world)}{path}")

    def cookie(self, name: str) -> str | None:
        """Return the value of one of our cookies."""
        return self.request.cookies.get(f"dancu-{name}-{self.world.name}")

    def keep(
        self,
        answer: Response,
        name: str,
        value: str,
        *,
        path: str,
        seconds: int | None = None,
        at: Place | None = None,
    ) -> None:
        """Have the browser keep a secret for the addresses at and below `path`, here or `at`."""
        place = at or Place(self.world.name, self.root)
        answer.set_cookie(
            f"dancu-{name}-{place.world}",
            value,
            max_age=seconds,
            path=f"{place.root}{path}",
            secure=self.is_secure,
            httponly=True,
            samesite="lax",
        )

    def drop(self, answer: Response, name: str, *, path: str, at: Place | None = None) -> None:
        """Have the browser forget one."""
        self.keep(answer, name, "", path=path, seconds=0, at=at)


def _sent(address: str) -> RedirectResponse:
    answer = RedirectResponse(address, 303)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def leave(uri: str) -> RedirectResponse:
    """Send the browser back to a system; 303, so that no form is sent on (RFC 9700 §4.12)."""
    answer = RedirectResponse("/", 303)
    # As it was registered: the framework would encode it once more.
    answer.headers["location"] = uri
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


def origin(uri: str | None) -> tuple[str, ...]:
    """Return the source expression (CSP §2.4.2) that covers a redirect to an address."""
    if uri is None:
        return ()
    parts = urlsplit(uri)
    is_web = parts.scheme in ("http", "https")
    return (f"{parts.scheme}://{parts.netloc}" if is_web else f"{parts.scheme}:",)


def _read(raw: bytes) -> dict[str, str]:
    pairs = _pairs(raw)
    parameters = dict(pairs)
    if len(parameters) != len(pairs):
        raise RepeatedError
    return parameters


def _pairs(raw: bytes) -> list[tuple[str, str]]:
    try:
        pairs = parse_qsl(raw.decode(), errors="strict", max_num_fields=_MOST_PARAMETERS)
    except ValueError:
        raise RepeatedError from None
    if any("\x00" in text for pair in pairs for text in pair):
        raise RepeatedError
    return pairs
