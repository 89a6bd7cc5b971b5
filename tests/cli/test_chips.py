"""`dancu chip …` beside a server that runs."""

import uuid

import pytest

from app.identity import cards
from app.identity.chip import files
from app.sandbox import worlds as lives
from tests.support import chips, serving


@pytest.fixture(scope="module")
def name(worlds, small_start):
    name = f"chips-{uuid.uuid4().hex[:8]}"
    lives.create(worlds, name, small_start)
    yield name
    worlds.release(name)
    worlds.store.drop(name)


@pytest.fixture(scope="module")
def lying(worlds, name):
    """A genuine card that lies on the table: its serial, CAN and zone."""
    world = worlds.open(name)
    card = chips.card_of(world, "chip-genuine")
    chip = chips.chip_of(world, card)
    zone = " ".join(files.read_dg1(chip.files[files.group_file(1)]))
    told = cards.serial(world, card), cards.access_number(card), zone
    worlds.release(name)
    return told


@pytest.fixture(scope="module")
def served(settings, name, lying):
    assert lying  # looked up before: on SQLite the world is then the server's
    with serving.serve(serving.environment(settings, name)) as running:
        yield running


def test_a_persona_s_card_is_read_and_checked(dancu, lying, tmp_path):
    serial, _, _ = lying
    done = dancu("chip", "read", "chip-genuine", "--out", tmp_path, "--json")
    assert done.status == 0, done.err
    told = done.json
    assert told["serial"] == serial
    assert told["access"] == "PACE with the CAN"
    assert set(told["hashes"].values()) == {"match"}
    assert (told["signature"], told["chain"], told["revocation"]) == ("valid", "trusted", "good")
    assert told["active_authentication"]
    assert told["chip_authentication"]
    assert told["refused"] == {"3": "6982"}
    assert told["texts"]["16"] == [serial]
    assert {each.name for each in tmp_path.iterdir()} == {
        "EF.COM.bin", "EF.SOD.bin", "DG1.bin", "DG2.bin", "DG13.bin", "DG14.bin", "DG15.bin",
    }  # fmt: skip


def test_a_chip_signs_the_challenge_of_somebody_else(dancu):
    done = dancu("chip", "read", "chip-genuine", "--challenge", "0011223344556677", "--json")
    assert done.status == 0, done.err
    assert done.json["active"]["challenge"] == "0011223344556677"
    assert len(done.json["active"]["signature"]) == 128
    assert done.json["sod"]


def test_people_are_told_what_fails(dancu):
    done = dancu("chip", "read", "chip-cloned", "--bac")
    assert done.status == 0, done.err
    assert done.out.count("FAILS: a clone?") == 2
    assert "BAC" in done.out
    assert "full name" in done.out


@pytest.mark.parametrize("how", ["--can", "--mrz"])
def test_a_card_is_opened_by_what_is_printed_on_it(dancu, lying, how):
    serial, can, zone = lying
    done = dancu("chip", "read", serial, how, can if how == "--can" else zone, "--json")
    assert done.status == 0, done.err
    assert done.json["chip_authentication"]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("chip-genuine", "--can", "000000"), "chip-closed"),
        (("chip-genuine", "--mrz", "IDVNM"), "mrz-wrong"),
        (("AAAAAAAAAAAAAAAA",), "card-key-missing"),
        (("AAAAAAAAAAAAAAAA", "--can", "000000"), "card-unknown"),
        (("newborn",), "card-unknown"),
        (("chip-genuine", "--challenge", "nothing"), "challenge-wrong"),
        (("chip-genuine", "--challenge", "00"), "challenge-wrong"),
        (("901099999999",), "citizen-unknown"),
    ],
)
def test_what_is_wrong_with_a_reading_is_told(dancu, arguments, code):
    done = dancu("chip", "read", *arguments, "--json")
    assert done.status != 0
    assert code in done.err + done.out


def test_a_card_is_verified_by_the_service(dancu):
    done = dancu("chip", "verify", "chip-genuine", "--json")
    assert done.status == 0, done.err
    assert done.json["outcome"] == "genuine"
    assert done.json["checks"]["active"] == "proved"
    first = dancu("chip", "verify", "card-superseded#1", "--json")
    assert first.json["outcome"] == "superseded"
    shown = dancu("chip", "verify", "card-lost", "--face", "none")
    assert shown.status == 0, shown.err
    assert "lost" in shown.out
    assert "unreadable" in shown.out


def test_a_system_without_a_grant_for_it_is_told_so(dancu):
    done = dancu("chip", "verify", "chip-genuine", "--client", "evn", "--json")
    assert done.status != 0
    assert "purpose-not-found" in done.err + done.out
