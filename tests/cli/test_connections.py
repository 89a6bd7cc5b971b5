"""`dancu connection …`: the life of a connection at a terminal."""

import pytest

CLIENT = "mcredit-scores"


@pytest.fixture
def on_world(on_worlds, world):
    """Runs the command on a generated world."""
    return lambda *arguments: on_worlds("connection", *arguments, DANCU_DEFAULT_WORLD=world.name)


def test_connections_are_listed_with_what_fails(on_world):
    state = ("--kind", "ministry", "--kind", "central", "--kind", "province")
    assert "21 of 100 fail the security gate." in on_world("list", *state).out
    told = on_world("list", "--state", "suspended", "--json").json
    assert {each["state"] for each in told["items"]} == {"suspended"}
    assert "There is no such connection." in on_world("list", "--state", "requested").out


def test_a_system_is_led_to_its_connection_and_back(on_world, world):
    requested = on_world("request", CLIENT, "--agency", "mcredit", "--by-key", "--json").json
    assert (requested["state"], requested["refused"]) == ("requested", "not-connected")
    assert on_world("connect", CLIENT).status != 0
    day = world.today.isoformat()
    assessed = on_world("assess", CLIENT, "--level", 4, "--inspected-on", day, "--until", day)
    assert "assessed" in assessed.out
    unclear = on_world("assess", CLIENT, "--level", 4, "--until", "tomorrow")
    assert (unclear.status, "tomorrow is no day" in unclear.err) == (2, True)
    assert "connected" in on_world("connect", CLIENT).out
    suspended = on_world("suspend", CLIENT, "--reason", "sự cố").out
    assert "suspended: sự cố" in suspended
    assert "connected" in on_world("resume", CLIENT, "--reason", "đã khắc phục").out
    limits = on_world("limit", CLIENT, "--questions", 5, "--seconds", 2, "--daily-quota", 9_000)
    assert "9,000 questions a day, 5 in 2 s" in limits.out
    assert on_world("limit", CLIENT, "--json").json["pace"]["questions"] == 1_000
    shown = on_world("show", CLIENT).out
    assert "đã khắc phục" in shown
    assert "resume" in shown


def test_fees_are_shown(on_worlds, world):
    def on_world(*arguments):
        return on_worlds("fees", *arguments, DANCU_DEFAULT_WORLD=world.name)

    assert "saved" in on_world().out
    told = on_world("--agency", "mcredit", "--month", "2026-01", "--json").json
    assert (told["lines"], told["spent"]) == ([], 0)


def test_the_quality_of_a_generated_world_is_good_and_not_perfect(on_worlds, world):
    def on_world(*arguments):
        return on_worlds("quality", *arguments, DANCU_DEFAULT_WORLD=world.name)

    assert "population" in on_world().out
    registry, *registers = on_world("--json").json
    assert 0.7 < registry["complete"]["share"] < registry["right"]["share"] <= 1
    for each in registers:
        assert each["live"]["of"] > 0
        assert 0.9 < each["score"] <= 1


def test_a_file_of_one_s_own_is_measured(dancu, tmp_path):
    file = tmp_path / "own.csv"
    file.write_text(
        "number,full_name\n901090990001,Nguyễn Văn An\n901090990001,Lê Tám\n12345,Bính\n"
    )
    found = dancu("quality", file, "--json").json
    assert (found["rows"], found["asked"], found["right"]["good"]) == (3, 2, 1)
    shown = dancu("quality", file).out
    assert "own.csv, 3 entries" in shown
    assert "(not asked)" in shown
    assert "line 4, number: form" in shown
    named = ("--client", "ha-noi", "--purpose", "administrative-procedure", "--dossier", "H26-1")
    assert dancu("quality", file, *named, "--json").json["outcomes"]["match"] == 1
    file.write_text("number,secret\n901090990001,x\n")
    refused = dancu("quality", file, "--purpose", "ekyc")
    assert (refused.status, "claim-file-invalid" in refused.err) == (1, True)
    assert "column.2" in refused.err
    missing = dancu("quality", tmp_path / "none.csv")
    assert (missing.status, "cannot be read" in missing.err) == (1, True)
