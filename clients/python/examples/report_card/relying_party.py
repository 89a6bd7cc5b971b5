"""A relying party that the report card grades: it signs people in at level 2, and says who it is.

Run it with `uvicorn --factory relying_party:from_environment --port 5050`; the issuer and the
system's secret are in its environment: DANCU_URL, DANCU_CLIENT_ID, DANCU_CLIENT_SECRET.
"""

from __future__ import annotations

import os
import secrets

from dancu_client import (
    LEVEL_2,
    Client,
    DancuClientError,
    Options,
    Patience,
    Secret,
    SignInBegun,
)
from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import RedirectResponse

COOKIE = "session"


def create_app(dancu: Client) -> FastAPI:
    """Return the relying party's web application, with its sessions in memory."""
    app = FastAPI()
    begun: dict[str, SignInBegun] = {}
    signed_in: dict[str, str] = {}

    @app.get("/login")
    def login(request: Request) -> RedirectResponse:
        sign_in = dancu.begin_sign_in(str(request.url_for("callback")), level=LEVEL_2)
        session = secrets.token_urlsafe(16)
        begun[session] = sign_in
        answer = RedirectResponse(sign_in.address, 303)
        answer.set_cookie(COOKIE, session, httponly=True, samesite="lax")
        return answer

    @app.get("/callback")
    def callback(request: Request) -> RedirectResponse:
        sign_in = begun.pop(request.cookies.get(COOKIE, ""), None)
        if sign_in is None:
            raise HTTPException(400, "This browser has not begun to sign in here.")
        try:
            person = dancu.finish_sign_in(sign_in, str(request.url))
            dancu.userinfo(person)
        except DancuClientError as error:
            raise HTTPException(401, "You are not signed in.") from error
        session = secrets.token_urlsafe(16)  # another than before: none that was planted
        signed_in[session] = person.subject
        answer = RedirectResponse(str(request.url_for("me")), 303)
        answer.set_cookie(COOKIE, session, httponly=True, samesite="lax")
        return answer

    @app.get("/me")
    def me(request: Request) -> dict[str, str]:
        subject = signed_in.get(request.cookies.get(COOKIE, ""))
        if subject is None:
            raise HTTPException(401, "Nobody is signed in.")
        return {"sub": subject}

    return app


def from_environment() -> FastAPI:
    """Return the application for the issuer and the system that the environment names."""
    secret = Secret(os.environ["DANCU_CLIENT_ID"], os.environ["DANCU_CLIENT_SECRET"])
    quick = Options(patience=Patience(attempts=3, longest_wait=2.0))
    return create_app(Client(os.environ["DANCU_URL"], secret, quick))
