"""Which pages there are, and what tests need to open them."""

from __future__ import annotations

import re

from app.web.console_door import apps, menu

#: Whose phone is opened.
WHO = "adult-level-2"
#: What stands in each page's address for a part that differs from world to world.
BELOW = {
    "citizens": ("/901090990001",),
    "agencies": ("/vietcombank",),
}
#: The pages with something asked.
ASKED = (
    "/console/citizens?state=alive&age_from=80",
    "/console/requests?failed=1",
    "/console/population?compare=1",
    "/console/quality?measure=1",
    "/console/map?era=2004&province=01",
    "/console/log?seq=0",
)


def addresses():
    """Every page of the console and of a phone that is declared, and some below them."""
    declared = [page for group in menu().values() for page in group]
    for page in declared:
        yield page.address
        for below in BELOW.get(page.name, ()):
            yield page.address + below
    for app in apps():
        yield app.address.format(who=WHO)
    yield f"/phone/{WHO}/wallet/qr"
    yield from ASKED


def title(text):
    """The title of a page."""
    return re.search("<title>(.*?)</title>", text)[1]
