"""A hospital desk: whether the patient is insured, and what the patient shows.

| way | what the desk gets right |
|---|---|
| the register | yes or no, without reading the insurance |
| a code from the wallet | redeemed once, and at once: after a minute it is over |
| a credential | asked for on the phone: which claims, for what; nothing is taken before a yes |
"""

from __future__ import annotations

from typing import Final

from starlette.responses import Response

from dancu_sites.frame import Site, Visit

SITE: Final = Site("hospital", client_id="byt", title="A hospital desk")
_PURPOSE: Final = "health-care"
#: What the desk needs to admit a patient, and no more.
_CLAIMS: Final = ("full_name", "document_number", "expires_on", "benefit")


@SITE.page("/")
async def home(visit: Visit) -> Response:
    """Show the desk."""
    return visit.show("hospital.html")


@SITE.act("/insured")
async def check_insurance(visit: Visit) -> None:
    """Ask whether health insurance is in force today."""
    answer = await visit.dancu.verify_register(
        "health-insurance-in-force", visit.said("number"), purpose=_PURPOSE
    )
    if answer.outcome == "yes":
        visit.say("Insured today.", "good")
    elif answer.outcome == "no":
        visit.say("Not insured today.", "warn", answer.reason or "")
    else:
        visit.say("Nobody can say. Ask for the card.", "calm", answer.reason or "")


@SITE.act("/code")
async def redeem(visit: Visit) -> None:
    """Redeem the code, or the text of the QR code, that the patient shows."""
    answer = await visit.dancu.redeem_share_code(visit.said("code"), purpose=_PURPOSE)
    visit.kept["shown"] = answer.claims
    if answer.outcome == "shared":
        visit.say("The patient has shown a document.", "good", answer.document or "")
    else:
        visit.say("This code shows nothing.", "warn", answer.outcome)


@SITE.act("/ask")
async def ask(visit: Visit) -> None:
    """Ask on the patient's phone to be shown the insurance card."""
    visit.kept["asked"] = await visit.dancu.ask_presentation(
        ["health-insurance"], _CLAIMS, purpose=_PURPOSE, number=visit.said("number")
    )
    visit.say("The question is on the phone.", "calm")


@SITE.act("/take")
async def take(visit: Visit) -> None:
    """Take what the phone shows. A request is answered once; until then it is pending."""
    asked = visit.kept["asked"]
    if asked is None:
        visit.say("Ask the patient first.", "warn")
        return
    answer = await visit.dancu.take_presentation(asked.id)
    visit.kept["asked"], visit.kept["shown"] = None, answer.claims
    if answer.outcome == "genuine":
        visit.say("The document is genuine.", "good")
    elif answer.outcome == "declined":
        visit.say("The patient shows nothing.", "warn")
    else:
        visit.say("The document is not accepted.", "bad", answer.outcome)
