"""`/oidc/device`: where a person types the code that another device shows (RFC 8628 §3.3)."""

from __future__ import annotations

import io
from typing import Final

from fastapi import APIRouter, Request, Response

from app.platform import clock, errors
from app.signin import authorizing, secrecy, sign_ins
from app.web import pages, sign_in
from app.web.browsers import RepeatedError, Visitor

router = APIRouter(include_in_schema=False)

_DEVICE: Final = "/oidc/device"
_PICTURE: Final = "/oidc/device/{user_code}.svg"
#: By which cookie a browser's wrong codes are counted.
_COOKIE: Final = "device"
_PIXELS: Final = 6


def device(request: Request) -> Response:
    """Ask for the code; with a right one, go on to the pages of signing in.

    The code of an address is only put into the form: whoever was sent the address has to confirm
    that it is the one that their device shows (§5.4).
    """
    visitor = Visitor(request, _DEVICE)
    try:
        parameters = visitor.parameters()
    except RepeatedError:
        parameters = {}
    typed = parameters.get("user_code", "")
    browser = visitor.cookie(_COOKIE)
    if request.method == "POST":
        try:
            walk = authorizing.begin_elsewhere(visitor.world, typed, browser, now=clock.now())
        except errors.DancuError as error:
            return sign_in.problem_page(visitor, error)
        if walk is not None:
            return sign_in.walk(visitor, walk)
    page = pages.show(
        visitor, "sign_in_device.html", typed=typed[:16], is_wrong=request.method == "POST"
    )
    if browser is None:
        visitor.keep(page, _COOKIE, secrecy.fresh()[0], path=_DEVICE)
    return page


def picture(request: Request) -> Response:
    """Give the QR code that leads to the form with this code, as SVG, for a kiosk to show."""
    import segno  # noqa: PLC0415 - only who shows a code needs it

    visitor = Visitor(request, _PICTURE)
    code = sign_ins.typed(request.path_params["user_code"])
    address = f"{visitor.world.issuer}/oidc/device?user_code={code[:4]}-{code[4:]}"
    drawn = io.BytesIO()
    segno.make(address, error="m").save(drawn, kind="svg", scale=_PIXELS, xmldecl=False)
    return Response(drawn.getvalue(), media_type="image/svg+xml")


router.add_route(_DEVICE, device, methods=["GET", "POST"])
router.add_route(_PICTURE, picture, methods=["GET"])
