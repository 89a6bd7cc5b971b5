"""`dancu scenario …`: test stories against a running server, by the system of an agency.

Everything goes over the public interface with that system's own token, as a tester's client does;
`run` plays the reference solution.
"""

from __future__ import annotations

import inspect
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli import remote
from app.cli.agency_calls import Client
from app.cli.failing import CommandError
from app.cli.options import Json, SecretOption, ServerOption, WorldOption
from app.cli.telling import Teller

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from app.scenarios.telling import ProbabilityScore, RunView, ScenarioView, Scorecard


app = typer.Typer(help="Play test stories: dirty files, answers, scores.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="NAME", help="See `dancu scenario list`.")]
Run = Annotated[str, typer.Argument(metavar="RUN", help="The run's id, or as much as is clear.")]
System = Annotated[
    str | None,
    typer.Option("--client", metavar="CLIENT", help="The system. Default: the scenario's own."),
]
Size = Annotated[int, typer.Option("--size", help="Rows of the file.")]
Seed = Annotated[int, typer.Option("--seed", help="Another seed, another file.")]
Difficulty = Annotated[str, typer.Option("--difficulty", help="easy, normal or hard.")]
Mix = Annotated[
    list[str] | None,
    typer.Option("--mix", metavar="KIND=SHARE", help="Another share of a kind; repeatable."),
]
Practice = Annotated[
    bool,
    typer.Option("--reproducible", help="The same file on every machine: for practice only."),
]
Number = Annotated[
    int | None, typer.Option("--submission", help="Which submission. Default: the last one.")
]


def _by_a_system(command: Callable[..., None]) -> Callable[..., None]:
    """Make a command of a function that takes a system's client, a teller and `name` first.

    Puts the options by which all of them reach their server behind its own.
    """

    def play(
        name: Name,
        client: System = None,
        world: WorldOption = None,
        server: ServerOption = None,
        secret: SecretOption = None,
        json: Json = False,
        **own: Any,
    ) -> None:
        from app.scenarios.telling import ScenarioView

        with remote.connect(server, world) as at:
            system = client or at.get(f"/v1/scenarios/{name}", ScenarioView).client
            agency = Client(at, system, world, secret)
            command(agency, Teller(as_json=json), name, **own)

    _, _, *own = inspect.signature(command, eval_str=True).parameters.values()
    _, *shared, _ = inspect.signature(play, eval_str=True).parameters.values()
    told = wraps(command)(play)
    vars(told).update(__signature__=inspect.Signature([*own, *shared]))
    told.__annotations__ = {}
    return told


@app.command("list")
def list_scenarios(
    world: WorldOption = None, server: ServerOption = None, json: Json = False
) -> None:
    """List the scenarios."""
    from app.scenarios.telling import ScenarioLine

    with remote.connect(server, world) as at:
        found = at.get("/v1/scenarios", list[ScenarioLine])
    columns = {"name": "name", "what": "title_en", "system": "client"}
    Teller(as_json=json).rows(found, columns, none="No scenario.")


@app.command("show")
def show(
    name: Name, world: WorldOption = None, server: ServerOption = None, json: Json = False
) -> None:
    """Show a scenario: its story, its file, the form of an answer, what mistakes cost."""
    from app.scenarios.telling import ScenarioView

    with remote.connect(server, world) as at:
        found = at.get(f"/v1/scenarios/{name}", ScenarioView)
    Teller(as_json=json).text(found, _lines(found))


def _lines(found: ScenarioView) -> Iterator[str]:
    yield f"{found.title_en} · {found.title_vi}\n\n{found.story_en}\n\nThe file:"
    for column in found.columns:
        yield f"  {column.name}: {column.en}"
    if found.past:
        yield "\nThe file of the past:"
    for column in found.past:
        yield f"  {column.name}: {column.en}"
    yield "\nThe answer:"
    for answer in found.answers:
        yield f"  {answer.name}: {answer.en}"
        for value, meaning in answer.values.items():
            yield f"      {value}: {meaning}"
    unit = f"per cent of {found.stake}" if found.stake else "thousand đồng"
    yield f"\nWhat a row costs, in {unit}:"
    for situation, costs in found.costs.items():
        yield f"  {situation}: {', '.join(f'{act} {cost}' for act, cost in costs.items())}"


@app.command("start")
@_by_a_system
def start(
    agency: Client,
    teller: Teller,
    name: Name,
    size: Size = 5_000,
    seed: Seed = 1,
    difficulty: Difficulty = "normal",
    mix: Mix = None,
    reproducible: Practice = False,
) -> None:
    """Have a file made for the system; prints the run's id."""
    asked = _asked(size, seed, difficulty, mix, reproducible)
    with teller.progress("making the file"):
        run = agency.post(f"/v1/scenarios/{name}/runs", asked)
    told = {"run": run["id"], "rows": run["rows"], "practice": run["practice"]}
    if run["absent"]:
        told["too few rows for"] = ", ".join(run["absent"])
    teller.record(run, told)


@app.command("runs")
@_by_a_system
def list_runs(
    agency: Client,
    teller: Teller,
    name: Name,
) -> None:
    """List the system's runs of a scenario, the latest first."""
    columns = {
        "run": "id",
        "started": "started_at",
        "rows": "rows",
        "submissions": "submissions",
        "practice": "practice",
    }
    teller.rows(_runs(agency, name), columns, none="No run.")


@app.command("files")
@_by_a_system
def files(
    agency: Client,
    teller: Teller,
    name: Name,
    run: Run,
    out: Annotated[
        Path, typer.Option("--out", metavar="FOLDER", help="Where to put them.")
    ] = Path(),
) -> None:
    """Download a run's files, CSV and Parquet, and the data dictionary as JSON."""
    import msgspec

    written = []
    found = _run(agency, name, run)
    out.mkdir(parents=True, exist_ok=True)
    for file in found.files:
        path = out / f"{name}-{file}"
        path.write_bytes(agency.download(f"{_at(name, found.id)}/files/{file}"))
        written.append(str(path))
    dictionary = out / f"{name}-dictionary.json"
    told = msgspec.json.encode(agency.get(f"/v1/scenarios/{name}"))
    dictionary.write_bytes(msgspec.json.format(told) + b"\n")
    teller.record({"files": [*written, str(dictionary)]}, {"files": [*written, str(dictionary)]})


@app.command("submit")
@_by_a_system
def submit(
    agency: Client,
    teller: Teller,
    name: Name,
    run: Run,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="CSV, or Parquet (.parquet).")],
) -> None:
    """Submit an answer and print its scorecard."""
    from app.scenarios.telling import Scorecard

    if not file.is_file():
        raise CommandError(f"there is no file {file}", "Name the file with your answers.")
    is_parquet = file.suffix == ".parquet"
    media_type = "application/vnd.apache.parquet" if is_parquet else "text/csv"
    at = _at(name, _run(agency, name, run).id)
    card = agency.upload(f"{at}/submissions", file.read_bytes(), media_type)
    _tell(teller, _converted(card, Scorecard))


@app.command("score")
@_by_a_system
def score(
    agency: Client,
    teller: Teller,
    name: Name,
    run: Run,
    submission: Number = None,
    picture: Annotated[
        Path | None, typer.Option("--picture", metavar="FILE", help="Write it as SVG, too.")
    ] = None,
    compare: Annotated[
        bool, typer.Option("--compare", help="All submissions of the run, the best first.")
    ] = False,
) -> None:
    """Show a scorecard, or compare all that were submitted."""
    from app.scenarios.telling import Comparison, Scorecard

    if compare:
        at = _at(name, _run(agency, name, run).id)
        told = _converted(agency.get(f"{at}/comparison"), Comparison)
        _tell_comparison(teller, told)
        return
    at = _submission(agency, name, run, submission)
    card = _converted(agency.get(at), Scorecard)
    if picture is not None:
        picture.write_bytes(agency.download(f"{at}/picture"))
    _tell(teller, card)


@app.command("run")
@_by_a_system
def run_scenario(
    agency: Client,
    teller: Teller,
    name: Name,
    size: Size = 5_000,
    seed: Seed = 1,
    difficulty: Difficulty = "normal",
    mix: Mix = None,
    reproducible: Practice = False,
) -> None:
    """Play the reference solution from end to end: start, download, solve, submit, score."""
    from app.scenarios import playing, scenario
    from app.scenarios.telling import Scorecard

    asked = _asked(size, seed, difficulty, mix, reproducible)
    with teller.progress(name) as progress:
        card = playing.play(agency, scenario.find(name), asked, progress)
    _tell(teller, _converted(card, Scorecard))


@app.command("calendar")
@_by_a_system
def show_calendar(
    agency: Client, teller: Teller, name: Name, run: Run, submission: Number = None
) -> None:
    """Show where the blocks of a submission stand today, and who complained."""
    told = agency.get(f"{_submission(agency, name, run, submission)}/calendar")
    _tell_calendar(teller, told)


@app.command("decide")
@_by_a_system
def decide(
    agency: Client,
    teller: Teller,
    name: Name,
    run: Run,
    reinstate: Annotated[
        str,
        typer.Option("--reinstate", metavar="SHOWN", help="Who showed this: chip or photo."),
    ],
    submission: Number = None,
) -> None:
    """Decide every open complaint: reinstate who showed this, refuse the others."""
    at = _submission(agency, name, run, submission)
    open_ = [
        each for each in agency.get(f"{at}/calendar")["complaints"] if each["decision"] is None
    ]
    said = {
        each["record_id"]: "reinstate" if each["shows"] == reinstate else "refuse"
        for each in open_
    }
    _tell_calendar(teller, agency.post(f"{at}/decisions", {"decisions": said}))


@app.command("delete")
@_by_a_system
def delete(
    agency: Client,
    teller: Teller,
    name: Name,
    run: Run,
) -> None:
    """Delete a run with its files and submissions."""
    found = _run(agency, name, run)
    agency.delete(_at(name, found.id))
    teller.record(found, {"deleted": found.id})


def _asked(
    size: int, seed: int, difficulty: str, mix: list[str] | None, reproducible: bool
) -> dict[str, Any]:
    shares = {}
    for each in mix or ():
        kind, sign, share = each.partition("=")
        try:
            shares[kind] = float(share)
        except ValueError:
            sign = ""
        if not sign:
            raise CommandError(f"{each} is no share", "Write it like --mix near_match=0.1.")
    return {
        "size": size,
        "seed": seed,
        "difficulty": difficulty,
        "mix": shares,
        "reproducible": reproducible,
    }


def _at(name: str, run_id: str) -> str:
    return f"/v1/scenarios/{name}/runs/{run_id}"


def _runs(agency: Client, name: str) -> list[RunView]:
    from app.scenarios.telling import RunView

    return [_converted(run, RunView) for run in agency.get(f"/v1/scenarios/{name}/runs")]


def _run(agency: Client, name: str, said: str) -> RunView:
    """Return the one run whose id begins so; `last` is the latest."""
    found = _runs(agency, name)
    fitting = found[:1] if said == "last" else [run for run in found if run.id.startswith(said)]
    if len(fitting) != 1:
        raise CommandError(
            f"{len(fitting) or 'no'} runs begin with {said}",
            f"`dancu scenario runs {name}` lists them; `last` is the latest.",
        )
    return fitting[0]


def _submission(agency: Client, name: str, run: str, number: int | None) -> str:
    """Return the address of a submission: of that number, or the last one."""
    found = _run(agency, name, run)
    if not (number or found.submissions):
        raise CommandError("nothing was submitted yet", "`dancu scenario submit` does that.")
    return f"{_at(name, found.id)}/submissions/{number or found.submissions}"


def _converted(told: Any, as_type: Any) -> Any:
    import msgspec

    return msgspec.convert(told, as_type)


def _tell(teller: Teller, card: Scorecard) -> None:
    if teller.as_json:
        teller.json(card)
        return
    practice = " (practice)" if card.practice else ""
    teller.say(f"{card.scenario}: {card.score:g} of 100, {card.rows:,} rows{practice}")
    teller.say(f"run {card.run}, submission {card.submission}")
    cost = card.cost
    others = ", ".join(f"{name} all {total:,}" for name, total in cost.constant.items())
    teller.say(
        f"cost {cost.total:,} thousand đồng; the bound {cost.bound:,}; "
        f"the registry at its letter {cost.naive:,}; {others}"
    )
    for answer in card.answers:
        teller.say(f"\n{answer.answer}: {answer.accuracy:.2%} right, of {answer.bound:.2%}")
        columns = {
            "class": "name",
            "rows": "rows",
            "answered": "answered",
            "precision": "precision",
            "recall": "recall",
            "F1": "f1",
        }
        teller.rows(answer.classes, columns, none="")
    for number in card.numbers:
        teller.say(
            f"\n{number.answer}: {number.right:,} right, {number.wrong:,} wrong, "
            f"{number.missing:,} missing, {number.invented:,} where there is none"
        )
    if card.probability is not None:
        _tell_probability(teller, card.probability)


def _tell_probability(teller: Teller, told: ProbabilityScore) -> None:
    teller.say(
        f"\n{told.answer}: AUC {told.auc} of {told.auc_bound}, Gini {told.gini}, KS {told.ks}, "
        f"Brier {told.brier} of {told.brier_bound}, calibration error {told.calibration_error}"
    )
    teller.say(
        f"profit {told.profit:,} thousand đồng; the bound {told.profit_bound:,}; "
        f"the registry at its letter {told.profit_naive:,}\n"
    )
    columns = {"rows": "rows", "expected": "expected", "came about": "observed"}
    teller.rows(told.calibration, columns, none="")
    teller.say("")
    columns = {
        "by": "by",
        "group": "name",
        "rows": "rows",
        "approved": "approved",
        "good refused": "good_refused",
        "bad approved": "bad_approved",
        "AUC": "auc",
    }
    teller.rows(told.groups, columns, none="No group is large enough to be told.")


def _tell_comparison(teller: Teller, told: Any) -> None:
    columns = {
        "submission": "submission",
        "score": "score",
        "cost": "cost",
        "better on": "better",
        "worse on": "worse",
    }
    teller.rows(told.submissions, columns, none="Nothing was submitted yet.", whole=told)


def _tell_calendar(teller: Teller, told: dict[str, Any]) -> None:
    counted = ", ".join(f"{state} {rows:,}" for state, rows in told["states"].items())
    lines = {
        "day": told["day"],
        "steps": ", ".join(f"{name} {day}" for name, day in told["steps"].items()),
        "subscribers": counted,
        "complaints": f"{len(told['complaints']):,}, {told['open_complaints']:,} open",
        "rightful": f"{told['wrongly_blocked']:,} blocked, {told['lost']:,} lost, "
        f"{told['reinstated']:,} back",
        "unlawful": f"{told['fraud_left']:,} can call, "
        f"{told['wrongly_reinstated']:,} of them back",
        "cost": f"{told['cost']:,} thousand đồng",
    }
    teller.record(told, lines)
