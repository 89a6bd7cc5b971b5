"""`/console` and `/phone`: who may see them, and how their pages are shown.

A browser exchanges the operator's token for a cookie that scripts cannot read and that opens this
world's console and phones: it gives no way back to the token, and ends with the incarnation of the
world, or after eight hours. The server's token opens what concerns other worlds, too: who has
shown it is given their cookies as they go there, which end when the first does.
"""

from __future__ import annotations

import hmac
from functools import cache, partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from fastapi import APIRouter, Request, Response

import app.web.console
import app.web.phone
from app.platform import clock, discovery, errors
from app.sandbox import operator
from app.web import pages
from app.web.browsers import Place, RepeatedError, Visitor
from app.web.console_page import BELOW, GROUPS, PHONES, Asked, Page, number

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

    from app.api.server import Server
    from app.platform.world import World
    from app.sandbox.operator import Scope
    from app.web.console_page import Act, Shown, View

router = APIRouter(include_in_schema=False)

_COOKIE: Final = "console"
_SECONDS: Final = 8 * 3600
#: What the cookie opens.
_ROOMS: Final = (BELOW, PHONES)
#: What lies behind `below` in the console of world `name`.
_OVER: Final = f"{BELOW}/into/{{name}}/{{below:path}}"
_SCOPES: Final[tuple[Scope, ...]] = ("server", "world")


class _Key(NamedTuple):
    """What a browser may see: of the whole server, or of a world alone; until when, since 1970."""

    scope: Scope
    until: int

    def written(self, server: Server, world: World) -> str:
        """Return the cookie's value, which gives no way back to the token."""
        token = operator.world_token(server.operator_token, world.id)
        secret = f"{server.operator_token}{token}" if self.scope == "server" else token
        said = f"console {self.until}"
        return f"{self.until}.{hmac.new(secret.encode(), said.encode(), 'sha256').hexdigest()}"


def menu() -> dict[str, list[Page]]:
    """Return the console's pages by the titles of their groups, in the order of the menu."""
    return _grouped(app.web.console)


def apps() -> list[Page]:
    """Return the pages of a phone, in their order."""
    return [page for group in _grouped(app.web.phone).values() for page in group]


@cache
def _grouped(package: ModuleType) -> dict[str, list[Page]]:
    found = discovery.declarations(package, "PAGE", Page)
    ordered = sorted(found.values(), key=lambda page: page.order)
    groups = {
        title: [page for page in ordered if page.group == group] for group, title in GROUPS.items()
    }
    return {title: group for title, group in groups.items() if group}


def _show(page: Page, view: View, route: str, request: Request) -> Response:
    """Show what a view gives; ask for the operator's token first."""
    visitor = Visitor(request, route)
    key = _key_of(visitor)
    if key is None:
        return _ask(visitor, page)

    def look() -> Shown | Response:
        with visitor.world.session() as session:
            return view(_asked(visitor, key), session)

    return _told(visitor, page, look)


def _act(page: Page, act: Act, route: str, request: Request) -> Response:
    """Have something done; ask for the operator's token first."""
    visitor = Visitor(request, route)
    key = _key_of(visitor)
    if key is None:
        return _ask(visitor, page, status=403)
    asked = _asked(visitor, key)
    # Where the ways to another language lead: nobody reads an act.
    visitor.path = page.address.format_map(asked.path)
    return _told(visitor, page, lambda: act(asked))


def _told(visitor: Visitor, page: Page, job: Callable[[], Shown | Response]) -> Response:
    """Return the page of what a job gives, or of the problem that it ends with."""
    is_app = page.group == "phone"
    frame: dict[str, Any] = {"menu": menu(), "page": page}
    if is_app:
        frame = {"apps": apps(), "page": page, "who": visitor.request.path_params["who"]}
    try:
        shown = job()
    except errors.DancuError as error:
        template = "phone_problem.html" if is_app else "console_problem.html"
        return pages.problem(visitor, error, template, **frame)
    if isinstance(shown, Response):
        return shown
    return pages.show(visitor, shown.template, **frame, **shown.told)


def _enter(page: Page, route: str, request: Request) -> Response:
    """Exchange the operator's token for the console's cookie, and go on to the page asked for."""
    visitor = Visitor(request, route)
    try:
        claimed = dict(visitor.form()).get("token", "").strip()
    except RepeatedError:
        claimed = ""
    server: Server = request.state.server
    scope = operator.scope(claimed, server.operator_token, visitor.world.id)
    if scope is None:
        return _ask(visitor, page, status=403, is_wrong=True)
    lang = visitor.said("lang")
    answer = visitor.to(visitor.path, **({} if lang is None else {"lang": lang}))
    _admit(visitor, answer, _Key(scope, clock.epoch() + _SECONDS), visitor.world)
    return answer


def _go_over(request: Request) -> Response:
    """Lead into the console of another world: unasked, who has shown the server's token."""
    visitor = Visitor(request, _OVER)
    server: Server = request.state.server
    name, below = request.path_params["name"], request.path_params["below"]
    answer = visitor.over(name, f"{BELOW}/{below}".rstrip("/"))
    key = _key_of(visitor)
    if key is not None and key.scope == "server" and server.worlds.has(name):
        _admit(visitor, answer, key, server.worlds.open(name))
    return answer


def _admit(visitor: Visitor, answer: Response, key: _Key, world: World) -> None:
    written = key.written(visitor.request.state.server, world)
    seconds, at = key.until - clock.epoch(), Place(world.name, visitor.root_of(world.name))
    for room in _ROOMS:
        visitor.keep(answer, _COOKIE, written, path=room, seconds=seconds, at=at)


def _leave(request: Request) -> Response:
    """Have the browser forget the console's cookies: every world's, in which it may have been."""
    visitor = Visitor(request, f"{BELOW}/leave")
    server: Server = request.state.server
    answer = visitor.to("/")
    places = [Place(name, f"{visitor.base}/w/{name}") for name in server.worlds.names()]
    for place in (*places, Place(server.settings.default_world, visitor.base)):
        for below in _ROOMS:
            visitor.drop(answer, _COOKIE, path=below, at=place)
    return answer


def _ask(visitor: Visitor, page: Page, *, status: int = 200, is_wrong: bool = False) -> Response:
    """Return the page that asks for the operator's token and then comes back."""
    is_phone = page.address.startswith(PHONES)
    return pages.show(
        visitor, "console_enter.html", status=status, is_wrong=is_wrong, is_phone=is_phone
    )


def _asked(visitor: Visitor, key: _Key) -> Asked:
    is_form = visitor.request.method == "POST"
    try:
        query = {} if is_form else {name: text for name, text in visitor.query().items() if text}
        form = {name: text for name, text in visitor.form() if text} if is_form else {}
    except RepeatedError:
        query, form = {}, {}
    return Asked(
        visitor=visitor,
        server=visitor.request.state.server,
        query=query,
        form=form,
        path=visitor.request.path_params,
        rules_server=key.scope == "server",
    )


def _key_of(visitor: Visitor) -> _Key | None:
    """Return the key that the browser has shown: the server's, this world's, or none."""
    shown = visitor.cookie(_COOKIE) or ""
    until = number(shown.partition(".")[0])
    if until is None or until < clock.epoch():
        return None
    server: Server = visitor.request.state.server
    for key in (_Key(scope, until) for scope in _SCOPES):
        if hmac.compare_digest(shown.encode(), key.written(server, visitor.world).encode()):
            return key
    return None


def _add(path: str, methods: list[str], handle: Any) -> None:
    router.add_route(path, handle, methods=methods)


def _open_pages() -> None:
    """Give every view and every act of every page its address."""
    for page in (*(page for group in menu().values() for page in group), *apps()):
        for below, act in page.acts.items():
            path = f"{page.address}{below}"
            _add(path, ["POST"], partial(_act, page, act, path))
        for below, view in page.views.items():
            path = f"{page.address}{below}"
            _add(path, ["GET"], partial(_show, page, view, path))
            _add(path, ["POST"], partial(_enter, page, path))


_add(f"{BELOW}/leave", ["POST"], _leave)
_add(_OVER, ["GET"], _go_over)
_open_pages()
