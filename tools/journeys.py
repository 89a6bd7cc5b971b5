"""The journeys of the kits: the calls that people begin with, in an order that works.

Bodies are those of the API reference (`app/api/examples.py`). `tools/kits.py` writes them as a
Postman collection and as a `.http` file; `tests/kits` runs both, and holds each call to its
status.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from app.api.examples import BODIES

if TYPE_CHECKING:
    from collections.abc import Mapping

#: The systems that ask, by the name of the variable that has their secret.
SYSTEMS: Final[Mapping[str, str]] = {
    "bank": "vietcombank-basic",
    "province": "ha-noi",
    "telco": "viettel",
    "health": "byt",
    "insurance": "bhxh",
}


@dataclass(frozen=True)
class Step:
    """One call. `who` asks: a system, the operator, or nobody.

    `status` is what it answers; `told` are members of the answer and what they say, `kept` are
    names under which later calls find members of it. Members are paths such as `leaf.seq`.
    """

    title: str
    method: str
    path: str
    who: str = ""
    body: Mapping[str, Any] | None = None
    status: int = 200
    told: Mapping[str, Any] = field(default_factory=dict)
    kept: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] | None = None
    secret: str = ""


@dataclass(frozen=True)
class Journey:
    """Calls that belong together; `about` says what one sees by them."""

    title: str
    about: str
    steps: tuple[Step, ...]


def _token(system: str) -> Step:
    return Step(
        f"A token for {SYSTEMS[system]}",
        "POST",
        "/oidc/token",
        form={"grant_type": "client_credentials"},
        secret=system,
        told={"token_type": "Bearer"},
        kept={f"{system}Token": "access_token"},
    )


_VERIFY: Final = BODIES["verify"]
_RESIDENCE: Final = BODIES["disclose_residence"]
_FEED: Final = "/v1/changes?purpose=social-insurance&officer=can-bo-1"
_BATCH: Final = "/v1/verifications/batch"
_PHONE: Final = "/control/v1/phones/adult-level-2"
_PHONE_OWNER: Final = "/v1/register-verifications/phone-owner"
_INSURED: Final = "/v1/register-verifications/health-insurance-in-force"

JOURNEYS: Final = (
    Journey(
        "1 Tokens",
        "A system proves itself by its secret, and asks who it is and what it may.",
        (
            *(_token(system) for system in SYSTEMS),
            Step(
                "Who am I, and what may I",
                "GET",
                "/v1/me",
                "bank",
                told={"system.client_id": SYSTEMS["bank"]},
            ),
            Step(
                "Without a token",
                "GET",
                "/v1/me",
                status=401,
                told={"code": "token-missing", "fault_of": "caller"},
            ),
        ),
    ),
    Journey(
        "2 Verify",
        "Yes or no about a claim; no data leaves.",
        (
            Step(
                "A claim that is true",
                "POST",
                "/v1/verifications",
                "bank",
                _VERIFY,
                told={"outcome": "match", "simulated": True},
                kept={"leafSeq": "leaf.seq"},
            ),
            Step(
                "A claim that is not",
                "POST",
                "/v1/verifications",
                "bank",
                {**_VERIFY, "claims": {"full_name": "Trần Văn Ba"}},
                told={"outcome": "no_match"},
            ),
            Step(
                "Several people at once",
                "POST",
                _BATCH,
                "bank",
                BODIES["verify_batch"],
                told={"results.0.outcome": "match", "results.1.outcome": "no_match"},
            ),
            Step(
                "For a purpose without a grant",
                "POST",
                "/v1/verifications",
                "bank",
                {**_VERIFY, "purpose": "health-care"},
                403,
                told={"code": "purpose-not-allowed", "fault_of": "caller"},
            ),
            Step(
                "What would be told, and what not",
                "POST",
                "/v1/access-check",
                "bank",
                BODIES["check_access"],
            ),
        ),
    ),
    Journey(
        "3 Disclose",
        "Data leaves field by field, for a purpose, on a ground.",
        (
            Step(
                "A residence, for a dossier",
                "POST",
                "/v1/disclosures/residence",
                "province",
                _RESIDENCE,
                told={"outcome": "disclosed"},
            ),
            Step(
                "Without naming the dossier",
                "POST",
                "/v1/disclosures/residence",
                "province",
                {name: said for name, said in _RESIDENCE.items() if name != "dossier"},
                403,
                told={"code": "dossier-required"},
            ),
        ),
    ),
    Journey(
        "4 Consent",
        "The citizen is asked on the phone, and what was agreed to is named in the call.",
        (
            Step(
                "Ask",
                "POST",
                "/v1/consent-requests",
                "bank",
                BODIES["ask_for_consent"],
                201,
                told={"state": "asked"},
                kept={"consent": "id"},
            ),
            Step(
                "Agree, on the phone",
                "POST",
                f"{_PHONE}/consents/{{{{consent}}}}/decision",
                "operator",
                BODIES["decide_consent"],
            ),
            Step(
                "See that it was given",
                "GET",
                "/v1/consent-requests/{{consent}}",
                "bank",
                told={"state": "given"},
            ),
            Step(
                "Read with it",
                "POST",
                "/v1/disclosures/residence",
                "bank",
                {
                    "number": _VERIFY["number"],
                    "fields": ["permanent_residence"],
                    "purpose": "account-data",
                    "consent": "{{consent}}",
                },
                told={"outcome": "disclosed"},
            ),
            Step(
                "Give it back",
                "POST",
                "/v1/consent-requests/{{consent}}/end",
                "bank",
                told={"state": "ended"},
            ),
        ),
    ),
    Journey(
        "5 Registers",
        "Is this telephone theirs, are they insured: yes, no or unknown.",
        (
            Step(
                "A telephone in the own name",
                "POST",
                _PHONE_OWNER,
                "telco",
                BODIES["verify_phone_owner"],
                told={"outcome": "yes"},
            ),
            Step(
                "One that no register has",
                "POST",
                _PHONE_OWNER,
                "telco",
                {**BODIES["verify_phone_owner"], "claims": {"phone": "0590000001"}},
                told={"outcome": "unknown", "reason": "not_in_register"},
            ),
            Step(
                "Health insurance in force",
                "POST",
                _INSURED,
                "health",
                BODIES["verify_health_insurance_in_force"],
                told={"outcome": "yes"},
            ),
        ),
    ),
    Journey(
        "6 Log",
        "Each answer is in a log that cannot be rewritten; anybody may check it.",
        (
            Step("The log's keys", "GET", "/v1/log/keys"),
            Step("A proof of the first verification", "GET", "/v1/log/leaves/{{leafSeq}}/proof"),
            Step("The latest checkpoint", "GET", "/v1/log/checkpoint"),
        ),
    ),
    Journey(
        "7 Changes",
        "Something happens, and who may hear of it reads it in the feed.",
        (
            Step(
                "Where the feed stands",
                "GET",
                f"{_FEED}&start=latest",
                "insurance",
                kept={"cursor": "next_cursor"},
            ),
            Step(
                "Somebody takes another name",
                "POST",
                "/control/v1/life-events/name-change",
                "operator",
                BODIES["enter_name_change"],
                201,
            ),
            Step(
                "What has changed since",
                "GET",
                f"{_FEED}&cursor={{{{cursor}}}}",
                "insurance",
                told={"items.0.kind": "name-change"},
            ),
        ),
    ),
    Journey(
        "8 Webhooks",
        "The same, sent to an address of yours; `dancu webhook listen` is one to try.",
        (
            Step(
                "Subscribe",
                "POST",
                "/v1/webhooks",
                "insurance",
                BODIES["add_webhook"],
                201,
                told={"state": "active"},
                kept={"webhook": "id"},
            ),
            Step("The secret that signs", "GET", "/v1/webhooks/{{webhook}}/secret", "insurance"),
            Step("Send a test", "POST", "/v1/webhooks/{{webhook}}/test", "insurance", status=200),
            Step("What was tried", "GET", "/v1/webhooks/{{webhook}}/attempts", "insurance"),
            Step("Unsubscribe", "DELETE", "/v1/webhooks/{{webhook}}", "insurance", status=204),
        ),
    ),
    Journey(
        "9 Control",
        "What only a simulator has: its clock, and bad weather on demand.",
        (
            Step("Which day it is", "GET", "/control/v1/clock", "operator"),
            Step("A day passes", "POST", "/control/v1/clock", "operator", BODIES["set_clock"]),
            Step(
                "The next call fails",
                "PUT",
                "/control/v1/faults/kit",
                "operator",
                BODIES["put_fault"],
            ),
            Step(
                "It does",
                "POST",
                "/v1/verifications",
                "bank",
                _VERIFY,
                503,
                told={"fault_of": "simulation"},
            ),
            Step(
                "And the one after it does not",
                "POST",
                "/v1/verifications",
                "bank",
                _VERIFY,
                told={"outcome": "match"},
            ),
            Step("Fine weather", "DELETE", "/control/v1/faults/kit", "operator", status=204),
        ),
    ),
)
