"""Who puts each claim to a register, and for what: so that it is answered."""

from __future__ import annotations

from app.exchange import register_claim

PATH = "/v1/register-verifications/"
_ASKED = {
    "bank-account-owner": ("bldtbxh", "welfare-payment"),
    "benefit-recipient": ("bldtbxh", "welfare-payment"),
    "driver-licence": ("bgtvt", "driver-licensing"),
    "electricity-customer": ("bca", "residence-registration"),
    "health-insurance-in-force": ("byt", "health-care"),
    "land-certificate-holder": ("bca", "residence-registration"),
    "no-conviction": ("btp", "judicial-records"),
    "organisation-representative": ("bkhdt", "business-registration"),
    "phone-owner": ("btttt", "telecom-supervision"),
    "pupil": ("bgddt", "education-records"),
    "social-insurance-payer": ("bhxh", "social-insurance"),
    "tax-code-owner": ("btc", "tax-administration"),
    "vehicle-owner": ("bgtvt", "driver-licensing"),
}


def client(path):
    """Return the client whose token asks there."""
    return _ASKED[path.removeprefix(PATH)][0]


def body(path):
    """Return what to send, beside number, officer and dossier: the example of each claim."""
    name = path.removeprefix(PATH)
    named = register_claim.all_of_them()[name].named
    claims = {"claims": {each.name: each.example for each in named}} if named else {}
    return {"purpose": _ASKED[name][1]} | claims
