"""What a route asks FastAPI for: the call it answers, and the server that answers it."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from app.api.calls import Call
from app.api.server import Server


def call_of(request: Request) -> Call:
    """Return the call that the door made of this request."""
    call: Call = request.state.call
    return call


def server_of(request: Request) -> Server:
    """Return the parts of the server that answers this request."""
    server: Server = request.state.server
    return server


CallDep = Annotated[Call, Depends(call_of)]
ServerDep = Annotated[Server, Depends(server_of)]
