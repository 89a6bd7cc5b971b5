"""`dancu card …`: cards of the cast, and their pictures."""

import io

import pytest
import zxingcpp
from PIL import Image

from app.cli import failing


@pytest.fixture
def on_world(on_worlds, world):
    """Runs the command on a generated world of 2,000 citizens."""
    return lambda *arguments: on_worlds(*arguments, DANCU_DEFAULT_WORLD=world.name)


def test_cards_are_listed_with_what_they_are_worth(on_world):
    listed = on_world("card", "list", "card-superseded", "--json").json
    assert [each["status"] for each in listed] == ["superseded", "valid"]
    assert listed[0]["serial"] in on_world("card", "list", "card-superseded").out
    assert on_world("card", "list", listed[0]["number"], "--json").json == listed
    assert "No card" in on_world("card", "list", "no-card-14").out


def test_a_card_is_shown_by_its_serial_and_by_its_holder(on_world):
    told = on_world("card", "show", "adult-level-2", "--json").json
    assert (told["status"], told["can"]) == ("valid", "990001")
    assert told["mrz"][2].startswith("NGUYEN<<VAN<AN<")
    assert told["history"][0]["state"] == "active"
    assert on_world("card", "show", told["serial"], "--json").json == told
    for value in (told["qr"], *told["mrz"]):
        assert value in on_world("card", "show", "adult-level-2").out


def test_a_card_is_shown_by_its_place_among_the_holders(on_world):
    first, second = on_world("card", "list", "card-superseded", "--json").json
    for which, listed in (("#1", first), ("#2", second), ("", second)):
        told = on_world("card", "show", f"card-superseded{which}", "--json").json
        assert told["serial"] == listed["serial"]
    for which in ("#0", "#3", "#x"):
        asked = on_world("card", "show", f"card-superseded{which}", "--json")
        assert asked.status == failing.FAILED
        assert "card-unknown" in asked.err


@pytest.mark.parametrize(
    ("arguments", "begins"),
    [
        (("--out", "a.svg"), b"<svg"),
        (("--out", "a.SVG", "--format", "svg"), b"<svg"),
        (("--out", "a.png"), b"\x89PNG"),
        (("--out", "a"), b"\x89PNG"),
        (("--out", "a", "--format", "svg"), b"<svg"),
    ],
)
def test_a_picture_is_what_its_file_is_called(on_world, tmp_path, monkeypatch, arguments, begins):
    monkeypatch.chdir(tmp_path)
    assert on_world("card", "picture", "card-2021", *arguments).status == 0
    assert (tmp_path / arguments[1]).read_bytes().startswith(begins)


def test_a_picture_is_not_written_as_what_it_is_not_called(on_world, tmp_path):
    file = tmp_path / "a.svg"
    asked = on_world(
        "card", "picture", "card-2021", "--out", str(file), "--format", "png", "--json"
    )
    assert asked.status == failing.FAILED
    assert "file-form-other" in asked.err
    assert not file.exists()


def test_a_request_is_shown_without_what_is_not_printed(on_world):
    told = on_world("card", "show", "card-requested", "--json").json
    assert (told["status"], told["mrz"], told["qr"]) == ("not_issued", [], None)
    assert on_world("card", "picture", "card-requested").status == failing.FAILED


@pytest.mark.parametrize("name", ["no-card-14", "nobody-at-all", "901090000000", "A" * 16])
def test_who_has_no_card_is_told_so(on_world, name):
    asked = on_world("card", "show", name)
    assert asked.status == failing.FAILED
    assert "Next:" in asked.err


def test_a_picture_is_written_to_a_file(on_world, tmp_path, monkeypatch):
    file = tmp_path / "back.png"
    drawn = on_world("card", "picture", "chip-genuine", "--side", "back", "--out", file, "--json")
    assert (drawn.json["file"], drawn.json["bytes"]) == (str(file), file.stat().st_size)
    qr = on_world("card", "show", "chip-genuine", "--json").json["qr"]
    assert [read.text for read in zxingcpp.read_barcodes(Image.open(file))] == [qr]
    monkeypatch.chdir(tmp_path)
    assert on_world("card", "picture", "chip-genuine", "--format", "svg").status == 0
    assert len(list(tmp_path.glob("*-front.svg"))) == 1
    missing = on_world("card", "picture", "chip-genuine", "--out", tmp_path / "no" / "where.png")
    assert missing.status == failing.FAILED


def test_a_picture_goes_to_standard_output(monkeypatch, on_world):
    written = io.BytesIO()
    monkeypatch.setattr("app.cli.cards.sys.stdout", io.TextIOWrapper(written))
    on_world("card", "picture", "chip-genuine", "--format", "svg", "--out", "-")
    assert written.getvalue().startswith(b"<svg")
