"""How soon each page of home and console is painted in a browser, and what it weighs."""

from __future__ import annotations

import shutil
from functools import partial
from typing import TYPE_CHECKING, Final

from app.sandbox import operator
from app.web.console_door import menu
from benchmarks import figures
from benchmarks.bench import Bench, Benchmark
from benchmarks.figures import Figure
from benchmarks.servers import running

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page

_PEOPLE: Final = 100_000
_MOST_KB: Final = 500
_MOST_MS: Final = 200
#: What is slow is to be told, not to end the run.
_PATIENCE_MS: Final = 300_000
_SLOW: Final = "the slowest page"
_HEAVY: Final = "the heaviest page"
#: What a page has loaded, itself included, in bytes without heads; and when it was first painted.
_WEIGHT: Final = """() => [...performance.getEntriesByType("navigation"),
  ...performance.getEntriesByType("resource")]
  .reduce((sum, each) => sum + each.decodedBodySize, 0)"""
#: Waits in the page: the pages' policy lets no condition be evaluated from outside.
_PAINTED: Final = """() => new Promise(resolve => new PerformanceObserver(list => list.getEntries()
  .filter(each => each.name === "first-contentful-paint").forEach(each => resolve(each.startTime))
  ).observe({type: "paint", buffered: true}))"""


def run(bench: Bench) -> Iterator[Figure]:
    """Open every page in turn, each time in a browser that has the assets of none."""
    people = bench.effort.many(_PEOPLE, least=1000)
    bench.say("making a world")
    with bench.homes.with_world("sqlite", people) as home:
        token = operator.token(home.folder)
        port = running.free_port()
        command = running.dancu_command(port)
        with running.launched(command, port, home.variables()) as server:
            server.wait()
            painted, weights = _opened(bench, f"http://127.0.0.1:{port}", token)
    for path, values in painted.items():
        yield Figure(name=path, values=values, unit="ms")
    slowest = max(painted.values(), key=lambda values: sorted(values)[len(values) // 2])
    yield Figure(name=_SLOW, values=slowest, unit="ms", goal=figures.at_most(_MOST_MS))
    heaviest = max(weights.values()) / 1000
    yield Figure(name=_HEAVY, values=(heaviest,), unit="kB", goal=figures.at_most(_MOST_KB))


def _opened(
    bench: Bench, base: str, token: str
) -> tuple[dict[str, tuple[float, ...]], dict[str, float]]:
    """Return when each page was painted, run by run, in ms; and its weight, in bytes."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - for this case alone

    paths = ["/", *(page.address for group in menu().values() for page in group)]
    weights: dict[str, float] = {}
    with sync_playwright() as playwright:
        found = shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        page = browser.new_context(viewport={"width": 1300, "height": 900}).new_page()
        page.set_default_timeout(_PATIENCE_MS)
        page.goto(f"{base}/console")
        page.get_by_test_id("token").fill(token)
        page.keyboard.press("Enter")
        page.wait_for_selector("nav.menu")

        def paint(path: str) -> float:
            milliseconds = _painted(page, f"{base}{path}")
            weights[path] = page.evaluate(_WEIGHT)
            return milliseconds

        for path in paths:
            bench.say(path)
            paint(path)  # which compiles its template
        measured = figures.interleaved(
            bench.effort.runs, {path: partial(paint, path) for path in paths}
        )
        browser.close()
    return measured, weights


def _painted(page: Page, address: str) -> float:
    page.goto(address, wait_until="load")
    return float(page.evaluate(_PAINTED))


BENCHMARK = Benchmark(
    name="pages",
    title="Pages at 100,000 citizens",
    how="Home and every page of the console's menu in headless Chromium, from the start of the"
    " navigation to the first contentful paint, over SQLite. Templates have been compiled and"
    " assets kept by the browser; the weight counts them all, unpacked.",
    run=run,
)
