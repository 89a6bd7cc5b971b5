"""The counter, the desk and the portal over HTTP, and what the portal must not take in."""

from __future__ import annotations

import datetime as dt
import json
import time

import httpx
import pytest
from standardwebhooks.webhooks import Webhook

from app.platform import clock

PIN = "901090990001"
AN = {"number": PIN, "full_name": "Nguyễn Văn An", "birth_date": "1990-09-03"}
OWN, NOBODYS = "0999990001", "0590000001"
OTHERS = "946187990021"
#: Of Hà Nội, as the portal is.
WIFE = "940193990002"


def phone(operator, method, path, **body):
    """Do something on An's simulated phone."""
    answer = httpx.request(
        method,
        f"{operator.url}/control/v1/phones/{PIN}{path}",
        headers={"Authorization": f"Bearer {operator.credential.token}"},
        json=body if method == "POST" else None,
        timeout=60,
    )
    assert answer.is_success, answer.text
    return answer.json()


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({}, "The contract may be signed."),
        ({"full_name": "Nguyễn Văn Anh"}, "Almost: look at the card again"),
        ({"full_name": "Trần Thị Bình"}, "The contract is not signed."),
        ({"number": "12"}, "The mistake is ours, and noted."),
    ],
)
def test_a_contract_is_signed_by_who_it_is(visit, said, told):
    assert told in visit("telco").step("/verify", **AN | said)


def test_a_no_has_consequences_step_by_step_and_an_unknown_has_none(visit):
    browser = visit("telco")
    assert "in use" in browser.step("/owner", number=PIN, phone=OWN)
    states = ["asked to update", "blocked one way", "blocked both ways", "blocked both ways"]
    for state in states:
        page = browser.step("/owner", number=OTHERS, phone=OWN)
        assert f"<td>{OWN}</td><td>{state}</td>" in page
    page = browser.step("/owner", number=PIN, phone=NOBODYS)
    assert "Nothing follows." in page
    assert f"<td>{NOBODYS}</td><td>in use</td>" in page
    assert f"<td>{OWN}</td><td>in use</td>" in browser.step("/owner", number=PIN, phone=OWN)


@pytest.mark.parametrize(
    ("number", "told"),
    [
        (PIN, "Insured today."),
        ("901056990006", "Not insured today."),
        ("901099999999", "Nobody can say."),
    ],
)
def test_insurance_is_asked_of_its_register(visit, number, told):
    assert told in visit("hospital").step("/insured", number=number)


@pytest.fixture
def card(operator):
    """The insurance card in An's wallet; there may be one of an earlier test."""
    held = phone(operator, "GET", "/wallet")
    kept = [each["id"] for each in held if each["kind"] == "health-insurance"]
    return kept[0] if kept else phone(operator, "POST", "/wallet", kind="health-insurance")["id"]


def test_a_code_from_the_wallet_is_good_once(visit, operator, card):
    browser = visit("hospital")
    made = phone(operator, "POST", f"/wallet/{card}/share-codes", claims=["full_name"])
    page = browser.step("/code", code=made["qr_text"])
    assert "The patient has shown a document." in page
    assert "<dd>Nguyễn Văn An</dd>" in page
    page = browser.step("/code", code=made["code"])
    assert "This code shows nothing." in page
    assert "<dd>Nguyễn Văn An</dd>" not in page


@pytest.mark.parametrize(
    ("decision", "told"),
    [("accept", "The document is genuine."), ("refuse", "The patient shows nothing.")],
)
def test_a_credential_is_shown_after_a_yes_alone(visit, operator, card, decision, told):
    assert card
    browser = visit("hospital")
    assert "Ask the patient first." in browser.step("/take")
    browser.step("/ask", number=PIN)
    assert "Nothing has been decided" in browser.step("/take")
    [question] = [
        each for each in phone(operator, "GET", "/approvals") if each["state"] == "pending"
    ]
    phone(operator, "POST", f"/approvals/{question['id']}/{decision}")
    assert told in browser.step("/take")


def test_a_dossier_fills_itself_and_its_progress_is_shown(visit, sign_in):
    browser = visit("province")
    assert "Please sign in first." in browser.step("/dossier")
    assert "Please sign in first." in browser.step("/progress")
    sign_in(browser)
    page = browser.step("/dossier", new_address="00001999001", until="2027-01-01")
    assert "The dossier is filed." in page
    assert "<td>full_name</td><td>population-database</td>" in page
    assert "<td>proof_of_housing</td><td>land-register</td>" in page
    assert "<td>submitted</td>" in browser.step("/progress")


def test_what_is_missing_in_a_dossier_is_told(visit, sign_in):
    browser = visit("province")
    sign_in(browser, "moved-last-month")
    page = browser.step("/dossier", new_address="25750999019", until="2027-01-01")
    assert "Something is missing." in page
    assert "proof_of_housing" in page


def test_news_are_taken_in_once_and_only_from_who_signs_them(visit, operator, sites):
    browser = visit("province")
    assert hook(sites, b"{}", {}).status_code == 410
    assert "News arrive from now on." in browser.step("/subscribe")
    assert "News arrive already." in browser.step("/subscribe")
    operator.report("name-change", "on request", [{"pin": WIFE, "name": "Trần Thị Bình An"}])
    until = time.monotonic() + 20
    while "<td>name-change</td>" not in browser.go("/"):
        assert time.monotonic() < until
        time.sleep(0.1)
    # What the portal has read of its secret stands in no page.
    secret = _secret(operator)
    assert secret not in browser.page
    forged = json.dumps({"type": "life_event.death"}).encode()
    now = clock.now()
    for headers in (
        {},
        signed(forged, now, "whsec_YW5vdGhlci1zZWNyZXQtYWx0b2dldGhlci0xMjM="),
        signed(forged, now - dt.timedelta(minutes=10), secret),
        signed(b"{}", now, secret),
    ):
        assert hook(sites, forged, headers).status_code == 401
    # Signed, and about no change: a test message is taken and not kept.
    assert hook(sites, forged, signed(forged, now, secret)).status_code == 204
    assert hook(sites, b"a" * 70_000, {}).status_code == 413
    assert browser.go("/").count("<td>name-change</td>") == 1
    assert "No news arrive any more." in browser.step("/unsubscribe")
    assert hook(sites, forged, signed(forged, now, secret)).status_code == 410


def hook(sites, body, headers):
    return httpx.post(f"{sites['province']}/hook", content=body, headers=headers, timeout=60)


def signed(body, at, secret):
    return {
        "Webhook-Id": "msg_1",
        "Webhook-Timestamp": str(int(at.timestamp())),
        "Webhook-Signature": Webhook(secret).sign("msg_1", at, body.decode()),
    }


def _secret(operator):
    """The portal's secret, as the operator reads it."""
    headers = {"Authorization": f"Bearer {operator.credential.token}"}
    address = f"{operator.url}/control/v1/webhooks"
    [found] = httpx.get(address, headers=headers, timeout=60).json()
    return httpx.get(f"{address}/{found['id']}/secret", headers=headers).json()["secret"]
