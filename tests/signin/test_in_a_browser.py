"""The pages in a browser, as a person meets them: by keyboard, in both languages, small and dark.

With a relying party that is not ours: Authlib over httpx.
"""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import httpx
import pytest
from authlib.integrations.httpx_client import OAuth2Client
from joserfc import jwt
from joserfc.jwk import KeySet
from playwright.sync_api import expect

from app.identity import approvals
from app.platform import clock
from tests.api.conftest import live, secret
from tests.signin.party import BASIC
from tests.support import browsing

pytestmark = browsing.needed


@pytest.fixture(scope="module")
def server(settings, world):
    with live(settings, world) as running:
        yield running


@pytest.fixture(scope="module")
def chromium():
    with browsing.browser() as opened:
        yield opened


@pytest.fixture
def page(chromium):
    context = chromium.new_context(locale="vi-VN", viewport={"width": 1000, "height": 860})
    opened = context.new_page()
    problems = []
    opened.on("console", lambda said: problems.append(said.text))
    yield opened
    context.close()
    assert [text for text in problems if "Content Security Policy" in text] == []


@pytest.fixture(scope="module")
def callback():
    """Where answers arrive: a page of somebody else's."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"<!doctype html><title>back</title>")

        def log_message(self, *_said):
            pass

    listening = HTTPServer(("127.0.0.1", 0), Page)
    thread = threading.Thread(target=listening.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{listening.server_port}/callback"
    listening.shutdown()
    thread.join()
    listening.server_close()


class Bank:
    """A relying party made of Authlib, by discovery alone."""

    def __init__(self, server, world, callback):
        self.session = OAuth2Client(
            BASIC,
            secret(world, BASIC),
            scope="openid profile phone",
            redirect_uri=callback,
            code_challenge_method="S256",
        )
        self.about = httpx.get(f"{server.base}/.well-known/openid-configuration").json()
        self.verifier = "v" * 64

    def address(self, **more):
        self.uri, self.state = self.session.create_authorization_url(
            self.about["authorization_endpoint"],
            code_verifier=self.verifier,
            nonce="n-7",
            **more,
        )
        return self.uri

    def claims(self, uri):
        """Redeem the answer and check the ID token; return its claims and userinfo's."""
        told = self.session.fetch_token(
            self.about["token_endpoint"],
            authorization_response=uri,
            code_verifier=self.verifier,
            state=self.state,
        )
        keys = KeySet.import_key_set(httpx.get(self.about["jwks_uri"]).json())
        algorithms = self.about["id_token_signing_alg_values_supported"]
        claims = jwt.decode(told["id_token"], keys, algorithms=algorithms).claims
        assert (claims["iss"], claims["aud"]) == (self.about["issuer"], BASIC)
        assert claims["nonce"] == "n-7"
        return claims, self.session.get(self.about["userinfo_endpoint"]).json()


@pytest.fixture
def bank(server, world, callback, monkeypatch):
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")  # a machine talks to itself
    made = Bank(server, world, callback)
    yield made
    made.session.close()


def test_a_person_signs_in_by_keyboard_alone(page, bank, person):
    page.goto(bank.address(prompt="consent"))
    expect(page.get_by_test_id("number")).to_be_focused()
    browsing.picture(page, "1-sign-in-vi")
    page.keyboard.type(person.pin)
    page.keyboard.press("Tab")
    page.keyboard.type("000000")
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("notice")).to_have_attribute("data-code", "passcode-wrong")
    browsing.picture(page, "2-wrong-passcode-vi")
    page.get_by_test_id("language").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.get_by_label("Passcode (6 digits)").fill(person.passcode)
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("consent-form")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert page.get_by_role("checkbox").count() == 4
    assert page.locator("input:checked").count() == 0  # silence is no consent
    page.get_by_label("Full name").check()
    page.get_by_label("Mobile number").check()
    browsing.picture(page, "3-consent-en")
    page.get_by_test_id("agree").click()
    page.wait_for_url("**/callback?**")
    claims, known = bank.claims(page.url)
    assert claims["acr"] == "urn:dancu:acr:level1"
    assert known["sub"] == claims["sub"]
    assert known["name"] == person.view.full_name
    assert "birthdate" not in known


def test_a_step_up_by_one_time_code(page, bank, person):
    page.goto(bank.address(prompt="login consent"))
    page.get_by_test_id("number").fill(person.pin)
    page.get_by_test_id("passcode").fill(person.passcode)
    page.get_by_test_id("submit-passcode").click()
    page.get_by_test_id("agree-all").click()
    page.wait_for_url("**/callback?**")
    bank.claims(page.url)
    page.goto(bank.address(acr_values="urn:dancu:acr:level2"))
    expect(page.get_by_test_id("step-up-form")).to_be_visible()
    browsing.picture(page, "4-step-up-vi")
    page.get_by_test_id("send-code").click()
    expect(page.get_by_test_id("code")).to_be_focused()
    page.keyboard.type(person.code())
    browsing.picture(page, "5-code-vi")
    page.keyboard.press("Enter")
    page.wait_for_url("**/callback?**")
    claims, _ = bank.claims(page.url)
    assert claims["acr"] == "urn:dancu:acr:level2"


def test_the_phone_approves_and_the_page_goes_on_by_itself(page, bank, person, world):
    page.goto(bank.address(prompt="login consent"))
    page.get_by_test_id("number").fill(person.pin)
    page.get_by_test_id("phone").click()
    expect(page.get_by_test_id("waiting")).to_be_visible()
    browsing.picture(page, "6-waiting-vi")
    with world.session() as session:
        question = approvals.of_citizen(session, person.citizen_id, clock.now())[0]
    world.writer.submit(
        lambda session: approvals.decide(
            session, question.id, "accepted", proofs=("device",), now=clock.now()
        )
    )
    page.get_by_test_id("agree-all").click(timeout=15_000)
    page.wait_for_url("**/callback?**")
    assert bank.claims(page.url)[0]["amr"] == ["swk"]


def test_what_cannot_go_on_is_told_and_what_is_small_or_dark_is_readable(
    page, bank, server, chromium
):
    wrong = bank.address().replace("callback", "elsewhere")
    page.goto(wrong)
    expect(page.get_by_test_id("error")).to_have_text("invalid_request")
    browsing.picture(page, "7-halt-vi")
    page.goto(f"{server.base}/oidc/device?user_code=BCDF-GHJK")
    expect(page.get_by_test_id("user-code")).to_have_value("BCDF-GHJK")
    browsing.picture(page, "8-device-vi")
    page.goto(f"{server.base}/oidc/end_session")
    expect(page.get_by_test_id("signed-out")).to_be_visible()
    small = chromium.new_context(
        locale="en-GB", color_scheme="dark", viewport={"width": 360, "height": 740}
    )
    shown = small.new_page()
    shown.goto(bank.address())
    expect(shown.locator("html")).to_have_attribute("lang", "en")
    width = shown.evaluate("document.documentElement.scrollWidth")
    assert width <= 360
    browsing.picture(shown, "9-small-dark-en")
    small.close()


def test_every_field_has_a_label_and_every_button_a_name(page, bank):
    page.goto(bank.address())
    for field in page.locator("input:not([type=hidden])").all():
        name = field.get_attribute("id")
        assert page.locator(f"label[for='{name}']").count() == 1
    for button in page.get_by_role("button").all():
        assert button.inner_text().strip()
    assert page.locator("h1").count() == 1
    assert page.get_by_role("main").count() == 1


def test_the_console_shows_each_leg(page, bank, server, person):
    page.goto(bank.address(redirect_uri="http://127.0.0.1:1/elsewhere"))
    page.goto(bank.address(prompt="login consent"))
    page.get_by_test_id("number").fill(person.pin)
    page.get_by_test_id("passcode").fill(person.passcode)
    page.get_by_test_id("submit-passcode").click()
    page.get_by_test_id("agree-all").click()
    page.wait_for_url("**/callback?**")
    bank.claims(page.url)
    page.goto(f"{server.base}/console/sign-ins?lang=en")
    page.get_by_test_id("token").fill(server.operator_token)
    page.get_by_test_id("enter").click()
    expect(page.get_by_test_id("leg").first).to_be_visible()
    expect(page.get_by_test_id("failed").first).to_contain_text("invalid_request")
    page.locator("summary").nth(3).click()
    browsing.picture(page, "10-console-en")
