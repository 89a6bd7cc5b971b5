"""`/oidc/authorize`, and the pages of signing in: who one is, one more proof, what is shared."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Request, Response

from app.exchange.oauth import ErrorCode
from app.exchange.presets import preset
from app.platform import errors
from app.signin import authorizing, walking, walks
from app.signin import headless as signing_in_headless
from app.signin.authorizing import Arrival
from app.signin.outcomes import Done, Halt, Redirect, Walk
from app.signin.walking import Act, Moved, View, Visit
from app.web import browsers, headless, pages, sign_in_legs
from app.web.browsers import RepeatedError, Visitor

router = APIRouter(include_in_schema=False)

_AUTHORIZE: Final = "/oidc/authorize"
_PAGE: Final = "/oidc/sign-in/{page_id}"
_WAITING: Final = f"{_PAGE}/waiting"
SESSION: Final = "session"
_BELOW: Final = "/oidc"


def authorize(request: Request) -> Response:
    """Answer a browser that a system has sent (OpenID Connect Core 1.0 §3.1.2)."""
    visitor = Visitor(request, _AUTHORIZE)
    try:
        parameters = visitor.parameters()
    except RepeatedError:
        halt = Halt(
            error=ErrorCode.INVALID_REQUEST,
            description="A parameter stands twice, or is not UTF-8.",
        )
        return told(visitor, halt)
    parameters = {name: text for name, text in parameters.items() if text}
    unseen = headless.wanted(visitor, parameters)
    again = visitor.again_by_get(SESSION) if unseen is None else None
    if again is not None:
        return again
    arrival = Arrival(
        parameters=parameters,
        session_secret=visitor.cookie(SESSION),
        request_id=visitor.request_id,
    )
    outcome = (
        authorizing.authorize(visitor.world, arrival)
        if unseen is None
        else signing_in_headless.authorize(visitor.world, arrival, unseen)
    )
    sign_in_legs.note(visitor, "authorize", parameters, outcome)
    return told(visitor, outcome)


def look(request: Request) -> Response:
    """Show where the person is in a sign-in."""
    visitor = Visitor(request, _PAGE)
    try:
        seen = walking.look(visitor.world, _visit(visitor))
    except errors.DancuError as error:
        return problem_page(visitor, error)
    return _shown(visitor, seen) if isinstance(seen, View) else _gone_on(visitor, seen)


def waiting(request: Request) -> Response:
    """Tell the page's script whether the phone still has the question: 202, or 204 if not."""
    visitor = Visitor(request, _WAITING)
    try:
        status = 202 if walking.waits(visitor.world, _visit(visitor)) else 204
    except errors.DancuError:
        status = 204  # the page itself tells why
    return Response(status_code=status, headers={"Cache-Control": "no-store"})


def act(request: Request) -> Response:
    """Take what the person does, and send the browser on: to look again, or back to the system."""
    visitor = Visitor(request, _PAGE)
    try:
        taken = _act(visitor)
        came = walking.act(visitor.world, _visit(visitor), taken)
        sign_in_legs.note(visitor, "page", {"act": taken.name}, came)
        return _gone_on(visitor, came)
    except RepeatedError:
        return problem_page(visitor, walking.FORGED_FORM.error())
    except errors.DancuError as error:
        return problem_page(visitor, error)


def told(visitor: Visitor, outcome: Redirect | Halt | Walk | Done) -> Response:
    """Return what came of a request at the authorisation endpoint."""
    if isinstance(outcome, Redirect):
        return browsers.leave(outcome.uri)
    if isinstance(outcome, Walk):
        return walk(visitor, outcome)
    if isinstance(outcome, Done):
        return pages.show(visitor, "sign_in_done.html", accepted=outcome.accepted)
    visitor.note_problem(outcome.error)
    return pages.show(visitor, "sign_in_halt.html", status=400, halt=outcome)


def walk(visitor: Visitor, begun: Walk) -> Response:
    """Send the browser to the pages of a sign-in that has begun, with the secret of its walk."""
    path = f"/oidc/sign-in/{begun.page_id}"
    answer = visitor.to(path)
    visitor.keep(answer, "page", begun.secret, path=path)
    return answer


def problem_page(visitor: Visitor, error: errors.DancuError) -> Response:
    """Return a page that tells what is wrong and what to do."""
    return pages.problem(visitor, error, "sign_in_problem.html")


def _gone_on(visitor: Visitor, came: Moved | Redirect | Done) -> Response:
    if not isinstance(came, Moved):
        return told(visitor, came)
    lang = visitor.said("lang")
    answer = visitor.to(visitor.path, **({} if lang is None else {"lang": lang}))
    if came.secret is not None:
        visitor.keep(answer, SESSION, came.secret, path=_BELOW, seconds=browsers.SESSION_SECONDS)
    return answer


def _shown(visitor: Visitor, view: View) -> Response:
    wished = view.known.request.locale
    purpose = None if view.wish is None else preset.purposes().get(view.wish.purpose)
    title = f"title_{visitor.language(wished)}"
    return pages.show(
        visitor,
        f"sign_in_{view.step.replace('-', '_')}.html",
        forms_to=browsers.origin(view.known.request.redirect_uri),
        wished=wished,
        view=view,
        csrf=walks.csrf(visitor.cookie("page") or ""),
        purpose=None if purpose is None else getattr(purpose, title),
        is_offline="offline_access" in view.known.request.scope,
        is_read="my.read" in view.known.request.scope,
        is_written="my.write" in view.known.request.scope,
    )


def _visit(visitor: Visitor) -> Visit:
    return Visit(
        page_id=visitor.request.path_params["page_id"],
        page_secret=visitor.cookie("page") or "",
        session_secret=visitor.cookie(SESSION),
        request_id=visitor.request_id,
    )


def _act(visitor: Visitor) -> Act:
    """Read the form; a field that stands twice counts by its last, ticked boxes all together."""
    pairs = visitor.form()
    fields = dict(pairs)
    return Act(
        name=fields.get("act", ""),
        csrf=fields.get("csrf", ""),
        number=fields.get("number"),
        passcode=fields.get("passcode"),
        code=fields.get("code"),
        chosen=tuple(text for name, text in pairs if name == "field"),
    )


router.add_route(_AUTHORIZE, authorize, methods=["GET", "POST"])
router.add_route(_PAGE, look, methods=["GET"])
router.add_route(_PAGE, act, methods=["POST"])
router.add_route(_WAITING, waiting, methods=["GET"])
