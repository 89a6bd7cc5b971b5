"""Writes the kits of `clients/` and the lists of variables: `make docs`.

A Postman collection (v2.1), a `.http` file in the form of the REST Client of VS Code, and
`.env.example` for each who reads variables. A test fails when a file is not what this writes.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from dancu_sites.__main__ import VARIABLES as OF_SITES

from app.platform.settings import Settings
from tools.journeys import JOURNEYS, SYSTEMS, Step

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROOT: Final = Path(__file__).resolve().parents[1]
#: The variables that a person sets, each with what it is.
VARIABLES: Final[Mapping[str, str]] = {
    "baseUrl": "The server; another world's address ends in /w/NAME",
    "operatorToken": "What `dancu operator-token` prints",
    **{
        f"{name}Secret": f"The secret of {client_id}: `dancu agency list`"
        for name, client_id in SYSTEMS.items()
    },
}
_URL: Final = "http://127.0.0.1:8000"
_COLLECTION: Final = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"


def files() -> dict[str, str]:
    """Return every file that is written, by its path in the project."""
    return {
        "clients/postman/dancu.postman_collection.json": postman(),
        "clients/http/dancu.http": http(),
        "clients/http/.env.example": _environment(
            {variable(name): ("", says) for name, says in VARIABLES.items() if name != "baseUrl"}
        ),
        "clients/sites/.env.example": _environment(
            {each.name: (each.default, each.says) for each in OF_SITES}
        ),
        "deploy/settings.env.example": _environment(
            {
                f"DANCU_{name.upper()}": (_default(field.default), field.description or "")
                for name, field in Settings.model_fields.items()
            }
        ),
    }


def main() -> None:
    """Write every file that has changed, and name it."""
    for name, text in files().items():
        path = ROOT / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
            print(name)


def postman() -> str:
    """Return the collection: a folder for each journey, its calls in their order."""
    collection = {
        "info": {
            "name": "dancu",
            "description": "A simulated population database: nothing in it is real. "
            "Set the variables, then run the folders in their order.",
            "schema": _COLLECTION,
        },
        "variable": [
            {"key": name, "value": _URL if name == "baseUrl" else "", "description": says}
            for name, says in VARIABLES.items()
        ],
        "item": [
            {
                "name": journey.title,
                "description": journey.about,
                "item": [_item(step) for step in journey.steps],
            }
            for journey in JOURNEYS
        ],
    }
    return json.dumps(collection, ensure_ascii=False, indent=2) + "\n"


def _item(step: Step) -> dict[str, Any]:
    request: dict[str, Any] = {
        "method": step.method,
        "url": {"raw": f"{{{{baseUrl}}}}{step.path}", **_url_parts(step.path)},
        "header": [],
    }
    if step.secret:
        pair = {"username": SYSTEMS[step.secret], "password": f"{{{{{step.secret}Secret}}}}"}
        request["auth"] = {
            "type": "basic",
            "basic": [{"key": name, "value": said} for name, said in pair.items()],
        }
    elif step.who:
        bearer = [{"key": "token", "value": f"{{{{{step.who}Token}}}}"}]
        request["auth"] = {"type": "bearer", "bearer": bearer}
    if step.form is not None:
        form = [{"key": name, "value": said} for name, said in step.form.items()]
        request["body"] = {"mode": "urlencoded", "urlencoded": form}
    elif step.body is not None:
        request["body"] = {
            "mode": "raw",
            "raw": _json(step.body),
            "options": {"raw": {"language": "json"}},
        }
    script = {"type": "text/javascript", "exec": list(_script(step))}
    return {
        "name": step.title,
        "request": request,
        "event": [{"listen": "test", "script": script}],
    }


def _url_parts(path: str) -> dict[str, Any]:
    way, _, query = path.partition("?")
    parts: dict[str, Any] = {"host": ["{{baseUrl}}"], "path": way.strip("/").split("/")}
    if query:
        pairs = (each.split("=") for each in query.split("&"))
        parts["query"] = [{"key": name, "value": said} for name, said in pairs]
    return parts


def _script(step: Step) -> Iterator[str]:
    """What Postman checks and keeps of an answer, one statement a line."""
    yield f'pm.test("status", () => pm.response.to.have.status({step.status}));'
    for member, value in step.told.items():
        said = json.dumps(value, ensure_ascii=False)
        read = f"pm.response.json(){_access(member)}"
        yield f'pm.test("{member}", () => pm.expect({read}).to.eql({said}));'
    for name, member in step.kept.items():
        yield f'pm.collectionVariables.set("{name}", pm.response.json(){_access(member)});'


def http() -> str:
    """Return all calls in the form of VS Code's REST Client; answers are found by `@name`."""
    kept = {
        name: f"call{number}.response.body.{member}"
        for number, step in _numbered()
        for name, member in step.kept.items()
    }
    lines = [
        "# dancu: a simulated population database. Nothing in it is real.",
        "# For the REST Client of VS Code: copy .env.example to .env, fill it in, and send the",
        "# requests one after the other.",
        f"@baseUrl = {_URL}",
    ]
    number = 0
    for journey in JOURNEYS:
        lines += ["", f"# {journey.title}: {journey.about}"]
        for step in journey.steps:
            number += 1
            lines += ["", f"### {step.title}", f"# @name call{number}", f"# answers {step.status}"]
            lines += [
                f"# {member}: {json.dumps(said, ensure_ascii=False)}"
                for member, said in step.told.items()
            ]
            lines += [_filled(line, kept) for line in _request(step)]
    return "\n".join(lines) + "\n"


def _request(step: Step) -> Iterator[str]:
    yield f"{step.method} {{{{baseUrl}}}}{step.path}"
    if step.secret:
        yield f"Authorization: Basic {SYSTEMS[step.secret]}:{{{{{step.secret}Secret}}}}"
    elif step.who:
        yield f"Authorization: Bearer {{{{{step.who}Token}}}}"
    if step.form is not None:
        yield "Content-Type: application/x-www-form-urlencoded"
        yield ""
        yield "&".join(f"{name}={said}" for name, said in step.form.items())
    elif step.body is not None:
        yield "Content-Type: application/json"
        yield ""
        yield _json(step.body)


def _filled(line: str, kept: Mapping[str, str]) -> str:
    """Put the other form of a variable: an answer's member, or one of the file `.env`."""

    def put(found: re.Match[str]) -> str:
        name = found[1]
        if name == "baseUrl":
            return found[0]
        return f"{{{{{kept.get(name) or f'$dotenv {variable(name)}'}}}}}"

    return re.sub(r"\{\{(\w+)\}\}", put, line)


def _numbered() -> Iterator[tuple[int, Step]]:
    return enumerate((step for journey in JOURNEYS for step in journey.steps), 1)


def variable(name: str) -> str:
    """Return the name of an environment's variable: `bankSecret` is DANCU_BANK_SECRET."""
    return "DANCU_" + re.sub("([A-Z])", r"_\1", name).upper()


def _access(member: str) -> str:
    return "".join(f"[{part}]" if part.isdecimal() else f".{part}" for part in member.split("."))


def _environment(variables: Mapping[str, tuple[str, str]]) -> str:
    """Return a list of variables: what each is, and its default."""
    parts = (
        f"# {says}\n{'' if value else '# '}{name}={value}\n"
        for name, (value, says) in variables.items()
    )
    return "\n".join(parts)


def _default(value: object) -> str:
    if value is None:
        return ""
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _json(body: Mapping[str, Any]) -> str:
    return json.dumps(body, ensure_ascii=False, indent=2)


if __name__ == "__main__":
    main()
