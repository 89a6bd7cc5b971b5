"""`dancu fault …`: what is to go wrong, set, listed and cleared at a terminal."""

import json

import pytest

from app.cli import failing
from app.exchange import requests
from app.platform import clock
from app.sandbox import faults, weather
from app.sandbox import worlds as lives
from app.sandbox.weather import Profile, Window
from app.signin import faults as token_faults

BANK = "vietcombank-basic"


@pytest.fixture
def on_world(on_worlds, world):
    """Runs the command on a generated world, in which nothing is to go wrong afterwards."""
    yield lambda *arguments: on_worlds(*arguments, DANCU_DEFAULT_WORLD=world.name)
    world.writer.submit(lambda session: faults.clear_all(session, now=clock.now()))


def test_a_fault_is_set_listed_and_cleared(on_world, world):
    assert on_world("fault", "list").out == "Nothing is to go wrong.\n"
    set_ = ("fault", "set", "storm", "error", "--status", 503, "--client", BANK, "--times", 2)
    assert "storm: error 503 ×2; for vietcombank-basic" in on_world(*set_).out
    world.refresh()
    assert world.facts.weather > 0
    slow = ("fault", "set", "slow", "latency", "--delay-ms", 200, "--path", "/v1/", "--json")
    assert on_world(*slow).json["steps"][0]["delay"]["ms"] == 200
    some = ("fault", "set", "some", "drop-after", "--share", 0.2)
    assert on_world(*some).out == "some: drop-after; 20% of calls\n"
    told = on_world("fault", "list", "--json").json
    assert [each["name"] for each in told] == ["slow", "some", "storm"]
    assert "latency fixed 200 ms; at /v1/" in on_world("fault", "list").out
    assert on_world("fault", "clear", "storm").out == "1 cleared.\n"
    assert on_world("fault", "clear", "--json").json == {"cleared": 2}
    world.refresh()
    assert world.facts.weather == 0


def test_the_one_catalogue_has_calls_and_tokens(on_world):
    told = on_world("fault", "list", "--kinds", "--json").json
    assert {each["of"] for each in told} == {"weather", "token", "webhook"}
    assert "wrong-nonce" in on_world("fault", "list", "--kinds").out
    assert on_world("fault", "set", "bad", "wrong-nonce", "--client", BANK).status == 0
    assert on_world("fault", "list").out == "bad: wrong-nonce; for vietcombank-basic\n"


def test_a_webhooks_fault_is_of_one_system_or_of_all_and_within_its_window(on_world, world):
    kind = "webhook-late"
    assert on_world("fault", "set", "slow", kind, "--client", "bhxh").out.startswith("slow: web")
    assert wrong_of(world, "bhxh") == {kind}
    assert wrong_of(world, "btp") == set()
    on_world("fault", "set", "all", "webhook-duplicated")
    assert wrong_of(world, "bhxh") == {kind, "webhook-duplicated"}
    assert wrong_of(world, "btp") == {"webhook-duplicated"}
    window = Window(clock="world", ends="2000-01-01")
    over = Profile(name="all", webhooks=("webhook-replayed",), window=window)
    world.writer.submit(lambda session: faults.put(session, over, now=clock.now()))
    assert wrong_of(world, "btp") == set()
    world.refresh()
    assert world.facts.weather == 0  # no call meets any of this


def wrong_of(world, client_id):
    with world.session() as session:
        return weather.of_webhooks(session, client_id, clock.now(), world.today)


def test_a_script_is_a_file(on_world, tmp_path):
    script = tmp_path / "script.json"
    steps = [{"kind": "error", "times": 2}, {"kind": "fine", "times": 1}]
    window = {"clock": "world", "starts": "2026-01-01"}
    script.write_text(json.dumps({"steps": steps, "repeat": True, "window": window}))
    told = on_world("fault", "set", "twice", "--script", script)
    assert "error 500 ×2, then fine ×1; again and again; by the world clock" in told.out


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ((), "fault-unclear"),
        (("fire",), "fault-unclear"),
        (("error", "--script", "x"), "fault-unclear"),
        (("--script", "/nowhere"), "fault-unclear"),
        (("error", "--status", "200"), "fault-profile-invalid"),
        (("error", "--client", "nobody"), "agency-unknown"),
        (("wrong-nonce",), "fault-profile-invalid"),
    ],
)
def test_what_cannot_be_is_refused(on_world, arguments, code):
    ran = on_world("fault", "set", "x", *arguments, "--json")
    assert ran.status in {failing.USAGE, failing.FAILED}
    assert json.loads(ran.err)["error"]["code"] == code


@pytest.mark.parametrize("text", ["{", '{"steps": [{"kind": "fire"}]}', '{"stpes": []}'])
def test_a_script_that_is_none_is_refused(on_world, tmp_path, text):
    script = tmp_path / "script.json"
    script.write_text(text)
    ran = on_world("fault", "set", "x", "--script", script, "--json")
    assert json.loads(ran.err)["error"]["code"] == "fault-unclear"


def test_a_fork_and_a_reset_begin_with_fine_weather(on_world, worlds, world):
    assert on_world("fault", "set", "bad", "expired", "--client", BANK).status == 0
    assert on_world("fault", "set", "storm", "error").status == 0
    fork = f"{world.name}-f"[:40]
    lives.fork(worlds, world.name, fork)
    try:
        for name, is_fine in ((fork, True), (world.name, False)):
            opened = worlds.open(name)
            with opened.session() as session:
                assert (faults.all_of_them(session) == []) is is_fine
                assert (token_faults.of(session, BANK) == frozenset()) is is_fine
                assert (weather.read(session).version == 0) is is_fine
    finally:
        lives.delete(worlds, fork)


def test_bounds_are_the_rooms_own(world):
    """The door tells them as its form does; a script comes by no door."""
    step = weather.Step(
        kind="fire",
        times=0,
        retry_after=0,
        seconds=0,
        delay=weather.Delay(ms=-1),
    )
    profile = weather.Profile(name="X", share=0, steps=(step,) * 51)

    def job(session):
        faults.put(session, profile, now=clock.now())

    with pytest.raises(faults.PROFILE_INVALID.error().__class__) as refused:
        world.writer.submit(job)
    assert {param.name for param in refused.value.params} >= {
        "body.name",
        "body.share",
        "body.steps",
        "body.steps.0",
    }


def test_a_profile_that_is_gone_is_not_counted(world):
    assert world.writer.submit(lambda session: weather.count(session, "gone")) is None


def test_there_are_not_too_many_profiles(on_world, monkeypatch):
    monkeypatch.setattr(faults, "MOST_PROFILES", 1)
    assert on_world("fault", "set", "one", "error").status == 0
    assert on_world("fault", "set", "one", "empty").status == 0
    assert on_world("fault", "set", "two", "error").status != 0


def test_an_answer_that_is_not_kept_whole_is_none(world):
    row = requests.NewRow(
        request_id="f" * 32,
        at="2026-01-01T00:00:00.000Z",
        method="POST",
        path="/v1/x",
        status=200,
        duration_us=1,
        client_id=BANK,
        request_body=b"{}",
        response_body=b"x" * (requests.MOST_BODY_BYTES + 1),
    )
    requests.record(world, row)
    world.writer.submit(lambda _session: None)
    with world.session() as session:
        assert requests.find(session, "f" * 32, agency_code=None).fault is None
        assert requests.first_answer(session, BANK, "/v1/x", b"{}") is None
