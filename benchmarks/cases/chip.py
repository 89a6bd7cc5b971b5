"""What a card's chip costs: made, read over HTTP and verified, beside its arithmetic alone."""

from __future__ import annotations

import secrets
import time
from contextlib import ExitStack
from hashlib import sha256
from itertools import islice
from typing import TYPE_CHECKING, Final, TypeVar

import httpx
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from app.identity import cards, portrait, printed
from app.identity.chip import applet, files, passive, personalising, reader, signed_object
from app.identity.chip.reader import Key
from app.platform.signing import derive_p256
from benchmarks import asking, figures
from benchmarks.bench import Bench, Benchmark
from benchmarks.figures import Figure, at_most

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator, Sequence

    from app.identity.chip.applet import Chip
    from app.identity.chip.personalising import Stock
    from app.identity.printed import Printed
    from app.platform.world import World

_Thing = TypeVar("_Thing")

_CARDS: Final = 20
_VERIFICATIONS: Final = 200
_ECDSA: Final = ec.ECDSA(hashes.SHA256())
_MS: Final = 1_000


def run(bench: Bench) -> Iterator[Figure]:
    """Make, verify and read cards of a world, in turn with what their arithmetic takes alone."""
    count = bench.effort.many(_CARDS, least=2)
    with asking.world(bench, "sqlite") as world, ExitStack() as stack:
        with world.home.worlds() as worlds:
            opened = worlds.open(worlds.settings.default_world)
            stock = personalising.stock(opened)
            shown = list(islice(_shown(opened), count))
            chips = [personalising.make(stock, each, serial) for each, serial in shown]
            today = opened.today
        [server] = stack.enter_context(world.served([1]))
        token = world.asking.token(server.server.port)
        headers = {"Authorization": f"Bearer {token}"}
        client = stack.enter_context(
            httpx.Client(base_url=f"http://127.0.0.1:{server.server.port}", headers=headers)
        )
        bench.say("making, verifying and reading cards")
        many = bench.effort.many(_VERIFICATIONS, least=5)
        measured = figures.interleaved(
            bench.effort.runs,
            {
                "personalising a card": _each(shown, lambda one: _make(stock, *one)),
                "its keys, signature and hashes alone": _each(
                    chips, lambda chip: _sign(stock, chip)
                ),
                "passive authentication, after the first": _each(
                    chips * many, _verifying(stock, today)
                ),
                "its signature and hashes alone": _each(chips * many, _verify_alone(chips[0])),
                "reading a card over HTTP": _each(chips, lambda chip: _read(client, chip)),
                "its cryptography alone, both sides": _each(chips, _read_here),
            },
        )
    goals = {
        "personalising a card": 40.0,
        "passive authentication, after the first": 3.0,
        "reading a card over HTTP": 200.0,
    }
    for name, values in measured.items():
        goal = at_most(goals[name]) if name in goals else None
        yield Figure(name=name, values=values, unit="ms", goal=goal)


def _shown(world: World) -> Iterator[tuple[Printed, str]]:
    """Give what cards in use show, and their serials."""
    with world.session() as session:
        for card in cards.current(session, range(1, 500), world.today).values():
            if card.state == "active":
                yield printed.of(session, card), cards.serial(world, card)


def _each(things: Sequence[_Thing], does: Callable[[_Thing], object]) -> Callable[[], float]:
    """Return what does it to each thing, and says how many milliseconds one takes."""

    def once() -> float:
        began = time.perf_counter()
        for thing in things:
            does(thing)
        return (time.perf_counter() - began) / len(things) * _MS

    return once


def _make(stock: Stock, shown: Printed, serial: str) -> None:
    portrait.jpeg.cache_clear()
    personalising.make(stock, shown, serial)


def _sign(stock: Stock, chip: Chip) -> None:
    for use in ("active", "agreement"):
        derive_p256(stock.root, f"{chip.serial}/{use}").public_key()
    chip.active_key.sign(b"".join(map(_digest, chip.files.values())), _ECDSA)


def _digest(data: bytes) -> bytes:
    return sha256(data).digest()


def _verifying(stock: Stock, today: dt.date) -> Callable[[Chip], None]:
    believed = passive.trust(stock.trusted, today)

    def verify(chip: Chip) -> None:
        unverified = signed_object.read(chip.files[files.SOD])
        groups = {number: chip.files[files.group_file(number)] for number in files.TAGS}
        if not passive.verify(unverified, groups, believed, today).is_intact:
            raise AssertionError("a genuine chip was not found to be one")

    return verify


def _verify_alone(any_chip: Chip) -> Callable[[Chip], None]:
    """Return what checks one signature and hashes the files: the signer is known by then."""
    key = any_chip.active_key
    signature, public = key.sign(b"", _ECDSA), key.public_key()

    def verify(chip: Chip) -> None:
        public.verify(signature, b"", _ECDSA)
        for data in chip.files.values():
            _digest(data)

    return verify


def _read(client: httpx.Client, chip: Chip) -> None:
    sessions = f"/v1/cards/{chip.serial}/sessions"
    opened = client.post(sessions).raise_for_status().json()["id"]

    def transport(commands: Sequence[bytes]) -> list[bytes]:
        body = {"apdus": [command.hex() for command in commands]}
        answer = client.post(f"{sessions}/{opened}/apdu", json=body).raise_for_status()
        return [bytes.fromhex(each) for each in answer.json()["responses"]]

    _check(reader.read(transport, Key("can", chip.can.encode()), secrets.token_bytes))


def _read_here(chip: Chip) -> None:
    session = applet.Session()

    def transport(commands: Sequence[bytes]) -> list[bytes]:
        return [applet.answer(chip, session, each, secrets.token_bytes) for each in commands]

    _check(reader.read(transport, Key("can", chip.can.encode()), secrets.token_bytes))


def _check(reading: reader.Reading) -> None:
    if not reading.is_chip:
        raise AssertionError("a genuine chip was not found to be one")


BENCHMARK = Benchmark(
    name="chip",
    title="A card's chip: made, read and verified",
    how="Cards of generated citizens. Personalising draws the portrait and makes keys, files and"
    " signature anew; passive authentication checks hashes, signature, chain and revocation with"
    " the authority's certificates at hand; a reading is whole (PACE, every file, Active and Chip"
    " Authentication), one card after the other over HTTP on SQLite, the first of each run with"
    " nothing at hand. Beside each is its cryptography alone, in the same process.",
    run=run,
)
