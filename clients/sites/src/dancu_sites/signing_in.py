"""How a site signs somebody in: OpenID Connect, with a pushed request, PKCE, state and nonce.

`dancu-client` makes and checks all of these; the site keeps what was begun in the session, uses
it once, and gives the session another name when somebody has signed in.
"""

from __future__ import annotations

from typing import Final

from dancu_client import SignedIn

from dancu_sites.frame import Site, Visit

#: The address that every system has registered from the start.
CALLBACK: Final = "/callback"


def add(site: Site, *, scope: str, level: str, asks_anew: bool = False) -> None:
    """Give a site what it needs to sign people in, for these scopes and at this level.

    With `asks_anew` people are asked what they tell at each sign-in: what they once refused they
    are not asked for again otherwise.
    """
    more = {"prompt": "consent"} if asks_anew else {}

    @site.act("/sign-in")
    async def begin(visit: Visit) -> str:
        back = str(visit.request.base_url).rstrip("/") + CALLBACK
        begun = await visit.dancu.begin_sign_in(back, scope=scope, level=level, more=more)
        visit.kept["begun"] = begun
        return begun.address

    @site.act(CALLBACK, method="GET")
    async def finish(visit: Visit) -> None:
        begun = visit.kept.pop("begun", None)
        if begun is None:
            visit.say("You have not begun to sign in here.")
            return
        person = await visit.dancu.finish_sign_in(begun, str(visit.request.url))
        told = await visit.dancu.userinfo(person)
        site.renew(visit)
        visit.kept.clear()
        visit.kept["person"], visit.kept["told"] = person, told

    @site.act("/sign-out")
    async def leave(visit: Visit) -> None:
        site.end(visit)


def person(visit: Visit) -> SignedIn | None:
    """Return who is signed in, and tell the visitor to sign in where nobody is."""
    found: SignedIn | None = visit.kept.get("person")
    if found is None:
        visit.say("Please sign in first.", "warn")
    return found
