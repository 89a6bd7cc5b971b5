"""The system's browser, in which pages are opened as a person meets them."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

#: Where pictures go when somebody wants to look at them.
PICTURES = os.environ.get("DANCU_TEST_PICTURES")
PROGRAM = shutil.which("chromium") or shutil.which("google-chrome")

needed = pytest.mark.skipif(PROGRAM is None, reason="there is no Chromium here")


@contextmanager
def browser():
    """Give the browser."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=PROGRAM, args=["--no-sandbox"])
        yield opened
        opened.close()


def picture(page, name):
    """Take a picture of the whole page, where somebody wants to look."""
    if PICTURES:
        page.screenshot(path=str(Path(PICTURES) / f"{name}.png"), full_page=True)
