"""The operator's token."""

import threading

import pytest

from app.sandbox import operator

KNOWN = "sim_world_xfhgdbpdcl4gc4obldjirgshyrmp6dbki2cusfza4hli5fz5dliq"


def test_a_token_is_made_once(tmp_path):
    first = operator.token(tmp_path / "home")
    assert operator.token(tmp_path / "home") == first
    assert first.startswith("sim_operator_")
    assert len(first) > 60


def test_only_its_owner_reads_it(tmp_path):
    operator.token(tmp_path)
    file = tmp_path / operator.FILE
    assert file.stat().st_mode & 0o777 == 0o600
    file.chmod(0o644)
    operator.token(tmp_path)
    assert file.stat().st_mode & 0o777 == 0o600


def test_of_many_who_make_it_all_get_the_same(tmp_path):
    found = []
    threads = [
        threading.Thread(target=lambda: found.append(operator.token(tmp_path))) for _ in range(16)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 16
    assert len(set(found)) == 1
    assert [file.name for file in tmp_path.iterdir()] == [operator.FILE]


def test_a_world_s_token_is_known():
    """It is in nobody's file: who has the server's token must be able to make it again."""
    token = operator.world_token("sim_operator_x", "0" * 32)
    assert token == KNOWN


@pytest.mark.parametrize(
    ("claimed", "world", "scope"),
    [
        ("server", "a", "server"),
        ("server", None, "server"),
        (operator.world_token("server", "a"), "a", "world"),
        (operator.world_token("server", "a"), "b", None),
        (operator.world_token("server", "a"), None, None),
        (operator.world_token("other", "a"), "a", None),
        ("", "a", None),
        ("sérver", "a", None),
    ],
)
def test_a_token_opens_what_it_was_made_for(claimed, world, scope):
    assert operator.scope(claimed, "server", world) == scope
