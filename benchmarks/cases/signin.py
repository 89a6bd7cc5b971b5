"""Tokens a second: of systems themselves, and of people who sign in; beside the least cost."""

from __future__ import annotations

import hmac
import time
from contextlib import ExitStack
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Final

import msgspec
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from app.exchange import access, connecting
from app.exchange.connecting import SystemChange
from app.registry.properties import Properties
from app.sandbox import personas
from app.signin import keys, registrations
from benchmarks import asking, figures, questions, relying
from benchmarks.bench import Bench, Benchmark
from benchmarks.figures import Figure
from benchmarks.homes import DATABASES, TITLES
from benchmarks.load import sending
from benchmarks.load.orders import Order
from benchmarks.servers import running

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from app.platform.world import World
    from benchmarks.asking import AskedWorld
    from benchmarks.homes import Database
    from benchmarks.load.orders import Report
    from benchmarks.relying import Party

_BARE: Final = "bare ASGI"
_BARE_SIGN_IN: Final = "bare ASGI, two requests"
_ALONE: Final = "its signatures and hashes alone"
_BY_BASIC: Final = "own token, by HTTP Basic"
_BY_ASSERTION: Final = "own token, by assertion"
_BY_CODE: Final = "sign-in by code"
#: What systems of one bank or another are, by what they prove themselves with.
_CLIENTS: Final = {_BY_BASIC: "vietcombank-basic", _BY_ASSERTION: "vietcombank-fapi"}
#: Systems that sign people in, by the algorithm of their ID tokens: the first registered nothing.
_SIGN_IN_CLIENTS: Final = {"RS256": "vietcombank-basic", "ES256": "bidv-basic"}
_PEOPLE: Final = 200
_ECDSA: Final = ec.ECDSA(hashes.SHA256())
#: What is signed, about as long as the claims of a token.
_CLAIMS: Final = b"x" * 400
_ASSERTION: Final = b"x" * 350
_CALIBRATION_SECONDS: Final = 0.3


@dataclass(frozen=True)
class _Desk:
    """What one server is asked by: systems, people, and the operator who signs them in unseen."""

    own: dict[str, Party]
    signing_in: dict[str, Party]
    people: list[str]
    operator_token: str
    works: dict[str, Callable[[], object]]


def run(bench: Bench) -> Iterator[Figure]:
    """Measure SQLite, then PostgreSQL."""
    for database in DATABASES:
        yield from _compared(bench, database)


def _compared(bench: Bench, database: Database) -> Iterator[Figure]:
    title = TITLES[database]
    with asking.world(bench, database) as world, ExitStack() as stack:
        desk = _prepared(world)
        [server] = stack.enter_context(world.served([1]))
        port = server.server.port
        questions.published_keys(port)  # after which the routes are loaded and the keys made
        bare = stack.enter_context(running.bare()).port
        contestants = _contestants(bench, desk, port, bare)
        measured = figures.interleaved(bench.effort.runs, contestants)
    for name, values in measured.items():
        unit = "sign-ins/s" if _BY_CODE in name or name == _BARE_SIGN_IN else "tokens/s"
        yield Figure(name=f"{title}, {name}", values=values, unit=unit)
    for name in (_BY_BASIC, _BY_ASSERTION, *(_by_code(each) for each in _SIGN_IN_CLIENTS)):
        one, alone = measured[name], measured[f"{name}: {_ALONE}"]
        beside = _BARE_SIGN_IN if _BY_CODE in name else _BARE
        yield figures.ratio(f"{title}, {name} / {beside}", one, measured[beside])
        goal = figures.at_least(0.5) if name == _BY_ASSERTION else None
        yield figures.ratio(f"{title}, {name} / {_ALONE}", one, alone, goal)


def _contestants(
    bench: Bench, desk: _Desk, port: int, bare: int
) -> dict[str, Callable[[], float]]:
    first = desk.own[_BY_BASIC]
    asked = first.token_requests(port, 1)
    both = [
        *desk.signing_in["RS256"].authorization_requests(port, desk.people, desk.operator_token),
        *asked * len(desk.people),
    ]
    found = {
        _BARE: lambda: _load(bench, bare, asked).per_second,
        _BARE_SIGN_IN: lambda: _load(bench, bare, both).per_second / 2,
    }
    for name, party in desk.own.items():
        found[name] = lambda party=party: _tokens(bench, port, party, desk)  # type: ignore[misc]  # a loop's own
    for algorithm, party in desk.signing_in.items():
        found[_by_code(algorithm)] = lambda party=party: _sign_ins(bench, port, party, desk)  # type: ignore[misc]
    for name, work in desk.works.items():
        found[f"{name}: {_ALONE}"] = lambda work=work: _alone(bench.effort.seconds, work)  # type: ignore[misc]
    return {name: _told(bench, name, does) for name, does in found.items()}


def _told(bench: Bench, name: str, does: Callable[[], float]) -> Callable[[], float]:
    def once() -> float:
        bench.say(name)
        return does()

    return once


def _by_code(algorithm: str) -> str:
    return f"{_BY_CODE}, {algorithm}"


def _prepared(asked: AskedWorld) -> _Desk:
    """Register the systems, find people with accounts, and get everybody's proofs ready."""
    with asked.home.worlds() as worlds:
        world = worlds.open(worlds.settings.default_world)
        _release(world)
        own = {name: relying.party(world, client) for name, client in _CLIENTS.items()}
        signing_in = {
            algorithm: _registered(world, client, algorithm)
            for algorithm, client in _SIGN_IN_CLIENTS.items()
        }
        return _Desk(
            own=own,
            signing_in=signing_in,
            people=_people(world),
            operator_token=relying.operator_token(asked.home.folder, world),
            works=_works(world),
        )


def _release(world: World) -> None:
    """Let the system with the key ask for a bearer token: of FAPI it would be bound by DPoP."""
    change = SystemChange(fapi=False)
    world.writer.submit(
        lambda session: connecting.change(session, _CLIENTS[_BY_ASSERTION], change)
    )


def _registered(world: World, client: str, algorithm: str) -> Party:
    caller = access.of(world).snapshot().callers[client]
    wanted = msgspec.structs.replace(registrations.unregistered(caller), id_token_alg=algorithm)
    if wanted != registrations.unregistered(caller):
        world.writer.submit(lambda session: registrations.register(session, caller, wanted))
    return relying.party(world, client)


def _people(world: World) -> list[str]:
    with world.session() as session:
        page = personas.search(
            session,
            Properties(age_from=18, state="alive"),
            personas.Documents(account="active"),
            today=world.today,
            limit=_PEOPLE,
        )
    return [each.person.pin for each in page.items]


def _works(world: World) -> dict[str, Callable[[], object]]:
    """Return the signatures and hashes of each way to tokens, and nothing else of it."""
    key = world.signer("token").private_key
    assertion = key.sign(_ASSERTION, _ECDSA)
    public = key.public_key()

    def token() -> None:
        key.sign(_CLAIMS, _ECDSA)

    def by_basic() -> None:
        _mac()  # the secret, from the world's root
        token()

    def by_assertion() -> None:
        public.verify(assertion, _ASSERTION, _ECDSA)
        token()

    def by_code(algorithm: str) -> Callable[[], None]:
        signer = keys.signers(world, algorithm)[0]
        header = signer.protected(typ="JWT")

        def sign_in() -> None:
            by_basic()
            signer.compact(header, _CLAIMS)
            for _ in range(3):  # `sub`, and the person's name in the log, twice
                _mac()
            for _ in range(7):  # the code twice, PKCE, `at_hash`, the log's leaf and its tree
                sha256(_CLAIMS).digest()

        return sign_in

    return {
        _BY_BASIC: by_basic,
        _BY_ASSERTION: by_assertion,
        **{_by_code(algorithm): by_code(algorithm) for algorithm in _SIGN_IN_CLIENTS},
    }


def _mac() -> bytes:
    return hmac.digest(_CLAIMS[:32], _CLAIMS[:40], "sha256")


def _alone(seconds: float, work: Callable[[], object]) -> float:
    """Return how often a second the work is done on one core."""
    done, began = 0, time.perf_counter()
    while (passed := time.perf_counter() - began) < seconds:
        for _ in range(10):
            work()
        done += 10
    return done / passed


def _tokens(bench: Bench, port: int, party: Party, desk: _Desk) -> float:
    """Have a system get tokens of its own; no server gives more than one core can sign."""
    most = _alone(_CALIBRATION_SECONDS, desk.works[_BY_ASSERTION])
    many = int(most * (bench.effort.seconds + 1))
    report = _load(bench, port, party.token_requests(port, many))
    relying.check(port, report.samples)
    return report.per_second


def _sign_ins(bench: Bench, port: int, party: Party, desk: _Desk) -> float:
    """Have people sign in, then redeem their codes; return whole sign-ins a second."""
    asked = party.authorization_requests(port, desk.people, desk.operator_token)
    agreed = sending.carry_out(
        Order(
            host=running.HOST,
            port=port,
            requests=asked,
            seconds=bench.effort.seconds,
            sample_every=1,
            most_samples=100_000,
            status=b"303",
        )
    )
    redeemed = sending.carry_out(
        Order(
            host=running.HOST,
            port=port,
            requests=party.redemptions(port, agreed.samples),
            seconds=bench.effort.seconds * 5,
            warm_up=0,
            is_once=True,
        )
    )
    relying.check(port, redeemed.samples)
    return 1 / (1 / agreed.per_second + 1 / redeemed.per_second)


def _load(bench: Bench, port: int, requests: Sequence[bytes]) -> Report:
    return sending.carry_out(
        Order(host=running.HOST, port=port, requests=list(requests), seconds=bench.effort.seconds)
    )


BENCHMARK = Benchmark(
    name="signin",
    title="Tokens against bare ASGI and their own signatures",
    how="32 connections, as for a verification. A system gets a token of its own by HTTP Basic,"
    " or by an assertion (ES256, each used once), which is checked, spent for good and answered by"
    " a token (ES256). A person's sign-in is two requests: to the authorisation endpoint, headless"
    " and with its consent, and to the token endpoint with code and PKCE; ID tokens are signed by"
    " RS256, as libraries expect of who registered nothing, or by ES256. Beside each stand a bare"
    " application with as many requests, and the way's signatures and hashes alone on one core.",
    run=run,
)
