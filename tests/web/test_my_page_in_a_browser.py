"""The citizen's own page in a browser: signing in as a person does, each page, and a proof."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from app.web import my_pages
from tests.signin.party import Somebody
from tests.support import browsing
from tests.web.seeing import SEEN, opened, troubles

WHO = "adult-level-2"

pytestmark = browsing.needed


def sign_in(page, server, world):
    """Sign somebody in as they do: number, passcode, a code, and yes."""
    person = Somebody(world, WHO)
    page.goto(f"{server.base}/me")
    page.get_by_test_id("sign-in").click()
    page.get_by_test_id("number").fill(person.pin)
    page.get_by_test_id("passcode").fill(person.passcode)
    page.get_by_test_id("submit-passcode").click()
    page.get_by_test_id("send-code").click()
    page.get_by_test_id("code").fill(person.code())
    page.keyboard.press("Enter")
    page.get_by_test_id("agree-all").click()
    expect(page.get_by_test_id("name")).to_have_text("Nguyễn Văn An")


@pytest.mark.parametrize("language", SEEN)
def test_each_page_is_readable(server, chromium, world, language, database):
    axe = database == "sqlite"  # what axe finds does not depend on the database
    theme, width, height = SEEN[language]
    found = []
    with opened(chromium, language, theme, width, height) as page:
        page.goto(f"{server.base}/me")
        found += troubles(page, f"{language}-me-sign-in", axe=axe)
        sign_in(page, server, world)
        for path in my_pages.MENU:
            answer = page.goto(f"{server.base}{path}")
            assert answer.status == 200, path
            expect(page.locator("html")).to_have_attribute("lang", language)
            found += troubles(page, f"{language}{path.replace('/', '-')}", axe=axe)
        page.get_by_test_id("sign-out").click()
        expect(page).to_have_url(f"{server.base}/oidc/end_session")
        page.goto(f"{server.base}/me")
        expect(page.get_by_test_id("sign-in")).to_be_visible()
    assert "\n".join(found) == ""


def test_who_looked_is_proved_in_the_browser_and_a_changed_text_is_refused(
    server, chromium, world
):
    with opened(chromium, "en") as page:
        sign_in(page, server, world)
        page.goto(f"{server.base}/me/looks")
        page.get_by_test_id("proof").last.click()
        expect(page.get_by_test_id("opening")).to_be_visible()
        verdict, opening = page.get_by_test_id("verdict"), page.get_by_test_id("opening")
        expect(verdict).to_have_attribute("data-outcome", "holds")
        assert troubles(page, "en-me-proof") == []
        whole = opening.input_value()
        assert '"outcome\\":\\"signed_in' in whole
        opening.fill(whole.replace('"outcome\\":\\"signed_in', '"outcome\\":\\"signed_up'))
        page.get_by_test_id("check").click()
        expect(verdict).to_have_attribute("data-outcome", "fails")


def test_a_correction_is_asked_for_by_keyboard_alone(server, chromium, world):
    with opened(chromium, "en", width=390) as page:
        sign_in(page, server, world)
        page.goto(f"{server.base}/me/corrections")
        page.get_by_test_id("field").focus()
        page.keyboard.type("Reli")
        for text in ("01", "Ghi sai", "Giấy 12"):
            page.keyboard.press("Tab")
            page.keyboard.type(text)
        page.keyboard.press("Enter")
        expect(page.get_by_test_id("state")).to_have_text("filed")
        assert troubles(page, "en-me-correction") == []
