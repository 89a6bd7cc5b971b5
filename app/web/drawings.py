"""What pages draw: somebody's card, and codes to be photographed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fastapi import Response

from app.identity import cards, printed
from app.identity.pictures import forms, svg
from app.registry import citizens

if TYPE_CHECKING:
    import datetime as dt

    from sqlalchemy.orm import Session

#: A picture that is opened by itself runs nothing and loads nothing.
_HARMLESS: Final = {
    "Content-Security-Policy": "default-src 'none'; img-src data:; style-src 'unsafe-inline'; "
    "sandbox",
    "Cache-Control": "no-store",
}
_PIXELS: Final = 5


def card(session: Session, citizen_id: int, today: dt.date, side: str) -> Response:
    """Draw one side of somebody's current printed card, the front unless the back is asked for.

    Raises `citizen-unknown` where there is none.
    """
    drawn_side = next((each for each in forms.SIDES if each == side), forms.SIDES[0])
    current = cards.current(session, [citizen_id], today).get(citizen_id)
    if current is None:
        raise citizens.UNKNOWN.error()
    shown = printed.of(session, current)
    drawn = svg.draw(forms.scene(shown, drawn_side), f"{forms.MARK[1]}: {shown.form} {drawn_side}")
    return Response(drawn, media_type="image/svg+xml", headers=_HARMLESS)


def qr_code(text: str) -> str:
    """Return a QR code as SVG to stand in a page, dark on white in any of its appearances.

    The library drew it, and the text itself is not in it: templates show it as it is.
    """
    import segno  # noqa: PLC0415 - only who shows a code needs it

    drawn: str = segno.make_qr(text, error="m").svg_inline(
        scale=_PIXELS, light="#fff", omitsize=False, svgclass="qr", lineclass=None
    )
    return drawn
