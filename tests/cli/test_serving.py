"""`dancu serve`: how it starts and stops, what it leaves behind, and who may reach it."""

import json
import signal
import time
import uuid

import httpx
import pytest

from app.cli import failing
from app.exchange import credentials
from app.sandbox import worlds as lives
from tests.support import serving

ANYWHERE = "0.0.0.0"  # noqa: S104 - the point of the tests


@pytest.fixture
def home(tmp_path):
    """Variables of a folder without worlds, where a start makes a small one."""
    return {"DANCU_HOME": str(tmp_path), "DANCU_DEFAULT_SIZE": "300"}


def _world_id(run, home):
    return run("world", "show", "default", "--json", **home).json["id"]


def test_the_first_start_makes_a_world_and_the_next_one_keeps_it(run, home, tmp_path):
    with serving.serve(home) as first:
        assert first.banner["citizens"] == 300
        assert (tmp_path / "server.json").is_file()
        made = _world_id(run, home)
    assert "Making" not in "".join(first.errors)  # with --json nothing but the log's own lines
    assert not (tmp_path / "server.json").exists()
    with serving.serve(home):
        assert _world_id(run, home) == made


def test_it_ends_at_a_signal_with_all_that_it_was_asked_on_disk(run, home):
    with serving.serve(home) as served:
        asked = run("verify", "adult-level-2", "--json", **home).json["answer"]["leaf"]["seq"]
        served.process.send_signal(signal.SIGTERM)
        assert served.process.wait(serving.STOP_SECONDS) in (0, -signal.SIGTERM)
    told = run("log", "verify", "--json", **home).json
    assert told["holds"] is True
    assert told["covered"] == told["leaves"] == asked + 1


def test_what_was_answered_survives_a_kill(run, home):
    with serving.serve(home) as served:
        asked = run("verify", "adult-level-2", "--json", **home).json["answer"]["leaf"]["seq"]
        served.process.kill()
        served.process.wait()
    assert run("log", "verify", "--json", **home).json["leaves"] == asked + 1
    unanswered = run("token", "evn", **home)  # the killed one's word is still there
    assert unanswered.status == failing.FAILED
    assert "dancu serve" in unanswered.err


def test_beyond_this_machine_it_starts_only_with_new_keys(run, home):
    assert run("world", "create", "default", "--size", "300", **home).status == 0
    refused = run("serve", "--host", ANYWHERE, **home)
    assert refused.status == failing.FAILED
    assert "default" in refused.err
    assert "rekey" in refused.err


def test_behind_a_proxy_it_starts_only_with_new_keys(run, home):
    assert run("world", "create", "default", "--size", "300", **home).status == 0
    by_proxy = {
        "DANCU_PUBLIC_URL": "https://dancu.example",
        "DANCU_ALLOWED_HOSTS": "dancu.example,127.0.0.1",
    }
    refused = run("serve", **home, **by_proxy)
    assert refused.status == failing.FAILED
    assert "rekey" in refused.err
    with serving.serve(home | by_proxy, "--rekey"):
        published = "sim_n4bds7v5cphd4mghu5dwhuadbiakkczo"  # the README's
        refused = run("token", "vietcombank-basic", "--secret", published, **home)
        assert "its secret wrong" in refused.err


def test_new_keys_end_the_secrets_that_follow_from_the_seed(run, home):
    before = run("world", "create", "default", "--size", "300", "--json", **home).json
    assert before["rekeyed"] is False
    old = _secret(run("agency", "show", "evn", "--json", **home).json)
    options = ("--host", ANYWHERE, "--rekey", "--allowed-host", "dancu.example")
    with serving.serve(home, *options) as served:
        new = _secret(run("agency", "show", "evn", "--json", **home).json)
        assert new != old
        assert run("token", "evn", "--secret", old, **home).status == failing.FAILED
        assert run("token", "evn", **home).status == 0
        port = served.base.rpartition(":")[2]
        base = f"http://127.0.0.1:{port}"
        assert httpx.get(f"{base}/v1/purposes", headers={"Host": "dancu.example"}).is_success
        assert httpx.get(f"{base}/v1/purposes", headers={"Host": "evil.example"}).is_client_error


def _secret(shown):
    return shown["credentials"][0]["client_secret"]


def test_a_mistyped_world_is_not_made(run, home, tmp_path):
    assert run("world", "create", "lesson-1", "--size", "5", **home).status == 0
    refused = run("serve", "--world", "leson-1", "--json", **home)
    assert refused.status == failing.FAILED
    assert "lesson-1" in refused.err
    assert not (tmp_path / "worlds" / "leson-1").exists()


def test_a_server_goes_on_without_its_world_and_takes_it_back(run, home):
    with serving.serve(home, "--host", "127.0.0.2", "--world", "mine", "--create") as served:
        assert served.base.startswith("http://127.0.0.2:")
        client = httpx.Client(base_url=served.base, timeout=60)
        assert client.get("/v1/purposes").is_success
        told = run("world", "delete", "mine", "--yes", **home)
        assert f"Warning: {served.base}/v1/… stands for world mine" in told.err
        while client.get("/v1/purposes").status_code != 404:
            time.sleep(0.1)  # a server notices within a second
        for address in ("/health", "/metrics", "/docs", "/openapi.json", "/problems"):
            assert client.get(address).is_success, address
        home_page = client.get("/")
        assert home_page.status_code == 404
        assert "dancu world create mine" in home_page.text
        token = run("operator-token", "--json", **home).json["operator_token"]
        answer = client.post(
            "/control/v1/worlds",
            json={"name": "mine", "size": 5},
            headers={"Authorization": f"Bearer {token}"},
        )
        assert answer.status_code == 201, answer.text
        assert client.get("/v1/purposes").is_success
        client.close()


def test_several_processes_on_files_are_refused_before_anything_is_made(run, home, tmp_path):
    refused = run("serve", "--workers", "2", "--json", **home)
    assert refused.status == failing.FAILED
    assert "one-worker-on-sqlite" in refused.err
    assert "PostgreSQL" in refused.err
    assert not (tmp_path / "worlds").exists()


def test_an_address_that_is_none_of_this_machines_is_told(run, home):
    refused = run("serve", "--host", "192.0.2.1", "--rekey", **home)
    assert refused.status == failing.FAILED
    assert "192.0.2.1" in refused.err


def test_a_name_that_is_no_host_is_told(run, home):
    refused = run("serve", "--host", "nope.invalid", "--json", **home)
    assert json.loads(refused.err)["error"]["code"] == "host-not-here"
    assert "--port" not in refused.err


def test_a_database_server_that_does_not_answer_is_named(run, home):
    asked = run("world", "list", DANCU_DATABASE_URL="postgresql://me:pw@127.0.0.1:1/x", **home)
    assert asked.status == failing.FAILED
    assert "127.0.0.1:1" in asked.err
    assert "DANCU_DATABASE_URL" in asked.err
    assert "pw" not in asked.err


def test_two_processes_serve_one_world_on_postgresql(run, worlds, settings, database, small_start):
    name = f"two-{uuid.uuid4().hex[:8]}"
    lives.create(worlds, name, small_start)
    variables = serving.environment(settings, name)
    options = ("--workers", "2") if database == "postgresql" else ()
    try:
        with serving.serve(variables, *options):
            seqs = [
                run("verify", "adult-level-2", "--json", **variables).json["answer"]["leaf"]["seq"]
                for _ in range(4)
            ]
        assert seqs == list(range(4))
        told = run("log", "verify", "--json", **variables).json
        assert (told["holds"], told["covered"]) == (True, 4)
    finally:
        worlds.release(name)
        worlds.store.drop(name)


def test_secrets_of_the_examples_are_those_of_every_default_world(run, home):
    run("world", "create", "default", "--size", "300", **home)
    told = _secret(run("agency", "show", "vietcombank-basic", "--json", **home).json)
    assert told.startswith(credentials.PREFIX)
    assert told == "sim_n4bds7v5cphd4mghu5dwhuadbiakkczo"  # the README's


def test_a_second_server_on_the_same_files_is_refused(run, home):
    with serving.serve(home):
        refused = run("serve", "--port", "0", "--json", **home)
        assert refused.status == failing.FAILED
        assert "home-in-use" in refused.err
        assert run("token", "evn", **home).status == 0  # the first one's address is still known
    with serving.serve(home):
        assert run("token", "evn", **home).status == 0
