"""`dancu report-card …`: a grade for your own client or relying party, by hostile answers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, Protocol, TypeVar
from urllib.parse import urlsplit

import typer

from app.cli import home, remote, tokens
from app.cli.failing import USAGE, CommandError, DamagedError
from app.cli.options import Json, SecretOption, ServerOption, WorldOption
from app.cli.telling import Teller
from app.cli.verifying import DEFAULT_CLIENT, usual_purpose
from app.platform import clock

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.platform.worlds import World
    from app.sandbox.personas import PersonaView
    from app.training.report_card.grading import Result

app = typer.Typer(
    help="Grade your own client, or relying party, by hostile answers.", no_args_is_help=True
)
_PERSONA = "adult-level-2"
_NS = 1e9
_PASSING = frozenset({"A", "B"})

System = Annotated[str, typer.Option("--client", metavar="CLIENT", help="The system it is.")]
Persona = Annotated[str, typer.Option("--persona", metavar="PERSONA", help="Who it is about.")]
Only = Annotated[
    list[str] | None, typer.Option("--case", metavar="CASE", help="This case only; repeatable.")
]
Html = Annotated[
    Path | None,
    typer.Option("--html", metavar="FILE", help="Write it as a page, too.", dir_okay=False),
]
Language = Annotated[
    Literal["en", "vi"], typer.Option("--language", help="What text and page are in.")
]


class _Named(Protocol):
    @property
    def name(self) -> str: ...


_Case = TypeVar("_Case", bound=_Named)


@app.command("client")
def client(
    command: Annotated[
        list[str], typer.Argument(metavar="COMMAND…", help="What starts your client; after --.")
    ],
    system: System = DEFAULT_CLIENT,
    persona: Persona = _PERSONA,
    seconds: Annotated[
        float, typer.Option("--seconds", min=2, help="What it has for each conclusion.")
    ] = 15.0,
    beside: Annotated[
        int, typer.Option("--beside", min=1, max=32, help="Cases that run at once.")
    ] = 6,
    only: Only = None,
    html: Html = None,
    language: Language = "en",
    world: WorldOption = None,
    server: ServerOption = None,
    secret: SecretOption = None,
    json: Json = False,
) -> None:
    """Start a command once for each case, and grade what it concludes and how it asks.

    Talks to a running server on this machine. The command reads a question from standard input
    and prints a conclusion; docs/report-card.md is the contract. Exits with 1 below B.
    """
    from app.training.report_card import catalogue, commands

    cases = _chosen(catalogue.CLIENT, only)
    telling = _Telling(Teller(as_json=json), "client", language, html)
    with home.world(world) as opened, remote.connect(server, world) as at:
        given = secret or _secret(opened, system)
        about = _person(opened, persona)
        claims = {"full_name": about.full_name, "birth_date": about.birth_date.isoformat()}
        token = tokens.obtain(at, system, world=world, secret=given).access_token
        candidate = commands.Candidate(
            command=command,
            issuer=_on_this_machine(at.metadata.issuer),
            client_id=system,
            secret=given,
            number=about.pin,
            claims=claims,
            purpose=usual_purpose(at, token, system, claims),
            seconds=seconds,
        )
    try:
        results = commands.grade(candidate, cases, beside=beside, told=telling.note)
    except OSError as error:
        raise CommandError(
            f"{command[0]} does not start ({error.strerror})",
            "Name what starts your client after --, as a shell would.",
            code="report-card-command",
        ) from None
    telling.end(results)


@app.command("relying-party")
def relying_party(
    start: Annotated[
        str, typer.Argument(metavar="URL", help="Where a sign-in begins at your relying party.")
    ],
    who: Annotated[
        str, typer.Option("--who", metavar="URL", help="Says who is signed in; see the contract.")
    ],
    port: Annotated[
        int, typer.Option("--port", min=1, max=65535, help="Your issuer: http://127.0.0.1:PORT.")
    ] = 8010,
    system: System = DEFAULT_CLIENT,
    persona: Persona = _PERSONA,
    another: Annotated[
        str, typer.Option("--another", metavar="PERSONA", help="Somebody else who signs in.")
    ] = "adult-level-1",
    only: Only = None,
    html: Html = None,
    language: Language = "en",
    world: WorldOption = None,
    server: ServerOption = None,
    json: Json = False,
) -> None:
    """Sign a persona in at your relying party, again and again, and grade whom it lets in.

    Talks to a running server on this machine, and to your relying party, which runs already with
    http://127.0.0.1:PORT as its issuer; docs/report-card.md is the contract. Exits with 1 below B.
    """
    from app.training.report_card import parties, sign_ins

    cases = _chosen(sign_ins.RELYING_PARTY, only)
    telling = _Telling(Teller(as_json=json), "relying-party", language, html)
    with home.world(world) as opened, remote.connect(server, world) as at:
        candidate = parties.Candidate(
            start=_on_this_machine(start),
            who=_on_this_machine(who),
            issuer=_on_this_machine(at.metadata.issuer),
            client_id=tokens.find(opened, system).client_id,
            port=port,
            person=_signing_in(opened, persona),
            another=_signing_in(opened, another),
        )
    telling.say(f"issuer http://127.0.0.1:{port}; waiting for {start}")
    try:
        results = parties.grade(candidate, cases, told=telling.note)
    except TimeoutError:
        raise CommandError(
            f"nothing listens at {start}",
            f"Start your relying party, with http://127.0.0.1:{port} as its issuer.",
            code="report-card-away",
        ) from None
    except OSError as error:
        raise CommandError(
            f"nothing can listen on port {port} ({error.strerror})",
            "Choose another --port, and give your relying party that one as its issuer.",
            code="report-card-port",
        ) from None
    telling.end(results)


def _signing_in(world: World, who: str) -> dict[str, str]:
    """Return the headers by which the world signs somebody in without a page, at level 2."""
    from app.sandbox import operator

    _person(world, who)
    token = operator.world_token(operator.token(home.settings().home), world.id)
    return {"Dancu-Sign-In": f"{who}; factors=pin otp", "Authorization": f"Bearer {token}"}


class _Telling:
    """Says what comes of each case while it goes on, and the grade at the end."""

    def __init__(
        self, teller: Teller, of: str, language: Literal["en", "vi"], html: Path | None
    ) -> None:
        self._teller, self._of, self._language, self._html = teller, of, language, html
        self._began = clock.monotonic_ns()

    def say(self, line: str) -> None:
        """Say something beside the result."""
        self._teller.note(line)

    def note(self, result: Result) -> None:
        """Say on standard error that a case is over."""
        self._teller.note(f"{_MARKS[result.passed]} {result.name}")

    def end(self, results: Sequence[Result]) -> None:
        """Print the card, write the page, and raise where the grade is below B."""
        from app.training.report_card import grading

        card = grading.card(self._of, results, (clock.monotonic_ns() - self._began) / _NS)
        if self._html is not None:
            from app.web import report_cards

            self._html.write_text(report_cards.page(card, self._language), encoding="utf-8")
        self._teller.text(card, grading.lines(card, self._language))
        if card.grade not in _PASSING:
            raise DamagedError


_MARKS = {True: "+", False: "-", None: "?"}


def _chosen(cases: Sequence[_Case], only: Sequence[str] | None) -> list[_Case]:
    """Return the cases of these names, or all of them."""
    known = {case.name: case for case in cases}
    unknown = [name for name in only or () if name not in known]
    if unknown:
        raise CommandError(
            f"there is no case {unknown[0]}",
            "docs/report-card.md lists every case.",
            code="report-card-case",
            status=USAGE,
        )
    return [known[name] for name in only or known]


def _person(world: World, name: str) -> PersonaView:
    from app.sandbox import personas

    with world.session() as session:
        return personas.find(session, name)


def _secret(world: World, client: str) -> str:
    """Return a system's secret; a door can pass on no proof that names the world."""
    from app.exchange import credentials

    caller = tokens.find(world, client)
    if caller.auth_method != "client_secret_basic":
        raise CommandError(
            f"{client} does not prove itself by a secret",
            "Choose one that does: what is signed for the world is not good at a door before it.",
            code="report-card-system",
        )
    return credentials.client_secret(world, caller.client_id, caller.credential_version)


def _on_this_machine(address: str) -> str:
    """Return an address, if it is one of this machine: nothing else is ever called."""
    from app.platform import fetching

    if fetching.is_this_machine(urlsplit(address).hostname or ""):
        return address
    raise CommandError(
        f"{address} is not on this machine",
        "Use a server, and a relying party, at 127.0.0.1: hostile answers stay where they are.",
        code="report-card-elsewhere",
    )
