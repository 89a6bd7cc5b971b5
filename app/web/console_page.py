"""What a page of the console, or of a phone, declares: its place, what it shows and does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal

from fastapi import Response

from app.web.languages import N_

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.api.server import Server
    from app.platform.world import World
    from app.web.browsers import Visitor

Group = Literal["world", "calls", "people", "agencies", "tests", "phone"]
#: The parts of the menus, in their order.
GROUPS: Final[Mapping[Group, str]] = {
    "world": N_("World"),
    "calls": N_("Calls"),
    "people": N_("People"),
    "agencies": N_("Agencies"),
    "tests": N_("Tests"),
    "phone": N_("Phone"),
}
BELOW: Final = "/console"
#: Where the simulated phones are.
PHONES: Final = "/phone"
#: The page that stands at `/console` itself.
FIRST: Final = "overview"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a page is asked: by which browser, of which server, with which parameters.

    `query` and `form` hold what was filled in, and nothing that was left empty; `path` are the
    parts of the address. `rules_server` says that the server's token was shown, not a world's.
    """

    visitor: Visitor
    server: Server
    query: Mapping[str, str]
    form: Mapping[str, str]
    path: Mapping[str, str]
    rules_server: bool

    @property
    def world(self) -> World:
        """The world at the address."""
        return self.visitor.world


@dataclass(frozen=True, slots=True)
class Shown:
    """What a page is made of: a template, and what it is told."""

    template: str
    told: Mapping[str, Any] = field(default_factory=dict)


def number(text: str | None, most_digits: int = 18) -> int | None:
    """Return the number that was filled in, or that stands in an address; None for none.

    >>> number("12"), number("1²"), number("1" * 19), number(None)
    (12, None, None, None)
    """
    if text and text.isascii() and text.isdecimal() and len(text) <= most_digits:
        return int(text)
    return None


View = Callable[[Asked, "Session"], "Shown | Response"]
Act = Callable[[Asked], "Shown | Response"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page at `/console/{name}`, or elsewhere `at`, and those below it.

    `views` are read, by what follows the page's address ("" is the page itself), the first that
    fits; `acts` take a form: they change something and send the browser on, or show what came of
    it. Pages of a group stand by `order`.
    """

    name: str
    title: str
    group: Group
    order: int
    views: Mapping[str, View]
    acts: Mapping[str, Act] = field(default_factory=dict)
    at: str | None = None

    @property
    def address(self) -> str:
        """Where the page is, in its world."""
        if self.at is not None:
            return self.at
        return BELOW if self.name == FIRST else f"{BELOW}/{self.name}"
