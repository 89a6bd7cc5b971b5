"""A phone shop: verifies subscribers, and asks whether a number is in their own name.

| answer | what the shop gets right |
|---|---|
| `near_match` | the clerk looks at the card again; nobody is turned away for a missing mark |
| `no` | a step towards the block, announced and one at a time |
| `unknown` | nothing is known, so nothing happens to the line |
| `too-many-guesses` | is told, and not tried again |
"""

from __future__ import annotations

from typing import Final

from starlette.responses import Response

from dancu_sites.frame import Site, Visit

SITE: Final = Site("telco", client_id="viettel", title="A phone shop")
_PURPOSE: Final = "subscriber-registration"
#: What becomes of a line whose holder is another, step by step (Decree 163/2024, from memory).
STATES: Final = ("in use", "asked to update", "blocked one way", "blocked both ways")


@SITE.page("/")
async def home(visit: Visit) -> Response:
    """Show the counter."""
    return visit.show("telco.html")


@SITE.act("/verify")
async def verify(visit: Visit) -> None:
    """Hold what a subscriber says against the registry, before a contract is signed."""
    number = visit.said("number")
    claims = {"full_name": visit.said("full_name"), "birth_date": visit.said("birth_date")}
    answer = await visit.dancu.verify(number, claims, purpose=_PURPOSE)
    visit.kept["verified"] = {"outcome": answer.outcome, **(answer.attributes or {})}
    if answer.matches:
        visit.say("The contract may be signed.", "good")
    elif answer.outcome == "near_match":
        visit.say("Almost: look at the card again, letter by letter.", "warn")
    else:
        visit.say("The contract is not signed.", "bad", answer.outcome)


@SITE.act("/owner")
async def check_owner(visit: Visit) -> None:
    """Ask whether a line is the person's own, and do with it what follows from the answer."""
    number, phone = visit.said("number"), visit.said("phone")
    answer = await visit.dancu.verify_register(
        "phone-owner", number, {"phone": phone}, purpose=_PURPOSE
    )
    lines: dict[str, str] = visit.kept["lines"] or {}
    visit.kept["lines"] = lines
    visit.kept["owner"] = answer
    state = lines.get(phone, STATES[0])
    if answer.outcome == "yes":
        lines[phone] = STATES[0]
        visit.say("The line is in the own name.", "good")
    elif answer.outcome == "no":
        lines[phone] = STATES[min(STATES.index(state) + 1, len(STATES) - 1)]
        visit.say("The line is not in this name. One step follows.", "warn", answer.reason or "")
    else:
        lines[phone] = state
        visit.say(
            "Nobody can say whose the line is. Nothing follows.", "calm", answer.reason or ""
        )
