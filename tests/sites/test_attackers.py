"""What a relying party must not fall for."""

import re
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest

FORGED = [
    "bad-signature",
    "wrong-nonce",
    "wrong-issuer",
    "wrong-audience",
    "expired",
]


def begun(browser, operator, who="adult-level-2"):
    """Begin to sign in; return the address that the browser is sent back to."""
    address = browser.post("/sign-in").headers["location"]
    return operator.sign_in(address, who, factors="pin otp")


def changed(address, **members):
    query = {name: said[0] for name, said in parse_qs(urlsplit(address).query).items()}
    return f"{address.partition('?')[0]}?{urlencode(query | members)}"


@pytest.mark.parametrize("member", ["state", "iss", "code"])
def test_an_answer_with_another_state_issuer_or_code_signs_nobody_in(visit, operator, member):
    browser = visit("bank")
    page = browser.go(changed(begun(browser, operator), **{member: "forged"}))
    assert "Signed in as" not in page
    assert 'role="status"' in page


def test_a_code_is_good_once_and_in_the_browser_that_began(visit, operator):
    victim, thief = visit("bank"), visit("bank")
    back = begun(victim, operator)
    assert "You have not begun to sign in here." in thief.go(back)
    begun(thief, operator)  # with a sign-in of its own under way, the state tells
    assert "Signed in as" not in thief.go(back)
    assert "Signed in as" in victim.go(back)
    assert "You have not begun to sign in here." in victim.go(back)


@pytest.mark.parametrize("fault", FORGED)
def test_a_token_that_does_not_hold_signs_nobody_in(visit, operator, fault):
    browser = visit("bank")
    operator.set_fault("bad", client_id="vietcombank-basic", tokens=[fault])
    try:
        page = browser.go(begun(browser, operator))
    finally:
        operator.clear_faults()
    assert "Signed in as" not in page


def test_who_has_less_than_level_2_is_not_signed_in(visit, operator):
    browser = visit("bank")
    page = browser.go(begun(browser, operator, "adult-level-1"))
    assert "the person proved less than was asked for" in page
    assert "Signed in as" not in page


def test_a_session_has_another_name_once_somebody_signed_in(visit, operator):
    browser = visit("bank")
    before = browser.http.cookies["dancu-site-bank"]
    browser.go(begun(browser, operator))
    assert browser.http.cookies["dancu-site-bank"] != before
    with httpx.Client(base_url=browser.base, cookies={"dancu-site-bank": before}) as planted:
        assert "Nguyễn Văn An" not in planted.get("/").text


def test_a_form_of_another_site_is_refused(visit, sign_in):
    browser = visit("bank")
    sign_in(browser)
    claims = {"full_name": "Nguyễn Văn An", "birth_date": "1990-09-03"}
    elsewhere = {"Origin": "http://127.0.0.1:1"}
    refused = [
        browser.post("/verify", form_token="forged", **claims),
        browser.post("/verify", headers=elsewhere, **claims),
        browser.http.post("/verify", data=claims),
        browser.http.post("/verify", content=b"\xff" * 10),
        browser.http.post("/verify", content=b"a" * 300_000),
    ]
    assert [answer.status_code for answer in refused] == [403] * len(refused)
    assert "The account is open." not in browser.go("/")


def test_the_cookie_the_policy_and_the_host_are_strict(visit, sites):
    answer = visit("bank").http.get("/")
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; style-src 'self'")
    assert "unsafe" not in policy
    with httpx.Client() as fresh:
        cookie = fresh.get(sites["bank"]).headers["set-cookie"]
        assert re.search("HttpOnly.*SameSite=lax", cookie, re.IGNORECASE)
        rebound = fresh.get(sites["bank"], headers={"Host": "bank.example"})
        assert rebound.status_code == 400


def test_no_secret_stands_beside_the_page(visit, operator):
    browser = visit("bank")
    back = begun(browser, operator)
    page = browser.go(back)
    for secret in (parse_qs(urlsplit(back).query)["code"][0], "eyJhbGciOiJSUzI1NiI"):
        assert secret not in page
    assert '"access_token": "…"' in page


def test_what_visitors_type_stays_text(visit, sign_in):
    browser = visit("bank")
    sign_in(browser)
    browser.post("/verify", full_name="<b>An</b>", birth_date="1990-09-03")
    assert "<b>An</b>" not in browser.http.get("/").text
