"""What goes with every question, whatever it is about: what for, on whose behalf, on which day."""

from __future__ import annotations

import datetime as dt

import msgspec

from app.platform.errors import Language


class Errand(msgspec.Struct, frozen=True, kw_only=True):
    """The circumstances of one question, as the caller states them.

    `officer` is the official's account at the agency, `dossier` the code of the procedure at
    hand, `consent` the id of the citizen's consent. `today` is the world's date. `request_id`
    goes into the log, the answer and the request log alike. `language` is that of its words.
    `dossier_exists` is false where a code that looks like one of public services here is nobody's;
    codes of other forms are the agency's own, and nobody here knows them.
    """

    request_id: str
    today: dt.date
    purpose: str
    officer: str | None = None
    dossier: str | None = None
    consent: str | None = None
    language: Language = "en"
    dossier_exists: bool = True
