"""The package by itself: without dancu beside it, and in step with what the server answers."""

import subprocess
import sys
from types import NoneType, UnionType
from typing import Union, get_args, get_origin

import httpx
import msgspec
import pytest
from dancu_client import answers

from tests.project import files

#: What an answer is called in the reference, where that is another word.
REFERENCE = {
    "System": "SystemView",
    "Grant": "GrantView",
    "Verification": "VerificationAnswer",
    "BatchResult": "Result",
    "Batch": "BatchAnswer",
    "Disclosure": "IdentityAnswer",
    "RegisterVerification": "RegisterAnswer",
    "ChipChallenge": "ChipChallengeView",
    "ChipVerification": "ChipAnswer",
    "PresentationRequest": "RequestedPresentation",
    "Presentation": "PresentationAnswer",
    "Redemption": "RedemptionAnswer",
    "CreditReason": "ReasonView",
    "CreditAnswer": "AssessmentAnswer",
    "Change": "ChangeItem",
    "Webhook": "WebhookView",
    "WebhookMessage": "WebhookMessageView",
    "Consent": "RequestedConsent",
    "Reconciliation": "ReconciliationView",
    "Extract": "ExtractView",
    "Dossier": "DossierView",
    "World": "WorldView",
    "WorldToken": "OperatorToken",
    "Persona": "PersonaView",
    "SystemCredential": "Credential",
    "Clock": "ClockView",
    "Lived": "LivedView",
}
SHARED = {"Logged", "Job", "_Answer"}
STRUCTS = [
    each
    for each in vars(answers).values()
    if isinstance(each, type)
    and issubclass(each, msgspec.Struct)
    and each.__module__ == answers.__name__
    and each.__name__ not in SHARED
]


@pytest.fixture(scope="module")
def schemas(dancu_server):
    return httpx.get(f"{dancu_server.url}/openapi.json", timeout=60).json()["components"][
        "schemas"
    ]


@pytest.mark.parametrize("struct", STRUCTS, ids=lambda struct: struct.__name__)
def test_every_member_of_an_answer_is_one_of_the_servers(struct, schemas):
    told = schemas[REFERENCE.get(struct.__name__, struct.__name__)]
    for field in msgspec.structs.fields(struct):
        if field.name == "jws":
            continue  # the client's own: what came around the answer
        assert field.name in told["properties"], field.name
        may_be_null = "null" in str(told["properties"][field.name])
        kinds = get_args(field.type) if get_origin(field.type) in {Union, UnionType} else ()
        assert not may_be_null or NoneType in kinds or field.name == "value", field.name
        assert not field.required or field.name in told["required"], field.name


def test_nothing_of_the_server_and_of_pytest_is_loaded_with_the_client():
    said = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys, dancu_client; print(*sorted({m.split('.')[0] for m in sys.modules}))",
        ],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert {"app", "seed", "pytest", "fastapi", "sqlalchemy"} & set(said) == set()


def test_the_client_asks_for_what_it_imports_and_for_nothing_the_tests_do_not_have():
    declared = {
        requirement.split(">")[0]
        for requirement in files.toml("clients/python/pyproject.toml")["project"]["dependencies"]
    }
    locked = {pin.name for pin in files.pins("requirements-dev.lock")}
    assert declared == {"httpx", "anyio", "joserfc", "cryptography", "msgspec", "standardwebhooks"}
    assert declared <= locked
