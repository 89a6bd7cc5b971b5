"""The sites in Chromium: both languages, light and dark, small and large; axe finds nothing.

What the browser's console says fails the test: among it is every violation of the policy.
"""

from __future__ import annotations

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.sites.conftest import TITLES
from tests.support import browsing
from tests.web.seeing import opened

SEEN = {"vi": ("light", 1920, 1080), "en": ("dark", 360, 780)}
PIN = "901090990001"

pytestmark = browsing.needed


def check(page, name, database):
    """Hold a page to what all pages keep: one heading, no overflow, the mark in view, axe."""
    assert page.locator("h1").count() == 1, name
    assert page.locator(".mark").is_visible(), name
    shown, wide = page.evaluate("[innerWidth, document.documentElement.scrollWidth]")
    assert wide <= shown, name
    browsing.picture(page, name)
    if database == "sqlite":  # what axe finds does not depend on the database
        found = Axe().run(page, options={"resultTypes": ["violations"]}).response["violations"]
        assert [
            f"{each['id']}: {[node['target'] for node in each['nodes']]}" for each in found
        ] == []


def phone(operator, path):
    """What the simulated phone says."""
    return httpx.get(
        f"{operator.url}/control/v1/phones/{PIN}{path}",
        headers={"Authorization": f"Bearer {operator.credential.token}"},
    ).json()


def sign_in(page, operator):
    """Sign in as a person does, on dancu's own pages: number, passcode, one-time code."""
    page.get_by_test_id("number").fill(PIN)
    page.get_by_test_id("passcode").fill(phone(operator, "")["passcode"])
    page.get_by_test_id("submit-passcode").click()
    page.get_by_test_id("send-code").click()
    page.get_by_test_id("code").wait_for()
    code = next(each["code"] for each in phone(operator, "/messages") if each.get("code"))
    page.get_by_test_id("code").fill(code)
    with page.expect_navigation():
        page.get_by_test_id("submit-code").click()
    boxes = page.get_by_role("checkbox").all()
    if boxes:  # who agreed to all before is not asked again
        for each in boxes:
            each.check()
        page.locator("button.main").click()


@pytest.mark.parametrize("language", SEEN)
def test_every_site_is_readable(chromium, sites, language, database):
    with opened(chromium, language, *SEEN[language]) as page:
        for name in TITLES:
            page.goto(sites[name])
            expect(page.locator("html")).to_have_attribute("lang", language)
            check(page, f"site-{name}-{language}", database)


def test_language_and_appearance_are_kept(chromium, sites):
    with opened(chromium, "vi") as page:
        page.goto(sites["bank"])
        page.get_by_text("English", exact=True).click()
        page.get_by_text("Dark", exact=True).click()
        page.goto(sites["bank"])
        expect(page.locator("html")).to_have_attribute("data-theme", "dark")
        expect(page.locator("html")).to_have_attribute("lang", "en")


@pytest.mark.parametrize("language", SEEN)
def test_an_account_is_opened_by_keyboard_and_mouse(chromium, sites, operator, language, database):
    with opened(chromium, language, *SEEN[language]) as page:
        page.goto(sites["bank"])
        page.locator("button.main").click()
        sign_in(page, operator)
        page.wait_for_url(f"{sites['bank']}/")
        check(page, f"site-bank-signed-in-{language}", database)
        page.locator("#birth_date").focus()
        page.keyboard.press("Enter")
        expect(page.locator(".notice.good").first).to_be_visible()
        expect(page.locator("#calls")).to_contain_text("/v1/verifications")
        check(page, f"site-bank-open-{language}", database)
        page.locator("#calls details[open] button").click()
        expect(page.locator("#calls .notice.good")).to_be_visible()
        page.locator("form[action='/transfer'] button").click()
        expect(page.locator("#reading")).to_be_visible()
        check(page, f"site-bank-chip-{language}", database)
