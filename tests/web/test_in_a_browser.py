"""Home and console in a browser: in both languages, light and dark, small and large, by keyboard.

One server and one browser for all. A message on the browser's console fails the test: among them
is every violation of the policy that pages carry.
"""

from __future__ import annotations

import httpx
import pytest
from playwright.sync_api import expect

from tests.api.conftest import secret
from tests.support import browsing
from tests.web import pages
from tests.web.seeing import SEEN, enter, opened, troubles

CLIENT = "vietcombank-basic"
PIN = "901090990001"
CLAIM = {"number": PIN, "claims": {"full_name": "Nguyễn Văn An"}, "purpose": "ekyc"}

pytestmark = browsing.needed


@pytest.fixture(scope="module")
def token(server, world):
    """An access token, with which one good and one bad question have been asked."""
    given = httpx.post(
        f"{server.base}/oidc/token",
        auth=(CLIENT, secret(world, CLIENT)),
        data={"grant_type": "client_credentials"},
    ).json()["access_token"]
    for claim in (CLAIM, CLAIM | {"purpose": "nothing"}):
        ask(server, given, claim)
    return given


def ask(server, token, claim):
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.post(f"{server.base}/v1/verifications", json=claim, headers=headers)


@pytest.mark.parametrize("language", SEEN)
@pytest.mark.usefixtures("token")
def test_every_page_is_readable_in_each_language_and_size(server, chromium, language, database):
    # What axe finds of a page does not depend on the database.
    axe = database == "sqlite"
    theme, width, height = SEEN[language]
    found = []
    with opened(chromium, language, theme, width, height) as page:
        for path in ("/", "/problems", "/problems/purpose-not-allowed", "/console"):
            page.goto(f"{server.base}{path}")
            expect(page.locator("html")).to_have_attribute("lang", language)
            found += troubles(page, f"{language}{path.replace('/', '-')}", axe=axe)
        enter(page, server)
        for path in pages.addresses():
            answer = page.goto(f"{server.base}{path}")
            assert answer.status == 200, path
            name = path.translate(str.maketrans("/?=&", "----"))
            found += troubles(page, f"{language}{name}", axe=axe)
            assert answer.headers["cache-control"] == "no-store"
    assert "\n".join(found) == ""


def test_language_and_appearance_are_chosen_on_any_page_and_kept(server, chromium):
    with opened(chromium, "vi") as page:
        page.goto(server.base)
        expect(page.locator("html")).to_have_attribute("data-theme", "auto")
        page.get_by_test_id("language").click()
        expect(page.locator("html")).to_have_attribute("lang", "en")
        page.get_by_test_id("theme-dark").click()
        expect(page.locator("html")).to_have_attribute("data-theme", "dark")
        dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
        page.goto(f"{server.base}/problems")
        expect(page.locator("html")).to_have_attribute("lang", "en")
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == dark
        page.get_by_test_id("theme-light").click()
        expect(page.locator("html")).to_have_attribute("data-theme", "light")
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") != dark


def test_the_first_call_is_made_from_the_home_page(server, chromium):
    with opened(chromium, "en") as page:
        page.goto(server.base)
        page.get_by_test_id("call").click()
        expect(page.get_by_test_id("answer")).to_contain_text('"outcome": "match"')
        page.get_by_text("Copy", exact=True).click()
        expect(page.get_by_text("Copied")).to_be_visible()
        copied = page.evaluate("navigator.clipboard.readText()")
        assert copied == page.get_by_test_id("first-command").text_content()


@pytest.mark.usefixtures("token")
def test_the_log_is_read_filtered_and_repeated_by_keyboard_alone(server, chromium):
    with opened(chromium, "en") as page:
        enter(page, server, "/console/requests")
        page.keyboard.press("Tab")  # past the way to the content
        assert page.evaluate("document.activeElement.className") == "skip"
        page.keyboard.press("Enter")
        expect(page.locator("#content")).to_be_focused()  # it is at the next frame
        page.keyboard.press("Tab")
        expect(page.get_by_label("System")).to_be_focused()
        page.keyboard.type(CLIENT)
        for _ in range(2):
            page.keyboard.press("Tab")
        page.keyboard.type("match")
        page.keyboard.press("Enter")
        page.wait_for_url("**told=match**")
        link = page.get_by_test_id("call").first.get_by_role("link")
        link.focus()
        page.keyboard.press("Enter")
        expect(page.get_by_test_id("gate")).to_contain_text("admitted by grant")
        expect(page.get_by_test_id("asked")).to_contain_text("Nguyễn Văn An")
        expect(page.get_by_test_id("answered")).to_contain_text('"outcome": "match"')
        page.get_by_test_id("send-again").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_test_id("again")).to_be_visible()
        expect(page.get_by_test_id("answered")).to_contain_text('"outcome": "match"')
        expect(page.get_by_test_id("first")).to_contain_text('"outcome": "match"')
        page.get_by_test_id("copy").click()
        assert f"dancu token {CLIENT}" in page.evaluate("navigator.clipboard.readText()")
        assert troubles(page, "en-console-request") == []


def test_new_calls_come_into_the_log_while_it_is_followed(server, chromium, token):
    with opened(chromium, "en") as page:
        enter(page, server, "/console/requests")
        page.goto(f"{server.base}/console/requests?told=no_match")
        before = page.get_by_test_id("call").count()
        page.get_by_test_id("follow").click()
        ask(server, token, CLAIM | {"claims": {"full_name": "Trần Văn Bình"}})
        ask(server, token, CLAIM)
        expect(page.get_by_test_id("call")).to_have_count(before + 1)
        expect(page.get_by_role("status")).to_contain_text("1")
        page.get_by_test_id("follow").click()
        expect(page.get_by_test_id("follow")).to_have_attribute("aria-pressed", "false")


def test_a_card_is_drawn_on_a_citizens_page(server, chromium):
    with opened(chromium, "vi") as page:
        enter(page, server, f"/console/citizens/{PIN}")
        card = page.get_by_alt_text("Mặt trước của thẻ")
        expect(card).to_be_visible()
        # Which waits until it is there, and fails if it cannot be drawn.
        assert card.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
