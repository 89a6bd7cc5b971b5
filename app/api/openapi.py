"""The OpenAPI document: FastAPI's own, with what the door answers and which credentials."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from fastapi.openapi.utils import get_openapi

from app.api import answers, examples, schemas
from app.api.problems import EVERYWHERE, WITH_BODY, ProblemDocument, described, documented

if TYPE_CHECKING:
    from fastapi import FastAPI
    from fastapi.routing import APIRoute

DESCRIPTION: Final = """
**Everything here is simulated**: no person, agency or number is real.

1. `POST /oidc/token` gives a connected system an access token. `/oidc/authorize` signs people in
   (OpenID Connect; `/.well-known/openid-configuration` has every address).
2. `POST /v1/verifications` answers yes or no about a claim; no data leaves.
3. `POST /v1/disclosures/{name}` gives out the fields a grant allows, and says what it withheld.
4. `GET /v1/log/…` proves that every exchange was logged.
5. `/control/v1/…` are the powers of the simulator's operator.
6. `/soap/dancuquocgia?wsdl` describes the two operations that existing SOAP clients know.

Another world's interface is the same under `/w/{world}/…`. Errors are problem documents
(RFC 9457); `/problems` lists their codes. Every POST takes an `Idempotency-Key`.
"""
TAGS: Final = [
    {"name": "sign-in", "description": "Tokens of systems and of people, discovery."},
    {"name": "exchange", "description": "Verification, disclosure, search, changes: each logged."},
    {"name": "chip", "description": "Cards read by APDUs, and what was read verified."},
    {"name": "pki", "description": "Certificates, revocations and lists behind the chips."},
    {"name": "eid-accounts", "description": "Accounts registered in person, locks, notices."},
    {"name": "wallet", "description": "Documents on the phone, shown, shared and given out."},
    {"name": "citizen", "description": "What concerns a citizen who has signed in."},
    {"name": "consent", "description": "Consents asked for, given, ended: one register."},
    {"name": "credit", "description": "Synthetic scores of credit on consent, second looks."},
    {"name": "public-services", "description": "The catalogue, dossiers, the officials' desk."},
    {"name": "scenarios", "description": "Dirty files with a hidden truth, answers, scores."},
    {"name": "access", "description": "What a caller may do, and what it has done."},
    {"name": "log", "description": "Checkpoints and proofs of the disclosure log."},
    {"name": "reference", "description": "Code lists, units, fields, purposes, problems."},
    {"name": "control", "description": "Powers of the operator: worlds, citizens, agencies."},
    {"name": "phones", "description": "The simulated phone of each citizen, for the operator."},
    {"name": "server", "description": "Health and metrics."},
]
CONTACT: Final = {"name": "dancu contributors"}
schemas.documented(ProblemDocument)
#: Written by FastAPI beside every operation; here a wrong member is a 400 like other wrong input.
_FRAMEWORKS_OWN: Final = ("HTTPValidationError", "ValidationError")
_IDEMPOTENCY_KEY: Final = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Sent again with the same request within 24 h, it gets the same answer.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
}
#: The key's first request still runs; the key was another request's.
_OF_A_KEY: Final = (409, 422)
_WITH_BODY: Final = frozenset({"post", "put", "patch"})
#: OAuth has its own ways to say that something was done before.
_WITHOUT_IDEMPOTENCY: Final = "/oidc/"


def operation_id(route: APIRoute) -> str:
    """Name an operation by the function that answers it."""
    return route.name


def document_at(app: FastAPI, root: str) -> dict[str, Any]:
    """Return the document of the world whose addresses begin with `root`: it is the one server."""
    return {**document(app), "servers": [{"url": root or "/"}]}


def document(app: FastAPI) -> dict[str, Any]:
    """Return the OpenAPI document of the routes; made once."""
    if app.openapi_schema is None:
        schema = get_openapi(
            title=app.title,
            version=app.version,
            summary=app.summary,
            description=app.description,
            routes=app.routes,
            tags=app.openapi_tags,
            license_info=app.license_info,
            contact=CONTACT,
        )
        _complete(schema)
        app.openapi_schema = schema
    return app.openapi_schema


def _complete(schema: dict[str, Any]) -> None:
    components = schema.setdefault("components", {})
    named = components.setdefault("schemas", {})
    for name in _FRAMEWORKS_OWN:
        named.pop(name, None)
    for more in (schemas.components(), answers.components()):
        _add_models(named, more)
    components.setdefault("securitySchemes", {})["client_secret_basic"] = {
        "type": "http",
        "scheme": "basic",
        "description": "Client id and secret of a connected system (RFC 6749 §2.3.1).",
    }
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            _answer_everywhere(operation["responses"], reads_body=method in _WITH_BODY)
            if (body := examples.BODIES.get(operation["operationId"])) is not None:
                operation["requestBody"]["content"]["application/json"]["example"] = body
            if method == "post" and not path.startswith(_WITHOUT_IDEMPOTENCY):
                operation.setdefault("parameters", []).append(_IDEMPOTENCY_KEY)
                _add(operation["responses"], documented(*_OF_A_KEY))


def _add_models(named: dict[str, Any], more: dict[str, Any]) -> None:
    """Add models that the routes do not show; two of one name would hide each other."""
    for name, model in more.items():
        if named.setdefault(name, model) != model:
            raise ValueError(f"two models of the reference are called {name}")


def _answer_everywhere(responses: dict[str, Any], *, reads_body: bool) -> None:
    """Add what the door may answer to any request, beside what the route does."""
    responses.pop("422", None)
    _add(responses, described({**EVERYWHERE, **WITH_BODY} if reads_body else EVERYWHERE))


def _add(responses: dict[str, Any], problems: dict[int | str, dict[str, Any]]) -> None:
    for status, problem in problems.items():
        told = responses.setdefault(str(status), {**problem, "content": {}})
        told.setdefault("content", {}).update(problem["content"])
