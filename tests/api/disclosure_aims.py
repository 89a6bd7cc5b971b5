"""Who asks each disclosure, for what, and which field: so that it is answered."""

from __future__ import annotations

PATH = "/v1/disclosures/"
#: By disclosure: the client, its purpose, a field, and whether a consent has to be named.
_ASKED = {
    **{
        name: ("bca", "linked-procedures", field, False)
        for name, field in {
            "identity": "full_name",
            "residence": "permanent_residence",
            "household": "household_members",
            "kinship": "father",
            "life-status": "state",
            "card-status": "card_status",
        }.items()
    },
    "contact": ("ha-noi", "administrative-procedure", "phone", True),
    "eid-account": ("bca", "electronic-identity", "account_state", False),
    "land": ("bca", "residence-registration", "land_certificates", False),
    "subscriptions": ("btttt", "telecom-supervision", "subscriptions", False),
    "health-insurance": ("byt", "health-care", "health_insurance_valid", False),
    "social-insurance": ("bhxh", "social-insurance", "social_insurance_books", False),
    "driver-licences": ("bgtvt", "driver-licensing", "driver_licences", False),
    "vehicles": ("btc", "tax-administration", "vehicles", False),
    "organisations": ("btc", "tax-administration", "organisations_represented", False),
    "credit": ("mcredit", "credit-scoring", "credit_accounts", True),
    "bank-accounts": ("bldtbxh", "welfare-payment", "bank_accounts", False),
    "tax": ("btc", "tax-administration", "tax_codes", False),
    "welfare": ("bldtbxh", "welfare-payment", "benefits", False),
    "schools": ("bgddt", "education-records", "school_records", False),
    "judicial-records": ("bca", "criminal-investigation", "all_convictions", False),
    "health-book": ("byt", "health-care", "health_books", True),
    "electricity": ("evn", "power-supply-contract", "electricity_contracts", True),
}


def client(path):
    """Return the client whose token asks there; the ministry's where the list is read."""
    return _ASKED.get(path.removeprefix(PATH), _ASKED["identity"])[0]


def body(path, consent_of):
    """Return what to send, beside number, officer and dossier; `consent_of` gives a consent."""
    who, purpose, field, on_consent = _ASKED[path.removeprefix(PATH)]
    said = {"purpose": purpose, "fields": [field]}
    return said | ({"consent": consent_of(who, purpose, field)} if on_consent else {})
