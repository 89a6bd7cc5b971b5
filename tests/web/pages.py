"""Which pages there are, and what tests need to open them."""

from __future__ import annotations

import os
import re
import shutil
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import sync_playwright

from app.web.console_door import menu

#: Where pictures go when somebody wants to look at them.
PICTURES = os.environ.get("DANCU_TEST_PICTURES")

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
    """Every page of the console that a declaration puts into the menu, and some below them."""
    declared = [page for group in menu().values() for page in group]
    for page in declared:
        yield page.address
        for below in BELOW.get(page.name, ()):
            yield page.address + below
    yield from ASKED


def title(text):
    """The title of a page."""
    return re.search("<title>(.*?)</title>", text)[1]


@contextmanager
def browser():
    """Give the system's browser."""
    found = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield opened
        opened.close()


def picture(page, name):
    """Take a picture of the whole page, where somebody wants to look."""
    if PICTURES:
        page.screenshot(path=str(Path(PICTURES) / f"{name}.png"), full_page=True)
