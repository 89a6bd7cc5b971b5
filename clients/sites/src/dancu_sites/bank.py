"""A bank: opens an account, reads a residence, lets money go, lends some.

| step | what the bank gets right |
|---|---|
| sign in | level 2, and only the claims it needs; what the person did not tick it does without |
| verify | yes or no; a `no_match` is told to the customer and to nobody else |
| residence, credit | the citizen's consent first, asked for on the phone and named in the call |
| a large transfer | the chip of the card, over a challenge that is good once |
"""

from __future__ import annotations

import base64
import json
from typing import Any, Final

from dancu_client import LEVEL_2, ChipReading, Ground
from starlette.responses import Response

from dancu_sites import signing_in
from dancu_sites.frame import Site, Visit
from dancu_sites.signing_in import person

SITE: Final = Site("bank", client_id="vietcombank-basic", title="A bank")
signing_in.add(SITE, scope="openid profile identity", level=LEVEL_2, asks_anew=True)

#: From so many đồng on, a transfer needs more than a password (Decision 2345/QĐ-NHNN, 2023).
LARGE: Final = 10_000_000
_RESIDENCE: Final = "permanent_residence"


@SITE.page("/")
async def home(visit: Visit) -> Response:
    """Show the account as far as it has come."""
    return visit.show("bank.html", large=LARGE)


@SITE.act("/verify")
async def verify(visit: Visit) -> None:
    """Ask whether name and birth date are those of the number: no data comes back.

    The number is the one that was told at the sign-in: nobody opens an account for another.
    """
    if person(visit) is None:
        return
    number = visit.kept["told"].get("pin")
    if number is None:
        visit.say("Without your personal number there is no account: sign in again.", "warn")
        return
    claims = {"full_name": visit.said("full_name"), "birth_date": visit.said("birth_date")}
    answer = await visit.dancu.verify(number, claims, purpose="ekyc")
    if answer.matches:
        visit.kept["number"] = number
        visit.say("The account is open.", "good")
    else:
        visit.say("These details are not those of the identity card.", "warn")


@SITE.act("/residence/consent")
async def ask_residence(visit: Visit) -> None:
    """Ask for the consent to read the residence."""
    if number := _customer(visit):
        visit.kept["residence_consent"] = await visit.dancu.ask_consent(
            number, [_RESIDENCE], purpose="account-data", why="Mở tài khoản thanh toán"
        )


@SITE.act("/residence")
async def read_residence(visit: Visit) -> None:
    """Read the residence, once the customer has agreed to it."""
    if (number := _customer(visit)) and (ground := await _agreed(visit, "residence_consent")):
        answer = await visit.dancu.disclose(
            "residence", number, [_RESIDENCE], purpose="account-data", ground=ground
        )
        visit.kept["residence"] = answer.data or {}
        visit.kept["withheld"] = answer.withheld


@SITE.act("/transfer")
async def transfer(visit: Visit) -> None:
    """Let money go; where it is much, ask for the card first."""
    amount = visit.said("amount").replace(".", "").replace(",", "")
    if _customer(visit) is None:
        return
    if not amount.isascii() or not amount.isdecimal() or not int(amount):
        visit.say("That is no amount.", "warn")
    elif int(amount) < LARGE:
        visit.say("The money is on its way.", "good")
    else:
        visit.kept["amount"] = int(amount)
        visit.kept["challenge"] = await visit.dancu.chip_challenge()


@SITE.act("/transfer/chip")
async def check_chip(visit: Visit) -> None:
    """Have the card verified whose chip signed our challenge. The challenge is used up by it."""
    number, challenge = _customer(visit), visit.kept.pop("challenge", None)
    if number is None or challenge is None:
        visit.say("Begin the transfer again: the challenge is used up.", "warn")
        return
    reading = _reading(visit.said("reading"), challenge.challenge)
    if reading is None:
        visit.say("That is not what a reader says.", "warn")
        return
    answer = await visit.dancu.verify_chip(number, reading, purpose="ekyc")
    visit.kept["chip"] = answer.outcome
    if answer.outcome == "genuine":
        visit.say("The money is on its way.", "good")
    else:
        visit.say("The card is not accepted. The money stays.", "bad", answer.outcome)


@SITE.act("/credit/consent")
async def ask_credit(visit: Visit) -> None:
    """Ask for the consent to a credit assessment: to just the fields that our grant has."""
    if number := _customer(visit):
        me = await visit.dancu.me()
        fields = next(each.fields for each in me.grants if each.service == "credit-assessment")
        visit.kept["credit_consent"] = await visit.dancu.ask_consent(
            number, fields, purpose="credit-scoring", why="Vay tiêu dùng"
        )


@SITE.act("/credit")
async def assess(visit: Visit) -> None:
    """Ask for the score, once the customer has agreed; the reasons are the customer's, too."""
    if (number := _customer(visit)) and (ground := await _agreed(visit, "credit_consent")):
        answer = await visit.dancu.assess_credit(number, purpose="credit-scoring", ground=ground)
        visit.kept["credit"] = answer.assessment
        if answer.assessment is None:
            visit.say("No score can be given.", "warn", answer.outcome)


def _customer(visit: Visit) -> str | None:
    """Return the number that was verified for who is signed in; else tell what is missing."""
    if person(visit) is None:
        return None
    number: str | None = visit.kept.get("number")
    if number is None:
        visit.say("Open the account first.", "warn")
    return number


async def _agreed(visit: Visit, which: str) -> Ground | None:
    """Look whether the customer has decided, and return what the question then stands on."""
    asked = visit.kept.get(which)
    if asked is None:
        visit.say("Ask for the consent first.", "warn")
        return None
    visit.kept[which] = consent = await visit.dancu.consent(asked.id)
    if consent.state == "given":
        return Ground(consent=consent.id)
    if consent.state == "asked":
        visit.say("Nothing has been decided on the phone yet.", "calm")
    else:
        visit.say("The consent was not given. We do without.", "warn", consent.state)
    return None


def _reading(text: str, challenge: str) -> ChipReading | None:
    """Read what `dancu chip read --json` says, where it signed this challenge."""
    try:
        said: dict[str, Any] = json.loads(text)
        active = said["active"]
        if active["challenge"] != challenge:
            return None
        return ChipReading(
            sod=base64.b64decode(said["sod"], validate=True),
            groups={
                int(number): base64.b64decode(data, validate=True)
                for number, data in said["groups"].items()
            },
            challenge=bytes.fromhex(challenge),
            signature=bytes.fromhex(active["signature"]),
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
