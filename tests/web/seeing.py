"""Pages as a person meets them: opened in a browser, by keyboard, and looked at by axe."""

from __future__ import annotations

from contextlib import contextmanager

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.support import browsing

#: A language, an appearance, a width and a height: each page is seen in both.
SEEN = {"vi": ("light", 1920, 1080), "en": ("dark", 390, 844)}
#: What the browser notes where a test was at a field before the page was.
_QUICKER = "Autofocus processing was blocked"
LOCALES = {"vi": "vi-VN", "en": "en-GB"}


@contextmanager
def opened(chromium, language, theme="light", width=1300, height=900):
    """Give a page of a browser that nobody has used; what it complains of fails the test."""
    context = chromium.new_context(
        locale=LOCALES[language],
        color_scheme=theme,
        viewport={"width": width, "height": height},
        permissions=["clipboard-read", "clipboard-write"],
    )
    page = context.new_page()
    said = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    yield page
    context.close()
    assert [text for text in said if _QUICKER not in text] == []


def enter(page, server, path="/console"):
    """Show the operator's token."""
    page.goto(f"{server.base}{path}")
    expect(page.get_by_test_id("token")).to_be_focused()
    page.keyboard.type(server.operator_token)
    page.keyboard.press("Enter")
    page.wait_for_selector("nav.menu")


def troubles(page, name, *, axe=True):
    """Return what axe finds; check one heading, no overflow, and the mark in view."""
    assert page.locator("h1").count() == 1, name
    assert page.locator(".mark").is_visible(), name
    shown, wide = page.evaluate("[innerWidth, document.documentElement.scrollWidth]")
    assert wide <= shown, name
    browsing.picture(page, name)
    if not axe:
        return []
    found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
    return [
        f"{name}: {each['id']} {each['impact']} {[node['target'] for node in each['nodes']][:3]}"
        for each in found
    ]
