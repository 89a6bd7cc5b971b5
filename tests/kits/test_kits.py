"""The kits as people run them: every call of both gives the status and the members it says.

The collection is run as Postman runs it, as far as our own scripts go: a statement that is not
known here fails. The `.http` file is read as VS Code's REST Client reads it.
"""

from __future__ import annotations

import json
import re
import time

import httpx
import pytest

from app.api.examples import BODIES
from app.sandbox import operator as tokens
from tests.api.conftest import live, secret
from tests.project import files
from tools import kits
from tools.journeys import JOURNEYS, SYSTEMS

COLLECTION = "clients/postman/dancu.postman_collection.json"
HTTP = "clients/http/dancu.http"
STATUS = re.compile(r'pm\.test\("status", \(\) => pm\.response\.to\.have\.status\((\d+)\)\);')
TOLD = re.compile(
    r'pm\.test\("([\w.-]+)", \(\) => pm\.expect\(pm\.response\.json\(\)(\S+)\)\.to\.eql\((.*)\)\);'
)
KEPT = re.compile(r'pm\.collectionVariables\.set\("(\w+)", pm\.response\.json\(\)(\S+)\);')


@pytest.fixture
def server(settings, world_rw):
    with live(settings, world_rw) as running:
        yield running


@pytest.fixture
def variables(server, world_rw):
    """What a person fills in, by the collection's names."""
    return {
        "baseUrl": server.base,
        "operatorToken": tokens.world_token(server.operator_token, world_rw.id),
        **{f"{name}Secret": secret(world_rw, id_) for name, id_ in SYSTEMS.items()},
    }


def test_the_files_are_what_the_tool_writes():
    for name, text in kits.files().items():
        assert files.text(name) == text, f"{name}: run `make docs`"


def test_each_body_is_one_of_the_references_and_each_call_one_of_its_addresses(server):
    paths = httpx.get(f"{server.base}/openapi.json", timeout=60).json()["paths"]
    named = {each["operationId"]: each for of_path in paths.values() for each in of_path.values()}
    for name, body in BODIES.items():
        content = named[name]["requestBody"]["content"]
        assert content["application/json"]["example"] == body
    calls = {
        (method.upper(), re.sub(r"\{\w+\}", "[^/]+", path))
        for path, of_path in paths.items()
        for method in of_path
    }
    for journey in JOURNEYS:
        for step in journey.steps:
            way = step.path.partition("?")[0]
            assert [
                1 for method, path in calls if method == step.method and re.fullmatch(path, way)
            ]


def sent(method, url, *, status, **more):
    """Send one request; where something else is expected, once more when the server says so."""
    for _ in range(5):
        answer = httpx.request(method, url, timeout=60, trust_env=False, **more)
        wait = answer.headers.get("retry-after")
        if answer.status_code == status or wait is None:
            break
        time.sleep(float(wait))
    assert answer.status_code == status, f"{method} {url}: {answer.status_code} {answer.text}"
    return answer


def member(said, path):
    """Read `.a.b[0]` or `a.b.0` of an answer's JSON."""
    for part in re.findall(r"[\w-]+", path):
        said = said[int(part)] if part.isdecimal() else said[part]
    return said


def test_the_collection_runs(variables):
    collection = json.loads(files.text(COLLECTION))
    known = {each["key"] for each in collection["variable"]}
    assert known == variables.keys()
    done = 0
    for folder in collection["item"]:
        for item in folder["item"]:
            _run(item, variables)
            done += 1
    assert done == sum(len(journey.steps) for journey in JOURNEYS)


def _run(item, variables):
    def filled(text):
        return re.sub(r"\{\{(\w+)\}\}", lambda found: str(variables[found[1]]), text)

    request, [event] = item["request"], item["event"]
    script = event["script"]["exec"]
    more = {"headers": {}}
    auth = request.get("auth")
    if auth is not None:
        said = {each["key"]: filled(each["value"]) for each in auth[auth["type"]]}
        if auth["type"] == "basic":
            more["auth"] = (said["username"], said["password"])
        else:
            more["headers"]["Authorization"] = f"Bearer {said['token']}"
    body = request.get("body")
    if body is not None and body["mode"] == "urlencoded":
        more["data"] = {each["key"]: each["value"] for each in body["urlencoded"]}
    elif body is not None:
        more["content"] = filled(body["raw"]).encode()
        more["headers"]["Content-Type"] = "application/json"
    status = int(STATUS.fullmatch(script[0])[1])
    answer = sent(request["method"], filled(request["url"]["raw"]), status=status, **more)
    for line in script[1:]:
        if told := TOLD.fullmatch(line):
            assert member(answer.json(), told[2]) == json.loads(told[3]), item["name"]
        else:
            kept = KEPT.fullmatch(line)
            assert kept, line
            variables[kept[1]] = member(answer.json(), kept[2])


def test_the_http_file_runs(variables):
    environment = {kits.variable(name): said for name, said in variables.items()}
    answers = {}

    def put(found):
        said = found[1]
        if said == "baseUrl":
            return variables["baseUrl"]
        if said.startswith("$dotenv "):
            return environment[said.removeprefix("$dotenv ")]
        name, path = re.fullmatch(r"(\w+)\.response\.body\.(\S+)", said).groups()
        return str(member(answers[name], path))

    blocks = re.split(r"^### .*\n", files.text(HTTP), flags=re.MULTILINE)[1:]
    assert len(blocks) == sum(len(journey.steps) for journey in JOURNEYS)
    for block in blocks:
        notes = re.findall(r"^# (.*)$", block, re.MULTILINE)
        name, status = notes[0].removeprefix("@name "), int(notes[1].removeprefix("answers "))
        lines = [line for line in block.strip().splitlines() if not line.startswith("# ")]
        text = re.sub(r"\{\{([^{}]+)\}\}", put, "\n".join(lines).strip())
        head, _, body = text.partition("\n\n")
        first, *rest = head.splitlines()
        method, url = first.split(" ", 1)
        headers = dict(line.split(": ", 1) for line in rest)
        more = {"headers": headers, "content": body.encode() or None}
        if headers.get("Authorization", "").startswith("Basic "):
            pair = headers.pop("Authorization").removeprefix("Basic ")
            more["auth"] = tuple(pair.split(":", 1))
        answer = sent(method, url, status=status, **more)
        answers[name] = answer.json() if "json" in answer.headers.get("content-type", "") else {}
        for note in notes[2:]:
            if told := re.fullmatch(r"([\w.]+): (.+)", note):
                assert member(answers[name], told[1]) == json.loads(told[2]), name


def test_every_setting_stands_in_the_list_of_variables_with_a_value_that_is_taken():
    from app.platform.settings import Settings  # noqa: PLC0415 - only here

    text = files.text("deploy/settings.env.example")
    said = dict(re.findall(r"^(DANCU_\w+)=(.*)$", text, re.MULTILINE))
    taken = Settings(
        **{name.removeprefix("DANCU_").lower(): value for name, value in said.items()}
    )
    assert taken == Settings.model_construct(
        **{name: field.default for name, field in Settings.model_fields.items()}
    )
    assert set(re.findall(r"^#? ?(DANCU_\w+)=", text, re.MULTILINE)) == {
        f"DANCU_{name.upper()}" for name in Settings.model_fields
    }
