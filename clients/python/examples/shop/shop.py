"""A shop that sells on account: it verifies its customers, and signs them in.

Somebody else's small app, to show how one is built on dancu-client and tested with its plugin.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from dancu_client import Client, DancuClientError, ProblemError, SignInBegun, UnreachableError
from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import RedirectResponse
from pydantic import BaseModel


class NewCustomer(BaseModel):
    """What a customer types into the form."""

    number: str
    full_name: str
    birth_date: str


@dataclass
class Shop:
    """The shop's state: customers whose claims were verified, and sign-ins that are under way."""

    dancu: Client
    customers: dict[str, str] = field(default_factory=dict)
    begun: dict[str, SignInBegun] = field(default_factory=dict)


def create_app(dancu: Client) -> FastAPI:
    """Return the shop's web application."""
    app, shop = FastAPI(), Shop(dancu)

    @app.post("/customers", status_code=201)
    def register(customer: NewCustomer) -> dict[str, str]:
        claims = {"full_name": customer.full_name, "birth_date": customer.birth_date}
        try:
            answer = shop.dancu.verify(customer.number, claims, purpose="ekyc")
        except (UnreachableError, ProblemError) as error:
            # The client has waited already where that helps: whoever can mend it is told.
            later = getattr(error, "fault_of", "simulation") == "simulation"
            raise HTTPException(503 if later else 500, "We cannot check that now.") from error
        if not answer.matches:
            raise HTTPException(422, "These details are not those of the identity card.")
        shop.customers[customer.number] = answer.receipt
        return {"customer": customer.full_name}

    @app.get("/login")
    def login(request: Request) -> RedirectResponse:
        begun = shop.dancu.begin_sign_in(str(request.url_for("callback")))
        session = secrets.token_urlsafe(16)
        shop.begun[session] = begun
        answer = RedirectResponse(begun.address, 303)
        answer.set_cookie("session", session, httponly=True, samesite="lax")
        return answer

    @app.get("/callback")
    def callback(request: Request) -> dict[str, str]:
        begun = shop.begun.pop(request.cookies.get("session", ""), None)
        if begun is None:
            raise HTTPException(400, "You have not begun to sign in here.")
        try:
            person = shop.dancu.finish_sign_in(begun, str(request.url))
            return {"hello": str(shop.dancu.userinfo(person)["name"])}
        except DancuClientError as error:
            raise HTTPException(401, "You are not signed in.") from error

    return app
