"""The home folder: settings from the environment, and the word a running server leaves."""

import pytest

from app.cli import home
from app.cli.failing import CommandError
from app.platform.errors import NotFoundError


@pytest.mark.parametrize(
    ("host", "reached"),
    [
        ("127.0.0.1", "http://127.0.0.1:8007"),
        ("0.0.0.0", "http://127.0.0.1:8007"),  # noqa: S104 - nothing listens
        ("::", "http://[::1]:8007"),
        ("::1", "http://[::1]:8007"),
        ("[::1]", "http://[::1]:8007"),
        ("127.0.0.2", "http://127.0.0.2:8007"),
        ("localhost", "http://localhost:8007"),
    ],
)
def test_a_server_is_found_by_the_word_it_leaves(tmp_path, host, reached):
    home.leave_card(home.settings(home=tmp_path, host=host, port=8007))
    assert home.server_url(home.settings(home=tmp_path)) == reached
    assert home.server_reach(home.settings(home=tmp_path))["host"] == host


def test_the_word_says_who_may_reach_the_server(tmp_path):
    reach = {
        "public_url": "https://dancu.example",
        "allowed_hosts": ("dancu.example",),
        "allowed_origins": ("https://page.example",),
    }
    home.leave_card(home.settings(home=tmp_path, **reach))
    beside = home.settings(**home.server_reach(home.settings(home=tmp_path)))
    assert {name: getattr(beside, name) for name in reach} == reach
    assert not beside.is_private


def test_without_a_word_the_settings_say_where_a_server_would_be(tmp_path):
    home.leave_card(home.settings(home=tmp_path, port=8007))
    home.take_card(home.settings(home=tmp_path))
    assert home.server_reach(home.settings(home=tmp_path)) == {}
    assert home.server_url(home.settings(home=tmp_path, port=8009)) == "http://127.0.0.1:8009"


def test_worlds_that_a_server_keeps_elsewhere_are_not_looked_for_here(tmp_path, monkeypatch):
    monkeypatch.setenv("DANCU_HOME", str(tmp_path))
    monkeypatch.delenv("DANCU_DATABASE_URL", raising=False)
    elsewhere = home.settings(database_url="postgresql://dancu@db.example/postgres")
    home.leave_card(elsewhere)
    with pytest.raises(CommandError) as told, home.world(None):
        pass
    assert told.value.told.code == "storage-other"
    assert "db.example" not in (tmp_path / "server.json").read_text()
    home.leave_card(home.settings())
    with pytest.raises(NotFoundError), home.world(None):
        pass


def test_a_torn_word_is_no_word(tmp_path):
    (tmp_path / "server.json").write_text('{"url"')
    assert home.server_url(home.settings(home=tmp_path)) == "http://127.0.0.1:8000"


def test_what_is_given_goes_before_the_environment(monkeypatch):
    monkeypatch.setenv("DANCU_PORT", "8001")
    assert home.settings(port=None).port == 8001
    assert home.settings(port=8002).port == 8002
