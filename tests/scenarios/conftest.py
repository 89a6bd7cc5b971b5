"""A server over a generated world of 2,000 citizens, and agencies that play scenarios at it.

A module that says `NAME` (a scenario's) and `ASKED` (what its file is made by) has the reference
solution played once: `card`, `extract`, `key` and `both` are what came of it.
"""

from __future__ import annotations

import io
from dataclasses import dataclass

import polars as pl
import pytest

from app.platform.progress import silent
from app.scenarios import files, playing, scenario, scoring, secrecy
from tests.api.conftest import bearer, served

pytest.register_assert_rewrite("tests.scenarios.every_story")


@dataclass
class Agency:
    """An agency's client, over the interface that everybody has."""

    client: object
    headers: dict

    def get(self, path):
        return self._told(self.client.get(path, headers=self.headers))

    def post(self, path, body):
        return self._told(self.client.post(path, json=body, headers=self.headers))

    def download(self, path):
        answer = self.client.get(path, headers=self.headers)
        assert answer.status_code == 200, answer.text
        return answer.content

    def upload(self, path, body, media_type):
        return self._told(self.try_upload(path, body, media_type))

    def try_upload(self, path, body, media_type="text/csv"):
        headers = {**self.headers, "Content-Type": media_type}
        return self.client.post(path, content=body, headers=headers)

    def _told(self, answer):
        assert answer.status_code < 300, answer.text
        return answer.json()


@pytest.fixture(scope="module")
def client(settings, world):
    with served(settings, world) as opened:
        yield opened


@pytest.fixture(scope="module")
def agency(client, world):
    """Give the client of a system."""
    made = {}

    def of(client_id):
        if client_id not in made:
            made[client_id] = Agency(client, bearer(client, world, client_id))
        return made[client_id]

    return of


@pytest.fixture(scope="module")
def truth(settings, world):
    """Read the truth of a run where only the server reads it."""

    def read(run_id):
        return pl.read_parquet(files.folder(settings.home, world.id, run_id) / files.KEY)

    return read


@pytest.fixture(scope="module")
def story(request):
    return scenario.find(request.module.NAME)


@pytest.fixture(scope="module")
def system(story, agency):
    """The client of the system whose story it is."""
    return agency(story.client)


@pytest.fixture(scope="module")
def base(story):
    return f"/v1/scenarios/{story.name}/runs"


@pytest.fixture(scope="module")
def card(request, system, story):
    """The scorecard of the reference solution, on a file that is the same each time.

    The server's secret is another in each run of the tests, and a small file may be a hard one.
    """
    return playing.play(system, story, {**request.module.ASKED, "reproducible": True}, silent)


@pytest.fixture(scope="module")
def file_of(system, base):
    """Read the file of a run, as the tester is given it."""

    def read(run_id):
        body = system.download(f"{base}/{run_id}/files/extract.parquet")
        return pl.read_parquet(io.BytesIO(body))

    return read


@pytest.fixture(scope="module")
def extract(file_of, card):
    return file_of(card["run"])


@pytest.fixture(scope="module")
def key(truth, card):
    return truth(card["run"])


@pytest.fixture(scope="module")
def both(key, extract):
    """The file beside its truth, whose columns are named `truth_…`."""
    return scoring.joined(key, extract)


@pytest.fixture(scope="module")
def lines(card):
    """How many rows of each situation were treated how by the reference solution."""
    return {(line["situation"], line["action"]): line["rows"] for line in card["cost"]["lines"]}


@pytest.fixture(scope="module")
def submit(system, base, card):
    """Submit a table to the run of the reference solution; gives the scorecard."""

    def send(table):
        body = table.write_csv().encode()
        return system.upload(f"{base}/{card['run']}/submissions", body, "text/csv")

    return send


@pytest.fixture
def draws():
    return secrecy.Draws(b"a test", "draws")
