"""The sites as a process of their own beside a server, and browsers without a screen."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from html import unescape

import httpx
import pytest
from dancu_client import OperatorClient

from app.sandbox import operator as tokens
from tests.api.conftest import live
from tests.support import browsing

TITLES = {
    "bank": "A bank",
    "telco": "A phone shop",
    "hospital": "A hospital desk",
    "province": "A provincial portal",
}
STOP_SECONDS = 20


@dataclass(frozen=True)
class Sites:
    """Where the sites are, by name."""

    addresses: dict[str, str]
    process: subprocess.Popen

    def __getitem__(self, name):
        return self.addresses[name]


@contextmanager
def running(variables):
    """Give the sites, and stop them as Ctrl-C does; what they log fails the test."""
    process = subprocess.Popen(
        [sys.executable, "-m", "dancu_sites"],
        env={**os.environ, "DANCU_SITES_PORT": "0", **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        lines = [process.stdout.readline() for _ in TITLES]
        assert all(lines), process.stderr.read()
        by_title = dict(re.split(r" {2,}", line.strip()) for line in lines)
        yield Sites({name: by_title[title].rstrip("/") for name, title in TITLES.items()}, process)
    finally:
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=STOP_SECONDS)
    assert errors == ""


class Browser:
    """Somebody who clicks through a site: keeps cookies, sends the forms that it was shown."""

    def __init__(self, base):
        self.base = base
        self.http = httpx.Client(
            base_url=base,
            headers={"Accept-Language": "en"},
            timeout=60,
            trust_env=False,
        )
        self.page = self.http.get("/").text

    def post(self, path, *, form_token=None, headers=None, **said):
        """Post a form with the token that the page has; return the answer itself."""
        token = form_token or re.search(r'name="form_token" value="([^"]+)"', self.page)[1]
        return self.http.post(path, data={"form_token": token, **said}, headers=headers)

    def step(self, path, **said):
        """Post a form, and return the text of the page that it leads to."""
        answer = self.post(path, **said)
        assert answer.status_code == 303, answer.text
        return self.go(answer.headers["location"])

    def go(self, address):
        """Open an address, and where it leads on."""
        answer = self.http.get(address)
        while answer.is_redirect:
            answer = self.http.get(answer.headers["location"])
        self.page = unescape(answer.text)
        return self.page


@pytest.fixture(scope="module")
def server(settings, world):
    with live(settings, world) as running:
        yield running


@pytest.fixture(scope="module")
def operator(server, world):
    """The operator of this world: who is at everybody's phone."""
    with OperatorClient(server.base, tokens.world_token(server.operator_token, world.id)) as made:
        yield made


@pytest.fixture(scope="module")
def sites(server):
    variables = {"DANCU_URL": server.base, "DANCU_OPERATOR_TOKEN": server.operator_token}
    with running(variables) as found:
        yield found


@pytest.fixture
def visit(sites):
    """Opens a site in a browser that nobody has used."""
    opened = []

    def make(name):
        opened.append(Browser(sites[name]))
        return opened[-1]

    yield make
    for each in opened:
        each.http.close()


@pytest.fixture
def sign_in(operator):
    """Signs a persona in at the site that a browser shows; returns the page that follows."""

    def make(browser, who="adult-level-2", fields=None):
        begun = browser.post("/sign-in").headers["location"]
        back = operator.sign_in(begun, who, factors="pin otp", fields=fields)
        return browser.go(back)

    return make


@pytest.fixture(scope="module")
def chromium():
    with browsing.browser() as opened:
        yield opened
