"""`/oidc/end_session`: the page that asks, and the one that says that it is done."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Request, Response

from app.signin import ending
from app.signin.ending import Ask
from app.web import browsers, pages
from app.web.browsers import RepeatedError, Visitor
from app.web.sign_in import SESSION

router = APIRouter(include_in_schema=False)

_END: Final = "/oidc/end_session"


def end_session(request: Request) -> Response:
    """Sign the browser out (OpenID Connect RP-Initiated Logout 1.0 §2), by GET or by POST."""
    visitor = Visitor(request, _END)
    try:
        parameters = visitor.parameters()
        again = visitor.again_by_get(SESSION)
    except RepeatedError:
        parameters, again = {}, None
    if again is not None:
        return again
    known = {name: parameters[name] for name in ending.PARAMETERS if parameters.get(name)}
    outcome = ending.end(
        visitor.world,
        known,
        visitor.cookie(SESSION),
        unverified_csrf=parameters.get("csrf") if request.method == "POST" else None,
    )
    wished = parameters.get("ui_locales", "").partition("-")[0]
    if isinstance(outcome, Ask):
        return pages.show(
            visitor,
            "sign_out.html",
            forms_to=browsers.origin(outcome.uri),
            wished=wished,
            csrf=outcome.csrf,
            parameters=known,
        )
    if outcome.uri is not None:
        answer: Response = browsers.leave(outcome.uri)
    else:
        answer = pages.show(visitor, "signed_out.html", wished=wished)
    if visitor.cookie(SESSION) is not None:
        # Without it nobody was signed out: a form of another site shall not make them be.
        visitor.drop(answer, SESSION, path="/oidc")
    return answer


router.add_route(_END, end_session, methods=["GET", "POST"])
