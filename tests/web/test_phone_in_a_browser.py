"""The phone in a browser: a sign-in approved on it, a code shown, a proof checked and refused."""

from __future__ import annotations

import time

import httpx
import pytest
from playwright.sync_api import expect

from app.web import values
from tests.api.conftest import secret
from tests.signin.party import BASIC, Party, Somebody
from tests.support import browsing
from tests.web.seeing import SEEN, enter, opened, troubles

WHO, PIN = "adult-level-2", "901090990001"
PHONE = f"/phone/{WHO}"
#: Till a checkpoint covers a leaf, and some more.
SECONDS = 15

pytestmark = browsing.needed


def proves(server, world):
    """Have a bank look, and return the address of the proof once there is one."""
    token = httpx.post(
        f"{server.base}/oidc/token",
        auth=(BASIC, secret(world, BASIC)),
        data={"grant_type": "client_credentials"},
    ).json()["access_token"]
    claim = {"number": PIN, "claims": {"full_name": "Nguyễn Văn An"}, "purpose": "ekyc"}
    headers = {"Authorization": f"Bearer {token}"}
    answer = httpx.post(f"{server.base}/v1/verifications", json=claim, headers=headers)
    seq = answer.json()["leaf"]["seq"]
    end = time.monotonic() + SECONDS
    while httpx.get(f"{server.base}/v1/log/checkpoint").status_code != 200:
        assert time.monotonic() < end
        time.sleep(0.2)
    return f"{PHONE}/looks/{seq}"


def party_at(server, world):
    """A bank that asks for sign-in, at a server that listens."""
    return Party(httpx.Client(base_url=server.base), world)


@pytest.mark.parametrize("language", SEEN)
def test_each_state_of_a_phone_is_readable(server, chromium, world, language, database):
    axe = database == "sqlite"  # what axe finds does not depend on the database
    theme, width, height = SEEN[language]
    found = []
    asked_by_ciba(server, world, "adult-level-1")
    with opened(chromium, language, theme, width, height) as page:
        enter(page, server, "/phone")
        page.goto(f"{server.base}/phone/adult-level-1/approvals")
        expect(page.get_by_test_id("question").first).to_be_visible()
        found += troubles(page, f"{language}-phone-question", axe=axe)
        page.goto(f"{server.base}/phone/adult-level-2")
        page.get_by_test_id("send-code").click()
        expect(page.get_by_test_id("code").first).to_be_visible()
        found += troubles(page, f"{language}-phone-code", axe=axe)
        page.get_by_test_id("app-wallet").click()
        page.get_by_test_id("kind").select_option("driver-licence")
        page.get_by_test_id("add").click()
        expect(page.get_by_test_id("state")).to_have_text(values.coded("integrated", language))
        found += troubles(page, f"{language}-phone-document", axe=axe)
        page.get_by_test_id("claim-full_name").check()
        page.get_by_test_id("share").click()
        expect(page.locator("[data-until]")).to_contain_text(" s")
        found += troubles(page, f"{language}-phone-share", axe=axe)
        page.goto(f"{server.base}/phone/account-locked/account")
        found += troubles(page, f"{language}-phone-locked", axe=axe)
    assert "\n".join(found) == ""


def asked_by_ciba(server, world, who):
    form = {"scope": "openid profile", "login_hint": Somebody(world, who).pin}
    form["binding_message"] = "A-17"
    answer = httpx.post(
        f"{server.base}/oidc/bc-authorize", data=form, auth=(BASIC, secret(world, BASIC))
    )
    assert answer.status_code == 200, answer.text


def test_a_sign_in_begun_at_an_agency_is_approved_on_the_phone(server, chromium, world, database):
    person = Somebody(world, WHO)
    query = httpx.QueryParams(party_at(server, world).request(prompt="login consent"))
    with opened(chromium, "en") as page:
        enter(page, server, "/phone")
        page.goto(f"{server.base}{PHONE}/approvals")
        expect(page.get_by_test_id("none")).to_be_visible()
        agency = page.context.new_page()
        agency.goto(f"{server.base}/oidc/authorize?{query}")
        agency.get_by_test_id("number").fill(person.pin)
        agency.get_by_test_id("phone").click()
        expect(agency.get_by_test_id("waiting")).to_be_visible()
        if database == "sqlite":
            assert troubles(agency, "en-sign-in-waiting") == []
        # The question comes to the phone by itself, and the answer to the agency's page.
        question = page.get_by_test_id("question")
        expect(question).to_contain_text("Vietcombank")
        question.get_by_test_id("accept").click()
        expect(page.get_by_test_id("answered").first).to_contain_text("accepted")
        expect(agency.get_by_test_id("agree-all")).to_be_visible()


def test_a_browser_checks_a_proof_and_refuses_a_tampered_one(server, chromium, world):
    path = proves(server, world)
    with opened(chromium, "en") as page:
        enter(page, server, "/phone")
        page.goto(f"{server.base}{path}")
        while page.get_by_test_id("opening").count() == 0:  # the leaf is younger than a checkpoint
            page.wait_for_timeout(300)
            page.reload()
        verdict = page.get_by_test_id("verdict")
        expect(verdict).to_have_attribute("data-outcome", "holds")
        assert troubles(page, "en-phone-proof") == []
        opening = page.get_by_test_id("opening")
        whole = opening.input_value()
        for true, false, step in TAMPERED:
            assert true in whole
            opening.fill(whole.replace(true, false, 1))
            page.get_by_test_id("check").click()
            expect(verdict).to_contain_text(step)
            assert verdict.get_attribute("data-outcome") == "fails"
        opening.fill(whole)
        page.get_by_test_id("check").click()
        expect(verdict).to_have_attribute("data-outcome", "holds")
        page.locator("summary").click()
        page.locator("[data-key=log]").fill("other+00000000+AAAA")
        page.get_by_test_id("check").click()
        expect(verdict).to_contain_text("the log’s key")


#: What is changed of a true proof, into what, and the step that refuses it.
TAMPERED = (
    ('\\"outcome\\":\\"match\\"', '\\"outcome\\":\\"no_match\\"', "the hashes lead"),
    ('\\"agency\\":', '\\"agency\\": ', "its one form"),
    ("\\nindex ", "\\nindex 1", "the hashes lead"),
    ("\\n\u2014 ", "\\n\u2014 x", "the log’s key"),
    ('"subjects": [', '"subjects": [], "before": [', "about this person"),
    ("{\n", "", "its one form"),
)


def test_a_phone_works_without_scripts(server, chromium):
    context = chromium.new_context(java_script_enabled=False, locale="en-GB")
    page = context.new_page()
    page.goto(f"{server.base}{PHONE}")
    page.get_by_test_id("token").fill(server.operator_token)
    page.get_by_test_id("enter").click()
    page.get_by_test_id("send-code").click()
    expect(page.get_by_test_id("code").first).to_be_visible()
    page.get_by_test_id("app-account").click()
    page.get_by_test_id("lock").click()
    expect(page.get_by_test_id("state")).to_have_text("locked")
    page.get_by_test_id("unlock").click()
    expect(page.get_by_test_id("state")).to_have_text("active")
    context.close()
