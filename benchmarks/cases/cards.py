"""What the picture of a card costs, beside what any such PNG and QR code costs by itself."""

from __future__ import annotations

import io
import time
from typing import TYPE_CHECKING, Final

import segno
from PIL import Image

from app.identity import cards, printed, qr
from app.identity.pictures import forms, png
from app.registry.properties import Properties
from app.sandbox import personas
from benchmarks import figures
from benchmarks.bench import Bench, Benchmark
from benchmarks.figures import Figure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from app.platform.world import World

_PEOPLE: Final = 2_000
_CARDS: Final = 40
_MS: Final = 1_000
_HAS_A_CARD: Final = personas.Documents(card="active")


def run(bench: Bench) -> Iterator[Figure]:
    """Draw both sides of cards of several people, and encode as many pictures of that size."""
    count = bench.effort.many(_CARDS, least=4)
    with (
        bench.homes.with_world("sqlite", bench.effort.many(_PEOPLE, least=500)) as home,
        home.worlds() as worlds,
    ):
        world = worlds.open(worlds.settings.default_world)
        ids = _holders(world, count)
        bench.say("drawing")
        contestants: dict[str, Callable[[], float]] = {
            f"the {side} of a card": lambda side=side: _drawn(world, ids, side)  # type: ignore[misc]  # a loop's own
            for side in forms.SIDES
        }
        contestants["its PNG and QR code alone"] = lambda: _bare(world, ids)
        measured = figures.interleaved(bench.effort.runs, contestants)
    for name, seconds in measured.items():
        yield Figure(name=name, values=tuple(each * _MS for each in seconds), unit="ms")
    front, back, alone = measured.values()
    both = tuple((one + other) / 2 for one, other in zip(front, back, strict=True))
    yield figures.ratio("a picture / its PNG and QR code", both, alone, figures.at_most(2))


def _holders(world: World, count: int) -> list[int]:
    with world.session() as session:
        page = personas.search(
            session,
            Properties(age_from=18, state="alive"),
            _HAS_A_CARD,
            today=world.today,
            limit=count,
        )
        return [each.person.id for each in page.items]


def _drawn(world: World, ids: list[int], side: forms.Side) -> float:
    """Return the seconds that one side of a card takes, from the registry to the file."""
    began = time.perf_counter()
    for citizen_id in ids:
        with world.session() as session:
            card = cards.current(session, [citizen_id], world.today)[citizen_id]
            shown = printed.of(session, card)
        png.draw(forms.scene(shown, side))
    return (time.perf_counter() - began) / len(ids)


def _bare(world: World, ids: list[int]) -> float:
    """Return the seconds that encoding such a picture takes, and making such a code."""
    with world.session() as session:
        card = cards.current(session, ids[:1], world.today)[ids[0]]
        shown = printed.of(session, card)
    text = qr.write(shown)
    with Image.open(io.BytesIO(png.draw(forms.scene(shown, "front")))) as picture:
        picture.load()
        began = time.perf_counter()
        for _ in ids:
            picture.save(io.BytesIO(), "PNG", compress_level=1)
            list(segno.make(text, error="m", mode="byte", micro=False).matrix_iter(border=4))
        return (time.perf_counter() - began) / len(ids)


BENCHMARK = Benchmark(
    name="cards",
    title="The picture of a card",
    how="Both sides of 40 cards of a generated world, from the registry's record to the PNG file."
    " Beside it what encoding a PNG of that size and making a QR code of that text takes without"
    " anything else. Nothing is kept from one card to the next but the paper of the form.",
    run=run,
)
