"""`/me`: signing in at the citizen's own page, signing out, and how its pages are shown.

The browser keeps the access token of its sign-in in a cookie that scripts cannot read, for this
page alone and for as long as the token lives. Every form carries what only our own pages can know
(`walks.csrf`). Each sign-in gives another token, so that nobody brings one along that was there
before; signing out ends it at the server, too.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from fastapi import APIRouter, Request, Response

from app.exchange.tokens import LIFETIME_SECONDS
from app.platform import errors
from app.signin import own_page, walking, walks
from app.web import my_pages, pages
from app.web.browsers import RepeatedError, Visitor
from app.web.my_pages import ME, Mine

if TYPE_CHECKING:
    from app.signin.own_page import Signed
    from app.web.my_pages import Act, View

router = APIRouter(include_in_schema=False)

_COOKIE, _BEGUN = "me", "me-begun"
#: How long somebody may take to sign in.
_SIGN_IN_SECONDS: Final = 15 * 60
_BACK: Final = f"{ME}/back"


@dataclass(frozen=True, slots=True)
class _At:
    """A browser at the page, and who has signed in in it."""

    visitor: Visitor
    token: str | None
    signed: Signed | None


def _show(route: str, view: View, request: Request) -> Response:
    """Show one of the pages; ask to sign in first."""
    visitor = Visitor(request, route)
    try:
        at = _at(visitor)
        if at.signed is None:
            return _ask(visitor)
        return _page(at, *view(_mine(at, at.signed, visitor.query())))
    except errors.DancuError as error:
        return _problem(visitor, error)
    except RepeatedError:
        return visitor.to(ME)


def _do(route: str, act: Act, request: Request) -> Response:
    """Do what a form asks for, and send the browser on."""
    visitor = Visitor(request, route)
    visitor.path = ME
    try:
        at = _at(visitor)
        if at.signed is None:
            return _ask(visitor, status=403)
        form = dict(visitor.form())
        _require_ours(at, form)
        return visitor.to(act(_mine(at, at.signed, form)))
    except errors.DancuError as error:
        return _problem(visitor, error)
    except RepeatedError:
        return _problem(visitor, walking.FORGED_FORM.error())


def _sign_in(request: Request) -> Response:
    """Send the browser to the pages of signing in."""
    visitor = Visitor(request, f"{ME}/sign-in")
    visitor.path = ME
    language = visitor.language()
    try:
        begun = own_page.begin(visitor.world, _address(visitor), language, visitor.request_id)
    except errors.DancuError as error:
        return _problem(visitor, error)
    answer = visitor.to(
        "/oidc/authorize", client_id=begun.client_id, request_uri=begun.request_uri
    )
    visitor.keep(answer, _BEGUN, begun.secret, path=ME, seconds=_SIGN_IN_SECONDS)
    return answer


def _back(request: Request) -> Response:
    """Take the answer of signing in; what was begun in another browser signs nobody in."""
    visitor = Visitor(request, _BACK)
    visitor.path = ME
    try:
        token = own_page.finish(
            visitor.world,
            _address(visitor),
            visitor.query(),
            visitor.cookie(_BEGUN),
            visitor.request_id,
        )
    except RepeatedError:
        return _ask(visitor, own_page.NOT_SIGNED_IN.error())
    except errors.DancuError as error:
        return _ask(visitor, error)
    answer = visitor.to(ME)
    visitor.keep(answer, _COOKIE, token, path=ME, seconds=LIFETIME_SECONDS)
    visitor.drop(answer, _BEGUN, path=ME)
    return answer


def _sign_out(request: Request) -> Response:
    """End the token, and go on to where the browser is signed out of everything else."""
    visitor = Visitor(request, f"{ME}/sign-out")
    visitor.path = ME
    try:
        at = _at(visitor)
        _require_ours(at, dict(visitor.form()))
    except errors.DancuError as error:
        return _problem(visitor, error)
    except RepeatedError:
        return _problem(visitor, walking.FORGED_FORM.error())
    if at.signed is not None:
        own_page.leave(visitor.world, at.signed)
    answer = visitor.to("/oidc/end_session")
    visitor.drop(answer, _COOKIE, path=ME)
    return answer


def _at(visitor: Visitor) -> _At:
    token = visitor.cookie(_COOKIE)
    return _At(visitor, token, own_page.signed_in(visitor.world, token, visitor.request_id))


def _mine(at: _At, signed: Signed, said: dict[str, str]) -> Mine:
    filled = {name: text for name, text in said.items() if text}
    return Mine(
        world=at.visitor.world,
        signed=signed,
        said=filled,
        path=at.visitor.request.path_params,
        request_id=at.visitor.request_id,
    )


def _require_ours(at: _At, form: dict[str, str]) -> None:
    """Raise `sign-in-form-forged` for a form that is not of a page of this sign-in."""
    if at.token is None or not walks.is_ours(at.token, form.get("csrf", "")):
        raise walking.FORGED_FORM.error()


def _address(visitor: Visitor) -> str:
    return f"{visitor.world.issuer}{_BACK}"


def _page(at: _At, template: str, told: dict[str, Any]) -> Response:
    csrf = walks.csrf(at.token or "")
    return pages.show(at.visitor, template, menu=my_pages.MENU, csrf=csrf, **told)


def _ask(
    visitor: Visitor, error: errors.DancuError | None = None, *, status: int = 200
) -> Response:
    if error is not None:
        return pages.problem(visitor, error, "my_sign_in.html")
    return pages.show(visitor, "my_sign_in.html", status=status, error=None)


def _problem(visitor: Visitor, error: errors.DancuError) -> Response:
    return pages.problem(visitor, error, "my_problem.html")


for _path, _view in my_pages.VIEWS.items():
    router.add_route(_path, partial(_show, _path, _view), methods=["GET"])
for _path, _act in my_pages.ACTS.items():
    router.add_route(_path, partial(_do, _path, _act), methods=["POST"])
router.add_route(f"{ME}/sign-in", _sign_in, methods=["POST"])
router.add_route(_BACK, _back, methods=["GET"])
router.add_route(f"{ME}/sign-out", _sign_out, methods=["POST"])
