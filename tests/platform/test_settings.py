"""Settings: read from the environment, frozen, and refused when they cannot be meant."""

import re
import resource
from pathlib import Path

import pytest
from pydantic import ValidationError

from app.platform.settings import Settings
from tests.project import files


@pytest.fixture(autouse=True)
def bare(monkeypatch):
    """An environment that sets nothing."""
    for name in Settings.model_fields:
        monkeypatch.delenv(f"DANCU_{name.upper()}", raising=False)


def test_nothing_needs_to_be_set():
    settings = Settings()
    assert settings.home == Path(".dancu")
    assert settings.issuer_base == "http://127.0.0.1:8000"
    assert settings.is_private


def test_the_environment_sets_them(monkeypatch):
    monkeypatch.setenv("DANCU_PORT", "8001")
    monkeypatch.setenv("DANCU_PUBLIC_URL", "https://dancu.example/")
    monkeypatch.setenv("DANCU_ALLOWED_HOSTS", "a.example, b.example,")
    settings = Settings()
    assert settings.port == 8001
    assert settings.issuer_base == "https://dancu.example"
    assert settings.allowed_hosts == ("a.example", "b.example")


@pytest.mark.parametrize("name", Settings.model_fields)
def test_a_setting_is_one_that_something_reads(name):
    readers = [
        path
        for path in files.tracked()
        if path.startswith("app/")
        and path.endswith(".py")
        and re.search(rf"\.{name}\b", files.text(path))
    ]
    assert readers


def test_they_do_not_change():
    with pytest.raises(ValidationError):
        Settings().port = 1


@pytest.mark.parametrize(
    ("host", "private"),
    [
        ("127.0.0.1", True),
        ("127.8.9.1", True),
        ("localhost", True),
        ("LocalHost", True),
        ("::1", True),
        ("[::1]", True),
        ("192.0.2.1", False),
        ("::", False),
        ("dancu.example", False),
    ],
)
def test_a_server_is_private_that_listens_on_this_machine_only(host, private):
    assert Settings(host=host).is_private is private


@pytest.mark.parametrize(
    ("reach", "private"),
    [
        ({"public_url": "http://localhost:8000"}, True),
        ({"public_url": "http://[::1]:8000/dancu"}, True),
        ({"public_url": "https://dancu.example"}, False),
        ({"public_url": "https://127.0.0.1.dancu.example"}, False),
        ({"allowed_hosts": "127.0.0.1,localhost,[::1]"}, True),
        ({"allowed_hosts": "127.0.0.1,dancu.example"}, False),
        ({"allowed_hosts": "*"}, False),
        ({"allowed_origins": "http://localhost:3000"}, True),
        ({"allowed_origins": "https://page.example"}, False),
        ({"allowed_origins": "null"}, False),
    ],
)
def test_a_server_that_others_reach_through_a_proxy_is_not_private(reach, private):
    assert Settings(**reach).is_private is private


@pytest.mark.parametrize(
    "wrong",
    [
        {"public_url": "dancu.example"},
        {"public_url": "ftp://dancu.example"},
        {"public_url": "https://dancu.example/?a=b"},
        {"database_url": "mysql://localhost/x"},
        {"default_world": "Not A Name"},
        {"port": 70_000},
        {"max_connections": 0},
        {"unheard_of": 1},
    ],
)
def test_what_cannot_be_meant_is_refused(wrong):
    with pytest.raises(ValidationError):
        Settings(**wrong)


def test_workers_share_the_connections_of_a_server():
    assert Settings(database_url="postgresql://").own_connections == 80
    assert Settings().own_connections == 240
    assert Settings(workers=2, max_connections=80).own_connections == 40
    assert Settings(workers=9, max_connections=10).own_connections == 4


def test_every_setting_says_what_it_is_for():
    assert all(field.description for field in Settings.model_fields.values())


def test_a_variable_that_is_set_to_nothing_is_not_set(monkeypatch):
    monkeypatch.setenv("DANCU_HOME", "")
    monkeypatch.setenv("DANCU_PORT", "")
    assert (Settings().home, Settings().port) == (Path(".dancu"), 8000)


@pytest.mark.parametrize(("limit", "connections"), [(256, 80), (1024, 240), (64, 4)])
def test_connections_to_files_leave_room_for_callers(monkeypatch, limit, connections):
    monkeypatch.setattr(resource, "getrlimit", lambda _: (limit, limit))
    assert Settings().own_connections == connections
