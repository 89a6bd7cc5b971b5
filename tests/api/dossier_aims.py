"""Questions about dossiers that there are: one is opened for each."""

from __future__ import annotations

from tests.exchange import people

PORTAL = "vpcp"
#: Addresses that a person opens, at a portal.
PERSONS = ("/v1/dossiers", "/v1/linked-procedures", "/v1/residence-confirmations")
NEW = {
    "service": "identity-card",
    "answers": {"reason": "Thẻ bị hỏng", "place_of_reception": "Ba Đình"},
}
#: A child of An's, whom nobody expected: refused at its first step, and so to be submitted again.
TWIN = {
    "name": "Trần Văn Bé",
    "sex": "M",
    "birth_date": "2013-01-01",
    "father": people.AN_PIN,
    "mother": people.BINH_PIN,
    "birth_notice": "1/2026",
}
HELP = {"number": people.AN_PIN, "service": "identity-card", "officer": "buu-ta-3"}
BODIES = {
    ("post", "/v1/assistance"): HELP,
    ("post", "/v1/assistance/{question}/dossier"): {
        "number": people.AN_PIN,
        "officer": "buu-ta-3",
        "answers": NEW["answers"],
    },
    ("post", "/v1/linked-procedures/birth"): {**TWIN, "birth_date": "2025-12-20"},
    ("post", "/v1/dossiers/{code}/resubmission"): {"corrections": {"birth_date": "2013-02-02"}},
    ("post", "/v1/dossiers"): NEW,
    ("post", "/v1/dossiers/{code}/submission"): {"answers": NEW["answers"]},
    ("post", "/v1/dossiers/{code}/withdrawal"): {"reason": "Nhầm"},
    ("post", "/v1/desk/dossiers/{code}/acts"): {"act": "receive", "officer": "can-bo-1"},
}


#: Where An lives.
HOUSE = "/v1/houses?unit=00004&address=12+ng%C3%B5+5+H%C3%A0ng+B%C3%BAn"
_OURS = ("/v1/dossiers", "/v1/desk", "/v1/residence-confirmations", "/v1/assistance", "/v1/houses")


def knows(path):
    """Whether the address is one of public services."""
    return path.startswith(_OURS)


def code(post, token, path):
    """Open a dossier such as that address is about, and return its code."""
    if path.endswith("/resubmission"):
        return post("/v1/linked-procedures/birth", token, TWIN)["dossier"]["code"]
    new = NEW | ({"answers": {}} if path.endswith("/submission") else {})
    return post("/v1/dossiers", token, new)["dossier"]["code"]


def death(adult):
    """Declare the death of a child of An's, who is registered for it."""
    pin = adult(name="Nguyễn Thị Thử", father={"pin": people.AN_PIN})
    return {"pin": pin, "date": "2025-12-30", "death_notice": "2/2026"}


def agreed(post, tokens):
    """Have a clerk ask An, who agrees on the phone; return the question's id."""
    ministry, operator = tokens
    question = post("/v1/assistance", ministry, HELP)["id"]
    post(f"/control/v1/phones/{people.AN_PIN}/approvals/{question}/accept", operator, {})
    return question
