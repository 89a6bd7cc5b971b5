"""Learners' pages and the trainer's board in a browser: readable, by keyboard, and live."""

from __future__ import annotations

from types import SimpleNamespace

import httpx
import pytest
from playwright.sync_api import expect

from app.training import lesson
from app.training.pupil import Pupil
from benchmarks import learning
from tests.api.conftest import live
from tests.support import browsing
from tests.web.test_in_a_browser import opened, troubles

#: A language, an appearance, a width and a height: each page is seen in both.
SEEN = {"vi": ("light", 1920, 1080), "en": ("dark", 360, 800)}
LIVE_MS = 15_000

pytestmark = browsing.needed


@pytest.fixture(scope="module")
def chromium():
    with browsing.browser() as found:
        yield found


@pytest.fixture(scope="module")
def taught(settings, world):
    """A class of three on a server that listens: its address, its codes, the server's token."""
    with live(settings, world) as running:
        token = running.operator_token
        with learning.taught(running.base, token, "seen", 3) as codes:
            yield SimpleNamespace(base=running.base, codes=codes, token=token, name="seen")


def come_in(page, taught, number):
    page.goto(f"{taught.base}/class")
    expect(page.get_by_test_id("code")).to_be_focused()
    page.keyboard.type(taught.codes[number - 1])
    page.keyboard.press("Enter")
    page.wait_for_selector("nav.menu")


def begin(page, taught, name):
    page.goto(f"{taught.base}/w/{taught.name}/class/lessons/{name}")
    if page.get_by_test_id("begin").count():
        page.get_by_test_id("begin").click()
        page.wait_for_selector("[data-testid=next-hint]")
    return dict(learning.EXPORT.findall(page.get_by_test_id("variables").inner_text() + "\n"))


@pytest.mark.parametrize("language", SEEN)
def test_learners_pages_are_readable(taught, chromium, language, database):
    axe = database == "sqlite"
    theme, width, height = SEEN[language]
    found = []
    with opened(chromium, language, theme, width, height) as page:
        page.goto(f"{taught.base}/class")
        found += troubles(page, f"{language}-class-enter", axe=axe)
        come_in(page, taught, 1)
        found += troubles(page, f"{language}-class", axe=axe)
        page.goto(f"{taught.base}/w/seen/class/lessons/consent")
        found += troubles(page, f"{language}-class-lesson", axe=axe)
        begin(page, taught, "verify")
        page.get_by_test_id("next-hint").click()
        expect(page.get_by_test_id("hint").first).to_be_visible()
        found += troubles(page, f"{language}-class-begun", axe=axe)
    assert "\n".join(found) == ""


@pytest.mark.parametrize("language", SEEN)
def test_the_board_is_readable(taught, chromium, language, database):
    axe = database == "sqlite"
    theme, width, height = SEEN[language]
    found = []
    with opened(chromium, language, theme, width, height) as page:
        page.goto(f"{taught.base}/console/classes")
        expect(page.get_by_test_id("token")).to_be_focused()
        page.keyboard.type(taught.token)
        page.keyboard.press("Enter")
        page.wait_for_selector("nav.menu")
        found += troubles(page, f"{language}-classes", axe=axe)
        page.get_by_role("link", name="seen").click()
        page.wait_for_selector("[data-testid=learner]")
        for summary in page.locator("main summary").all():
            summary.click()
        found += troubles(page, f"{language}-class-board", axe=axe)
        page.get_by_role("button", name="3", exact=False).last.click()
        page.wait_for_selector("[data-testid=seat]")
        found += troubles(page, f"{language}-class-codes", axe=axe)
        taught.codes[2] = page.get_by_test_id("code").inner_text()
    assert "\n".join(found) == ""


def test_a_lesson_is_done_while_its_page_looks_on(taught, chromium):
    with opened(chromium, "en") as page:
        come_in(page, taught, 2)
        shell = begin(page, taught, "first-token")
        expect(page.get_by_test_id("check").first).to_contain_text("open")

        def write(question, text):
            page.locator(f"#answer-{question}").fill(text)
            page.get_by_test_id("say").click()

        with httpx.Client(trust_env=False, timeout=60) as caller:
            me = Pupil(caller, shell["ISSUER"], shell["OPERATOR"], write)
            me.call("vietcombank-basic", "GET", "/v1/me")
            expect(page.get_by_test_id("check").first).to_contain_text("passed", timeout=LIVE_MS)
            lesson.find("first-token").solve(me)
        expect(page.get_by_test_id("finished")).to_be_visible(timeout=LIVE_MS)


def test_the_variables_are_copied_and_the_console_is_one_press_away(taught, chromium):
    with opened(chromium, "en") as page:
        come_in(page, taught, 2)
        begin(page, taught, "verify")
        page.locator("[data-copy=variables]").click()
        assert "export ISSUER=" in page.evaluate("navigator.clipboard.readText()")
        page.get_by_test_id("console").click()
        page.wait_for_url("**/w/seen-02/console/requests")
        expect(page.locator("h1")).to_have_text("Request log")


def test_a_trainer_sees_learners_move_and_has_them_wait(taught, chromium):
    with opened(chromium, "en") as page, opened(chromium, "en") as learner:
        page.goto(f"{taught.base}/console/classes/seen")
        expect(page.get_by_test_id("token")).to_be_focused()
        page.keyboard.type(taught.token)
        page.keyboard.press("Enter")
        row = page.get_by_test_id("learner").nth(2)
        expect(row).to_contain_text("not come in")
        come_in(learner, taught, 3)
        begin(learner, taught, "verify")
        expect(row).to_contain_text("Verify", timeout=LIVE_MS)
        page.get_by_test_id("whom").select_option("3")
        page.get_by_test_id("freeze").click()
        expect(page.get_by_test_id("learner").nth(2)).to_contain_text("frozen")
        page.get_by_test_id("whom").select_option("3")
        page.get_by_test_id("thaw").click()
        expect(page.get_by_test_id("learner").nth(2)).not_to_contain_text("frozen")
