"""The OpenAPI document: complete, and kept to by the server, whatever it is sent."""

import re
from http import HTTPStatus

import hypothesis
import pytest
import schemathesis
from hypothesis import HealthCheck
from hypothesis import strategies as st
from openapi_spec_validator import OpenAPIV31SpecValidator
from schemathesis.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from app.api import openapi
from tests.api import aiming
from tests.api.aiming import Aim
from tests.api.conftest import live, secret, serial_of_an
from tests.project import files
from tests.support.copies import copy

#: Requests per operation: in the run that everybody makes, and in the long one. What is known is
#: asked in one way, and the databases differ little: the second one sees fewer. The few are the
#: same in every run, so that it tells of what was changed; the long run looks for what is new.
FEW, MANY = 3, 60
FEWER = {"sqlite": 0, "postgresql": 1}
CHECKS = [
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    negative_data_rejection,
]
WITHOUT_KEY = "/oidc/"


@pytest.fixture(scope="module")
def document(shared):
    return shared.get("/openapi.json").json()


@schemathesis.serializer("text/csv")
def _as_it_is(_context, value):
    return value if isinstance(value, bytes) else str(value).encode(errors="replace")


def operations(document):
    return [
        (path, method, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]


def test_the_document_is_valid(document):
    found = OpenAPIV31SpecValidator(document).iter_errors()
    assert [(list(error.absolute_path), error.message) for error in found] == []


def test_what_cannot_be_null_is_not_null_by_default(document):
    """A generated client sends the defaults: null would be refused."""
    for name, model in document["components"]["schemas"].items():
        for member, told in model.get("properties", {}).items():
            if told.get("default", "") is None:
                kinds = [each.get("type") for each in told.get("anyOf", [told])]
                assert "null" in kinds, (name, member)


def test_what_a_correction_leaves_out_has_no_default(document):
    """It stays as it is: a client that sent a default would remove it."""
    members = document["components"]["schemas"]["Correction"]["properties"].values()
    assert not [told for told in members if "default" in told]


def test_the_circumstances_of_a_file_are_told_to_be_a_files(document):
    told = document["paths"]["/control/v1/citizens"]["post"]["parameters"]
    of_query = {each["name"]: each["description"] for each in told if each["in"] == "query"}
    assert of_query.keys() == {"reason", "reported_by", "officer", "documents", "occurred_on"}
    assert all("`application/x-ndjson` only" in each for each in of_query.values())


def test_every_operation_is_described_and_named_once(document):
    ids = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(ids) == len(set(ids))
    for path, method, operation in operations(document):
        assert operation["summary"], (method, path)
        assert operation["description"].strip(), (method, path)
        assert operation["tags"], (method, path)


def test_every_answer_that_the_door_may_give_is_documented(document):
    for path, method, operation in operations(document):
        documented = set(operation["responses"])
        assert {"400", "403", "404", "409", "431", "500", "503"} <= documented, (method, path)
        assert "405" not in documented, (method, path)  # another method is another operation
        assert ({"413", "415"} <= documented) == (method in {"post", "put", "patch"}), (
            method,
            path,
        )
        is_keyed = method == "post" and not path.startswith(WITHOUT_KEY)
        assert ("422" in documented) == is_keyed, (method, path)
        if operation.get("security"):
            assert "401" in documented, (method, path)


def test_no_answer_is_described_by_its_status_alone(document):
    phrases = {status.phrase for status in HTTPStatus if status >= 300}
    for path, method, operation in operations(document):
        for status, told in operation["responses"].items():
            assert told["description"] not in phrases, (method, path, status)


def test_revocation_is_described_as_rfc_7009_has_it(document):
    operation = document["paths"]["/oidc/revoke"]["post"]
    form = operation["requestBody"]["content"]["application/x-www-form-urlencoded"]["schema"]
    assert form["required"] == ["token"]
    assert {"token", "token_type_hint", "client_assertion"} <= form["properties"].keys()
    answers = operation["responses"]
    assert "content" not in answers["200"]
    for status in ("400", "401"):
        told = answers[status]["content"]["application/json"]["schema"]
        assert told == {"$ref": "#/components/schemas/TokenError"}
    assert "Retry-After" in answers["503"]["headers"]
    problems = {"400", "401", "403", "404", "409", "413", "415", "431", "500", "503"}
    assert answers.keys() == problems | {"200"}


def test_every_post_takes_an_idempotency_key(document):
    for path, method, operation in operations(document):
        names = {parameter["name"] for parameter in operation.get("parameters", ())}
        is_keyed = method == "post" and not path.startswith(WITHOUT_KEY)
        assert ("Idempotency-Key" in names) == is_keyed, (method, path)


def test_the_document_on_coverage_speaks_of_every_part(document):
    """What there is, and how faithful it is, is told of each address."""
    address = re.compile(r"/(control/v1/[a-z-]+|v1/[a-z-]+|oidc/[a-z_-]+|[.a-z-]+)")
    parts = {address.match(path)[0] for path in document["paths"]}
    assert len(parts) > 20
    text = files.text("docs/coverage.md")
    assert sorted(part for part in parts if f"`{part}`" not in text) == []


def references(part):
    """Give every `$ref` below a part of the document."""
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        part = list(part.values())
    if isinstance(part, list):
        for each in part:
            yield from references(each)


def test_every_reference_leads_to_a_model_of_a_plain_name(document):
    models = document["components"]["schemas"]
    assert {ref.removeprefix("#/components/schemas/") for ref in references(document)} <= set(
        models
    )
    assert all(name.isalnum() for name in models)


def test_two_models_of_one_name_are_refused():
    named = {"Place": {"type": "object"}}
    openapi._add_models(named, {"Place": {"type": "object"}, "Other": {}})
    assert named.keys() == {"Place", "Other"}
    with pytest.raises(ValueError, match="Place"):
        openapi._add_models(named, {"Place": {"type": "string"}})


def test_a_worlds_own_reference_names_its_own_addresses(client, other_world):
    prefix = f"/w/{other_world.name}"
    assert client.get(f"{prefix}/openapi.json").json()["servers"] == [{"url": prefix}]
    assert client.get("/openapi.json").json()["servers"] == [{"url": "/"}]
    assert client.get(f"{prefix}/docs").status_code == 200


@pytest.fixture(scope="module")
def server(settings, shared_world):
    with live(settings, shared_world) as opened:
        yield opened


@pytest.fixture(scope="module")
def target(worlds, api_spec, server, shared_world):
    """What there is to ask about on that server; worlds that were made for it go again."""
    with copy(worlds, api_spec) as other:
        yield aiming.prepare(
            server, other.name, secret(shared_world, aiming.BANK), serial_of_an(shared_world)
        )
        aiming.clear_away(server, worlds)


@pytest.fixture(scope="module")
def asked(document):
    """What there is to ask, and how: strategies keep what they worked out from aim to aim."""
    schema = schemathesis.openapi.from_dict(document)
    every = [found.ok() for found in schema.get_all_operations()]
    modes = {aim.mode for aim in Aim}
    return [
        (each, {mode: each.as_strategy(generation_mode=mode) for mode in modes}) for each in every
    ]


@pytest.mark.unmeasured
@pytest.mark.parametrize("aim", Aim)
def test_whatever_is_sent_the_answer_is_documented(server, target, asked, aim, database):
    """Ask each operation what its description allows, anything that has its form, what it forbids.

    What it allows is asked about people and purposes that there are: it has to be answered.
    """
    few = 1 if aim is Aim.KNOWN else FEW - FEWER[database]
    ask_everything(server, asked, target, aim, few)


@pytest.mark.slow
@pytest.mark.parametrize("aim", Aim)
def test_whatever_is_sent_many_times_the_answer_is_documented(server, target, asked, aim):
    ask_everything(server, asked, target, aim, 5 if aim is Aim.KNOWN else MANY)


def ask_everything(server, asked, target, aim, examples):
    unasked, unanswered = [], []
    for operation, cases in asked:
        told = operation.definition.raw
        if aim is Aim.FORBIDDEN and not told.keys() & {"parameters", "requestBody"}:
            continue  # there is nothing to get wrong
        try:
            statuses = ask_all(server, operation, cases[aim.mode], target, aim, examples)
        except hypothesis.errors.Unsatisfiable:
            unasked.append(operation.label)
        else:
            unanswered += [] if min(statuses) < 300 else [operation.label]
    assert len(unasked) < 10, unasked  # whatever is sent there is right
    assert aim is not Aim.KNOWN or unanswered == []


def ask_all(server, operation, cases, target, aim, examples):
    statuses = []

    @hypothesis.settings(
        derandomize=examples <= FEW,
        max_examples=examples,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @hypothesis.given(cases, st.integers(0, 5))
    def ask(case, how):
        proof = target.aim(case, operation, aim, how)
        headers = {"Authorization": proof} if proof else None
        response = case.call(base_url=server.base, headers=headers, timeout=60)
        statuses.append(response.status_code)
        assert response.status_code != 500, response.text
        assert response.status_code != 503 or "retry-after" in response.headers
        case.validate_response(response, checks=CHECKS)

    ask()
    return statuses
