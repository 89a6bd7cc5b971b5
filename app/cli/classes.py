"""`dancu class …`: open a class on a running server, watch it, steer it, close it.

Acts on a server that is running, with the operator's token of this home folder.
"""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer

from app.cli import home, remote
from app.cli.options import Json, ServerOption
from app.cli.telling import Teller

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.cli.remote import Remote

app = typer.Typer(help="Teach: classes, in which each learner has a world.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="CLASS", help="The class's name.")]
Learner = Annotated[int, typer.Argument(metavar="LEARNER", help="The learner's number.")]
Whom = Annotated[
    list[int] | None,
    typer.Option("--learner", "-l", metavar="NUMBER", help="For this one; repeatable. Else all."),
]
_BASE = "/control/v1/classes"


@app.command("open")
def open_(
    name: Name,
    learners: Annotated[int, typer.Option("--learners", "-n", min=1, help="How many.")] = 10,
    named: Annotated[
        list[str] | None,
        typer.Option("--name", metavar="NAME", help="Of a learner, in order; repeatable."),
    ] = None,
    world: Annotated[
        str | None, typer.Option("--world", "-w", help="Fork this world, not a new small one.")
    ] = None,
    size: Annotated[
        int | None, typer.Option("--size", help="Citizens of a new world. Default: 2,000.")
    ] = None,
    lessons: Annotated[
        list[str] | None,
        typer.Option("--lesson", help="These lessons only; repeatable."),
    ] = None,
    server: ServerOption = None,
    json: Json = False,
) -> None:
    """Open a class and print the learners' codes: they are told this once."""
    asked = {
        "name": name,
        "learners": learners,
        "names": named or [],
        "lessons": lessons or [],
        "world": world,
        "size": size,
    }
    teller = Teller(as_json=json)
    with _trainer(server) as (at, token), teller.progress(f"opening {name}"):
        body = {key: value for key, value in asked.items() if value is not None}
        found: dict[str, Any] = at.post(_BASE, body, dict[str, Any], token)
    lines = [f"{seat['code']}  {seat['name']}".rstrip() for seat in found["seats"]]
    teller.text(found, [f"Learners come in at {found['address']}", *lines])


@app.command("list")
def list_(server: ServerOption = None, json: Json = False) -> None:
    """List the classes."""
    from app.training.board import ClassLine

    with _trainer(server) as (at, token):
        found = at.get(_BASE, list[ClassLine], token)
    columns = {
        "class": "name",
        "opened": "opened_at",
        "learners": "learners",
        "lessons": "lessons",
        "done in all": "done",
    }
    Teller(as_json=json).rows(found, columns, none="No class is open.")


@app.command("show")
def show(name: Name, server: ServerOption = None, json: Json = False) -> None:
    """Show who is where, and since when nothing came of it."""
    from app.training.board import ClassView

    with _trainer(server) as (at, token):
        found = at.get(f"{_BASE}/{name}", ClassView, token)
    columns = {
        "no": "number",
        "name": "name",
        "world": "world",
        "done": "done",
        "at": "lesson",
        "passed": "passed",
        "of": "checks",
        "nothing since": "waiting",
        "last call": "last_call",
        "hints": "hints",
        "weather": "faults",
    }
    Teller(as_json=json).rows(found.learners, columns, none="Nobody learns here.", whole=found)


@app.command("lessons")
def lessons(json: Json = False) -> None:
    """List the lessons, in their order."""
    from app.training import lesson

    rows = [
        {
            "name": each.name,
            "title_en": each.title.en,
            "title_vi": each.title.vi,
            "goal_en": each.goal.en,
            "goal_vi": each.goal.vi,
            "checks": len(each.checks),
        }
        for each in lesson.all_of_them().values()
    ]
    Teller(as_json=json).text(rows, [f"{row['name']}: {row['title_en']}" for row in rows])


@app.command("results")
def results(
    name: Name,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="FILE", help="Write a CSV file.")
    ] = None,
    server: ServerOption = None,
    json: Json = False,
) -> None:
    """Show what came of every lesson of every learner."""
    from app.training import board

    with _trainer(server) as (at, token):
        found = at.get(f"{_BASE}/{name}/results", list[board.LessonResult], token)
    if out is not None:
        out.write_bytes(board.csv(found))
    columns = {
        "no": "number",
        "name": "name",
        "lesson": "lesson",
        "passed": "passed",
        "of": "checks",
        "hints": "hints",
        "minutes": "minutes",
    }
    begun = [each for each in found if each.begun_at is not None]
    Teller(as_json=json).rows(begun, columns, none="Nobody has begun.", whole=found)


@app.command("code")
def code(name: Name, learner: Learner, server: ServerOption = None, json: Json = False) -> None:
    """Give a learner another code; the old one ends, for whoever is in by it, too."""
    with _trainer(server) as (at, token):
        path = f"{_BASE}/{name}/learners/{learner}/code"
        found = at.post(path, {}, dict[str, Any], token)
    Teller(as_json=json).text(found, [str(found["code"])])


@app.command("fault")
def fault(
    name: Name,
    kind: Annotated[
        str | None,
        typer.Argument(metavar="KIND", help="As `dancu fault list --kinds` has it; of calls."),
    ] = None,
    lift: Annotated[bool, typer.Option("--lift", help="Take the last one off.")] = False,
    times: Annotated[int | None, typer.Option("--times", help="For so many calls.")] = None,
    status: Annotated[int, typer.Option("--status", help="Of an error.")] = 503,
    delay: Annotated[int, typer.Option("--delay-ms", help="Of latency.")] = 2_000,
    path: Annotated[str | None, typer.Option("--path", help="Addresses that begin so.")] = None,
    learners: Whom = None,
    server: ServerOption = None,
    json: Json = False,
) -> None:
    """Have something go wrong for one learner or all."""
    from app.cli.failing import USAGE, CommandError

    if lift is (kind is not None):
        raise CommandError(
            "say a kind, or --lift, and not both",
            "`dancu fault list --kinds` lists the kinds.",
            code="fault-unclear",
            status=USAGE,
        )
    step: dict[str, Any] = {"kind": kind, "status": status}
    step |= {"delay": {"ms": delay}} if kind == "latency" else {}
    step |= {} if times is None else {"times": times}
    body: dict[str, Any] = {"steps": [step], "learners": learners or []}
    body |= {} if path is None else {"path": path}
    _steer(server, json, f"{name}/faults/trainer", None if lift else body, learners)


@app.command("freeze")
def freeze(
    name: Name, learners: Whom = None, server: ServerOption = None, json: Json = False
) -> None:
    """Answer no calls: learners are told to wait."""
    _steer(server, json, f"{name}/freeze", {"learners": learners or []}, learners)


@app.command("thaw")
def thaw(
    name: Name, learners: Whom = None, server: ServerOption = None, json: Json = False
) -> None:
    """Answer calls again."""
    _steer(server, json, f"{name}/freeze", None, learners)


@app.command("clock")
def clock(
    name: Name,
    years: Annotated[int, typer.Option("--years", min=0, help="So many years.")] = 0,
    months: Annotated[int, typer.Option("--months", min=0, help="So many months.")] = 0,
    days: Annotated[int, typer.Option("--days", min=0, help="So many days.")] = 0,
    learners: Whom = None,
    server: ServerOption = None,
    json: Json = False,
) -> None:
    """Let time pass for one learner or all; it goes on after the answer."""
    body = {"years": years, "months": months, "days": days, "learners": learners or []}
    with _trainer(server) as (at, token):
        found = at.post(f"{_BASE}/{name}/clock", body, dict[str, Any], token)
    Teller(as_json=json).text(found, [_in_worlds(found)])


@app.command("replay")
def replay(name: Name, learner: Learner, server: ServerOption = None, json: Json = False) -> None:
    """Make a learner's last call once more; prints its id in the learner's request log."""
    with _trainer(server) as (at, token):
        path = f"{_BASE}/{name}/learners/{learner}/replay"
        found = at.post(path, {}, dict[str, Any], token)
    command = f"dancu requests {found['request_id']} --world {found['world']}"
    Teller(as_json=json).text(found, [command])


@app.command("release")
def release(
    name: Name,
    learner: Learner,
    lesson: Annotated[str, typer.Argument(metavar="LESSON", help="Its name.")],
    server: ServerOption = None,
    json: Json = False,
) -> None:
    """Let a learner see the solution of a lesson that they have begun."""
    with _trainer(server) as (at, token):
        at.put(f"{_BASE}/{name}/learners/{learner}/lessons/{lesson}/solution", {}, token)
    Teller(as_json=json).text({"released": lesson}, [f"{lesson}: shown to learner {learner}"])


@app.command("close")
def close(
    name: Name,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    server: ServerOption = None,
    json: Json = False,
) -> None:
    """Close a class: its worlds are deleted for good, with all results."""
    teller = Teller(as_json=json)
    if not yes:
        teller.confirm(f"Delete the class {name}, its worlds and its results for good?")
    with _trainer(server) as (at, token):
        at.delete(f"{_BASE}/{name}", token)
    teller.text({"closed": name}, [f"{name} is closed."])


@contextmanager
def _trainer(server: str | None) -> Iterator[tuple[Remote, str]]:
    """Talk to the server as its operator."""
    from app.sandbox import operator

    with remote.connect(server, None) as at:
        yield at, operator.token(home.settings().home)


def _steer(
    server: str | None,
    json: bool,
    path: str,
    body: dict[str, Any] | None,
    learners: list[int] | None,
) -> None:
    """Put a body, or without one take off what it had put; say for how many."""
    with _trainer(server) as (at, token):
        if body is None:
            query = "&".join(f"learner={number}" for number in learners or [])
            answer = at.delete(f"{_BASE}/{path}?{query}".rstrip("?"), token)
        else:
            answer = at.put(f"{_BASE}/{path}", body, token)
    found = msgspec.json.decode(answer, type=dict[str, Any])
    Teller(as_json=json).text(found, [_in_worlds(found)])


def _in_worlds(found: dict[str, Any]) -> str:
    count = found["worlds"]
    return f"Done in {count} world{'' if count == 1 else 's'}."
