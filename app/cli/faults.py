"""`dancu fault …`: what is to go wrong in a world.

Works on the world on this machine; a server that runs on it sees a change within a second.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from app.cli import home
from app.cli.failing import USAGE, CommandError
from app.cli.options import Json, WorldOption
from app.cli.telling import Teller

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from app.sandbox.weather import Profile

app = typer.Typer(help="Have calls, tokens and webhooks go wrong on demand.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="NAME", help="The profile's own name.")]
_COLUMNS = {"kind": "name", "of": "of", "what": "title_en", "noticed by": "noticed_by"}


@app.command(name="list")
def list_(
    world: WorldOption = None,
    kinds: Annotated[
        bool, typer.Option("--kinds", help="List what there can be, in place of what there is.")
    ] = False,
    json: Json = False,
) -> None:
    """List what is to go wrong, profile by profile."""
    from app.sandbox import faults

    teller = Teller(as_json=json)
    if kinds:
        teller.rows(list(faults.CATALOGUE.values()), _COLUMNS, none="")
        return
    with home.world(world) as opened, opened.session() as session:
        found = faults.all_of_them(session)
    lines = [f"{profile.name}: {_told(profile)}" for profile in found]
    teller.text(found, lines or ["Nothing is to go wrong."])


@app.command(name="set")
def set_(
    name: Name,
    kind: Annotated[
        str | None,
        typer.Argument(metavar="KIND", help="One of `dancu fault list --kinds`."),
    ] = None,
    script: Annotated[
        Path | None,
        typer.Option("--script", help="The whole profile as JSON, as PUT takes it; - is stdin."),
    ] = None,
    client: Annotated[
        str | None, typer.Option("--client", metavar="CLIENT", help="One system's calls only.")
    ] = None,
    path: Annotated[
        str | None, typer.Option("--path", help="Addresses that begin so: /v1/disclosures.")
    ] = None,
    status: Annotated[int, typer.Option("--status", help="Of an error.")] = 500,
    delay: Annotated[
        int | None, typer.Option("--delay-ms", min=0, help="Answer so much later.")
    ] = None,
    times: Annotated[
        int | None, typer.Option("--times", min=1, help="So many calls; then all is fine.")
    ] = None,
    share: Annotated[float, typer.Option("--share", help="Of the calls: 0.2 is each fifth.")] = 1,
    world: WorldOption = None,
    json: Json = False,
) -> None:
    """Have something go wrong, in place of what that name stood for."""
    from app.platform import clock
    from app.sandbox import faults

    step: dict[str, Any] = {"kind": kind, "status": status, "times": times}
    if delay is not None:
        step["delay"] = {"ms": delay}
    said = {"client_id": client, "path": path, "share": share}
    profile = _profile(name, said, step, script)
    with home.world(world) as opened:
        opened.writer.submit(lambda session: faults.put(session, profile, now=clock.now()))
    Teller(as_json=json).text(profile, [f"{name}: {_told(profile)}"])


@app.command()
def clear(
    name: Annotated[
        str | None, typer.Argument(metavar="NAME", help="The profile's own name. Default: all.")
    ] = None,
    world: WorldOption = None,
    json: Json = False,
) -> None:
    """Have it go right again."""
    from app.platform import clock
    from app.sandbox import faults

    def job(session: Session) -> int:
        if name is None:
            return faults.clear_all(session, now=clock.now())
        faults.clear(session, name, now=clock.now())
        return 1

    with home.world(world) as opened:
        count = opened.writer.submit(job)
    Teller(as_json=json).text({"cleared": count}, [f"{count} cleared."])


def _profile(
    name: str, said: dict[str, Any], step: dict[str, Any], script: Path | None
) -> Profile:
    """Return the profile that the options or the script say; bounds are the sandbox's to check."""
    import msgspec

    from app.sandbox.faults import CATALOGUE
    from app.sandbox.weather import Profile

    kind = step["kind"]
    if (kind is None) is (script is None):
        raise _unclear("say a kind, or --script, and not both")
    if script is not None:
        text = typer.get_text_stream("stdin").read() if str(script) == "-" else _read(script)
        try:
            told = msgspec.json.decode(text, type=dict[str, Any])
            return msgspec.convert({**told, "name": name}, Profile)
        except msgspec.ValidationError as error:
            raise _unclear(f"the script cannot be used: {error}") from None
        except msgspec.DecodeError as error:
            raise _unclear(f"the script is no JSON: {error}") from None
    view = CATALOGUE.get(kind)
    if view is None:
        raise _unclear(f"there is no fault {kind}")
    if view.of == "token":
        return msgspec.convert({"name": name, **said, "tokens": [kind]}, Profile)
    if view.of == "webhook":
        return msgspec.convert({"name": name, **said, "webhooks": [kind]}, Profile)
    return msgspec.convert({"name": name, **said, "steps": [step]}, Profile)


def _read(script: Path) -> str:
    try:
        return script.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise _unclear(f"the script cannot be read: {error}") from None


def _unclear(message: str) -> CommandError:
    return CommandError(
        message,
        "`dancu fault list --kinds` lists the kinds; docs/faults.md shows scripts.",
        code="fault-unclear",
        status=USAGE,
    )


def _told(profile: Profile) -> str:
    """Say a profile in one line."""
    steps = [
        step.kind
        + (f" {step.status}" if step.kind == "error" else "")
        + (f" {step.delay.distribution} {step.delay.ms} ms" if step.delay else "")
        + (f" ×{step.times}" if step.times else "")
        for step in profile.steps
    ]
    told = [", then ".join(steps), *profile.tokens, *profile.webhooks]
    scope = [
        f"for {profile.client_id}" if profile.client_id else "",
        f"at {profile.path}" if profile.path else "",
        f"{profile.share:.0%} of calls" if profile.share < 1 else "",
        "again and again" if profile.repeat else "",
        f"by the {profile.window.clock} clock" if profile.window else "",
    ]
    return "; ".join(filter(None, [*told, *scope]))
