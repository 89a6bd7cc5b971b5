"""The bank's journeys over HTTP, as a customer takes them."""

import json
import re

import httpx
import pytest

from tests.api.conftest import secret
from tests.support import chips

AN = {"full_name": "Nguyễn Văn An", "birth_date": "1990-09-03"}
BANK = "vietcombank-basic"


@pytest.fixture
def customer(visit, sign_in):
    """Somebody who has signed in and opened an account."""
    browser = visit("bank")
    sign_in(browser)
    assert "The account is open." in browser.step("/verify", **AN)
    return browser


def agree(operator, decision="accept", who="adult-level-2"):
    """Decide the latest question on the phone."""
    answer = httpx.get(
        f"{operator.url}/control/v1/phones/{who}/consents",
        headers={"Authorization": f"Bearer {operator.credential.token}"},
    )
    asked = [each for each in answer.json() if each["state"] == "asked"]
    operator.decide_consent(who, asked[0]["id"], decision)


def test_an_account_is_opened_by_who_proves_to_be_the_one(visit, sign_in):
    browser = visit("bank")
    assert "Nguyễn Văn An" in sign_in(browser)
    wrong = browser.step("/verify", **AN | {"full_name": "Trần Văn Ba"})
    assert "These details are not those of the identity card." in wrong
    right = browser.step("/verify", **AN)
    assert "The account is open." in right
    # What happened here: the call with its answer, and a proof of it on request.
    assert "POST /v1/verifications" in right
    assert '"outcome": "match"' in right
    assert "The exchange is in the log" in browser.step("/prove", call="0")
    assert "Nguyễn Văn An" not in browser.step("/sign-out")


def test_who_does_not_tell_a_number_has_no_account(visit, sign_in):
    browser = visit("bank")
    sign_in(browser, fields="full_name")
    assert "Without your personal number" in browser.step("/verify", **AN)


def test_a_residence_is_read_only_after_a_yes(customer, operator):
    customer.step("/residence/consent")
    assert "Nothing has been decided" in customer.step("/residence")
    agree(operator)
    assert "phố Nghĩa Dũng" in customer.step("/residence")


def test_a_no_is_kept_to(customer, operator):
    customer.step("/credit/consent")
    agree(operator, "refuse")
    assert "The consent was not given." in customer.step("/credit")


def test_a_score_is_told_with_its_reasons(customer, operator):
    customer.step("/credit/consent")
    agree(operator)
    page = customer.step("/credit")
    assert "A synthetic score" in page
    assert "A second look may be asked for" in page


def test_little_money_goes_and_what_is_no_amount_does_not(customer):
    assert "The money is on its way." in customer.step("/transfer", amount="9.999.999")
    assert "That is no amount." in customer.step("/transfer", amount="much")


@pytest.mark.parametrize(
    ("persona", "copied", "told"),
    [
        ("chip-genuine", False, "The money is on its way."),
        ("chip-genuine", True, "The card is not accepted."),
        ("card-lost", False, "The card is not accepted."),
    ],
)
def test_much_money_goes_with_a_genuine_card_alone(  # noqa: PLR0913, PLR0917 - fixtures
    visit, sign_in, server, world, operator, persona, copied, told
):
    browser = visit("bank")
    card, found = chips.card_of(world, persona), by_name(operator, persona)
    sign_in(browser, persona)
    browser.step("/verify", full_name=found.full_name, birth_date=found.birth_date)
    browser.step("/transfer", amount="20000000")
    # The reader is the customer's own telephone: it takes the bank's challenge to the chip.
    reading = read(server, world, card, browser.page)
    if copied:  # files without the chip's key
        reading = re.sub('"signature": "[0-9a-f]{4}', '"signature": "0000', reading)
    assert told in browser.step("/transfer/chip", reading=reading)
    again = browser.step("/transfer/chip", reading=reading)
    assert "the challenge is used up" in again


def by_name(operator, name):
    return next(each for each in operator.personas() if each.name == name)


def read(server, world, card, page):
    """What `dancu chip read --challenge … --json` says."""
    challenge = bytes.fromhex(page.partition("--challenge ")[2][:16])
    with httpx.Client(base_url=server.base, trust_env=False) as client:
        given = client.post(
            "/oidc/token",
            auth=(BANK, secret(world, BANK)),
            data={"grant_type": "client_credentials"},
        ).json()["access_token"]
        headers = {"Authorization": f"Bearer {given}"}
        reading = chips.read(client, headers, world, card, challenge=challenge)
    return json.dumps(
        {
            "sod": chips.text(reading.sod),
            "groups": {str(number): chips.text(data) for number, data in reading.groups.items()},
            "active": {"challenge": challenge.hex(), "signature": reading.signature.hex()},
        }
    )


@pytest.mark.parametrize("said", ["", "{}", "[1]", '{"active": {"challenge": "00"}}'])
def test_what_is_no_reading_is_not_sent_on(customer, said):
    customer.step("/transfer", amount="20000000")
    assert "That is not what a reader says." in customer.step("/transfer/chip", reading=said)


def test_without_the_steps_before_nothing_is_asked(visit, sign_in):
    browser = visit("bank")
    for path in ("/verify", "/residence/consent", "/residence", "/transfer", "/credit/consent"):
        assert "Please sign in first." in browser.step(path, **AN)
    sign_in(browser)
    for path in ("/residence/consent", "/transfer", "/credit"):
        assert "Open the account first." in browser.step(path, amount="1")


def test_when_the_registry_is_away_the_customer_is_asked_to_come_back(visit, sign_in, operator):
    browser = visit("bank")
    sign_in(browser)
    weather = {"kind": "maintenance", "retry_after": 3600}
    operator.set_fault("away", weather, path="/v1/verifications")
    try:
        page = browser.step("/verify", **AN)
    finally:
        operator.clear_faults()
    assert "That cannot be asked now." in page
    assert "3600 s" in page
