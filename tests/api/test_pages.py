"""The home page: how the world stands, and a first command that works when it is pasted."""

import html
import re
import subprocess

import pytest

from tests.api.conftest import as_operator, live, served
from tests.support.copies import copy


@pytest.fixture(scope="module")
def small(worlds, small_start):
    with copy(worlds, small_start) as world:
        yield world


def command_of(text):
    return html.unescape(re.search(r'data-testid="first-command">(.*?)</pre>', text, re.DOTALL)[1])


def test_the_first_command_verifies_a_persona(settings, small):
    with live(settings, small) as server:
        page = subprocess.run(
            ["curl", "-s", server.base], capture_output=True, text=True, check=True
        ).stdout
        assert "MÔ PHỎNG" in page
        assert f"<code>{small.name}</code>" in page
        command = command_of(page)
        answer = subprocess.run(
            ["bash", "-c", command], capture_output=True, text=True, check=True
        )
        assert '"outcome":"match"' in answer.stdout, answer.stderr


def test_a_rekeyed_worlds_secret_is_not_shown(settings, worlds, small_start):
    with copy(worlds, small_start) as world, served(settings, world) as client:
        assert "sim_" in command_of(client.get("/").text)
        operator = as_operator(client)
        client.post(f"/control/v1/worlds/{world.name}/rekey", headers=operator)
        command = command_of(client.get("/").text)
        assert "$SECRET" in command
        assert "sim_" not in command


def test_a_world_without_personas_has_a_page_too(client):
    page = client.get("/")
    assert page.status_code == 200
    assert "first-command" not in page.text


def test_another_worlds_page_is_under_its_prefix(client, other_world):
    page = client.get(f"/w/{other_world.name}/").text
    assert f"<code>{other_world.name}</code>" in page
    assert f'href="/w/{other_world.name}/docs"' in page
    assert client.get(f"/w/{other_world.name}").text == page
